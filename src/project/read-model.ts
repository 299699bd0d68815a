import { InterruptedError, RefusedError } from '../errors.ts';
import {
  type ProjectReader,
  readDictionary,
  readDictionaryOf,
  readInfo,
  readSetup,
  readVersion,
  UnreadableAnswer,
} from './answers.ts';
import type { ProjectModel } from './model.ts';

/**
 * Reads what the rules need of a project. Throws RefusedError where an answer
 * that the check cannot do without is refused or cannot be read.
 */
export async function readModel(reader: ProjectReader): Promise<ProjectModel> {
  const notes: string[] = [];
  const info = await readInfo(reader);
  const dictionary = await readDictionary(reader);
  const setup = await readSetup(reader, info, { notes });
  return {
    id: info.id,
    title: info.title,
    redcapVersion: await readVersion(reader, notes),
    production: info.production,
    ...(info.productionTime === '' ? {} : { productionTime: info.productionTime }),
    recordIdField: dictionary.firstField || 'record_id',
    fileFields: dictionary.fileFields,
    otherFields: dictionary.otherFields,
    ...setup,
    notes,
  };
}

/** Which project is this? Throws RefusedError where the server does not say. */
export async function readProjectId(reader: Pick<ProjectReader, 'project'>): Promise<string> {
  return (await readInfo(reader)).id;
}

/** Requests that one reading of the structure takes. */
export function structureRequests({ longitudinal, repeats }: ProjectModel): number {
  return 2 + (longitudinal ? 2 : 0) + (repeats.kind === 'none' ? 0 : 1);
}

export type StructureAnswer =
  | { readonly kind: 'read'; readonly model: ProjectModel }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'stopped' };

/** PHP cuts forms that hold more than 1,000 values: for more fields the dictionary is read whole. */
const FIELDS_AT_MOST = 400;

/**
 * Reads the structure again, as far as these file fields depend on it: of the
 * dictionary only them and the record id, unless one of them is missing.
 * Fields that were not asked for stay as `known` has them.
 */
export async function readStructure(
  reader: ProjectReader,
  known: ProjectModel,
  fields: readonly string[],
): Promise<StructureAnswer> {
  try {
    const info = await readInfo(reader);
    if (info.id !== known.id) {
      const message = `the token belongs to project ${info.id} by now, not to ${known.id}`;
      return { kind: 'unreadable', message };
    }
    const read = await readFields(reader, known, fields);
    const couldRead = known.repeats.kind !== 'unknown';
    const setup = await readSetup(reader, info, { notes: [], couldRead });
    return { kind: 'read', model: { ...known, ...setup, ...read } };
  } catch (error) {
    if (error instanceof InterruptedError) return { kind: 'stopped' };
    if (!(error instanceof RefusedError)) throw error;
    const message = error instanceof UnreadableAnswer ? error.reason : error.message;
    return { kind: 'unreadable', message };
  }
}

async function readFields(
  reader: ProjectReader,
  known: ProjectModel,
  fields: readonly string[],
): Promise<Pick<ProjectModel, 'fileFields' | 'otherFields' | 'recordIdField'>> {
  const { recordIdField } = known;
  const asked = [...new Set([recordIdField, ...fields])];
  const some = asked.length > FIELDS_AT_MOST ? undefined : await readDictionaryOf(reader, asked);
  if (some === undefined) {
    const { firstField, fileFields, otherFields } = await readDictionary(reader);
    return { recordIdField: firstField || recordIdField, fileFields, otherFields };
  }
  const others = Object.entries(known.fileFields).filter(([name]) => !asked.includes(name));
  return {
    recordIdField,
    fileFields: { ...Object.fromEntries(others), ...some.fileFields },
    otherFields: [...new Set([...known.otherFields, ...some.otherFields])],
  };
}
