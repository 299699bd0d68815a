/** `from` and `to` say where the line stands in the text, without its end. */
export type OnLine = (cells: string[], from: number, to: number) => void;

/** Cuts text without quotation marks into lines and cells. Ends may be LF, CRLF or CR, mixed. */
export function cutLines(text: string, delimiter: string, onLine: OnLine): void {
  let nextLf = text.indexOf('\n');
  let nextCr = text.indexOf('\r');
  for (let from = 0; from < text.length;) {
    if (nextLf !== -1 && nextLf < from) nextLf = text.indexOf('\n', from);
    if (nextCr !== -1 && nextCr < from) nextCr = text.indexOf('\r', from);
    const endsByCr = nextCr !== -1 && (nextLf === -1 || nextCr < nextLf);
    const to = endsByCr ? nextCr : nextLf === -1 ? text.length : nextLf;
    onLine(cutCells(text, from, to, delimiter), from, to);
    from = to + (endsByCr && nextLf === to + 1 ? 2 : 1);
  }
}

function cutCells(text: string, from: number, to: number, delimiter: string): string[] {
  const cells: string[] = [];
  let start = from;
  for (;;) {
    const stop = text.indexOf(delimiter, start);
    if (stop === -1 || stop >= to) break;
    cells.push(text.slice(start, stop));
    start = stop + 1;
  }
  cells.push(text.slice(start, to));
  return cells;
}
