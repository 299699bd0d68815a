import { EXIT, type ExitCode } from '../exit-codes.ts';
import { csvLine } from '../files/csv-line.ts';
import type { Table } from '../manifest/table.ts';
import { allSpellings, findNearRecords } from '../project/near.ts';
import type { ProjectModel } from '../project/model.ts';
import type { RecordList } from '../project/record-list.ts';
import { scanProject, SCAN_COLUMNS, type ScanOptions, type ScanScope } from '../project/scan.ts';
import { scanExport, type ExportedTable } from '../project/scan-export.ts';
import { countOf } from '../words/counts.ts';
import { listNames, showName, showPath } from '../words/names.ts';
import type { FlagsOf } from './commands.ts';
import { withConnection, type Connected } from './connect.ts';
import type { Io } from './io.ts';
import { describeExportNotes, describeMissing, NEAR_FOR_AT_MOST } from './scan-notes.ts';
import { openScanOutput, refuseOutput } from './scan-output.ts';
import { say } from './screen.ts';
import { chooseScope, refuseTogether } from './scan-scope.ts';
import {
  exportedTable,
  openExport,
  parseReportId,
  readIds,
  readReport,
  readWhole,
} from './scan-source.ts';

type Flags = FlagsOf<'scan'>;
type Scope = Omit<ScanScope, 'records'>;

/** What came of a scan, beside the list itself. */
interface Listed {
  /** For standard error, in order. */
  readonly notes: readonly string[];
  /** Does the list lack something that may be there, or everything that was asked for? */
  readonly lacks: boolean;
}

/** `scan`: writes a manifest of the project's files, as far as this token may see: all, or those of a list. */
export async function scan(io: Io, flags: Flags): Promise<ExitCode> {
  refuseTogether(flags);
  const report = flags.report === undefined ? undefined : parseReportId(flags.report);
  await refuseOutput(flags);
  const ids = flags.recordFile === undefined ? undefined : await readWhole(io, flags.recordFile);
  const table = flags.from === undefined ? undefined : await openExport(io, flags.from);
  try {
    return await withConnection(
      io,
      flags,
      { command: 'scan', stdinIsTaken: flags.from === '-' || flags.recordFile === '-' },
      async (connected) => listFiles(io, flags, connected, { report, ids, table }),
    );
  } finally {
    await table?.close();
  }
}

/** What the files to be listed are named by; all of them where nothing is given. */
interface Given {
  readonly report: string | undefined;
  /** The bytes of `--record-file`. */
  readonly ids: Buffer | undefined;
  readonly table: Table | undefined;
}

async function listFiles(
  io: Io,
  flags: Flags,
  connected: Connected,
  { report, ids, table }: Given,
): Promise<ExitCode> {
  const { server, progress } = connected;
  progress.phase('Reading the project', undefined);
  const model = await server.readModel();
  const scope = chooseScope(flags, model);
  const list = ids === undefined ? undefined : await readIds(ids, flags.recordFile ?? '', model);
  const exported =
    table === undefined
      ? report === undefined
        ? undefined
        : await readReport(server, report)
      : exportedTable(table);
  const output = await openScanOutput(io, flags);
  let files = 0;
  const options: ScanOptions = {
    exportRecords: server.exportRecords,
    async onRows(rows) {
      files += rows.length;
      await output.write(rows.map((row) => csvLine(row)).join(''));
    },
    onRecords: (total) => {
      progress.phase('Scanning records', total);
    },
    onProgress: (done) => {
      progress.at(done, { files });
    },
    begin: () => output.write(csvLine(SCAN_COLUMNS)),
  };
  let listed: Listed;
  let otherName: string | undefined;
  try {
    listed =
      exported === undefined
        ? await listProject(connected, model, { ...scope, list }, options)
        : await listExported(connected, model, { ...scope, exported }, options);
    otherName = await output.close();
  } catch (error) {
    await output.discard();
    throw error;
  }
  progress.end();
  for (const note of listed.notes) say(io, note);
  if (otherName !== undefined) {
    say(
      io,
      `Another program has ${showPath(flags.output ?? '')} open: the list is ${showPath(otherName)} beside it.`,
    );
  }
  if (flags.quiet !== true) say(io, `${countOf(files, 'file')} found.`);
  return listed.lacks ? EXIT.rowsLeft : EXIT.ok;
}

async function listProject(
  { server }: Connected,
  model: ProjectModel,
  { list, ...scope }: Scope & { readonly list: RecordList | undefined },
  options: ScanOptions,
): Promise<Listed> {
  const records = list?.records;
  const { missing, leftOut } = await scanProject(model, { ...scope, records }, options);
  const notes: string[] = [];
  let unknown = missing;
  if (list !== undefined && missing.length > 0) {
    const first = list.records[0]?.at(-1);
    const near = await findNearRecords(
      server.exportRecords,
      model,
      missing.slice(0, NEAR_FOR_AT_MOST),
      allSpellings,
    );
    // A first line that names no record, where others do, heads them.
    if (
      list.mayHaveHeader &&
      missing[0] === first &&
      missing.length < list.records.length &&
      !near.has(first ?? '')
    ) {
      unknown = missing.slice(1);
      notes.push(
        `The first line of --record-file, ${showName(first ?? '', 'quoted')}, is taken for a header.`,
      );
    }
    notes.push(...describeMissing(unknown, list.records.length, near));
  }
  if (leftOut.length > 0) {
    notes.push(
      `The export leaves these file fields out, so that their files are not listed: ${listNames(leftOut, { most: leftOut.length })}. Ask for the export right on them.`,
    );
  }
  const nothingKnown = list !== undefined && missing.length === list.records.length;
  return { notes, lacks: leftOut.length > 0 || nothingKnown };
}

async function listExported(
  { server, progress }: Connected,
  model: ProjectModel,
  { exported, ...scope }: Scope & { readonly exported: ExportedTable },
  options: ScanOptions,
): Promise<Listed> {
  const { source, header } = exported;
  const of = source.kind === 'export' ? 'the export' : source.subject.toLowerCase();
  if (header.length === 0) {
    await options.begin();
    return { notes: [`${source.subject} has no rows.`], lacks: false };
  }
  progress.phase(`Reading ${of}`, undefined);
  const scanned = await scanExport(model, exported, scope, {
    ...options,
    renewStructure: (fields) => server.renewStructure(model, fields),
    changeAt: (target) => server.changeAt(model, target),
  });
  const { unknownRecords, knownRecords, leftOut, unknownFields } = scanned;
  const near = await findNearRecords(
    server.exportRecords,
    model,
    unknownRecords.first,
    allSpellings,
  );
  const noneKnown = unknownRecords.count > 0 && knownRecords === 0;
  return {
    notes: [
      ...(scanned.rows === 0 ? [`${source.subject} has no rows.`] : []),
      ...describeExportNotes(scanned, { near, of, kind: source.kind }),
    ],
    lacks: leftOut.size > 0 || unknownFields.length > 0 || near.size > 0 || noneKnown,
  };
}
