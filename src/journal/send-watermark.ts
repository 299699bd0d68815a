import type { Journal } from './write.ts';

/** Rows that a watermark covers ahead: what a power cut can leave uncertain. */
const AHEAD_ROWS = 1024;
/** So many times as many at most, where the disk is slow or busy beside the server. */
const MOST_TIMES = 16;
/** Watermarks that follow each other faster than this keep the disk busier than the lines do. */
const LEAST_APART_MS = 100;

/** Says ahead of time, on the disk, up to which row sending may have gone. */
export interface SendWatermark {
  /** Resolves when a watermark that covers the row is on the disk; at once where one is. */
  cover(row: number): Promise<void> | undefined;
}

/**
 * For rates at which no line can be on the disk before each request: a
 * watermark covers a window of rows, and the next one is written when half of it is used.
 * The window grows with the speed of the run: what a power cut can take of the
 * lines grows with it as well.
 */
export function createSendWatermark(journal: Journal, aheadRows = AHEAD_ROWS): SendWatermark {
  let ahead = aheadRows;
  let covered = 0;
  let coming = 0;
  let writing: Promise<void> | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;

  const widen = (): void => {
    ahead = Math.min(ahead * 2, aheadRows * MOST_TIMES);
  };

  const extend = (row: number): Promise<void> => {
    const at = journal.stamp();
    if (at - lastAt < LEAST_APART_MS) widen();
    lastAt = at;
    const upTo = row + ahead;
    coming = upTo;
    journal.append({ state: 'mark', upTo });
    const done = journal.sync().then(() => {
      covered = Math.max(covered, upTo);
      writing = undefined;
    });
    writing = done;
    return done;
  };

  return {
    cover(row) {
      if (row <= covered) {
        if (row > covered - ahead / 2 && writing === undefined) {
          // A failure is reported by the journal itself, and by the next wait here.
          extend(row).catch(() => undefined);
        }
        return undefined;
      }
      if (writing === undefined) return extend(row);
      widen();
      return row <= coming ? writing : extend(row);
    },
  };
}
