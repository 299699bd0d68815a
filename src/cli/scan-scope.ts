import { RefusedError } from '../errors.ts';
import type { ProjectModel } from '../project/model.ts';
import { nearestName } from '../project/near.ts';
import type { ScanScope } from '../project/scan.ts';
import type { ExportedTable } from '../project/scan-export.ts';
import type { FlagsOf } from './commands.ts';

type Flags = FlagsOf<'scan'>;

/** What narrows a scan, whatever it lists. Throws RefusedError for names that the project does not have. */
export function chooseScope(flags: Flags, model: ProjectModel): Omit<ScanScope, 'records'> {
  return {
    fields: chooseNames(flags.field, Object.keys(model.fileFields), '--field', 'file field'),
    events: chooseEvents(flags.event, model),
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

/** Throws RefusedError for fields asked for by name that the export does not show. */
export function refuseAbsent(fields: readonly string[], { header, source }: ExportedTable): void {
  const names = header.map((name) => name.trim());
  const absent = fields.filter((field) => !names.includes(field));
  if (absent.length === 0) return;
  throw new RefusedError(
    `--field: ${source.subject.toLowerCase()} has no column ${absent.join(', ')}. Leave it out, or export it too.`,
  );
}
function chooseEvents(
  text: string | undefined,
  model: ProjectModel,
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  if (!model.longitudinal) {
    throw new RefusedError('--event does not fit: the project is not longitudinal.');
  }
  return chooseNames(
    text,
    model.events.map((event) => event.name),
    '--event',
    'event',
  );
}

function chooseNames(
  text: string | undefined,
  known: readonly string[],
  option: string,
  what: string,
): readonly string[] {
  if (text === undefined) return known;
  const wanted = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (wanted.length === 0) throw new RefusedError(`${option} names nothing.`);
  for (const name of wanted) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new RefusedError(
      `${option}: the project has no ${what} ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  }
  return [...new Set(wanted)];
}
