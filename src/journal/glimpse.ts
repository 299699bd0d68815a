import { open } from 'node:fs/promises';
import type { EventLine, JournalHeader } from './lines.ts';
import { NEWLINE, parseLine, readJournal } from './read.ts';
import { readHeader } from './replay.ts';

/** A journal that has come to its end, by its first line and its last ones alone. */
export interface Glimpse {
  readonly header: JournalHeader;
  readonly exitCode: number;
  /** When it ended. */
  readonly endedAt: number;
  readonly stop: (EventLine & { state: 'stop' }) | undefined;
  readonly refused: string | undefined;
  /** The plan's figures, where they stand among the last lines. */
  readonly planned: Readonly<Record<string, unknown>> | undefined;
}

const TAIL_BYTES = 1 << 17;

/**
 * What the last lines of a journal say of its end; `undefined` where they do
 * not: it is live, was killed, or has to be read whole. A million rows in
 * between are not read. Throws RefusedError for what is no journal.
 */
export async function glimpseJournal(path: string): Promise<Glimpse | undefined> {
  const header = await readFirstLine(path);
  const lines = await readTail(path);
  let found: Omit<Glimpse, 'header'> | undefined;
  let stop: Glimpse['stop'];
  let refused: string | undefined;
  let planned: Glimpse['planned'];
  for (const line of lines) {
    // A line that cannot be read may be one of these.
    if (line === undefined) return undefined;
    if (!isEvent(line)) continue;
    switch (line.state) {
      case 'planned':
        planned = line.totals;
        break;
      case 'refused':
        refused = line.reason;
        break;
      case 'stop':
        stop = line;
        break;
      case 'resumed':
        stop = undefined;
        found = undefined;
        break;
      case 'end':
        found = { exitCode: line.exitCode, endedAt: line.at, stop, refused, planned };
        break;
      default:
    }
  }
  return found === undefined ? undefined : { header, ...found };
}

/** What a journal's first line says. Throws RefusedError where it is none. */
export async function readFirstLine(path: string): Promise<JournalHeader> {
  for await (const [first] of readJournal(path)) return readHeader(path, first?.value);
  return readHeader(path, undefined);
}

/** The whole lines at the end of the journal, the first one of all left out. */
async function readTail(path: string): Promise<readonly (object | undefined)[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const bytes = Buffer.alloc(length);
    await file.read(bytes, 0, length, size - length);
    const lines: (object | undefined)[] = [];
    let start = bytes.indexOf(NEWLINE) + 1;
    for (let end = bytes.indexOf(NEWLINE, start); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      lines.push(parseLine(bytes.subarray(start, end)));
      start = end + 1;
    }
    return lines;
  } finally {
    await file.close();
  }
}

function isEvent(line: object): line is EventLine {
  return 'state' in line && !('row' in line);
}
