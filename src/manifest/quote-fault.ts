/** A quotation mark that RFC 4180 does not allow where it stands. */
export interface QuoteFault {
  readonly kind: 'never_closed' | 'inside_cell' | 'after_closing';
  /** Line breaks between the start of the text and the fault. */
  readonly breaksBefore: number;
  /** The same for the quotation mark that opened the cell. */
  readonly openedAfter: number;
  /** Cell of its row, from 1. */
  readonly column: number;
}

/**
 * Finds the first fault in a text that starts where a row starts. csv-parse
 * only says that there is one: its line numbers count CRLF in quotes twice.
 */
export function findQuoteFault(text: string, delimiter: string): QuoteFault | undefined {
  let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  let breaks = 0;
  let openedAfter = 0;
  let column = 1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    const isBreak = character === '\n' || (character === '\r' && text[at + 1] !== '\n');
    if (state === 'quoted') {
      if (character === '"' && text[at + 1] === '"') at++;
      else if (character === '"') state = 'closed';
    } else if (character === delimiter) {
      state = 'start';
      column++;
    } else if (character === '\n' || character === '\r') {
      state = 'start';
      column = 1;
    } else if (character === '"' && state === 'start') {
      state = 'quoted';
      openedAfter = breaks;
    } else if (character === '"' && state === 'plain') {
      return { kind: 'inside_cell', breaksBefore: breaks, openedAfter: breaks, column };
    } else if (state === 'closed') {
      return { kind: 'after_closing', breaksBefore: breaks, openedAfter, column };
    } else {
      state = 'plain';
    }
    if (isBreak) breaks++;
  }
  if (state !== 'quoted') return undefined;
  return { kind: 'never_closed', breaksBefore: openedAfter, openedAfter, column };
}

/** Words it for the line on which it stands; `rowLine` is the line of the text's start. */
export function wordQuoteFault(fault: QuoteFault, rowLine: number): string {
  const opened = rowLine + fault.openedAfter;
  const words: Readonly<Record<QuoteFault['kind'], string>> = {
    never_closed: `a quotation mark opens cell ${fault.column} and is never closed. Close it, or remove it.`,
    inside_cell: `a quotation mark stands inside cell ${fault.column}, which does not begin with one. Put the cell in quotation marks and write the mark twice ("").`,
    after_closing: `text follows the closing quotation mark of cell ${fault.column}, which was opened on line ${opened}. Write a quotation mark inside a quoted cell twice (""); if the cell was meant to end on line ${opened}, close it there.`,
  };
  return words[fault.kind];
}
