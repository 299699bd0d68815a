import type { Target } from '../rows/target.ts';

export const REQUEST_KINDS = [
  'delete',
  'import',
  'export_file',
  'export',
  'meta',
  'other',
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** One request, as the server itself knows it. */
export interface LedgerEntry {
  /** When it arrived, milliseconds since the epoch. */
  readonly at: number;
  readonly kind: RequestKind;
  /** What a file request named; as the project has it (event, instance, letter case) where it exists. */
  readonly target?: Target;
  /** A file was really removed or stored. */
  readonly effect: boolean;
  readonly fault?: string;
  /** The HTTP status; 0 where no answer was given. */
  readonly status: number;
  readonly answered: boolean;
}

export interface TargetDeletions {
  readonly target: Target;
  readonly count: number;
}

/** What really happened on the server: the truth that reports are compared with. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  /** Requests by kind. */
  counts(): Readonly<Record<RequestKind, number>>;
  /** Files really deleted, by target, in the order of their first deletion. */
  deletions(): readonly TargetDeletions[];
  record(entry: LedgerEntry): void;
  clear(): void;
  toJSON(): unknown;
}

export function createLedger(): Ledger {
  const entries: LedgerEntry[] = [];
  const counts = (): Record<RequestKind, number> => {
    const totals = { delete: 0, import: 0, export_file: 0, export: 0, meta: 0, other: 0 };
    for (const entry of entries) totals[entry.kind] += 1;
    return totals;
  };
  const deletions = (): TargetDeletions[] => {
    const found = new Map<string, { target: Target; count: number }>();
    for (const { kind, effect, target } of entries) {
      if (kind !== 'delete' || !effect || target === undefined) continue;
      const key = keyOf(target);
      const known = found.get(key);
      if (known === undefined) found.set(key, { target, count: 1 });
      else known.count += 1;
    }
    return [...found.values()];
  };
  return {
    entries,
    counts,
    deletions,
    record: (entry) => {
      entries.push(entry);
    },
    clear: () => {
      entries.length = 0;
    },
    toJSON: () => ({ counts: counts(), deletions: deletions(), entries }),
  };
}

/** One string for one target; the separator occurs in no name. */
export function keyOf({ record, field, event, instance }: Target): string {
  return [record, field, event, instance].join('\0');
}
