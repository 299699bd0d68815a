import { decodeOutcome, isOutcomeLine } from './line-codec.ts';
import {
  graver,
  type Effect,
  type FileFacts,
  type Outcome,
  type OutcomeDetails,
  type StopCode,
} from '../rows/outcome.ts';
import type { JournalView } from './fold.ts';
import type { OutcomeLine } from './lines.ts';
import type { PlanLine } from '../rows/plan-line.ts';
import { journalSource, NEWLINE, parseLine, type JournalSource } from './read.ts';
import { PHASE } from './row-index.ts';

/**
 * Gives the final state of each row, as the journal tells it. Nothing is said
 * of a row that the journal does not hold.
 */
export interface OutcomeReader {
  outcomeOf(row: number, plan: PlanLine | undefined): Outcome;
  close(): void;
}

export function readOutcomes(view: JournalView): OutcomeReader {
  const lines = readOutcomeLines(view.path);
  return {
    outcomeOf: (row, plan) => outcomeOf(view, lines.at, row, plan),
    close: lines.close,
  };
}

const PAGE_BYTES = 1 << 18;
const PAGES = 8;
const LONGEST_LINE_BYTES = 1 << 16;

/**
 * The outcome lines of a journal by their place. A few pages are kept: rows end
 * almost in order, at one place for each session of the run.
 */
export function readOutcomeLines(from: string | JournalSource): {
  at: (offset: number) => OutcomeLine;
  close: () => void;
} {
  const file = journalSource(from).openNow();
  const pages = new Map<number, Buffer>();

  const readPage = (number: number): Buffer => {
    const bytes = Buffer.allocUnsafe(PAGE_BYTES + LONGEST_LINE_BYTES);
    const length = file.read(bytes, bytes.length, number * PAGE_BYTES);
    const [oldest] = pages.keys();
    if (oldest !== undefined && pages.size >= PAGES) pages.delete(oldest);
    const page = bytes.subarray(0, length);
    pages.set(number, page);
    return page;
  };

  return {
    at(offset) {
      const number = Math.floor(offset / PAGE_BYTES);
      const page = pages.get(number) ?? readPage(number);
      const start = offset - number * PAGE_BYTES;
      const line = parseLine(page.subarray(start, page.indexOf(NEWLINE, start)));
      if (line === undefined || !isOutcomeLine(line)) throw new Error(CHANGED);
      return line;
    },
    close: () => {
      file.close();
    },
  };
}

const CHANGED = 'the journal is not the one that was read any more';

function outcomeOf(
  view: JournalView,
  lineAt: (offset: number) => OutcomeLine,
  row: number,
  plan: PlanLine | undefined,
): Outcome {
  const { index } = view;
  switch (index.phase(row)) {
    case PHASE.outcome: {
      const outcome = decodeOutcome(lineAt(index.offset(row)), index.verified(row));
      return index.inDoubt(row) ? inDoubt(outcome) : outcome;
    }
    case PHASE.open:
      return openOutcome(view, row);
    case PHASE.settledByPlan:
      return settledOutcome(view, plan);
    case PHASE.planned:
    case PHASE.untouched:
      return notBegun(view, row, plan);
  }
}

/** In the air when the program was killed, or waiting for another try. */
function openOutcome(view: JournalView, row: number): Outcome {
  const open = view.open.get(row);
  const marked: Effect = row <= view.airMark ? 'marked' : 'none';
  const inAir = open === undefined || open.inAir;
  const effect = inAir ? 'possible' : graver(open.effect, marked);
  const code = stopCode(view);
  const trail = {
    said: open?.said,
    httpStatus: open?.http,
    attempts: open?.attempts ?? 0,
    effect,
    startedAt: open?.startedAt,
    verified: '',
    file: view.backups.get(row),
  } as const;
  if (effect === 'none') {
    return { ...trail, status: 'not_attempted', code, message: STOPPED_BEFORE };
  }
  const told = open?.said === undefined ? '' : `; the answer had been: ${open.said}`;
  return {
    ...trail,
    status: 'unknown',
    code: open === undefined || open.code === '' ? 'interrupted' : open.code,
    message: `${inAir ? ANSWER_MISSING : ENDED_BETWEEN}; resume settles it${told}`,
  };
}

