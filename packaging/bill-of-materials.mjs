import { sha256 } from './packages.mjs';

/**
 * What is in the bundle as a CycloneDX 1.6 document. It names no time and no
 * random number: the same contents give the same document.
 *
 * @param {{ name: string, version: string, license: string, description: string }} own
 * @param {import('./packages.mjs').Bundled[]} packages
 * @param {{ fileName: string, code: string }[]} chunks the bundle
 */
export function billOfMaterials(own, packages, chunks) {
  const root = componentOf(own, 'application');
  const libraries = packages.map((one) => ({
    ...componentOf(one, 'library'),
    ...(one.sha512 === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: one.sha512 }] }),
  }));
  const files = chunks.map(({ fileName, code }) => ({
    type: 'file',
    'bom-ref': `dist/${fileName}`,
    name: `dist/${fileName}`,
    hashes: [{ alg: 'SHA-256', content: sha256(code) }],
  }));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...root, description: own.description } },
    components: [...libraries, ...files],
    dependencies: [
      { ref: root['bom-ref'], dependsOn: libraries.map((one) => one['bom-ref']) },
      ...libraries.map((one) => ({ ref: one['bom-ref'] })),
    ],
  };
}

/**
 * The same for a folder that has its own Node.js.
 *
 * @param {ReturnType<typeof billOfMaterials>} bill
 * @param {{ version: string, program: Uint8Array }} node
 */
export function withNode(bill, { version, program }) {
  const purl = `pkg:generic/node@${version}`;
  const [own, ...others] = bill.dependencies;
  return {
    ...bill,
    components: [
      {
        type: 'platform',
        'bom-ref': purl,
        name: 'node',
        version,
        licenses: [{ license: { name: 'Node.js, see node/LICENSE' } }],
        hashes: [{ alg: 'SHA-256', content: sha256(program) }],
        purl,
      },
      ...bill.components,
    ],
    dependencies: [{ ...own, dependsOn: [purl, ...own.dependsOn] }, { ref: purl }, ...others],
  };
}

function componentOf({ name, version, license }, type) {
  const [scope, bare] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const purl = `pkg:npm/${scope === undefined ? '' : `${encodeURIComponent(scope)}/`}${bare}@${version}`;
  return {
    type,
    'bom-ref': purl,
    ...(scope === undefined ? {} : { group: scope }),
    name: bare,
    version,
    licenses: [
      / (?:OR|AND|WITH) /.test(license) ? { expression: license } : { license: { id: license } },
    ],
    purl,
  };
}
