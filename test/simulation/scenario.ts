import type { Target } from '../../src/rows/target.ts';
import { drawDesign, drawRedesigns, type Planned } from './draw-design.ts';
import { findCell, repeatingOf, type Design } from './design.ts';
import { createPlaces, currentFile, type Places } from './places.ts';
import type { Chance } from './random.ts';
import type { Display } from './shown.ts';
import { TROUBLES } from './troubles.ts';

/** What a seed stands for: the project with its files, the manifest, and the run's options. */
export interface Scenario {
  readonly places: Places;
  readonly display: Display;
  readonly manifest: string;
  /** `false`: `--no-check`. */
  readonly checks: boolean;
  readonly verifies: boolean;
  /** `--approved`: the run holds its check against an earlier one. */
  readonly approved: boolean;
  /** That earlier one has saved the files. */
  readonly archived: boolean;
  /** Rows with `expect_filename`. */
  readonly guards: boolean;
  readonly backup: boolean;
  readonly maxFailures: string | undefined;
  /** What other people do meanwhile, in time order. */
  readonly concurrentEdits: readonly ConcurrentEdit[];
  /** What designers change meanwhile, counted from the end of the check that somebody may approve. */
  readonly redesigns: readonly Planned[];
  /** Processes from elsewhere come to the run's directory. */
  readonly shared: boolean;
  /** Somebody edits the run's copy of the manifest. */
  readonly edited: boolean;
  /** Few rows and many crashes: trouble meets trouble on the same row. */
  readonly tight: boolean;
}

export interface ConcurrentEdit {
  readonly afterMs: number;
  readonly what: 'upload' | 'replace' | 'remove' | 'remove_record' | 'mark_missing';
  readonly target: Target;
  readonly name: string;
}

export const NAMES = ['a.pdf', 'b.pdf', 'a.pdf', 'scan 1.pdf'] as const;

/** `archived`: every seed is one with an archive. */
export function drawScenario(chance: Chance, ofArchive: Chance, archived: boolean): Scenario {
  const design = drawDesign(chance);
  const places = createPlaces(design);
  const tight = chance.is(0.65);
  const rows = tight
    ? chance.pick([1, 1, 2, chance.whole(2, 5)])
    : chance.pick([chance.whole(1, 8), chance.whole(5, 25), chance.whole(20, 60)]);
  const records = Math.max(1, Math.ceil(rows * chance.pick([0.3, 0.7, 1])));
  const targets: Target[] = [];
  const missing = chance.is(0.2);
  const empty = chance.pick([0, 0.1, 0.3]);
  for (let record = 1; record <= records; record += 1) {
    for (const target of targetsOf(design, String(record))) {
      const cell = findCell(design, target);
      if (cell === undefined) continue;
      const place = places.add(cell);
      if (missing && chance.is(0.1)) place.missing = 'NA';
      else if (!chance.is(empty)) places.put(place, chance.pick(NAMES), 0);
      targets.push(target);
    }
  }
  const picked = shuffled(targets, chance).slice(0, rows);
  const display: Display = {
    files: chance.weighted([
      [6, 'names'],
      [2, 'document'],
      [2, 'ids'],
    ]),
    hidden: chance.is(0.1) ? 'photo' : undefined,
    hashed: chance.is(0.06),
    lagMs: TROUBLES.lag ? chance.pick([0, 0, 0, 3000, 15_000, 100_000]) : 0,
  };
  const guards = chance.is(0.15);
  const edited = TROUBLES.edits && chance.is(0.05);
  const checks = !chance.is(tight ? 0.25 : 0.12);
  const drawn = {
    places,
    display,
    manifest: writeManifest(
      picked,
      chance,
      guards ? (target) => guess(places, target, chance) : undefined,
      edited ? chance.pick([0, 10_000, 40_000]) : 0,
    ),
    edited,
    checks,
    guards,
    backup: chance.is(0.12),
    verifies: checks && !chance.is(0.25),
    approved: checks && chance.is(0.15),
    maxFailures: chance.is(0.12) ? chance.pick(['1', '3', '10%', '5']) : undefined,
    concurrentEdits: drawConcurrentEdits(picked, chance),
    redesigns: TROUBLES.redesigns && checks ? drawRedesigns(design, chance) : [],
    shared: TROUBLES.takeovers && chance.is(0.1),
    tight,
  };
  const saves = drawn.approved && ofArchive.is(0.5);
  const isArchived = TROUBLES.archives && checks && (archived || saves);
  return { ...drawn, archived: isArchived, approved: drawn.approved || isArchived };
}

/** What a manifest may name of a record. */
function targetsOf(design: Design, record: string): Target[] {
  return design.events.flatMap((event) =>
    design.fields
      .filter(({ form }) => event.forms.has(form))
      .flatMap(({ name: field, form }) => {
        const repeats = repeatingOf(design, event, form) !== 'none';
        return (repeats ? ['1', '2'] : ['']).map((instance) => ({
          record,
          field,
          event: event.name,
          instance,
        }));
      }),
  );
}

/** Rows in any order, some of them twice, some of them faulty. */
function writeManifest(
  targets: readonly Target[],
  chance: Chance,
  expected: ((target: Target) => string) | undefined,
  paddingChars: number,
): string {
  const lines = targets.map(
    (target) =>
      `${target.record},${target.field},${target.event},${target.instance},${expected?.(target) ?? ''}`,
  );
  if (chance.is(0.4)) {
    const more = chance.whole(1, 3);
    for (let at = 0; at < more; at += 1) {
      const line = chance.pick([
        chance.pick(lines),
        chance.pick(lines),
        '1,age,,,',
        'none,sig,,,',
        '1,Sig,,,',
        ',sig,,,',
        'nowhere,photo,,,',
        `nowhere,photo,${chance.pick(targets).event},,`,
      ]);
      lines.splice(chance.whole(0, lines.length), 0, line);
    }
  }
  if (paddingChars === 0)
    return `record,field,event,instance,expect_filename\n${lines.join('\n')}\n`;
  // So long that not all of it is read at once.
  const note = 'x'.repeat(paddingChars);
  const rows = lines.map((line) => `${line},${note}`);
  return `record,field,event,instance,expect_filename,note\n${rows.join('\n')}\n`;
}

/** The name that somebody wrote down as the stored one: mostly true. */
function guess(places: Places, target: Target, chance: Chance): string {
  if (chance.is(0.3)) return '';
  const name = currentFile(places.of(target))?.name;
  return name === undefined || chance.is(0.2) ? chance.pick(NAMES) : name;
}

function drawConcurrentEdits(targets: readonly Target[], chance: Chance): ConcurrentEdit[] {
  const actions = chance.pick([0, 0, 3, 8, 20]);
  const spreadMs = chance.pick([2000, 20_000, 200_000, 2_000_000]);
  return Array.from({ length: actions }, () => ({
    afterMs: chance.whole(0, spreadMs),
    what: chance.weighted<ConcurrentEdit['what']>([
      [3, 'upload'],
      [4, 'replace'],
      [3, 'remove'],
      [1, 'remove_record'],
      [1, 'mark_missing'],
    ]),
    target: chance.pick(targets),
    name: chance.pick(NAMES),
  }));
}

function shuffled<T>(items: readonly T[], chance: Chance): T[] {
  const list = [...items];
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = chance.whole(0, at);
    [list[at], list[other]] = [list[other] as T, list[at] as T];
  }
  return list;
}
