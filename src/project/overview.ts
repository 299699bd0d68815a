import { InterruptedError } from '../errors.ts';
import type { ExportRow } from '../rows/look.ts';
import type { ReadAnswer, Reader, ServerObject } from '../rows/server.ts';
import { labelOf, namesInList, throwStop, unreadableList, type ProjectReader } from './answers.ts';
import { asFlag, asText } from './cells.ts';
import { askForList, createLists, type ExportAny } from './export-lists.ts';
import { isWithheld } from './look.ts';
import type { ProjectModel } from './model.ts';
import { readModel } from './read-model.ts';

/** The calls that an overview makes; retries are behind them. None changes anything. */
export type OverviewReader = ProjectReader & Pick<Reader, 'instruments' | 'users'>;

/** What a token reaches. */
export interface ProjectOverview {
  readonly model: ProjectModel;
  /** As people see them, by unique name; without those that could not be read. */
  readonly formLabels: Readonly<Record<string, string>>;
  /** Records that the token sees. */
  readonly records: number;
  readonly exported: ExportView;
  readonly rights: GrantedRights;
}

/** What an export of some records shows of the file fields. */
export type ExportView =
  /** No record, or no file field, to see it by. */
  | { readonly kind: 'unseen' }
  /** Records have other names in the export than those they are asked for by. */
  | { readonly kind: 'hashed' }
  | {
      readonly kind: 'seen';
      /** Fields that no row has. */
      readonly leftOut: readonly string[];
      /** Fields that show a text in place of the value. */
      readonly withheld: readonly string[];
    };

/** `undefined`: no answer tells. */
export interface GrantedRights {
  readonly import: boolean | undefined;
  readonly design: boolean | undefined;
  /** Whose token it is, where the list of users leaves one alone. */
  readonly user: string | undefined;
}

/** So many records tell what an export shows. */
const SAMPLE_RECORDS = 20;
const BATCH_FIELDS = 300;

/**
 * Reads what a token reaches. Throws RefusedError where project, fields or
 * records cannot be read; what else cannot be read is left open.
 */
export async function readOverview(
  reader: OverviewReader,
  exportRecords: ExportAny,
  onModel: (model: ProjectModel) => void,
): Promise<ProjectOverview> {
  let setup: ReadAnswer<unknown> | undefined;
  const model = await readModel({
    ...reader,
    async repeatingFormsEvents() {
      const answer = await reader.repeatingFormsEvents();
      setup = answer;
      return answer;
    },
  });
  onModel(model);
  const names = await readRecordNames(exportRecords, model);
  const exported = await viewExport(exportRecords, model, names.slice(0, SAMPLE_RECORDS));
  const design = setup === undefined ? undefined : grants(setup);
  return {
    model,
    formLabels: readLabels(await reader.instruments()),
    records: names.length,
    exported,
    rights: { design, ...findUser(await reader.users(), design) },
  };
}

async function readRecordNames(
  exportRecords: ExportAny,
  model: ProjectModel,
): Promise<readonly string[]> {
  const query = { fields: [model.recordIdField] };
  let answer = await exportRecords(query);
  if (answer.kind === 'bodyless') answer = await exportRecords(query);
  if (answer.kind === 'stopped') throw new InterruptedError();
  if (answer.kind !== 'rows') {
    throw unreadableList('the list of records', answer);
  }
  return [...namesInList(answer.rows, model)];
}

async function viewExport(
  exportRecords: ExportAny,
  { recordIdField, fileFields }: ProjectModel,
  records: readonly string[],
): Promise<ExportView> {
  const names = Object.keys(fileFields);
  if (records.length === 0 || names.length === 0) return { kind: 'unseen' };
  const lists = createLists();
  const rows: ExportRow[] = [];
  const ask = async (fields: readonly string[]): Promise<void> => {
    const query = { records, fields: [...new Set([recordIdField, ...fields])] };
    const answer = await askForList(exportRecords, query, lists);
    if (answer.kind === 'stopped') throw new InterruptedError();
    if (answer.kind === 'unreadable') {
      throw unreadableList('the file fields of some records', answer);
    }
    rows.push(...answer.rows);
  };
  for (let at = 0; at < names.length; at += BATCH_FIELDS) {
    await ask(names.slice(at, at + BATCH_FIELDS));
  }
  const knows = (): boolean => rows.some((row) => records.includes(asText(row[recordIdField])));
  // Loaded servers leave records out: that none came is asked once more.
  if (!knows()) await ask(names.slice(0, BATCH_FIELDS));
  if (!knows()) return { kind: 'hashed' };
  return {
    kind: 'seen',
    leftOut: names.filter((name) => !rows.some((row) => Object.hasOwn(row, name))),
    withheld: names.filter((name) => rows.some((row) => isWithheld(row[name]))),
  };
}

/** Does an answer show that the token has the right to ask? */
function grants(answer: ReadAnswer<unknown>): boolean | undefined {
  if (answer.kind === 'value') return true;
  if (answer.kind !== 'error') return undefined;
  // A project without repeats says so, to whoever may ask.
  return /does not contain any repeating/i.test(answer.message);
}

function readLabels(answer: ReadAnswer<readonly ServerObject[]>): Record<string, string> {
  throwStop(answer);
  const forms = answer.kind === 'value' ? answer.value : [];
  return Object.fromEntries(
    forms.flatMap((form) => {
      const { label } = labelOf(form['instrument_label']);
      return label === undefined ? [] : [[asText(form['instrument_name']), label]];
    }),
  );
}

/**
 * Whether the token may import cannot be asked without changing anything. The
 * list of users tells it where all of those agree whose token it can be: they
 * may export, since this one does, and design where this one does. REDCap lists
 * the rights of a user's role as the user's own.
 */
function findUser(
  answer: ReadAnswer<readonly ServerObject[]>,
  design: boolean | undefined,
): Pick<GrantedRights, 'import' | 'user'> {
  throwStop(answer);
  const users = answer.kind === 'value' ? answer.value : [];
  const possible = users.filter(
    (user) =>
      asFlag(user['api_export']) !== false &&
      (design === undefined || asFlag(user['design']) !== !design),
  );
  const [first] = possible;
  if (first === undefined) return { import: undefined, user: undefined };
  const right = asFlag(first['api_import']);
  const agree = possible.every((user) => asFlag(user['api_import']) === right);
  const name = asText(first['username']);
  return {
    import: agree ? right : undefined,
    user: possible.length === 1 && name !== '' ? name : undefined,
  };
}
