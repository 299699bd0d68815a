import type { JournalHeader } from '../journal/lines.ts';
import type { FirstFile, PlanTotals } from '../plan/totals.ts';
import type { ProjectModel } from '../project/model.ts';
import { structureRequests } from '../project/read-model.ts';
import { foldHeader } from '../manifest/column-names.ts';
import { oneLine } from '../words/one-line.ts';
import { aboutDuration, count, countOf } from '../words/counts.ts';
import { listNames, showName, showPath } from '../words/names.ts';
import { quotePath } from '../words/quote.ts';
import type { LostZerosRows, Problem, WrittenPlan } from '../run/write-plan.ts';
import { choiceLines, firstFileLines, type Chosen } from './plan-choices.ts';
import { fit, type Screen } from './screen.ts';

/** Room for two names that are told apart by their characters. */
const LONGEST_MESSAGE = 400;

/** A plan in words: what a person judges before anything is deleted. */
export interface PlanWords {
  readonly header: JournalHeader;
  readonly totals: PlanTotals;
  readonly perMinute: number;
  readonly first: readonly FirstFile[];
  readonly chosen: Chosen;
  /** This token sees other record names than the real ones. */
  readonly blind: boolean;
  /** Headers of the manifest that no column is read from; absent where the manifest is not at hand. */
  readonly carried?: readonly string[];
}

/** How many requests a run of this plan takes, retries apart. */
export function estimateRequests(
  totals: PlanTotals,
  options: {
    readonly verifies: boolean;
    readonly backup: boolean;
    readonly project: ProjectModel | null;
    readonly perMinute: number;
  },
): number {
  const { verifies, backup, project, perMinute } = options;
  const looks = verifies ? Math.ceil(totals.delete / 100) : 0;
  const exports = backup || totals.archived > 0 ? totals.delete + totals.twice : totals.guarded;
  const requests = totals.delete + looks + exports;
  if (project === null) return requests;
  // The structure is read again every minute.
  return requests + Math.floor(requests / perMinute) * structureRequests(project);
}

export function renderPlan(
  { header, totals, perMinute, first, chosen, blind, carried }: PlanWords,
  { columns, paint }: Screen,
): string {
  const { project, options } = header;
  const backup = options['backup'] === true;
  const lines: string[] = [];
  if (project === null) {
    lines.push(`Server    ${header.url}`);
    lines.push(
      paint.attention('NOT CHECKED: --no-check deletes without having looked at the project,'),
      paint.attention('and nothing will be verified afterwards.'),
    );
  } else {
    lines.push(`Project   ${oneLine(project.title, 200)} (id ${project.id})`);
    lines.push(
      `Server    ${header.url}${project.redcapVersion === '' ? '' : ` (REDCap ${project.redcapVersion})`}`,
    );
    lines.push(`Status    ${statusWords(project, paint)}`);
    for (const note of project.notes) lines.push(`Note      ${note}`);
  }
  lines.push(
    `Manifest  ${showPath(header.manifest.name)}, ${countOf(header.manifest.rows, 'row')}`,
  );
  lines.push(...columnLines(header, totals, carried));
  if (header.approved !== undefined) {
    lines.push(`Approved  ${header.approved.directory}`);
    lines.push(`          journal SHA-256 ${header.approved.sha256}`);
  }
  lines.push(...choiceLines(header, totals, chosen));
  lines.push('');
  lines.push(`Files to delete  ${count(totals.delete)}`);
  // A run of an older journal does not have this figure.
  if (totals.records > 0) lines.push(`Of records       ${count(totals.records)} (participants)`);
  const fields = Object.entries(totals.byField);
  const widest = Math.max(0, ...fields.map(([name]) => name.length));
  for (const [name, field] of fields) {
    const kind = field.signature ? '  (signature)' : '';
    const none = field.delete === 0 && field.present === 0 ? '  no file in any record named' : '';
    lines.push(
      `${count(field.delete).padStart(9)}  ${showName(name).padEnd(widest)}${kind}${none}`.trimEnd(),
    );
  }
  addCount(
    lines,
    totals.signatures,
    `${totals.signatures === 1 ? 'signature' : 'signatures'} among them, which the API can never put back`,
  );
  addCount(
    lines,
    totals.unconfirmed,
    project === null
      ? 'of these not looked at'
      : 'unconfirmed: no look could tell whether a file is there',
  );
  addCount(
    lines,
    totals.unnamed,
    'shown without a name: a file replaced since cannot be told apart from this one',
  );
  const mismatches = totals.guard_mismatch - totals.changed;
  addCount(lines, totals.already_empty, 'already empty: no request will be sent');
  addCount(
    lines,
    totals.duplicate,
    `${totals.duplicate === 1 ? 'duplicate' : 'duplicates'} of an earlier row: not sent`,
  );
  addCount(
    lines,
    mismatches,
    `${mismatches === 1 ? 'holds' : 'hold'} another file than expected: left out`,
  );
  addCount(lines, totals.failed, 'not in the archive: left out');
  addCount(lines, totals.changed, 'changed since the check: left out');
  addCount(lines, totals.invalid, 'invalid');
  if (blind) {
    lines.push('');
    lines.push('This token can confirm and verify nothing: it sees other record names than');
    lines.push('the real ones (de-identified export rights).');
  }
  if (header.approved !== undefined && totals.delete > 0) {
    lines.push(
      header.approved.archive === true
        ? 'Each file is exported again right before its deletion, and deleted only while its bytes\nare those in the archive of the check.'
        : 'A file replaced under the same name cannot be told apart from the one reviewed.',
    );
  }
  const files = firstFileLines(first, totals.delete);
  if (files.length > 0) lines.push('', ...files);
  if (totals.delete > 0) {
    lines.push('');
    const verifies = options['verify'] !== false;
    const requests = estimateRequests(totals, { verifies, backup, project, perMinute });
    const saves = header.kind === 'check' && backup;
    if (saves) lines.push(`Saving    about ${paceWords(totals.delete, perMinute)}`);
    lines.push(
      `Requests  about ${paceWords(requests, perMinute)}${saves ? ', of a run of this check' : ''}`,
    );
    if (!backup && header.approved?.archive !== true) {
      lines.push('Deletion cannot be undone through the API. --backup keeps a copy of each file.');
    }
  }
  return fit(lines.join('\n') + '\n', { columns });
}

