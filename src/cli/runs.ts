import { RefusedError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { describeFileError } from '../files/file-errors.ts';
import { listRuns, type ListedRun, type UnreadableRun } from '../report/list-runs.ts';
import { TOOL } from '../version.ts';
import { countOf } from '../words/counts.ts';
import { showPath } from '../words/names.ts';
import { oneLine } from '../words/one-line.ts';
import { REPORT_DIR, type FlagsOf } from './commands.ts';
import type { Io } from './io.ts';
import { printJson } from './json.ts';
import { fit, say, screenOf, type Screen } from './screen.ts';

/** `runs`: what checks and runs a report directory holds. Sends nothing. */
export async function runs(io: Io, flags: FlagsOf<'runs'>): Promise<ExitCode> {
  const reportDir = flags.reportDir ?? REPORT_DIR.default;
  const listed = await list(reportDir);
  if (flags.json === true) {
    printJson(io, {
      tool: TOOL,
      kind: 'runs',
      reportDir,
      runs: [...listed.runs.map(describeRun), ...listed.unreadable.map(describeUnreadable)],
      exitCode: EXIT.ok,
    });
    return EXIT.ok;
  }
  const screen = screenOf(io, io.stdout);
  const blocks = [
    ...listed.runs.map((run) => renderRun(run, screen)),
    ...listed.unreadable.map((run) => renderUnreadable(run, screen)),
  ];
  io.stdout.write(fit(blocks.join('\n'), screen));
  if (flags.quiet !== true && blocks.length === 0) {
    say(io, `No check and no run is in ${showPath(reportDir)}.`);
  }
  return EXIT.ok;
}

async function list(reportDir: string): ReturnType<typeof listRuns> {
  try {
    return await listRuns(reportDir);
  } catch (error) {
    // Nothing was checked or run here yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { runs: [], unreadable: [] };
    throw new RefusedError(
      `--report-dir ${showPath(reportDir)} cannot be read: ${describeFileError(error)}.`,
    );
  }
}

function renderRun({ directory, header, state, next }: ListedRun, { paint }: Screen): string {
  const { kind, startedAt, project, url, manifest } = header;
  const where =
    project === null
      ? `  Server    ${url}`
      : `  Project   ${oneLine(project.title, 200)} (id ${project.id})`;
  const lines = [
    `${startedAt.slice(0, 16).replace('T', ' ')} UTC  ${kind.padEnd(5)}  ${paint[state.tone](state.label)}`,
    where,
    `  Manifest  ${showPath(manifest.name)}, ${countOf(manifest.rows, 'row')}`,
    `  Folder    ${showPath(directory)}`,
  ];
  if (next !== undefined) lines.push(`  Next      ${next}`);
  return `${lines.join('\n')}\n`;
}

function renderUnreadable({ directory, why }: UnreadableRun, { paint }: Screen): string {
  return `${paint.attention(showPath(directory))}\n  Cannot be read: ${oneLine(why)}\n`;
}

/** One entry of `--json`: fields are only ever added. */
function describeRun({ directory, header, exitCode, endedAt, state, next }: ListedRun): object {
  const { kind, startedAt, project, url, manifest } = header;
  return {
    directory,
    kind,
    startedAt,
    finishedAt: endedAt === undefined ? null : new Date(endedAt).toISOString(),
    project: project === null ? null : { id: project.id, title: project.title },
    url,
    manifest: { name: manifest.name, rows: manifest.rows },
    state: state.label,
    exitCode: exitCode ?? null,
    next: next ?? null,
    error: null,
  };
}

function describeUnreadable({ directory, why }: UnreadableRun): object {
  return {
    directory,
    kind: null,
    startedAt: null,
    finishedAt: null,
    project: null,
    url: null,
    manifest: null,
    state: 'Cannot be read',
    exitCode: null,
    next: null,
    error: why,
  };
}
