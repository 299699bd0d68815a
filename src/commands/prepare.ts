import { createHash, randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../config/connection.ts';
import { RefusedError } from '../errors.ts';
import { openJournalFile } from '../journal/file.ts';
import type { JournalView } from '../journal/fold.ts';
import { JOURNAL_FILE, JOURNAL_VERSION, type JournalHeader } from '../journal/lines.ts';
import { planLines } from '../journal/read-plan.ts';
import { openJournal, type Journal } from '../journal/write.ts';
import { createTargetIndex } from '../manifest/duplicates.ts';
import { targetKey } from '../manifest/identity.ts';
import { openManifestFile, type Manifest } from '../manifest/read.ts';
import type { ManifestRow } from '../manifest/row.ts';
import { LookFailed, makePlan, type PlannedRow } from '../plan/make-plan.ts';
import { ruleRow, type Ruled } from '../plan/rules.ts';
import { ruledRows, ruleUnchecked, surveyManifest, type Survey } from '../plan/survey.ts';
import { countPlanned, emptyTotals, type PlanTotals } from '../plan/totals.ts';
import { invalidVerdict, planLine, type Verdict } from '../plan/verdict.ts';
import type { ProjectModel } from '../project/model.ts';
import { unreadable } from '../project/read-model.ts';
import { MANIFEST_FILE } from '../report/make-reports.ts';
import { createDraft, type Draft } from '../run-directory/draft.ts';
import { copyManifest } from '../run-directory/manifest-copy.ts';
import { TOOL } from '../version.ts';
import type { Io } from './io.ts';
import type { Progress } from './progress.ts';
import type { Server } from './server.ts';

/** A row that keeps a run from starting, as the screen lists it. */
export interface Problem {
  readonly row: number;
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

/** How many problems the screen lists; error.csv holds all. */
export const LISTED_PROBLEMS = 100;

export interface PrepareOptions {
  readonly kind: 'run' | 'check';
  readonly source: { readonly name: string; readonly chunks: AsyncIterable<Uint8Array> };
  readonly columns: Readonly<Record<string, string>>;
  readonly defaultInstance: string | undefined;
  readonly reportDir: string;
  readonly runDir: string | undefined;
  readonly connection: Connection;
  readonly server: Server;
  /** `false` with `--no-check`. */
  readonly checks: boolean;
  /** The project that it must be, and what asks for it. */
  readonly expectProject: string | undefined;
  /** What the journal keeps of the options. */
  readonly recorded: Readonly<Record<string, unknown>>;
  readonly approved?: {
    readonly directory: string;
    readonly sha256: string;
    readonly view: JournalView;
  };
}

/** A plan that is written down, and what a person has to know of it. */
export interface Prepared {
  readonly draft: Draft;
  readonly header: JournalHeader;
  readonly totals: PlanTotals;
  readonly problems: readonly Problem[];
  readonly blind: boolean;
}

/**
 * Everything before the question: copies the manifest, reads the project,
 * looks at every target, and writes manifest, header line and plan into the
 * draft of a run directory. Leaves nothing behind when it throws.
 */
export async function prepare(
  io: Io,
  options: PrepareOptions,
  progress: Progress,
): Promise<Prepared> {
  const { source, runDir, reportDir } = options;
  const startedAtMs = io.clock.now();
  const draft = await createDraft({ runDir, reportDir, manifestName: source.name, startedAtMs });
  try {
    const copy = await copyManifest(source.chunks, source.name, join(draft.path, MANIFEST_FILE));
    if (
      options.approved !== undefined &&
      options.approved.view.header.manifest.sha256 !== copy.sha256
    ) {
      throw new RefusedError(
        "The approved check's copy of the manifest is not the one that was checked any more. Check again. Nothing was deleted.",
      );
    }
    const open = (): Promise<Manifest> =>
      openManifestFile(join(draft.path, MANIFEST_FILE), { columns: options.columns });
    // A header that cannot be used is refused before anything is asked of the server.
    await closeManifest(await open());
    if (!options.checks && options.expectProject !== undefined) {
      refuseOtherProject(await options.server.readProjectId(), options.expectProject);
    }
    const model = options.checks ? await readProject(options, progress) : null;
    const rule = ruleFor(model, options.defaultInstance);
    progress.phase('Reading the manifest', undefined);
    const survey = await surveyManifest({
      open,
      rule,
      looseRecords: !options.checks,
      findsDuplicates: model?.repeats.kind !== 'unknown',
    });
    const header = headerOf(options, copy, survey, model, startedAtMs);
    const file = openJournalFile(join(draft.path, JOURNAL_FILE));
    const journal = openJournal({
      file,
      now: () => io.clock.now(),
      syncEachSend: false,
      syncEveryMs: 1000,
      defer: setImmediate,
      lastStamp: startedAtMs,
    });
    const plan: PlanStage = { options, open, rule, survey, model, journal, progress };
    try {
      journal.append(header);
      const written = await writePlan(plan);
      journal.append({ state: 'planned', at: journal.stamp(), totals: { ...written.totals } });
      return { draft, header, ...written };
    } finally {
      await journal.close();
      progress.end();
    }
  } catch (error) {
    await draft.discard();
    throw error;
  }
}

interface PlanStage {
  readonly options: PrepareOptions;
  readonly open: () => Promise<Manifest>;
  readonly rule: (row: ManifestRow) => Ruled;
  readonly survey: Survey;
  readonly model: ProjectModel | null;
  readonly journal: Journal;
  readonly progress: Progress;
}

async function readProject(options: PrepareOptions, progress: Progress): Promise<ProjectModel> {
  progress.phase('Reading the project', undefined);
  const model = await options.server.readModel();
  const { expectProject, approved } = options;
  const reviewed = approved?.view.header.project?.id;
  if (reviewed !== undefined && model.id !== reviewed) {
    throw new RefusedError(
      `The token belongs to project ${model.id} (${model.title}); the approved check is of project ${reviewed}. Nothing was deleted.`,
    );
  }
  if (expectProject !== undefined) refuseOtherProject(model.id, expectProject);
  return model;
}

function refuseOtherProject(id: string, expected: string): void {
  if (id === expected) return;
  throw new RefusedError(
    `The token belongs to project ${id}, not to ${expected} as --expect-project asks. Nothing was deleted.`,
  );
}

function ruleFor(
  model: ProjectModel | null,
  defaultInstance: string | undefined,
): (row: ManifestRow) => Ruled {
  return model === null
    ? (row) => ruleUnchecked(row, defaultInstance)
    : (row) => ruleRow(row, model, defaultInstance);
}

async function writePlan(
  stage: PlanStage,
): Promise<Pick<Prepared, 'totals' | 'problems' | 'blind'>> {
  const { journal, model, progress, survey } = stage;
  const totals = emptyTotals();
  const problems: Problem[] = [];
  let blind = false;
  progress.phase(model === null ? 'Planning' : 'Looking at the records', survey.rows);
  const planned =
    model === null ? planUnchecked(stage) : planChecked(stage, model, () => (blind = true));
  for await (const batch of planned) {
    for (const one of batch) {
      const { row, verdict } = one;
      countPlanned(totals, one, model);
      if (model !== null || verdict.kind !== 'delete') journal.append(planLine(row, verdict));
      const stops =
        verdict.kind === 'invalid' ||
        (verdict.kind === 'guard_mismatch' && verdict.code === 'changed_since_check');
      if (stops && problems.length < LISTED_PROBLEMS) {
        const { code, message } = verdict;
        problems.push({ row: row.row, line: row.line, code, message });
      }
    }
    progress.at(totals.rows);
    // Gives the journal its turn: what is planned does not pile up in memory.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    if (journal.failed) await journal.sync();
  }
  return { totals, problems, blind };
}

async function* planChecked(
  { options, open, rule, survey, model: _model }: PlanStage,
  model: ProjectModel,
  onBlind: () => void,
): AsyncIterable<readonly PlannedRow[]> {
  const { server, approved } = options;
  const late = model.repeats.kind === 'unknown' ? findLate() : undefined;
  try {
    yield* makePlan(ruledRows(await open(), rule, survey.duplicateOf), {
      model,
      defaultInstance: options.defaultInstance,
      look: (targets) => server.lookForCheck(model, targets),
      ahead: options.connection.concurrency,
      ...(approved === undefined ? {} : { approved: oneByOne(planLines(approved.view)) }),
      ...(late === undefined ? {} : { lateDuplicate: late }),
      onBlind,
    });
  } catch (error) {
    if (error instanceof LookFailed && !error.stopped) {
      throw unreadable('the files of the records named', error.message);
    }
    throw error;
  }
}

/** Two independent 64-bit hashes that must agree on the same first row. */
function findLate(): (target: Parameters<typeof targetKey>[0], row: number) => number {
  const one = createTargetIndex();
  const two = createTargetIndex();
  return (target, row) => {
    const key = targetKey(target, { looseRecords: false });
    const first = one.claim(key, row);
    return two.claim(`again\0${key}`, row) === first ? first : 0;
  };
}

async function* planUnchecked({
  open,
  rule,
  survey,
}: PlanStage): AsyncIterable<readonly PlannedRow[]> {
  for await (const batch of ruledRows(await open(), rule, survey.duplicateOf)) {
    yield batch.map(({ row, ruled, duplicateOf }): PlannedRow => {
      let verdict: Verdict;
      if (ruled.kind === 'faulty') verdict = invalidVerdict(ruled.faults);
      else if (duplicateOf > 0) verdict = { kind: 'duplicate', of: duplicateOf };
      else verdict = { kind: 'delete', target: ruled.target, seen: undefined, signature: false };
      return { row, verdict };
    });
  }
}

async function* oneByOne<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const batch of batches) yield* batch;
}

