import { BACKUP_FOLDER } from '../journal/lines.ts';

/**
 * Short enough for every file system, in characters and in bytes (three a
 * UTF-16 unit at most), and for Windows' limit on whole paths.
 */
const LONGEST_NAME = 80;
const LONGEST_EXTENSION = 12;
const ROW_DIGITS = 6;

/** Letters and digits of every script, and the few marks that every system takes. */
const UNSAFE = /[^\p{L}\p{M}\p{N} ._()-]+/gu;
const EDGES = /^[ ._-]+|[ ._-]+$/g;
const EXTENSION = /\.([\p{L}\p{N}]+)$/u;

/**
 * The name of a backup on disk, the same for every platform, since run
 * directories are copied between machines: `000012-scan.pdf`, and a second
 * take with other bytes `000012.2-scan.pdf`. Row and take in front make it
 * unique, and no device name; the lower case keeps names apart that Windows
 * and macOS take for one. The stored name is a stranger's: never a path.
 */
export function backupName(row: number, take: number, fileName: string): string {
  const number = String(row).padStart(ROW_DIGITS, '0');
  const prefix = take === 1 ? `${number}-` : `${number}.${take}-`;
  const plain = fold(fileName).replace(UNSAFE, '_').replace(EDGES, '');
  const extension = extensionOf(plain);
  const stem = plain.slice(0, plain.length - extension.length);
  const room = LONGEST_NAME - prefix.length - extension.length;
  return `${prefix}${cut(stem, room).replace(EDGES, '') || 'file'}${extension}`;
}

/** Where a file stands until it is whole. No backup's name looks like it: those have a hyphen. */
export function partName(row: number): string {
  return `${String(row).padStart(ROW_DIGITS, '0')}.part`;
}

export function isPartName(name: string): boolean {
  return /^\d+\.part$/.test(name);
}

/** A path as the journal keeps it: inside the run directory, with forward slashes on every platform. */
export function backupPath(name: string): string {
  return `${BACKUP_FOLDER}/${name}`;
}

/** The name in such a path; `undefined` for anything that could lead elsewhere. */
export function nameInBackupPath(path: string): string | undefined {
  const name = /^backup\/([^/\\:]+)$/.exec(path)?.[1];
  return name === undefined || /^\.+$/.test(name) ? undefined : name;
}

/** By way of the capitals, so that letters with one capital (s and long s) become one. */
function fold(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function extensionOf(name: string): string {
  const found = EXTENSION.exec(name);
  const isWhole = found !== null && found[0].length <= LONGEST_EXTENSION && found.index > 0;
  return isWhole ? found[0] : '';
}

/** Cuts at a character's border. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const code = text.charCodeAt(length - 1);
  const splitsPair = code >= 0xd800 && code <= 0xdbff;
  return text.slice(0, splitsPair ? length - 1 : length);
}
