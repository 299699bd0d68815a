/** `from` and `to` say where the line stands in the text, without its end. */
export type OnLine = (cells: string[], from: number, to: number) => void;

/** Cuts text without quotation marks into lines and cells. Ends may be LF, CRLF or CR, mixed. */
export function cutLines(text: string, delimiter: string, onLine: OnLine): void {
  let nextLf = text.indexOf('\n');
  let nextCr = text.indexOf('\r');
  /** Nearly all lines have as many cells as the one before: an array that grows would take room for 17. */
  let width = 1;
  for (let from = 0; from < text.length;) {
    if (nextLf !== -1 && nextLf < from) nextLf = text.indexOf('\n', from);
    if (nextCr !== -1 && nextCr < from) nextCr = text.indexOf('\r', from);
    const endsByCr = nextCr !== -1 && (nextLf === -1 || nextCr < nextLf);
    const to = endsByCr ? nextCr : nextLf === -1 ? text.length : nextLf;
    const cells = cutCells(text, from, to, delimiter, width);
    width = cells.length;
    onLine(cells, from, to);
    from = to + (endsByCr && nextLf === to + 1 ? 2 : 1);
  }
}

function cutCells(
  text: string,
  from: number,
  to: number,
  delimiter: string,
  expected: number,
): string[] {
  // oxlint-disable-next-line unicorn/no-new-array -- room for so many, and no more
  const cells = new Array<string>(expected);
  let count = 0;
  let start = from;
  for (;;) {
    const stop = text.indexOf(delimiter, start);
    if (stop === -1 || stop >= to) break;
    cells[count] = text.slice(start, stop);
    count += 1;
    start = stop + 1;
  }
  cells[count] = text.slice(start, to);
  if (count + 1 < expected) cells.length = count + 1;
  return cells;
}
