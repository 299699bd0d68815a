import { isAscii } from 'node:buffer';
import { createCsvRecords, refuseLongRow, type CsvRecords, type OnRecord } from './csv-records.ts';
import { cutLines } from './cut-lines.ts';
import { countLineBreaks } from './line-breaks.ts';

const QUOTE = 34;
const LF = 10;
const CR = 13;

/**
 * Bytes in, records out, as `createCsvRecords` does it. Where no quotation mark
 * is about, lines are cut right here, in a small part of the time; csv-parse is
 * there for the rest, and takes over for as long as there are any.
 */
export function createRecords(
  delimiter: string,
  firstLine: number,
  onRecord: OnRecord,
): CsvRecords {
  let line = firstLine;
  /** The line that is begun, piece by piece, without a quotation mark in it. */
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let quoted: ReturnType<typeof createCsvRecords> | null = null;

  const begin = (bytes: Buffer): void => {
    if (bytes.length > 0) begun.push(bytes);
    begunBytes += bytes.length;
    refuseLongRow(begunBytes, line);
  };
  const takeBegun = (): Buffer[] => {
    const taken = begun;
    begun = [];
    begunBytes = 0;
    return taken;
  };

  const cut = (bytes: Buffer): void => {
    const text = isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8');
    // One function for all lines, as it holds only during the call.
    let start = 0;
    let stop = 0;
    const asItStood = (): string => text.slice(start, stop);
    cutLines(text, delimiter, (cells, from, to) => {
      start = from;
      stop = to;
      onRecord(cells, line, asItStood);
      line += 1;
    });
  };

  /** csv-parse gives back what it has begun, once there is no quotation mark in it. */
  const leaveQuoted = (): void => {
    const rest = quoted?.pendingBytes();
    if (quoted === null || rest === undefined || rest.includes(QUOTE)) return;
    line = quoted.pendingLine();
    quoted = null;
    begin(rest);
  };

  return {
    async write(bytes) {
      const hasQuotes = bytes.includes(QUOTE);
      if (quoted !== null && !hasQuotes) leaveQuoted();
      if (quoted === null && hasQuotes) {
        quoted = createCsvRecords(delimiter, line, onRecord);
        for (const piece of takeBegun()) await quoted.write(piece);
      }
      if (quoted !== null) {
        await quoted.write(bytes);
        return;
      }
      const end = endOfLastLine(bytes);
      if (end > 0) cut(Buffer.concat([...takeBegun(), bytes.subarray(0, end)]));
      begin(bytes.subarray(end));
    },
    async end() {
      if (quoted !== null) await quoted.end();
      else cut(Buffer.concat(takeBegun()));
    },
    currentLine: () =>
      quoted?.currentLine() ?? line + countLineBreaks(Buffer.concat(begun).toString('utf8')),
  };
}

/** A CR at the very end may be one half of a CRLF: its line is not over yet. */
function endOfLastLine(bytes: Buffer): number {
  const last = bytes.length - 1;
  const from = bytes[last] === CR ? last - 1 : last;
  if (from < 0) return 0;
  return Math.max(bytes.lastIndexOf(LF), bytes.lastIndexOf(CR, from)) + 1;
}
