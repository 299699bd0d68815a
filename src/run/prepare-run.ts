import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { endingWith, InterruptedError, RefusedError } from '../errors.ts';
import { isArchive, type RunState } from '../journal/run-state.ts';
import { JOURNAL_FILE, type ApprovedBy, type JournalHeader } from '../journal/lines.ts';
import { JournalError, openJournal, openJournalFile } from '../journal/write.ts';
import { readUnchanged } from '../manifest/fingerprint.ts';
import { openManifest, type Manifest } from '../manifest/read.ts';
import type { PlanLine } from '../rows/plan-line.ts';
import type { ProjectModel } from '../project/model.ts';
import { createStaging, type Staging } from '../run-directory/staging.ts';
import {
  copyManifest,
  describeChange,
  lastingPath,
  MANIFEST_FILE,
  type ManifestSource,
} from '../run-directory/manifest-copy.ts';
import { oneLine } from '../words/one-line.ts';
import type { RunControl } from './control.ts';
import { headerOf } from './journal-header.ts';
import type { RunServer } from './server.ts';
import { countRows, countUnchecked, writePlan, type WrittenPlan } from './write-plan.ts';

/** What a run, or a check, is prepared from. */
export interface PrepareOptions {
  readonly kind: 'run' | 'check';
  readonly source: ManifestSource;
  readonly columns: Readonly<Record<string, string>>;
  /** The columns as the approved check read them. */
  readonly asRead?: Readonly<Record<string, string>> | undefined;
  readonly defaultInstance: string | undefined;
  readonly reportDir: string;
  readonly runDir: string | undefined;
  readonly url: string;
  readonly token: string;
  readonly concurrency: number;
  readonly server: Pick<RunServer, 'readModel' | 'readProjectId' | 'lookForCheck'>;
  readonly control: RunControl;
  readonly clock: Clock;
  /** `false` with `--no-check`. */
  readonly checks: boolean;
  /** The project that it must be. */
  readonly expectProject: string | undefined;
  /** What the journal keeps of the options. */
  readonly recorded: Readonly<Record<string, unknown>>;
  readonly approved?: ApprovedCheck | undefined;
  readonly onPhase: (phase: PreparePhase, rows?: number) => void;
  readonly onPlanned: (rows: number) => void;
}

export type PreparePhase = 'reading_project' | 'reading_manifest' | 'looking' | 'planning';

/** A check that somebody reviewed. */
export interface ApprovedCheck {
  readonly directory: string;
  /** Of its journal. */
  readonly sha256: string;
  readonly state: RunState;
  /** The project as it was reviewed. */
  readonly model: ProjectModel;
  /** Its plan, row by row; where it has an archive, as that left it. */
  readonly lines: () => AsyncGenerator<PlanLine, void, undefined>;
}

/** A plan that is written down, and what a person has to know of it. */
export interface PreparedRun extends WrittenPlan {
  readonly staging: Staging;
  readonly header: JournalHeader;
  /** Headers of the manifest that no column is read from. */
  readonly carried: readonly string[];
}

/**
 * Everything before the question: copies the manifest, reads the project,
 * looks at every target, and writes manifest, header line and plan into the
 * staging folder of a run directory. Leaves nothing behind when it throws.
 */
export async function prepareRun(options: PrepareOptions): Promise<PreparedRun> {
  const { source, runDir, reportDir, clock } = options;
  const startedAtMs = clock.now();
  const manifestName = source.name;
  const staging = await createStaging({ runDir, reportDir, manifestName, startedAtMs, clock });
  try {
    return await writeStaging(staging, startedAtMs, options);
  } catch (error) {
    await staging.discard();
    throw refusalOf(error, options);
  }
}

