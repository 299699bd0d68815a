import type { Design } from './design.ts';
import type { ApiForm } from './form.ts';

/** Columns of a record export after the row's keys, in the project's order. */
export type Columns = readonly string[];

/** The columns that `fields` and `forms` ask for, or REDCap's complaint about them. */
export function selectColumns(
  design: Design,
  form: ApiForm,
  hiddenFields: readonly string[],
): Columns | string {
  const fields = form.list('fields')?.filter((name) => name !== '');
  const forms = form.list('forms')?.filter((name) => name !== '');
  const formNames = design.forms.map(({ name }) => name);
  const known = new Set([...design.fields.keys(), ...formNames.map(completeOf)]);
  const strange = (fields ?? []).filter((name) => !known.has(name));
  if (strange.length > 0) return complain('fields', strange);
  const strangeForms = (forms ?? []).filter((name) => !formNames.includes(name));
  if (strangeForms.length > 0) return complain('forms', strangeForms);
  const all = fields === undefined && forms === undefined;
  const isWanted = (name: string, ofForm: string): boolean =>
    all || (fields?.includes(name) ?? false) || (forms?.includes(ofForm) ?? false);
  const columns = design.forms.flatMap((one) => [
    ...one.fields.filter(({ type }) => type !== 'descriptive').map(({ name }) => ({ name, one })),
    { name: completeOf(one.name), one },
  ]);
  return columns
    .filter(({ name, one }) => isWanted(name, one.name) && !hiddenFields.includes(name))
    .map(({ name }) => name);
}

export function completeOf(formName: string): string {
  return `${formName}_complete`;
}

function complain(parameter: string, values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`).join(', ');
  return `The following values in the parameter "${parameter}" are not valid: ${quoted}`;
}
