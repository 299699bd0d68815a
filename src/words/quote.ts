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