async function writeStaging(
  staging: Staging,
  startedAtMs: number,
  options: PrepareOptions,
): Promise<PreparedRun> {
  const { source, checks, clock, server, expectProject } = options;
  const copyPath = join(staging.path, MANIFEST_FILE);
  const copy = await copyManifest(source.chunks, source.name, copyPath);
  refuseOtherManifest(options, copy.sha256);
  const open = (): Promise<Manifest> =>
    openManifest(readUnchanged(copyPath, copy, CHANGED_MEANWHILE), {
      columns: options.columns,
      asRead: options.asRead,
      path: source.given,
    });
  // A header that cannot be used is refused before anything is asked of the server.
  const { columnNames, header: headers } = await open();
  if (!checks && expectProject !== undefined) {
    refuseOtherProject(await server.readProjectId(), expectProject);
  }
  const model = checks ? await readProject(options) : null;
  options.onPhase('reading_manifest');
  const unchecked =
    model === null ? await countUnchecked(open, options.defaultInstance) : undefined;
  const rows = unchecked?.totals.rows ?? (await countRows(open));
  const header = await describeRun(options, staging.session, startedAtMs, model, {
    sha256: copy.sha256,
    bytes: copy.bytes,
    rows,
    columnNames,
  });
  const journal = openJournal({
    file: openJournalFile(join(staging.path, JOURNAL_FILE)),
    now: () => clock.now(),
    syncEachSend: false,
    syncEveryMs: 1000,
    defer: setImmediate,
    lastStamp: startedAtMs,
  });
  const plan = (): Promise<WrittenPlan> => {
    options.onPhase(model === null ? 'planning' : 'looking', rows);
    const { defaultInstance, concurrency, approved, onPlanned } = options;
    return writePlan({
      open,
      model,
      defaultInstance,
      look: (project, targets) => server.lookForCheck(project, targets),
      concurrency,
      approved,
      journal,
      onPlanned,
    });
  };
  const write = async (): Promise<PreparedRun> => {
    journal.append(header);
    // Without a check a manifest whose rows are all to be deleted is its own plan.
    const written =
      unchecked !== undefined && unchecked.totals.delete === rows
        ? { totals: unchecked.totals, first: unchecked.first, problems: [], blind: false }
        : await plan();
    journal.append({ state: 'planned', at: journal.stamp(), totals: { ...written.totals } });
    return { staging, header, carried: carriedOf(headers, columnNames), ...written };
  };
  return endingWith(write, () => journal.close());
}

function carriedOf(
  headers: readonly string[],
  columnNames: Manifest['columnNames'],
): readonly string[] {
  const read = new Set(Object.values(columnNames));
  return headers.filter((name) => !read.has(name) && name.trim() !== '');
}

async function describeRun(
  options: PrepareOptions,
  session: string,
  startedAtMs: number,
  project: ProjectModel | null,
  {
    columnNames,
    ...copy
  }: Pick<Manifest, 'columnNames'> & Pick<JournalHeader['manifest'], 'sha256' | 'bytes' | 'rows'>,
): Promise<JournalHeader> {
  const { kind, source, columns, url, token, recorded, defaultInstance, approved } = options;
  const path = await lastingPath(source);
  return headerOf(startedAtMs, token, {
    kind,
    session,
    manifest: {
      name: source.name,
      given: path === undefined ? '-' : (source.given ?? source.name),
      ...(path === undefined ? {} : { path }),
      ...copy,
    },
    columns,
    asRead: columnNames,
    url,
    project,
    options: { ...recorded, ...(defaultInstance === undefined ? {} : { defaultInstance }) },
    ...(approved === undefined ? {} : { approved: approvedBy(approved) }),
  });
}

function approvedBy({ directory, sha256, state }: ApprovedCheck): ApprovedBy {
  return isArchive(state) ? { directory, sha256, archive: true } : { directory, sha256 };
}

/** What ends the preparation, as a person has to know it. */
function refusalOf(error: unknown, { reportDir, control }: PrepareOptions): unknown {
  // One look's answer stopped the command while another look waited for its turn.
  if (error instanceof InterruptedError && control.reason !== undefined) {
    return new RefusedError(control.reason.message, { cause: error });
  }
  if (!(error instanceof JournalError)) return error;
  const { cause } = error;
  return new RefusedError(
    `The run directory could not be written in ${reportDir} (${cause instanceof Error ? cause.message : String(cause)}). Nothing was deleted.`,
    { cause },
  );
}

const CHANGED_MEANWHILE =
  'The copy of the manifest was changed by somebody while it was checked. Nothing was deleted. Start again.';

/** A reviewer approved other rows than those that the check's copy holds by now. */
function refuseOtherManifest({ approved }: PrepareOptions, sha256: string): void {
  if (approved === undefined || approved.state.header.manifest.sha256 === sha256) return;
  const told = describeChange(join(approved.directory, MANIFEST_FILE), approved.state.header);
  throw new RefusedError(`The approved check's copy of the manifest has changed. ${told}`);
}

async function readProject({
  server,
  expectProject,
  approved,
  onPhase,
}: PrepareOptions): Promise<ProjectModel> {
  onPhase('reading_project');
  const model = await server.readModel();
  const reviewed = approved?.model.id;
  if (reviewed !== undefined && model.id !== reviewed) {
    throw new RefusedError(
      `The token belongs to project ${model.id} (${oneLine(model.title, 200)}); the approved check is of project ${reviewed}. Nothing was deleted.`,
    );
  }
  if (expectProject !== undefined) refuseOtherProject(model.id, expectProject);
  const before = approved?.model.repeats;
  // What the check could read and this token cannot stays as it was, until an export contradicts it.
  return before !== undefined && model.repeats.kind === 'unknown'
    ? { ...model, repeats: before }
    : model;
}

function refuseOtherProject(id: string, expected: string): void {
  if (id === expected) return;
  throw new RefusedError(
    `The token belongs to project ${id}, not to ${expected} as --expect-project asks. Nothing was deleted.`,
  );
}
