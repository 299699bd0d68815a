const NEEDS_QUOTES = /[",\r\n]/;

/** Cells as one RFC 4180 line, LF included. Blank-only and padded cells are quoted, so that they survive any reader. */
export function csvLine(cells: readonly string[]): string {
  let line = '';
  for (let at = 0; at < cells.length; at += 1) {
    const cell = cells[at] ?? '';
    if (at > 0) line += ',';
    line += NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
  return line + '\n';
}
