import { UNSEEN } from '../words/letters.ts';
import { listNames, showName, showTwoNames } from '../words/names.ts';
import type { ProjectModel } from './model.ts';
import { nearestName } from './near.ts';

/** As a data export with labels writes an event: `Baseline (Arm 1: Treatment)`. */
const WITH_ARM = /^(.*\S)\s*\(arm (\d+): .*\)$/su;

/** What people call the parts of a project, in place of their unique names. */
export interface Labels {
  /** Unique names of the events that have this label, by itself or with its arm. */
  eventsLabelled(text: string): readonly string[];
  /** Variable names of the file fields that have this label. */
  fieldsLabelled(text: string): readonly string[];
}

export function createLabels({ events, fileFields }: ProjectModel): Labels {
  const byEvent = indexLabels(events.map((event) => [event.label, event]));
  const byField = indexLabels(
    Object.entries(fileFields).map(([name, field]) => [field.label, name]),
  );
  return {
    eventsLabelled(text) {
      const label = fold(text);
      const named = byEvent.get(label);
      if (named !== undefined) return named.map(({ name }) => name);
      const [, alone = '', arm] = WITH_ARM.exec(label) ?? [];
      const inArms = byEvent.get(alone) ?? [];
      return inArms.filter((event) => event.arm === arm).map(({ name }) => name);
    },
    fieldsLabelled: (text) => byField.get(fold(text)) ?? [],
  };
}

/**
 * What is said of a name that the project does not have: which names have it for
 * their label, or else the nearest of the `known` ones.
 */
export function describeUnknownName(
  what: 'event' | 'field' | 'file field',
  name: string,
  { labelled, known }: { readonly labelled: readonly string[]; readonly known: readonly string[] },
): string {
  if (labelled.length > 0) {
    const right = what === 'event' ? 'unique event name' : 'variable name';
    return `the project has no ${what} ${showName(name)}, which is a label; write the ${right} (${listNames(labelled)})`;
  }
  const near = nearestName(name, known);
  if (near === undefined) return `the project has no ${what} ${showName(name)}`;
  const [wanted, meant] = showTwoNames(name, near);
  return `the project has no ${what} ${wanted}; did you mean ${meant}?`;
}

function indexLabels<T>(
  labelled: readonly (readonly [label: string | undefined, one: T])[],
): ReadonlyMap<string, readonly T[]> {
  const index = new Map<string, T[]>();
  for (const [label = '', one] of labelled) {
    const folded = fold(label);
    if (folded !== '') index.set(folded, [...(index.get(folded) ?? []), one]);
  }
  return index;
}

/** Labels are taken for the same where people do not see what differs. */
function fold(label: string): string {
  return label.replace(UNSEEN, '').normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase();
}
