import { createRunControl, type RunControl } from '../../src/run/control.ts';
import type { DeleteContext } from '../../src/run/row-progress.ts';
import type { RemoveFile } from '../../src/rows/server.ts';
import type { RowToDelete } from '../../src/run/row-source.ts';
import type { Journal } from '../../src/journal/write.ts';
import type { DeleteAnswer } from '../../src/rows/server.ts';
import { createVirtualClock, type VirtualClock } from '../redcap/virtual-clock.ts';

export type Scripted = DeleteAnswer | { readonly kind: 'not_sent' };

/** A journal that keeps its lines as objects. */
export function createLines(clock: VirtualClock): Journal & { readonly lines: object[] } {
  const lines: object[] = [];
  const add = (line: object | string): void => {
    lines.push(typeof line === 'string' ? (JSON.parse(line) as object) : line);
  };
  return {
    lines,
    append: add,
    announce: (line) => {
      add(line);
      return undefined;
    },
    flush: () => true,
    sync: () => Promise.resolve(),
    stamp: () => clock.now(),
    failed: false,
    failure: undefined,
    close: () => Promise.resolve(),
  };
}

export interface Harness {
  readonly clock: VirtualClock;
  readonly control: RunControl;
  readonly journal: ReturnType<typeof createLines>;
  readonly context: DeleteContext;
  /** When each request left, virtual milliseconds. */
  readonly sentAt: number[];
}

/** Everything that deletes one row, with a server that gives these answers in order. */
export function createHarness(
  answers: readonly (Scripted | ((harness: Harness) => Scripted | Promise<Scripted>))[],
  more: Partial<DeleteContext> = {},
): Harness {
  const clock = createVirtualClock();
  const control = createRunControl();
  const journal = createLines(clock);
  const sentAt: number[] = [];
  let at = 0;
  const remove: RemoveFile = async (_target, { beforeSend, onLeaving }) => {
    await beforeSend();
    if (!onLeaving()) return { kind: 'not_sent' };
    sentAt.push(clock.now());
    const answer = answers[Math.min(at, answers.length - 1)];
    at += 1;
    if (answer === undefined) throw new Error('no answer is scripted');
    return typeof answer === 'function' ? answer(harness) : answer;
  };
  const context: DeleteContext = {
    remove,
    journal,
    clock,
    random: () => 1,
    control,
    server: { confirmed: false },
    retries: 2,
    verifies: true,
    ...more,
  };
  const harness = { clock, control, journal, context, sentAt };
  return harness;
}

export const ROW: RowToDelete = {
  row: 1,
  target: { record: '1', field: 'photo', event: '', instance: '' },
  seen: 'a.pdf',
  guards: undefined,
  earlier: undefined,
};

const FACTS = { httpStatus: 200, message: '', trustworthy: false, retryAfterMs: undefined };

export const ANSWERS = {
  done: { ...FACTS, kind: 'done', trustworthy: true },
  noFile: { ...FACTS, kind: 'no_file', httpStatus: 400, message: 'no file', trustworthy: true },
  refused: {
    ...FACTS,
    kind: 'refused',
    code: 'http_400',
    httpStatus: 400,
    message: 'locked',
    trustworthy: true,
  },
  forbidden: {
    ...FACTS,
    kind: 'forbidden',
    code: 'http_403',
    httpStatus: 403,
    message: 'no rights',
    trustworthy: true,
  },
  lost: {
    ...FACTS,
    kind: 'retry',
    code: 'timeout',
    effect: 'possible',
    sent: true,
    httpStatus: undefined,
    message: 'No answer within 60 s.',
  },
  busy: {
    ...FACTS,
    kind: 'retry',
    code: 'http_429',
    effect: 'none',
    sent: true,
    httpStatus: 429,
    message: 'slow down',
  },
  unmade: {
    ...FACTS,
    kind: 'retry',
    code: 'connection',
    effect: 'none',
    sent: false,
    httpStatus: undefined,
    message: 'refused',
  },
  banned: { ...FACTS, kind: 'stop', stop: 'banned', effect: 'none', sent: true, message: 'banned' },
  distrusted: {
    ...FACTS,
    kind: 'stop',
    stop: 'untrusted_certificate',
    effect: 'none',
    sent: false,
    httpStatus: undefined,
    message: 'not trusted',
  },
  tooBusy: {
    ...FACTS,
    kind: 'stop',
    stop: 'server_busy',
    effect: 'possible',
    sent: true,
    httpStatus: 503,
    message: 'come back tomorrow',
  },
  notSent: { kind: 'not_sent' },
} as const satisfies Readonly<Record<string, Scripted>>;
