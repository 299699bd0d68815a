/** Chance from a seed: the same seed makes the same run. */
export interface Chance {
  /** From 0 up to, and without, 1. */
  next(): number;
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number;
  /** True with this probability. */
  is(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** Picks by weight. */
  weighted<T>(choices: readonly (readonly [number, T])[]): T;
}

export function createChance(seed: number): Chance {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  for (let at = 0; at < 4; at += 1) next();
  return {
    next,
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    is: (probability) => next() < probability,
    pick: (choices) => {
      if (choices.length === 0) throw new Error('nothing to pick from');
      return choices[Math.floor(next() * choices.length)] as never;
    },
    weighted(choices) {
      let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, choice] of choices) {
        left -= weight;
        if (left < 0) return choice;
      }
      return (choices.at(-1) as (typeof choices)[number])[1];
    },
  };
}

/** A stream for each who draws: where one draws more than before, the others stay as they were. */
export interface Chances {
  readonly scenario: Chance;
  readonly server: Chance;
  readonly engine: Chance;
  readonly disk: Chance;
  readonly archive: Chance;
}

export function createChances(seed: number): Chances {
  return {
    scenario: createChance(seed),
    server: createChance(seed ^ 0x5e41e4),
    engine: createChance(seed ^ 0xe4914e),
    disk: createChance(seed ^ 0xd15c00),
    archive: createChance(seed ^ 0xa4c417e),
  };
}