function paceWords(requests: number, perMinute: number): string {
  const pace =
    perMinute === Infinity
      ? 'at an unlimited rate'
      : `about ${aboutDuration((requests / perMinute) * 60_000)} at ${perMinute}/min`;
  return `${count(requests)}, ${pace}`;
}

function statusWords({ production }: ProjectModel, paint: Screen['paint']): string {
  if (production === undefined) return 'not told by the server';
  return production ? paint.attention('production') : 'development';
}

const SHOWN_CARRIED = 8;

/** Which columns are read, which are only carried, and whether anything is guarded: nothing of a manifest is passed over in silence. */
function columnLines(
  { asRead }: JournalHeader,
  totals: PlanTotals,
  carried: readonly string[] = [],
): readonly string[] {
  if (asRead === undefined) return [];
  const read = Object.entries(asRead).map(([column, name]) =>
    name === column ? column : `${column} (${showName(name, 'quoted')})`,
  );
  const lines = [`Reads     ${read.join(', ')}`];
  if (carried.length > 0) {
    lines.push(`Carries   ${listNames(carried, { most: SHOWN_CARRIED })}`);
  }
  const name = carried.find((one) => foldHeader(one) === 'file_name');
  if (name !== undefined && asRead['expect_filename'] === undefined) {
    lines.push(
      `          ${showName(name)} guards nothing; to delete only what still has that name:`,
      `          --column ${quotePath(`expect_filename=${name}`)}`,
    );
  }
  const expects = asRead['expect_filename'] !== undefined || asRead['expect_sha256'] !== undefined;
  if (expects || totals.archived > 0) {
    lines.push(
      totals.guarded === 0
        ? 'Guards    none of the files to delete'
        : `Guards    ${countOf(totals.guarded, 'file')}, to be deleted only if still as expected`,
    );
  }
  return lines;
}

function addCount(lines: string[], n: number, what: string): void {
  if (n > 0) lines.push(`${count(n).padStart(9)}  ${what}`);
}

/** All problems at once, each with its line; error.csv holds those that are too many to list. */
export function renderProblems(
  { problems, lostZeros, totals }: Pick<WrittenPlan, 'problems' | 'lostZeros' | 'totals'>,
  { columns, paint }: Screen,
): string {
  const all = totals.invalid + totals.guard_mismatch + totals.failed;
  if (all === 0) return '';
  const listed = [
    ...problems.map((problem) => ({ row: problem.row, line: renderProblem(problem) })),
    ...(lostZeros === undefined
      ? []
      : [{ row: lostZeros.first.row, line: renderLostZeros(lostZeros) }]),
  ];
  const lines = listed.toSorted((one, other) => one.row - other.row).map(({ line }) => line);
  const more = all - problems.length - (lostZeros?.rows ?? 0);
  if (more > 0) lines.push(`  and ${count(more)} more; error.csv holds all of them`);
  const head = paint.attention(`${countOf(all, 'row needs', 'rows need')} attention:`);
  return fit(`${head}\n${lines.join('\n')}\n\n`, { columns });
}

function renderProblem({ row, line, code, message }: Problem, further = ''): string {
  return `  line ${line} (row ${row})${further}  ${code}: ${oneLine(message, LONGEST_MESSAGE)}`;
}

/** What is wrong with a hundred rows in the same way is said once. */
function renderLostZeros({ first, rows, words }: LostZerosRows): string {
  if (rows === 1) return renderProblem(first);
  const message = `${words}. Write them so, in a column that the spreadsheet formats as text.`;
  return renderProblem({ ...first, message }, ` and ${count(rows - 1)} more`);
}
