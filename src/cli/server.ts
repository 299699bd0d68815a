import { instantOf, type Clock, type Instant } from '../clock.ts';
import { troubleCause } from '../project/answers.ts';
import { createLists, type ExportAnswer, type ExportAny } from '../project/export-lists.ts';
import { lookAt } from '../project/look.ts';
import type { ProjectModel } from '../project/model.ts';
import { nameNearRecords } from '../project/near.ts';
import { readOverview, type OverviewReader, type ProjectOverview } from '../project/overview.ts';
import { readModel, readProjectId, readStructure } from '../project/read-model.ts';
import { createStructure, type LookWays, type Structure } from '../project/structure.ts';
import { createFileClient } from '../redcap/file-client.ts';
import { createDeleter } from '../redcap/deleter.ts';
import type { RedcapClient } from '../redcap/client.ts';
import { createReader } from '../redcap/reader.ts';
import type { ExportRow } from '../rows/look.ts';
import { retrying, type Retrying } from '../retry.ts';
import type { RunControl } from '../run/control.ts';
import type { RunServer } from '../run/server.ts';
import type { FileClient, ReadAnswer, Reader, RemoveFile } from '../rows/server.ts';

/** The server as commands know it: the engine's, and lists as they come. */
export interface Server extends RunServer {
  /** What the token reaches; throws RefusedError where project, fields or records cannot be read. */
  readOverview(onModel: (model: ProjectModel) => void): Promise<ProjectOverview>;
  /** One list; without records: all that the project has. */
  exportRecords: ExportAny;
  /** All rows of a report, by its number. */
  exportReport(id: string): Promise<ReadAnswer<readonly ExportRow[]>>;
  readonly requests: number;
}

export interface ServerOptions {
  readonly client: RedcapClient;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retries: number;
  readonly onRetry?: (waitMs: number, message: string) => void;
  readonly onAnswer?: () => void;
}

export function createServer(options: ServerOptions): Server {
  const { client, control, clock } = options;
  const reader = readerUntil(options, control.stopping);
  const exportUntilStop = exportBy(options, control.stopping);
  const exportUntilEnd = exportBy(options, control.looking);
  const lists = createLists();
  const ways = (signal: AbortSignal, exportRecords: ExportAny): LookWays => {
    const heeding = readerUntil(options, signal, heedStop(control));
    return {
      lookAt: (model, targets) => lookAt(exportRecords, model, targets, lists),
      readStructure: (known, fields) => readStructure(heeding, known, fields),
    };
  };
  const beforeStop = ways(control.stopping, exportUntilStop);
  const afterStop = ways(control.looking, exportUntilEnd);
  const forCheck: LookWays = {
    ...beforeStop,
    async lookAt(model, targets) {
      const looked = await beforeStop.lookAt(model, targets);
      return nameNearRecords(exportUntilStop, model, targets, looked);
    },
  };
  let readAt: Instant | undefined;
  let structure: Structure | undefined;
  const structureOf = (model: ProjectModel): Structure =>
    (structure ??= createStructure(model, readAt, clock));
  return {
    async readModel() {
      const begun = instantOf(clock);
      const model = await readModel(reader);
      readAt = begun;
      return model;
    },
    readProjectId: () => readProjectId(reader),
    readOverview: (onModel) => readOverview(reader, exportUntilStop, onModel),
    look: (model, targets) => structureOf(model).look(targets, beforeStop),
    lookForCheck: (model, targets) => structureOf(model).lookForCheck(targets, forCheck),
    lookAfter: (model, targets) => structureOf(model).look(targets, afterStop),
    renewStructure: (model, fields) => structureOf(model).renew(fields, beforeStop),
    changeAt: (model, target) => structureOf(model).changeAt(target),
    exportRecords: exportUntilStop,
    exportReport(id) {
      const reports = createReader(client, { signal: control.stopping, abort: control.aborting });
      const report = (): ReturnType<Reader['exportReport']> => reports.exportReport(id);
      return readAgain(options, control.stopping, report, { emptyAgain: true });
    },
    get requests() {
      return client.requests;
    },
  };
}

