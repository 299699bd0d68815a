import type { Target } from '../rows/target.ts';

const LIST_RECORDS = 100;
const LIST_ROWS = 500;

interface Looked {
  readonly target: Target;
}

/** As many rows as one look takes. */
interface LookList<T extends Looked> {
  readonly size: number;
  isFullFor(one: Looked): boolean;
  add(one: T): void;
  /** Gives what is in it, and is empty then. */
  take(): readonly T[];
}

export function createLookList<T extends Looked>(): LookList<T> {
  let rows: T[] = [];
  let records = new Set<string>();
  return {
    get size() {
      return rows.length;
    },
    isFullFor: ({ target: { record } }) =>
      rows.length >= LIST_ROWS || (records.size >= LIST_RECORDS && !records.has(record)),
    add(one) {
      rows.push(one);
      records.add(one.target.record);
    },
    take() {
      const taken = rows;
      rows = [];
      records = new Set();
      return taken;
    },
  };
}

/** Cuts rows into such lists, in their order. */
export function* inLookLists<T extends Looked>(rows: readonly T[]): Generator<readonly T[]> {
  const list = createLookList<T>();
  for (const one of rows) {
    if (list.isFullFor(one)) yield list.take();
    list.add(one);
  }
  if (list.size > 0) yield list.take();
}