async function closeManifest(manifest: Manifest): Promise<void> {
  await manifest.batches()[Symbol.asyncIterator]().return?.(undefined);
}

function headerOf(
  options: PrepareOptions,
  copy: { readonly sha256: string; readonly bytes: number },
  survey: Survey,
  model: ProjectModel | null,
  startedAtMs: number,
): JournalHeader {
  const { connection, approved, defaultInstance } = options;
  return {
    version: JOURNAL_VERSION,
    kind: options.kind,
    tool: TOOL,
    startedAt: new Date(startedAtMs).toISOString(),
    host: hostname(),
    user: userName(),
    manifest: { name: options.source.name, ...copy, rows: survey.rows },
    columns: options.columns,
    url: connection.url.href,
    project: model,
    options: { ...options.recorded, ...(defaultInstance === undefined ? {} : { defaultInstance }) },
    token: saltedDigest(connection.token),
    ...(approved === undefined
      ? {}
      : { approved: { directory: approved.directory, sha256: approved.sha256 } }),
  };
}

export function saltedDigest(
  token: string,
  salt: string = randomBytes(16).toString('hex'),
): JournalHeader['token'] {
  const sha256 = createHash('sha256').update(`${salt}${token.toLowerCase()}`).digest('hex');
  return { salt, sha256 };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers may run under a number that has no name.
    return '';
  }
}
