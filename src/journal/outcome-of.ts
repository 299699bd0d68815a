import { decodeOutcome, isOutcomeLine, plainSuccess } from './line-codec.ts';
import {
  graver,
  type Effect,
  type FileFacts,
  type Outcome,
  type OutcomeDetails,
  type StopCode,
} from '../rows/outcome.ts';
import { isArchive, isPlanOnly, type RunState } from './run-state.ts';
import type { OutcomeLine } from './lines.ts';
import type { PlanLine } from '../rows/plan-line.ts';
import { journalSource, NEWLINE, parseLine, type JournalSource } from './read.ts';
import { PHASE } from './row-index.ts';

/**
 * Gives the final state of each row, as the journal has it. Nothing is said
 * of a row that the journal does not hold.
 */
export interface OutcomeReader {
  outcomeOf(row: number, plan: PlanLine | undefined): Outcome;
  close(): void;
}

export function readOutcomes(run: RunState): OutcomeReader {
  const lines = readOutcomeLines(run.path);
  return {
    outcomeOf: (row, plan) => outcomeOf(run, lines.at, row, plan),
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
  run: RunState,
  lineAt: (offset: number) => OutcomeLine,
  row: number,
  plan: PlanLine | undefined,
): Outcome {
  const { index } = run;
  switch (index.phase(row)) {
    case PHASE.outcome: {
      const times = index.plainSuccess(row);
      const verified = index.verified(row);
      const outcome =
        times === undefined
          ? decodeOutcome(lineAt(index.offset(row)), verified)
          : plainSuccess(times, verified);
      return index.uncertain(row) ? uncertain(outcome) : outcome;
    }
    case PHASE.open:
      return openOutcome(run, row);
    case PHASE.settledByPlan:
      return settledOutcome(run, plan);
    case PHASE.planned:
    case PHASE.untouched:
      return notBegun(run, row, plan);
  }
}

/** In flight when the program was killed, or waiting for another try. */
function openOutcome(run: RunState, row: number): Outcome {
  const open = run.open.get(row);
  const marked: Effect = row <= run.uncertainUpTo ? 'marked' : 'none';
  const inFlight = open === undefined || open.inFlight;
  const effect = inFlight ? 'possible' : graver(open.effect, marked);
  const code = stopCode(run);
  const details = {
    said: open?.said,
    httpStatus: open?.http,
    attempts: open?.attempts ?? 0,
    effect,
    startedAt: open?.startedAt,
    verified: '',
    file: run.backups.get(row),
  } as const;
  if (effect === 'none') {
    return { status: 'not_attempted', code, message: STOPPED_BEFORE, ...details };
  }
  const answer = open?.said === undefined ? '' : `; the answer had been: ${open.said}`;
  return {
    status: 'unknown',
    code: open === undefined || open.code === '' ? 'interrupted' : open.code,
    message: `${inFlight ? ANSWER_MISSING : ENDED_BETWEEN}; resume settles it${answer}`,
    ...details,
  };
}

const ANSWER_MISSING = 'a request was sent, and the run ended before its answer was written down';
const ENDED_BETWEEN =
  'a request may have removed the file, and the run ended before it was tried again';

/** Only the send watermark of a session that was killed, or is still at work, says that the row may have been sent. */
function uncertain(known: Omit<OutcomeDetails, 'message' | 'effect'>): Outcome {
  const { said, httpStatus, attempts, startedAt, finishedAt, verified, file } = known;
  return {
    status: 'unknown',
    code: 'interrupted',
    message:
      'the run is under way or was killed; whether a request of this row had left cannot be told; resume settles it',
    said,
    httpStatus,
    attempts,
    effect: 'marked',
    startedAt,
    finishedAt,
    verified,
    file,
  };
}

const STOPPED_BEFORE = 'the run ended before this row';
const NOT_SAVED = 'the check ended before this file was saved; resume goes on';
const PLAN_LOST =
  'what the check found cannot be read any more: its line in the journal is lost; check again';
const UNCONFIRMED = 'unconfirmed: no look could tell whether a file is there';

function notBegun(run: RunState, row: number, plan: PlanLine | undefined): Outcome {
  const name = seenName(plan);
  const file: FileFacts | undefined =
    run.backups.get(row) ?? (name === undefined ? undefined : { name });
  if (isArchive(run)) {
    const left = { status: 'not_attempted', code: stopCode(run), message: NOT_SAVED } as const;
    return { attempts: 0, effect: 'none', verified: '', file, ...left };
  }
  const planOnly = isPlanOnly(run);
  if (!planOnly && row <= run.uncertainUpTo) {
    return uncertain({ attempts: 0, verified: '', file });
  }
  const unconfirmed =
    plan?.plan === 'delete' && plan.seen === undefined && run.header.project !== null;
  const lost = planOnly && plan === undefined && run.header.project !== null;
  const how = lost
    ? ({ code: 'interrupted', message: PLAN_LOST } as const)
    : planOnly
      ? ({ code: 'would_delete', message: unconfirmed ? UNCONFIRMED : '' } as const)
      : { code: stopCode(run), message: STOPPED_BEFORE };
  return { status: 'not_attempted', attempts: 0, effect: 'none', verified: '', file, ...how };
}

/** What the plan itself made of a row. */
export function settledOutcome(run: RunState, plan: PlanLine | undefined): Outcome {
  const details = { attempts: 0, effect: 'none', verified: '' } as const;
  switch (plan?.plan) {
    case 'already_empty':
      return isPlanOnly(run)
        ? {
            status: 'not_attempted',
            code: 'nothing_to_delete',
            message: 'the field is empty; no request would be sent',
            ...details,
          }
        : {
            status: 'already_empty',
            code: '',
            message: 'the check found nothing there',
            ...details,
          };
    case 'duplicate':
      return {
        status: 'duplicate',
        code: 'duplicate_of',
        message: `names the same target as row ${plan.of}`,
        ...details,
      };
    case 'invalid':
      return { status: plan.plan, code: plan.code, message: plan.message, ...details };
    case 'failed':
      return { status: plan.plan, code: plan.code, ...leftAlone(plan), ...details };
    case 'guard_mismatch':
      return { status: plan.plan, code: plan.code, ...leftAlone(plan), ...details };
    case 'delete':
    case undefined:
      throw new Error('the plan part of the journal is out of step with its rows');
  }
}

function leftAlone(
  plan: PlanLine & { readonly message: string },
): Pick<OutcomeDetails, 'message' | 'file'> {
  const name = seenName(plan);
  return { message: plan.message, file: name === undefined ? undefined : { name } };
}

/** Where the journal holds no stop, the program was killed: interrupted. */
function stopCode(run: RunState): StopCode {
  return run.stop?.code ?? 'interrupted';
}

/** The name that the check saw; a document id or a bare "present" is none. */
export function seenName(plan: PlanLine | undefined): string | undefined {
  if (plan === undefined || !('seen' in plan) || typeof plan.seen !== 'string') return undefined;
  return /^\d+$/.test(plan.seen) ? undefined : plan.seen;
}
