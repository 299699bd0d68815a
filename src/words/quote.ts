const PLAIN = /^[\w./:@%+=,~\\-]+$/;

/** A path as it is typed at a prompt: quoted where the shell would read it otherwise. */
export function quotePath(path: string): string {
  const safe = path.startsWith('-') ? `./${path}` : path;
  if (isWindowsPath(safe)) return PLAIN.test(safe) ? safe : `"${safe}"`;
  return PLAIN.test(safe) && !safe.includes('\\') ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}

/** A path below a directory, joined as the directory is written. */
export function pathBelow(directory: string, name: string): string {
  const separator = isWindowsPath(directory) ? '\\' : '/';
  return directory.endsWith(separator) ? directory + name : directory + separator + name;
}

function isWindowsPath(path: string): boolean {
  return /^[A-Za-z]:/.test(path) || (path.includes('\\') && !path.includes('/'));
}

const SHOWN_CHARACTERS = 60;

/** A cell or header as a message shows it: one line, in quotation marks, shortened. */
export function quoted(value: string, limit = SHOWN_CHARACTERS): string {
  return `"${shortened(value, limit)}"`;
}

/** One line of at most `limit` characters, cut at a character's border. */
export function shortened(value: string, limit: number): string {
  // Cut before cleaning: a cell may hold megabytes.
  const near = value.length > limit * 4 ? value.slice(0, limit * 4) : value;
  const characters = Array.from(near.replace(/\p{Cc}+/gu, ' '));
  if (characters.length <= limit && near === value) return characters.join('');
  return `${characters.slice(0, limit - 1).join('')}…`;
}