/** Built apart from the reading side, so that a check has no way to delete. */
export function createRemover({ client, control }: ServerOptions): RemoveFile {
  const deleter = createDeleter(client);
  return (target, { beforeSend, onLeaving }) =>
    deleter.deleteFile(target, {
      signal: control.stopping,
      abort: control.aborting,
      beforeSend,
      onLeaving,
    });
}

export function createFiles({ client }: ServerOptions): FileClient {
  return createFileClient(client);
}

function readerUntil(
  options: ServerOptions,
  signal: AbortSignal,
  heed: (answer: ReadAnswer<unknown>) => void = () => undefined,
): OverviewReader {
  const reader = createReader(options.client, { signal, abort: options.control.aborting });
  const again = async <T>(read: () => Promise<ReadAnswer<T>>): Promise<ReadAnswer<T>> => {
    const answer = await readAgain(options, signal, read, { emptyAgain: true });
    heed(answer);
    return answer;
  };
  return {
    version: () => again(() => reader.version()),
    project: () => again(() => reader.project()),
    metadata: (fields) => again(() => reader.metadata(fields)),
    events: () => again(() => reader.events()),
    formEventMapping: () => again(() => reader.formEventMapping()),
    repeatingFormsEvents: () => again(() => reader.repeatingFormsEvents()),
    instruments: () => again(() => reader.instruments()),
    users: () => again(() => reader.users()),
  };
}

/** A ban or a rejected token ends the command wherever it is met. */
function heedStop(control: RunControl): (answer: ReadAnswer<unknown>) => void {
  return (answer) => {
    if (answer.kind === 'stop') control.stop(answer.stop, answer.message);
  };
}

function exportBy(options: ServerOptions, signal: AbortSignal): ExportAny {
  const { client, control, retries } = options;
  const reader = createReader(client, { signal, abort: control.aborting });
  const once = Math.min(1, retries);
  const retriesAfter = (answer: ListAnswer): number | undefined =>
    answer.kind === 'empty' ? 1 : isOfTheList(answer) ? once : undefined;
  return async (query, tries = 'all') => {
    // Whoever looks asks again himself after a list without a body, and knows what a second silence means.
    const answer = await readAgain(options, signal, () => reader.exportRecords(query), {
      retriesAfter: tries === 'two' ? retriesAfter : undefined,
    });
    heedStop(control)(answer);
    return exportAnswerOf(answer);
  };
}

/** What the server's answer to a list means to whoever looks. */
export function exportAnswerOf(answer: ListAnswer): ExportAnswer {
  switch (answer.kind) {
    case 'value':
      return { kind: 'rows', rows: answer.value };
    case 'empty':
      return { kind: 'bodyless' };
    case 'not_sent':
      return { kind: 'stopped' };
    case 'unreadable':
    case 'error':
    case 'retry':
    case 'stop':
      return {
        kind: 'unreadable',
        message: answer.message,
        status: answer.httpStatus,
        cause: troubleCause(answer),
        shorterMayDo: isOfTheList(answer),
      };
  }
}

type ListAnswer = Awaited<ReturnType<Reader['exportRecords']>>;

/** Did the server fail on this very list, so that a shorter one may be spared? */
function isOfTheList(answer: ListAnswer): boolean {
  switch (answer.kind) {
    case 'unreadable':
      return true;
    case 'error':
      return answer.httpStatus === 413 || answer.httpStatus === 414 || answer.httpStatus >= 500;
    case 'retry':
      return answer.sent && answer.code !== 'http_408' && answer.code !== 'http_429';
    default:
      return false;
  }
}

/** A read with its retries; the command shows what it waits for. */
async function readAgain<T>(
  options: ServerOptions,
  signal: AbortSignal,
  read: () => Promise<ReadAnswer<T>>,
  how: Pick<Retrying<ReadAnswer<T>>, 'emptyAgain' | 'retriesAfter'>,
): Promise<ReadAnswer<T>> {
  const { retries, clock, random, onRetry, onAnswer } = options;
  const answer = await retrying(read, { retries, clock, random, signal, onRetry, ...how })();
  onAnswer?.();
  return answer;
}
