import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCaFile, readNodeExtraCas } from '../../src/config/ca-file.ts';
import { CA_ONE, CA_TWO } from './certificates.ts';
import { makeFolder, refusal, TOKEN, utf16le } from './workspace.ts';

const BROKEN = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

describe('readCaFile', () => {
  it.each([
    ['one', CA_ONE, [CA_ONE]],
    ['two with comments', `Überschrift\n${CA_ONE}# next\n${CA_TWO}`, [CA_ONE, CA_TWO]],
    ['comments in Latin-1', Buffer.from(`Größe\n${CA_ONE}`, 'latin1'), [CA_ONE]],
    ['CRLF', CA_ONE.replaceAll('\n', '\r\n'), [CA_ONE]],
    ['UTF-16', utf16le(CA_ONE), [CA_ONE]],
    ['one of two is broken', BROKEN + CA_TWO, [CA_TWO]],
  ])('%s', async (_name, content, pems) => {
    expect(await readCaFile('ca.pem', makeFolder({ 'ca.pem': content }))).toEqual(pems);
  });

  it.each([
    ['text', 'secret'],
    ['nothing', ''],
    ['a broken block', BROKEN],
    ['half a block', CA_ONE.slice(0, 300)],
    ['bytes', Buffer.from([0, 255, 1, 254])],
  ])('refuses %s, naming the file', async (_name, content) => {
    const cwd = makeFolder({ 'ca.pem': content });
    expect(await refusal(() => readCaFile('ca.pem', cwd))).toMatch(
      /^The --ca-file "ca\.pem" holds no certificate in PEM form/,
    );
  });

  it('says what to do with the binary form', async () => {
    const cwd = makeFolder({ 'ca.cer': new X509Certificate(CA_ONE).raw });
    expect(await refusal(() => readCaFile('ca.cer', cwd))).toMatch(
      /binary form \(DER\).*openssl x509/,
    );
  });

  it('refuses a file that is not there, and shows no token given in its place', async () => {
    const cwd = makeFolder();
    expect(await refusal(() => readCaFile('ca.pem', cwd))).toMatch(/"ca\.pem" cannot be read/);
    expect(await refusal(() => readCaFile(TOKEN, cwd))).not.toContain(TOKEN);
    expect(await refusal(() => readCaFile('', cwd))).toMatch(/^--ca-file is empty/);
  });
});

it('adds the authorities that Node was given, where they can be read', async () => {
  const cwd = makeFolder({ 'extra.pem': CA_TWO });
  expect(await readNodeExtraCas('extra.pem', cwd)).toEqual([CA_TWO]);
  expect(await readNodeExtraCas('none.pem', cwd)).toEqual([]);
  expect(await readNodeExtraCas('', cwd)).toEqual([]);
  expect(await readNodeExtraCas(undefined, cwd)).toEqual([]);
});
