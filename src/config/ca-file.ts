import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { RefusedError } from '../errors.ts';
import { showValue } from './show-value.ts';
import { decodeText, readSmallFile } from '../files/read-file.ts';

const LARGEST_BYTES = 16 * 1024 * 1024;
const BLOCK =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/**
 * The certificates of a PEM file, each one by itself. Throws RefusedError that
 * names the file where none in it can be used.
 */
export async function readCaFile(option: string, cwd: string): Promise<readonly string[]> {
  if (option.trim() === '') throw new RefusedError('--ca-file is empty. Give the path of a file.');
  const what = `The --ca-file ${showValue(option)}`;
  const bytes = await readSmallFile(resolve(cwd, option), what, LARGEST_BYTES);
  const pems = findCertificates(pemText(bytes, what));
  if (pems.length === 0) {
    throw new RefusedError(
      readCertificate(bytes) !== undefined
        ? `${what} holds a certificate in binary form (DER), and PEM is needed. Convert it: openssl x509 -inform der -in <file> -out <new file>.`
        : `${what} holds no certificate in PEM form that can be used: no intact block from "-----BEGIN CERTIFICATE-----" to "-----END CERTIFICATE-----".`,
    );
  }
  return pems;
}

/**
 * Node's own extra authorities (NODE_EXTRA_CA_CERTS), which a list of
 * authorities given to TLS would replace: Node 20 has no way to ask for them.
 * Node only warns where that file cannot be read, and so nothing is said here.
 */
export async function readNodeExtraCas(
  path: string | undefined,
  cwd: string,
): Promise<readonly string[]> {
  if (path === undefined || path === '') return [];
  try {
    const what = 'NODE_EXTRA_CA_CERTS';
    const bytes = await readSmallFile(resolve(cwd, path), what, LARGEST_BYTES);
    return findCertificates(pemText(bytes, what));
  } catch (error) {
    if (error instanceof RefusedError) return [];
    throw error;
  }
}

// Comments between certificates come in any encoding, so only a byte order mark says that it is UTF-16.
function pemText(bytes: Buffer, what: string): string {
  const marked =
    (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return marked ? decodeText(bytes, what) : bytes.toString('latin1');
}

function findCertificates(text: string): string[] {
  return (text.match(BLOCK) ?? []).flatMap((block) => readCertificate(block) ?? []);
}

function readCertificate(source: string | Buffer): string | undefined {
  try {
    return new X509Certificate(source).toString();
  } catch {
    return undefined;
  }
}
