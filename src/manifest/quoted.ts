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
