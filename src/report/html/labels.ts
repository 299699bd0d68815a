import type { ProjectModel } from '../../project/model.ts';
import { plainVisible, shorten } from './markup.ts';

const LONGEST_LABEL = 80;

/** What the project's people call its file fields, by their unique names. */
export function fieldLabels(project: ProjectModel | null): ReadonlyMap<string, string> {
  return labelled(
    Object.entries(project?.fileFields ?? {}).map(([name, { label }]) => [name, label]),
  );
}

/** The same of events; several arms may have an event of one label. */
export function eventLabels(project: ProjectModel | null): ReadonlyMap<string, string> {
  const events = project?.events ?? [];
  const hasArms = new Set(events.map(({ arm }) => arm)).size > 1;
  return labelled(
    events.map(({ name, label, arm }) => [
      name,
      label === undefined || !hasArms || arm === '' ? label : `${label} (arm ${arm})`,
    ]),
  );
}

/** One that only repeats the name says nothing. */
function labelled(
  pairs: readonly (readonly [name: string, label: string | undefined])[],
): ReadonlyMap<string, string> {
  return new Map(
    pairs.flatMap(([name, label = '']) => {
      const text = label.trim();
      return text === '' || text === name
        ? []
        : [[name, plainVisible(shorten(text, LONGEST_LABEL))] as const];
    }),
  );
}
