import pLimit from 'p-limit';
import { instantOf, mostElapsedMs, type Clock, type Instant } from '../clock.ts';
import type { Target } from '../rows/target.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { Look } from '../rows/look.ts';
import type { FileField, ProjectEvent, ProjectModel } from './model.ts';
import { findContradiction, isOfPlace, placeChange, type Contradiction } from './place.ts';
import type { StructureAnswer } from './read-model.ts';

/** A look is believed only with a structure that is no older, or was read after it. */
const HOLDS_MS = 60_000;
/** So often at most for one look, should a designer go on changing things under it. */
const READINGS_A_LOOK = 3;

/** How to look, and how to read the structure again: both end where the caller's signal says so. */
export interface LookWays {
  readonly lookAt: (model: ProjectModel, targets: readonly Target[]) => Promise<LookedBatch>;
  readonly readStructure: (
    known: ProjectModel,
    fields: readonly string[],
  ) => Promise<StructureAnswer>;
}

/**
 * The structure that looks are read with, and what has changed since the plan
 * was made. An absent row means "gone" only where the place is still the one
 * that was meant, so that the structure is read again while a command works.
 */
export interface Structure {
  /** Looks at targets, reading the structure again where the looks need it. */
  look(targets: readonly Target[], ways: LookWays): Promise<LookedBatch>;
  /**
   * The same for a check, which may still decide what repeats: an export that
   * contradicts the structure says nothing, and holds nothing back.
   */
  lookForCheck(targets: readonly Target[], ways: LookWays): Promise<LookedBatch>;
  /** Reads it again where it is older than a minute; what cannot be read is left to the looks. */
  renew(fields: readonly string[], ways: LookWays): Promise<void>;
  /** What is known to have changed of a target's place: nothing is sent there any more. */
  changeAt(target: Target): string | undefined;
}