const ANSWER_MISSING = 'a request was sent, and the run ended before its answer was written down';
const ENDED_BETWEEN =
  'a request may have removed the file, and the run ended before it was tried again';

/** Only the mark of a session that was killed, or is still at work, says that the row may have been sent. */
function inDoubt(trail: Omit<OutcomeDetails, 'message'>): Outcome {
  return {
    ...trail,
    effect: 'marked',
    status: 'unknown',
    code: 'interrupted',
    message:
      'the run is under way or was killed; whether a request of this row had left cannot be told; resume settles it',
  };
}

const STOPPED_BEFORE = 'the run ended before this row';
const PLAN_LOST =
  'what the check found cannot be read any more: its line in the journal is lost; check again';
const UNCONFIRMED = 'unconfirmed: no look could tell whether a file is there';

function notBegun(view: JournalView, row: number, plan: PlanLine | undefined): Outcome {
  const name = seenName(plan);
  const file: FileFacts | undefined =
    view.backups.get(row) ?? (name === undefined ? undefined : { name });
  const planOnly = isPlanOnly(view);
  if (!planOnly && row <= view.airMark) {
    return inDoubt({ attempts: 0, effect: 'none', verified: '', file });
  }
  const unconfirmed =
    plan?.plan === 'delete' && plan.seen === undefined && view.header.project !== null;
  const lost = planOnly && plan === undefined && view.header.project !== null;
  const how = lost
    ? ({ code: 'interrupted', message: PLAN_LOST } as const)
    : planOnly
      ? ({ code: 'would_delete', message: unconfirmed ? UNCONFIRMED : '' } as const)
      : { code: stopCode(view), message: STOPPED_BEFORE };
  return { status: 'not_attempted', ...how, attempts: 0, effect: 'none', verified: '', file };
}

/** What the plan itself made of a row. */
export function settledOutcome(view: JournalView, plan: PlanLine | undefined): Outcome {
  const trail = { attempts: 0, effect: 'none', verified: '' } as const;
  switch (plan?.plan) {
    case 'already_empty':
      return isPlanOnly(view)
        ? {
            ...trail,
            status: 'not_attempted',
            code: 'nothing_to_delete',
            message: 'the field is empty; no request would be sent',
          }
        : { ...trail, status: 'already_empty', code: '', message: 'the check found nothing there' };
    case 'duplicate':
      return {
        ...trail,
        status: 'duplicate',
        code: 'duplicate_of',
        message: `names the same target as row ${plan.of}`,
      };
    case 'invalid':
      return { ...trail, status: plan.plan, code: plan.code, message: plan.message };
    case 'guard_mismatch': {
      const name = seenName(plan);
      return {
        ...trail,
        status: plan.plan,
        code: plan.code,
        message: plan.message,
        file: name === undefined ? undefined : { name },
      };
    }
    case 'delete':
    case undefined:
      throw new Error('the plan part of the journal is out of step with its rows');
  }
}

/** A check, or a run that was refused: nothing was attempted, and the rows stand as a check shows them. */
export function isPlanOnly(view: JournalView): boolean {
  return view.header.kind === 'check' || view.refused !== undefined;
}

/** Where the journal holds no stop, the program was killed: interrupted. */
function stopCode(view: JournalView): StopCode {
  return view.stop?.code ?? 'interrupted';
}

/** The name that the check saw; a document id or a bare "present" is none. */
export function seenName(plan: PlanLine | undefined): string | undefined {
  if (plan === undefined || !('seen' in plan) || typeof plan.seen !== 'string') return undefined;
  return /^\d+$/.test(plan.seen) ? undefined : plan.seen;
}
