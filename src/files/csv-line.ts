// A byte order mark at the start of a file would be taken off it: quoted, it stays.
const NEEDS_QUOTES = /[",\r\n\ufeff]/;

/** Cells as one RFC 4180 line, LF included. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\n`;
}

/** One cell, in quotation marks where it needs them. */
export function csvCell(cell: string): string {
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
