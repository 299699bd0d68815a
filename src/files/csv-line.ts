// A byte order mark at the start of a file would be taken off it: quoted, it stays.
const NEEDS_QUOTES = /[",\r\n\ufeff]/;

/** Cells as one RFC 4180 line, LF included. */
export function csvLine(cells: readonly string[]): string {
  return `${csvCells(cells)}\n`;
}

/** The same without the line's end. */
export function csvCells(cells: readonly string[]): string {
  let line = '';
  for (let at = 0; at < cells.length; at += 1) {
    if (at > 0) line += ',';
    line += csvCell(cells[at] ?? '');
  }
  return line;
}

export function csvCell(cell: string): string {
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
