import { RefusedError } from '../errors.ts';
import type { ProjectModel } from '../project/model.ts';
import { createLabels, describeUnknownName, type Labels } from '../project/labels.ts';
import type { ScanScope } from '../project/scan.ts';
import type { FlagsOf } from './commands.ts';

type Flags = FlagsOf<'scan'>;

/** What narrows a scan, whatever it lists. Throws RefusedError for names that the project does not have. */
export function chooseScope(flags: Flags, model: ProjectModel): Omit<ScanScope, 'records'> {
  const labels = createLabels(model);
  const known = Object.keys(model.fileFields);
  return {
    fields:
      flags.field === undefined
        ? known
        : chooseNames(
            flags.field,
            { option: '--field', what: 'file field', known },
            labels.fieldsLabelled,
          ),
    areNamed: flags.field !== undefined,
    events: chooseEvents(flags.event, model, labels),
    filter: flags.filter,
  };
}

/** Throws RefusedError for flags that name the files in more than one way. */
export function refuseTogether({ recordFile, from, report }: Flags): void {
  const given = Object.entries({ '--record-file': recordFile, '--from': from, '--report': report })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (given.length < 2) return;
  throw new RefusedError(
    `${given.join(' and ')} each say which files to list: give one of them. --field, --event and --filter narrow any of them.`,
  );
}

function chooseEvents(
  text: string | undefined,
  model: ProjectModel,
  labels: Labels,
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  if (!model.longitudinal) {
    throw new RefusedError('--event does not fit: the project is not longitudinal.');
  }
  const known = model.events.map((event) => event.name);
  return chooseNames(text, { option: '--event', what: 'event', known }, labels.eventsLabelled);
}

interface Choice {
  readonly option: string;
  readonly what: 'event' | 'file field';
  readonly known: readonly string[];
}

function chooseNames(
  text: string,
  { option, what, known }: Choice,
  labelledBy: (text: string) => readonly string[],
): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  // Labels may hold commas.
  const isLabel = !names.every((name) => known.includes(name)) && labelledBy(text).length > 0;
  const wanted = isLabel ? [text.trim()] : names.filter((name) => name !== '');
  if (wanted.length === 0) throw new RefusedError(`${option} names nothing.`);
  for (const name of wanted) {
    if (known.includes(name)) continue;
    const words = describeUnknownName(what, name, { labelled: labelledBy(name), known });
    throw new RefusedError(`${option}: ${words}${words.endsWith('?') ? '' : '.'}`);
  }
  return [...new Set(wanted)];
}
