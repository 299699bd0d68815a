import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS, COMMON_OPTIONS } from '../../src/cli/commands.ts';
import { EXIT_SENTENCES } from '../../src/exit-codes.ts';
import { manPage } from '../../packaging/man-page.ts';

const TOP = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(TOP, path), 'utf8');

interface Component {
  readonly type: string;
  readonly name: string;
  readonly group?: string;
  readonly version?: string;
  readonly licenses?: readonly { readonly license?: { readonly id: string } }[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

/** The packages of which the source maps name a file: what is really in the bundle. */
function bundledPackages(): string[] {
  const names = readdirSync(join(TOP, 'dist'))
    .filter((file) => file.endsWith('.map'))
    .flatMap((file) => (JSON.parse(read(join('dist', file))) as { sources: string[] }).sources)
    .flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
  return [...new Set(names)].toSorted();
}

describe('the bill of materials', () => {
  const bill = JSON.parse(read('dist/bom.cdx.json')) as {
    readonly bomFormat: string;
    readonly specVersion: string;
    readonly components: readonly Component[];
  };
  const libraries = bill.components.filter(({ type }) => type === 'library');
  const nameOf = ({ group, name }: Component): string =>
    group === undefined ? name : `${group}/${name}`;

  it('names each package that is in the bundle, and no other', () => {
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    const bundled = bundledPackages();
    expect(bundled).toEqual(expect.arrayContaining(['undici', 'csv-parse', 'p-limit', 'pino']));
    // The bundler's own lines tie the parts together, and are in no map.
    expect(libraries.map(nameOf).toSorted()).toEqual([...bundled, 'rolldown'].toSorted());
  });

  it('gives each its version, its licence and the digest that the lock file has', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { version: string; license: string; integrity: string }>;
    };
    for (const library of libraries) {
      const locked = packages[`node_modules/${nameOf(library)}`];
      expect(library.version).toBe(locked?.version);
      expect(library.licenses?.[0]?.license?.id).toBe(locked?.license);
      const sha512 = Buffer.from(locked?.integrity.slice('sha512-'.length) ?? '', 'base64');
      expect(library.hashes).toEqual([{ alg: 'SHA-512', content: sha512.toString('hex') }]);
    }
  });

  it('has the digests of the program’s own files', () => {
    const files = bill.components.filter(({ type }) => type === 'file');
    const scripts = readdirSync(join(TOP, 'dist')).filter((file) => file.endsWith('.js'));
    expect(files.map(({ name }) => name).toSorted()).toEqual(
      scripts.map((file) => `dist/${file}`).toSorted(),
    );
    for (const { name, hashes } of files) {
      const content = createHash('sha256').update(read(name)).digest('hex');
      expect(hashes).toEqual([{ alg: 'SHA-256', content }]);
    }
  });

  it('stands beside the text of each licence', () => {
    const texts = read('dist/licenses.txt')
      .split(`\n${'-'.repeat(72)}\n\n`)
      .slice(1);
    expect(texts).toHaveLength(libraries.length);
    for (const [n, library] of libraries.entries()) {
      expect(texts[n]).toContain(`${nameOf(library)} ${library.version} (`);
      expect(texts[n]?.length).toBeGreaterThan(500);
    }
  });
});

describe('the man page', () => {
  const page = manPage('1.2.3');
  const plain = page.replaceAll('\\-', '-').replaceAll('\\&', '').replaceAll('\\e', '\\');

  it('has every command with each of its options, and every exit code', () => {
    for (const { name, argument, options } of COMMANDS) {
      const heading = `.SS redcap-sweep ${name}${argument === undefined ? '' : ` ${argument.flags}`}\n`;
      expect(plain).toContain(heading);
      const rest = plain.slice(plain.indexOf(heading) + heading.length);
      const section = rest.slice(0, rest.search(/^\.S[SH] /m));
      for (const { flags } of options) expect(section).toContain(`.B ${flags}\n`);
    }
    for (const { flags } of COMMON_OPTIONS) expect(plain).toContain(`.B ${flags}\n`);
    for (const [code, sentence] of Object.entries(EXIT_SENTENCES)) {
      expect(plain).toContain(`.TP\n.B ${code}\n${sentence}`);
    }
  });

  it('is the one that was built, and starts no request by accident', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(read('dist/redcap-sweep.1')).toBe(manPage(version));
    const requests = page.split('\n').filter((line) => /^[.']/.test(line));
    expect(requests.filter((line) => !/^\.(?:TH|SH|SS|PP|TP|B|I|br|nf|fi)\b/.test(line))).toEqual(
      [],
    );
  });
});
