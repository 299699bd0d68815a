// A byte order mark at the start of a file would be taken off it: quoted, it stays.
const NEEDS_QUOTES = /[",\r\n\ufeff]/;

/** Cells as one RFC 4180 line, LF included. */
export function csvLine(cells: readonly string[]): string {
  let line = '';
  for (let at = 0; at < cells.length; at += 1) {
    const cell = cells[at] ?? '';
    if (at > 0) line += ',';
    if (cell === '') continue;
    line += NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
  return line + '\n';
}
