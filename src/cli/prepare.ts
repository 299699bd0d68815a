import { join } from 'node:path';
import { endingWith } from '../errors.ts';
import { RefusedError } from '../errors.ts';
import { openJournalFile } from '../journal/write.ts';
import { JOURNAL_FILE, type JournalHeader } from '../journal/lines.ts';
import { JournalError, openJournal } from '../journal/write.ts';
import { readUnchanged } from '../manifest/fingerprint.ts';
import { openManifest, type Manifest } from '../manifest/read.ts';
import { planWithoutLooks } from '../plan/make-plan.ts';
import { countPlanned, emptyTotals, type PlanTotals } from '../plan/totals.ts';
import type { ProjectModel } from '../project/model.ts';
import { UnreadableAnswer } from '../project/answers.ts';
import { MANIFEST_FILE } from '../report/make-reports.ts';
import { createDraft, type Draft } from '../run-directory/draft.ts';
import { tellChanged } from '../run-directory/held-manifest.ts';
import { copyManifest, lastingPath } from '../run-directory/manifest-copy.ts';
import { oneLine } from '../words/one-line.ts';
import type { Io } from './io.ts';
import type { Progress } from './progress.ts';
import type { PrepareOptions } from './prepare-options.ts';
import { headerOf } from './journal-header.ts';
import { writePlan, type PlanStage, type WrittenPlan } from './write-plan.ts';

/** A plan that is written down, and what a person has to know of it. */
export interface Prepared extends WrittenPlan {
  readonly draft: Draft;
  readonly header: JournalHeader;
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
  const draft = await createDraft({
    runDir,
    reportDir,
    manifestName: source.name,
    startedAtMs,
    clock: io.clock,
  });
  try {
    const copyPath = join(draft.path, MANIFEST_FILE);
    const copy = await copyManifest(source.chunks, source.name, copyPath);
    refuseOtherManifest(options, copy.sha256);
    const open = (): Promise<Manifest> =>
      openManifest(readUnchanged(copyPath, copy, CHANGED_MEANWHILE), { columns: options.columns });
    // A header that cannot be used is refused before anything is asked of the server.
    await open();
    if (!options.checks && options.expectProject !== undefined) {
      refuseOtherProject(await options.server.readProjectId(), options.expectProject);
    }
    const model = options.checks ? await readProject(options, progress) : null;
    progress.phase('Reading the manifest', undefined);
    const unchecked = model === null ? await countUnchecked(open, options) : undefined;
    const rows = unchecked?.rows ?? (await countRows(open));
    const path = await lastingPath(source);
    const { sha256, bytes } = copy;
    const manifest = { ...(path === undefined ? {} : { path }), sha256, bytes, rows };
    const header = headerOf(options, manifest, model, { startedAtMs, session: draft.session });
    const file = openJournalFile(join(draft.path, JOURNAL_FILE));
    const journal = openJournal({
      file,
      now: () => io.clock.now(),
      syncEachSend: false,
      syncEveryMs: 1000,
      defer: setImmediate,
      lastStamp: startedAtMs,
    });
    const plan: PlanStage = { options, open, rows, model, journal, progress };
    const write = async (): Promise<Prepared> => {
      journal.append(header);
      // Without a check a manifest whose rows are all to be deleted is its own plan.
      const written =
        unchecked !== undefined && unchecked.delete === rows
          ? { totals: unchecked, problems: [], blind: false }
          : await writePlan(plan);
      journal.append({ state: 'planned', at: journal.stamp(), totals: { ...written.totals } });
      return { draft, header, ...written };
    };
    return await endingWith(write, async () => {
      progress.end();
      await journal.close();
    });
  } catch (error) {
    await draft.discard();
    // An approved run carries out what was seen: without looking it is no such run.
    if (error instanceof UnreadableAnswer && options.approved === undefined) {
      const advice = error.answered
        ? 'A token without the API Export right can delete without a check: --no-check.'
        : 'Look at --url, at the VPN and at the proxy.';
      throw new RefusedError(`${error.message} ${advice}`, { cause: error });
    }
    if (!(error instanceof JournalError)) throw error;
    const { cause } = error;
    throw new RefusedError(
      `The run directory could not be written in ${reportDir} (${cause instanceof Error ? cause.message : String(cause)}). Nothing was deleted.`,
      { cause },
    );
  }
}

const CHANGED_MEANWHILE =
  'The copy of the manifest was changed by somebody while it was checked. Nothing was deleted. Start again.';

/** A reviewer approved other rows than those that the check's copy holds by now. */
function refuseOtherManifest({ approved }: PrepareOptions, sha256: string): void {
  const header = approved?.view.header;
  if (approved === undefined || header?.manifest.sha256 === sha256) return;
  const told = tellChanged(join(approved.directory, MANIFEST_FILE), approved.view.header);
  throw new RefusedError(`The approved check's copy of the manifest has changed. ${told}`);
}

/** One that cannot be read to its end is refused before anybody looks. */
async function countRows(open: () => Promise<Manifest>): Promise<number> {
  let rows = 0;
  for await (const batch of (await open()).batches()) rows += batch.length;
  return rows;
}

async function countUnchecked(
  open: () => Promise<Manifest>,
  { defaultInstance }: PrepareOptions,
): Promise<PlanTotals> {
  const totals = emptyTotals();
  for await (const batch of planWithoutLooks((await open()).batches(), defaultInstance)) {
    for (const one of batch) countPlanned(totals, one, null);
  }
  return totals;
}

async function readProject(options: PrepareOptions, progress: Progress): Promise<ProjectModel> {
  progress.phase('Reading the project', undefined);
  const model = await options.server.readModel();
  const { expectProject, approved } = options;
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
