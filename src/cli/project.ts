import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { ExportView, ProjectOverview } from '../project/overview.ts';
import { TOOL } from '../version.ts';
import type { FlagsOf } from './commands.ts';
import { withConnection } from './connect.ts';
import type { Io } from './io.ts';
import { printJson } from './json.ts';
import { isShown, placesOf, renderOverview, repeatsAsWhole, statusOf } from './render-overview.ts';
import { screenOf } from './screen.ts';

/** `project`: what the token reaches. Sends nothing that changes anything. */
export async function project(io: Io, flags: FlagsOf<'project'>): Promise<ExitCode> {
  return withConnection(io, flags, { command: 'project' }, async (connected) => {
    const { connection, server, progress } = connected;
    progress.phase('Reading the project', undefined);
    const overview = await server.readOverview(() => {
      progress.phase('Reading the records', undefined);
    });
    progress.end();
    const url = connection.url.href;
    if (flags.json === true) printJson(io, describeOverview(overview, url, server.requests));
    else {
      const { paint } = screenOf(io, io.stdout);
      io.stdout.write(renderOverview(overview, url, io.stdout.columns, paint));
    }
    return EXIT.ok;
  });
}

/** The document of `--json`: fields are only ever added; `null` is what no answer tells. */
function describeOverview(overview: ProjectOverview, url: string, requests: number): object {
  const { model, formLabels, records, exported, rights } = overview;
  return {
    tool: TOOL,
    kind: 'project',
    url,
    project: {
      id: model.id,
      title: model.title,
      redcapVersion: model.redcapVersion,
      status: statusOf(model) ?? null,
      longitudinal: model.longitudinal,
      recordIdField: model.recordIdField,
    },
    records,
    rights: {
      export: exportRight(exported),
      import: rights.import ?? null,
      design: rights.design ?? null,
      user: rights.user ?? null,
    },
    events: model.events.map(({ name, label, arm }) => ({
      name,
      label: label ?? null,
      arm,
      repeats: repeatsAsWhole(model, name) ?? null,
    })),
    fileFields: Object.entries(model.fileFields).map(([name, { form, label, signature }]) => ({
      name,
      label: label ?? null,
      form,
      formLabel: formLabels[form] ?? null,
      signature,
      exported: isShown(name, exported) ?? null,
      places: placesOf(model, form),
    })),
    notes: model.notes,
    requests,
    exitCode: EXIT.ok,
  };
}

function exportRight(exported: ExportView): 'full' | 'partial' | 'hashed' | null {
  if (exported.kind !== 'seen') return exported.kind === 'hashed' ? 'hashed' : null;
  return exported.leftOut.length + exported.withheld.length === 0 ? 'full' : 'partial';
}
