import { RefusedError } from '../errors.ts';
import type { ExportRow, Look } from '../rows/look.ts';
import { targetKey, type Target } from '../rows/target.ts';
import { asText, placeOf } from './cells.ts';
import {
  readExportedCells,
  readStrangeFiles,
  type ExportedCell,
  type ExportedRow,
} from './exported-cells.ts';
import { findExportedColumns, type ExportSource } from './exported-columns.ts';
import { readLook } from './look.ts';
import type { ProjectModel } from './model.ts';
import { spellingFinder } from './near.ts';
import { findContradiction } from './place.ts';
import { isMissingCode, scanLine, type ScanOptions, type ScanScope } from './scan.ts';
import { BATCH_FIELDS, BATCH_RECORDS, createScanLists, cut } from './scan-lists.ts';
import { ScanNotes, type ScannedExport } from './scan-notes.ts';

/** What people exported, or a report shows: rows of the project with a column for each field. */
export interface ExportedTable {
  readonly source: ExportSource;
  readonly header: readonly string[];
  readonly rows: AsyncIterable<readonly ExportedRow[]>;
}

export interface ScanExportOptions extends Omit<ScanOptions, 'onRecords'> {
  /** Reads the structure again where it is older than a minute. */
  readonly renewStructure: (fields: readonly string[]) => Promise<void>;
  /** What is known to have changed of a target's place since the model was read. */
  readonly changeAt: (target: Target) => string | undefined;
}

/** Cells of some records, by record, and by target and what they show. */
type Batch = Map<string, Map<string, ExportedCell>>;

/**
 * Lists the files of exactly the cells in which an export shows one, as they
 * stand now, in batches of records. Rows are taken no faster than they are
 * needed. Throws RefusedError for an export that cannot be used, and where an
 * answer of the server cannot.
 */
export async function scanExport(
  model: ProjectModel,
  { source, header, rows }: ExportedTable,
  scope: Omit<ScanScope, 'records'>,
  options: ScanExportOptions,
): Promise<ScannedExport> {
  const columns = findExportedColumns(header, model, scope, source);
  const notes = new ScanNotes();
  const list = createLister(model, scope.filter, options, notes);
  let batch: Batch = new Map();
  let begun = false;
  let read = 0;
  const listBatch = async (): Promise<void> => {
    // An export that is refused for its first rows leaves nothing that could be taken for a list.
    if (!begun) await options.begin();
    begun = true;
    if (batch.size > 0) await list(batch);
    batch = new Map();
  };
  for await (const some of rows) {
    for (const row of some) {
      if (row.cells.length !== columns.width) throw describeRagged(row, columns.width, source);
      // Where fields were asked for by name, others do not matter.
      if (scope.areNamed !== true) {
        for (const [column, cell] of readStrangeFiles(row, columns, model)) {
          notes.meetStrange(column, cell);
        }
      }
      for (const cell of readExportedCells(row, columns, model, source)) {
        const { record, event } = cell.target;
        if (event !== '' && scope.events?.includes(event) === false) continue;
        if (cell.misplaced !== undefined) {
          notes.leaveOut(cell.misplaced, cell);
          continue;
        }
        if (!batch.has(record) && batch.size === BATCH_RECORDS) await listBatch();
        const cells = batch.get(record) ?? new Map<string, ExportedCell>();
        // Where exports are put together, a row may stand in both.
        cells.set(`${keyOf(cell.target)} ${cell.shown}`, cell);
        batch.set(record, cells);
      }
    }
    options.onProgress((read += some.length));
  }
  await listBatch();
  return { ...notes.result(columns), rows: read };
}

function describeRagged({ cells, line }: ExportedRow, width: number, { subject }: ExportSource) {
  const where = line === undefined ? '' : `line ${line}: `;
  return new RefusedError(
    `${subject} cannot be read: ${where}the row has ${cells.length === 1 ? '1 cell' : `${cells.length} cells`} where the header has ${width}. Export it again.`,
  );
}

/** Lists the cells of a batch of records. */
function createLister(
  model: ProjectModel,
  filter: string | undefined,
  { exportRecords, onRows, renewStructure, changeAt }: ScanExportOptions,
  notes: ScanNotes,
): (batch: Batch) => Promise<void> {
  const lists = createScanLists(exportRecords, model);
  return async (batch) => {
    const names = [...batch.keys()];
    const missing = new Set<string>();
    const cells = [...batch.values()].flatMap((ofRecord) => [...ofRecord.values()]);
    for (const fields of cut([...new Set(cells.map(({ target }) => target.field))], BATCH_FIELDS)) {
      const found = await lists.ofRecords(names, fields);
      for (const record of found.missing) missing.add(record);
      const exported = new Set(found.rows.flatMap((row) => Object.keys(row)));
      const now = gatherRows(found.rows, model);
      refuseBlind(names, now);
      // What is not seen is gone only where its place is still the one that was meant.
      await renewStructure(fields);
      const known = names.filter((record) => now.has(record));
      const meant = filter === undefined ? undefined : await lists.filterNames(known, filter);
      const lines: string[][] = [];
      const listed = new Set<string>();
      for (const cell of cells) {
        const { target } = cell;
        const rows = now.get(target.record);
        if (!fields.includes(target.field) || rows === undefined) continue;
        if (meant?.has(target.record) === false) continue;
        const change = changeAt(target) ?? findContradiction(rows, target, model)?.why;
        if (change !== undefined) {
          notes.leaveOut(change, cell);
          continue;
        }
        const look = readLook(rows, target, model, exported.has(target.field));
        if (look.kind === 'there' && !listed.has(keyOf(target))) {
          listed.add(keyOf(target));
          lines.push(scanLine(model, target, look.name ?? ''));
        }
        const isCode = look.kind === 'nothing' && holdsCode(rows, target, model);
        notes.take(cell, isCode ? GONE : look);
      }
      await onRows(lines);
    }
    notes.countRecords(names.length - missing.size, [...missing]);
  };
}

function keyOf(target: Target): string {
  return targetKey(target, { looseRecords: false });
}

function gatherRows(rows: readonly ExportRow[], { recordIdField }: ProjectModel) {
  const gathered = new Map<string, ExportRow[]>();
  for (const row of rows) {
    const record = asText(row[recordIdField]);
    const known = gathered.get(record);
    if (known === undefined) gathered.set(record, [row]);
    else known.push(row);
  }
  return gathered;
}

/** Throws RefusedError where records come, and none that is one of those asked for or nearly so. */
function refuseBlind(names: readonly string[], now: ReadonlyMap<string, unknown>): void {
  const findSpelling = spellingFinder(now.keys());
  if (now.size === 0) return;
  if (names.some((name) => now.has(name) || findSpelling(name) !== undefined)) return;
  throw new RefusedError(
    'This token sees other record names than those asked for (de-identified export rights). Ask for the full export right. The scan is not complete.',
  );
}

const GONE: Look = { kind: 'gone' };

/** A missing-data code stands in the place of the target: there is no file. */
function holdsCode(rows: readonly ExportRow[], target: Target, model: ProjectModel): boolean {
  return rows.some((row) => {
    const { event, instance } = placeOf(row);
    const isPlace = event === target.event && instance === target.instance;
    return isPlace && isMissingCode(row[target.field], model);
  });
}