/** `readAt`: when the model was read by this command; absent where it comes from a journal. */
export function createStructure(
  planned: ProjectModel,
  readAt: Instant | undefined,
  clock: Pick<Clock, 'now' | 'monotonic'>,
): Structure {
  let model = planned;
  let readFields =
    readAt === undefined ? new Set<string>() : new Set(Object.keys(planned.fileFields));
  let at = readAt;
  /** Places of which an export said something else, after the structure had been read again. */
  const contradicted = new Map<string, string>();

  const holds = (fields: readonly string[]): boolean =>
    at !== undefined &&
    mostElapsedMs(clock, at) <= HOLDS_MS &&
    fields.every((field) => readFields.has(field));

  /** One at a time, so that each reading begins with what the one before it has found. */
  const inTurn = pLimit(1);

  /**
   * Reads the structure, where that is needed still when its turn has come.
   * Where it cannot be read, gives what becomes of the look.
   */
  const readAgain = (
    fields: readonly string[],
    { readStructure }: LookWays,
    isNeeded: () => boolean = () => !holds(fields),
  ): Promise<LookedBatch | undefined> =>
    inTurn(async () => {
      if (!isNeeded()) return undefined;
      const begun = instantOf(clock);
      const answer = await readStructure(model, fields);
      if (answer.kind !== 'read') return asLooked(answer);
      const { repeats } = answer.model;
      const read =
        repeats.kind === 'unknown' ? { ...answer.model, repeats: model.repeats } : answer.model;
      at = begun;
      readFields = new Set(fields);
      // One that says the same stays one and the same, so that comparing costs nothing.
      if (!sameStructure(read, model, fields)) model = read;
      return undefined;
    });

  const changeAt = (target: Target): string | undefined => {
    if (model === planned && contradicted.size === 0) return undefined;
    return placeChange(planned, model, target) ?? contradicted.get(placeKey(model, target));
  };

  /** Is it one of the target's place that is not known yet? */
  const isNews = (found: Contradiction | undefined, target: Target): boolean =>
    found !== undefined &&
    isOfPlace(found, planned, model, target) &&
    !contradicted.has(placeKey(model, target));

  const contradictionOf = (
    target: Target,
    looked: LookedBatch,
    checking: boolean,
  ): Contradiction | undefined => {
    if (looked.kind !== 'looked') return undefined;
    // What repeats is for the check to find out, where the setup cannot be read.
    if (checking && model.repeats.kind === 'unknown') return undefined;
    return findContradiction(looked.rowsOf(target.record), target, model);
  };

  /**
   * What is taken for a file may be a missing-data code of a designer's own
   * making, added since the structure was read. A check, which has just read
   * it, does not ask: a request for such a row finds no file to delete.
   */
  const showsNewCode = (
    { looks }: LookedBatch & { kind: 'looked' },
    begun: Instant,
    checking: boolean,
  ): boolean =>
    !checking &&
    (at === undefined || at.monotonicMs < begun.monotonicMs) &&
    looks.some((one) => one.kind === 'there' && one.mark !== undefined && mayBeCode(one.mark));

  const look = async (
    targets: readonly Target[],
    ways: LookWays,
    checking: boolean,
  ): Promise<LookedBatch> => {
    const fields = [...new Set(targets.map(({ field }) => field))];
    if (at === undefined) {
      const failed = await readAgain(fields, ways);
      if (failed !== undefined) return failed;
    }
    for (let readings = 0; ; readings += 1) {
      const begun = instantOf(clock);
      const readWith = model;
      const looked = await ways.lookAt(readWith, targets);
      if (looked.kind !== 'looked' || looked.blind) return looked;
      const contradictions = targets.map((target) => contradictionOf(target, looked, checking));
      if (readings < READINGS_A_LOOK) {
        const hasNews = targets.some((target, n) => isNews(contradictions[n], target));
        // A file that is seen may be another place's by now, as one that is not seen may be elsewhere.
        const saysSomething = looked.looks.some(({ kind }) => kind !== 'nothing');
        const isDoubtful =
          hasNews || (saysSomething && !holds(fields)) || showsNewCode(looked, begun, checking);
        const doubtedAt = clock.monotonic();
        // Another look may have read it since.
        const isNeeded = (): boolean =>
          model === readWith && !(at !== undefined && at.monotonicMs > doubtedAt && holds(fields));
        const failed = isDoubtful ? await readAgain(fields, ways, isNeeded) : undefined;
        if (failed !== undefined) return failed;
        // Another structure, whichever look found it: this one is taken anew, with it.
        if (model !== readWith) continue;
      }
      return withChanges(looked, targets, contradictions, checking);
    }
  };

  const withChanges = (
    looked: LookedBatch & { kind: 'looked' },
    targets: readonly Target[],
    contradictions: readonly (Contradiction | undefined)[],
    checking: boolean,
  ): LookedBatch => {
    const looks = looked.looks.map((one, n): Look => {
      const target = targets[n];
      const contradiction = contradictions[n];
      if (target === undefined) return one;
      if (contradiction !== undefined && !checking && isNews(contradiction, target)) {
        contradicted.set(placeKey(model, target), contradiction.why);
      }
      const change = changeAt(target);
      if (change !== undefined) return { kind: 'nothing', why: change, moved: true };
      return contradiction === undefined ? one : { kind: 'nothing', why: contradiction.why };
    });
    return { ...looked, looks };
  };

  return {
    look: (targets, ways) => look(targets, ways, false),
    lookForCheck: (targets, ways) => look(targets, ways, true),
    async renew(fields, ways) {
      await readAgain(fields, ways);
    },
    changeAt,
  };
}

/** REDCap's codes are letters, digits, dots, hyphens and underscores; file names have an extension. */
function mayBeCode(text: string): boolean {
  return /^[\w.-]+$/.test(text) && !/\.[a-z][a-z0-9]{1,4}$/i.test(text);
}

function asLooked(answer: Exclude<StructureAnswer, { kind: 'read' }>): LookedBatch {
  return answer.kind === 'stopped'
    ? answer
    : { kind: 'unreadable', message: `the project's structure: ${answer.message}` };
}

function placeKey({ fileFields }: ProjectModel, { event, field }: Target): string {
  return `${event}\0${fileFields[field]?.form ?? field}`;
}

/** Do two readings agree in all that a look at these fields depends on? */
function sameStructure(one: ProjectModel, other: ProjectModel, fields: readonly string[]): boolean {
  return partsOf(one, fields) === partsOf(other, fields);
}

function partsOf(model: ProjectModel, fields: readonly string[]): string {
  const { longitudinal, recordIdField, missingCodes, events, eventForms, repeats } = model;
  const places = fields.map((field) => withoutLabel(model.fileFields[field]));
  return JSON.stringify([
    longitudinal,
    recordIdField,
    missingCodes,
    events.map(withoutLabel),
    Object.entries(eventForms),
    repeats,
    places,
  ]);
}

/** No look depends on what people call a thing. */
function withoutLabel(one: FileField | ProjectEvent | undefined): unknown {
  return one === undefined ? null : { ...one, label: undefined };
}
