interface CsvForm {
  readonly delimiter?: string;
  readonly lineEnd?: string;
}

/** Cells as a CSV text, quoted where they need it. */
export function toCsv(
  rows: readonly (readonly string[])[],
  { delimiter = ',', lineEnd = '\n' }: CsvForm = {},
): string {
  const quote = (cell: string): string =>
    /["\r\n\ufeff]/.test(cell) || cell.includes(delimiter)
      ? `"${cell.replaceAll('"', '""')}"`
      : cell;
  return rows.map((cells) => `${cells.map(quote).join(delimiter)}${lineEnd}`).join('');
}
