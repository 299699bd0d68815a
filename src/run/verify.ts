import { encodeOutcome } from '../journal/outcome-lines.ts';
import type { Seen } from '../journal/lines.ts';
import type { Journal } from '../journal/write.ts';
import type { Target } from '../manifest/target.ts';
import type { LookedBatch } from '../project/look-batch.ts';
import type { Outcome } from './outcome.ts';
import { settleByVerification } from './settle-look.ts';

/** A row that verification has yet to look at. */
export interface Unverified {
  readonly row: number;
  readonly target: Target;
  readonly seen: Seen;
  readonly outcome: Outcome;
}

export interface Verifier {
  add(one: Unverified): void;
  /** Resolves when few enough looks are outstanding for deleting to go on. */
  ready(): Promise<void> | undefined;
  /** Looks at everything that is left. */
  finish(): Promise<void>;
}

export interface VerifierOptions {
  readonly look: (targets: readonly Target[]) => Promise<LookedBatch>;
  readonly journal: Journal;
  /** Told of each row that was looked at, in order. */
  readonly onVerified: (one: Unverified, after: Outcome) => void;
  /** The run goes no further, and no look is taken any more. */
  readonly ended: () => boolean;
}

const BATCH_RECORDS = 100;
const BATCH_ROWS = 500;
/** The first look comes early: a server that says yes and does nothing shows at once. */
const FIRST_ROWS = 10;
const OUTSTANDING = 3;

/**
 * Looks at deleted rows in batches of about 100 records while deleting goes
 * on. A look that cannot be read says nothing here: the row keeps its state.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { look, journal, onVerified, ended } = options;
  let batch: Unverified[] = [];
  let records = new Set<string>();
  let first = true;
  let outstanding = 0;
  let chain: Promise<void> = Promise.resolve();

  const verify = async (rows: readonly Unverified[]): Promise<void> => {
    if (ended()) return;
    const looked = await look(rows.map((one) => one.target));
    if (looked.kind === 'stopped') return;
    const same: Record<'yes' | 'no' | 'skipped', number[]> = { yes: [], no: [], skipped: [] };
    const results = rows.map((one, at) => {
      const seen = looked.kind === 'looked' ? looked.looks[at] : undefined;
      const after = settleByVerification(
        one.outcome,
        seen ?? { kind: 'nothing', why: 'the look could not be read' },
        one.seen,
      );
      return { one, after };
    });
    for (const { one, after } of results) {
      if (after.status === one.outcome.status && after.code === one.outcome.code) {
        if (after.verified !== '') same[after.verified].push(one.row);
      } else {
        journal.append(encodeOutcome(one.row, after, false));
      }
    }
    for (const verified of ['yes', 'no', 'skipped'] as const) {
      if (same[verified].length > 0) {
        journal.append({ verified, rows: same[verified], at: journal.stamp() });
      }
    }
    for (const { one, after } of results) onVerified(one, after);
  };

  const send = (): void => {
    if (batch.length === 0) return;
    const rows = batch;
    batch = [];
    records = new Set();
    first = false;
    outstanding += 1;
    chain = chain
      .then(() => verify(rows))
      .finally(() => {
        outstanding -= 1;
      });
    // Awaited in ready() and finish(); until then a rejection is not "unhandled".
    chain.catch(() => undefined);
  };

  return {
    add(one) {
      const full = first
        ? batch.length >= FIRST_ROWS
        : batch.length >= BATCH_ROWS ||
          (records.size >= BATCH_RECORDS && !records.has(one.target.record));
      if (full) send();
      batch.push(one);
      records.add(one.target.record);
      if (first && batch.length >= FIRST_ROWS) send();
    },
    ready: () => (outstanding >= OUTSTANDING ? chain : undefined),
    async finish() {
      send();
      await chain;
    },
  };
}
