import { STATUSES, type Status, type Verified } from '../rows/outcome.ts';

/** How far a row has come, in one byte a row. */
export const PHASE = {
  /** No line of its own. */
  untouched: 0,
  /** The plan says: delete. */
  planned: 1,
  /** The plan settled it; its line is in the plan part of the journal. */
  settledByPlan: 2,
  /** Sent, and no outcome yet. */
  open: 3,
  /** An outcome stands at the row's offset. */
  outcome: 4,
} as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

const VERIFIED: readonly Verified[] = ['', 'yes', 'no', 'skipped'];

interface Page {
  readonly phase: Uint8Array;
  readonly status: Uint8Array;
  readonly low: Uint32Array;
  readonly high: Uint16Array;
}

/** When a row's only request began, and when its answer settled the row; epoch milliseconds. */
export interface Times {
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** In the status byte: instead of a place, the row has the times of a plain success. */
const PLAIN = 128;

/**
 * State of every row in a few bytes: one for the phase and verification, one
 * for the status, six for the place of its last outcome line, or, of a plain
 * success, for its times: of such a row the line says nothing more, and it is
 * not read again. Grows in pages, so that no doubling shows as a peak.
 */
export class RowIndex {
  static readonly PAGE = 1 << 12;
  readonly #pages: (Page | undefined)[] = [];
  readonly #epoch: number;

  /** `epoch`: a time before all that are to be kept, by less than 49 days. */
  constructor(epoch = 0) {
    this.#epoch = epoch;
  }

  /** To be written to. */
  #page(row: number): Page {
    return (this.#pages[Math.floor(row / RowIndex.PAGE)] ??= emptyPage());
  }

  /** To be read: rows of which nothing is known take no memory. */
  #known(row: number): Page {
    return this.#pages[Math.floor(row / RowIndex.PAGE)] ?? NOTHING_KNOWN;
  }

  phase(row: number): Phase {
    return ((this.#known(row).phase[row % RowIndex.PAGE] ?? 0) & 7) as Phase;
  }

  setPhase(row: number, phase: Phase): void {
    const { phase: bytes } = this.#page(row);
    const at = row % RowIndex.PAGE;
    bytes[at] = ((bytes[at] ?? 0) & ~7) | phase;
  }

  verified(row: number): Verified {
    return VERIFIED[((this.#known(row).phase[row % RowIndex.PAGE] ?? 0) >> 3) & 3] ?? '';
  }

  setVerified(row: number, verified: Verified): void {
    const { phase } = this.#page(row);
    const at = row % RowIndex.PAGE;
    phase[at] = ((phase[at] ?? 0) & ~24) | (VERIFIED.indexOf(verified) << 3);
  }

  /** A look by verification is outstanding. */
  lookDue(row: number): boolean {
    return ((this.#known(row).phase[row % RowIndex.PAGE] ?? 0) & 32) !== 0;
  }

  setLookDue(row: number, due: boolean): void {
    this.#flag(row, 32, due);
  }

  /** A restore has put its hand on the row: no deletion touches it again. */
  restoring(row: number): boolean {
    return ((this.#known(row).phase[row % RowIndex.PAGE] ?? 0) & 64) !== 0;
  }

  setRestoring(row: number): void {
    this.#flag(row, 64, true);
  }

  /** "Not attempted" by the word of an earlier session, and perhaps sent by one that was killed since. */
  uncertain(row: number): boolean {
    return ((this.#known(row).phase[row % RowIndex.PAGE] ?? 0) & 128) !== 0;
  }

  setUncertain(row: number): void {
    this.#flag(row, 128, true);
  }

  #flag(row: number, bit: number, on: boolean): void {
    const { phase } = this.#page(row);
    const at = row % RowIndex.PAGE;
    phase[at] = on ? (phase[at] ?? 0) | bit : (phase[at] ?? 0) & ~bit;
  }

  status(row: number): Status | undefined {
    const byte = (this.#known(row).status[row % RowIndex.PAGE] ?? 0) & ~PLAIN;
    return byte === 0 ? undefined : STATUSES[byte - 1];
  }

  /** The outcome at `offset` is the row's state now; of what was said before, a restore alone still stands. */
  setOutcome(row: number, status: Status, offset: number, verified: Verified, due: boolean): void {
    const page = this.#page(row);
    const at = row % RowIndex.PAGE;
    const kept = (page.phase[at] ?? 0) & 64;
    page.phase[at] = kept | PHASE.outcome | (VERIFIED.indexOf(verified) << 3) | (due ? 32 : 0);
    page.status[at] = STATUSES.indexOf(status) + 1;
    page.low[at] = offset % 0x1_0000_0000;
    page.high[at] = Math.floor(offset / 0x1_0000_0000);
  }

  /** The row's outcome is a plain success. Its place stays where the times are none that can be kept. */
  setPlainSuccess(row: number, { startedAt, finishedAt }: Times): void {
    const since = startedAt - this.#epoch;
    const took = finishedAt - startedAt;
    if (!isUnsigned(since, 0xffff_ffff) || !isUnsigned(took, 0xffff)) return;
    const page = this.#page(row);
    const at = row % RowIndex.PAGE;
    page.status[at] = (page.status[at] ?? 0) | PLAIN;
    page.low[at] = since;
    page.high[at] = took;
  }

  plainSuccess(row: number): Times | undefined {
    const page = this.#known(row);
    const at = row % RowIndex.PAGE;
    if (((page.status[at] ?? 0) & PLAIN) === 0) return undefined;
    const startedAt = this.#epoch + (page.low[at] ?? 0);
    return { startedAt, finishedAt: startedAt + (page.high[at] ?? 0) };
  }

  /** Where its outcome line stands; of a plain success it is not known. */
  offset(row: number): number {
    const page = this.#known(row);
    const at = row % RowIndex.PAGE;
    return (page.high[at] ?? 0) * 0x1_0000_0000 + (page.low[at] ?? 0);
  }
}

function emptyPage(): Page {
  return {
    phase: new Uint8Array(RowIndex.PAGE),
    status: new Uint8Array(RowIndex.PAGE),
    low: new Uint32Array(RowIndex.PAGE),
    high: new Uint16Array(RowIndex.PAGE),
  };
}

const NOTHING_KNOWN = emptyPage();

function isUnsigned(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
