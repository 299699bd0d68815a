import type { Effect } from '../rows/outcome.ts';

/** A row between its first `sending` line and its outcome. */
export interface OpenRow {
  attempts: number;
  startedAt: number;
  /** An earlier try may have had an effect. */
  effect: Effect;
  /** A try left whose end is not written. */
  inAir: boolean;
  code: string;
  http: number | undefined;
  /** What the server had said. */
  said: string | undefined;
}

/**
 * The rows that are open at one place of a journal: few at a time, and every
 * row once. Searched from the newest on. A Map would replace its table every
 * few rows, and each old table holds on to the next one: over a million rows
 * that is memory by the ten megabytes.
 */
export class OpenRows {
  readonly #rows: number[] = [];
  readonly #states: OpenRow[] = [];

  #placeOf(row: number): number {
    const rows = this.#rows;
    for (let at = rows.length - 1; at >= 0; at -= 1) {
      if (rows[at] === row) return at;
    }
    return -1;
  }

  get(row: number): OpenRow | undefined {
    const at = this.#placeOf(row);
    return at === -1 ? undefined : this.#states[at];
  }

  set(row: number, state: OpenRow): void {
    const at = this.#placeOf(row);
    if (at === -1) {
      this.#rows.push(row);
      this.#states.push(state);
    } else {
      this.#states[at] = state;
    }
  }

  delete(row: number): void {
    const at = this.#placeOf(row);
    if (at === -1) return;
    const lastRow = this.#rows.pop() as number;
    const lastState = this.#states.pop() as OpenRow;
    if (at === this.#rows.length) return;
    this.#rows[at] = lastRow;
    this.#states[at] = lastState;
  }

  values(): readonly OpenRow[] {
    return this.#states;
  }
}
