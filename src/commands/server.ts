import type { Clock } from '../clock.ts';
import type { Target } from '../manifest/target.ts';
import { lookAt, type ExportAnswer, type LookedBatch } from '../project/look-batch.ts';
import type { ProjectModel } from '../project/model.ts';
import { nameNearRecords } from '../project/near-records.ts';
import { readModel, readProjectId } from '../project/read-model.ts';
import { createFileClient, type FileClient } from '../redcap/file-client.ts';
import { createDeleter } from '../redcap/deleter.ts';
import type { Door } from '../redcap/door.ts';
import { createReader, type Reader, type RecordQuery } from '../redcap/reader.ts';
import type { ReadAnswer, ReadFailure } from '../redcap/read-answers.ts';
import { retrying } from '../redcap/retry.ts';
import type { RunControl } from '../run/control.ts';
import type { RemoveFile } from '../run/delete-context.ts';

/** The server in a command's words: each read with its retries, ended by the command's control. */
export interface Server {
  readModel(): Promise<ProjectModel>;
  /** The project that the token belongs to; throws RefusedError where it cannot be read. */
  readProjectId(): Promise<string>;
  /** The check's look, which also finds records that are spelled otherwise in the project. */
  lookForCheck(model: ProjectModel, targets: readonly Target[]): Promise<LookedBatch>;
  /** A look at targets, ended by a stop of the run. */
  look(model: ProjectModel, targets: readonly Target[]): Promise<LookedBatch>;
  /** The same for verification, which some stops leave running. */
  lookAfter(model: ProjectModel, targets: readonly Target[]): Promise<LookedBatch>;
  exportRecords(query: RecordQuery): ReturnType<Reader['exportRecords']>;
  readonly requests: number;
}

export interface ServerOptions {
  readonly door: Door;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retries: number;
  readonly onRetry?: (waitMs: number, message: string) => void;
  readonly onAnswer?: () => void;
}

export function createServer(options: ServerOptions): Server {
  const { door, control } = options;
  const stopping = readerUntil(options, control.stopping);
  const looking = readerUntil(options, control.looking);
  return {
    readModel: () => readModel(stopping),
    readProjectId: () => readProjectId(stopping),
    look: (model, targets) => lookAt(exportBy(stopping, control), model, targets),
    async lookForCheck(model, targets) {
      const exportRecords = exportBy(stopping, control);
      const looked = await lookAt(exportRecords, model, targets);
      return nameNearRecords(exportRecords, model, targets, looked);
    },
    lookAfter: (model, targets) => lookAt(exportBy(looking, control), model, targets),
    exportRecords: (query) => stopping.exportRecords(query),
    get requests() {
      return door.requests;
    },
  };
}

/** Built apart from the reading side, so that a check has no way to delete. */
export function createRemover({ door, control }: ServerOptions): RemoveFile {
  const deleter = createDeleter(door);
  return (target, { beforeSend, onLeaving }) =>
    deleter.deleteFile(target, {
      signal: control.stopping,
      abort: control.aborting,
      beforeSend,
      onLeaving,
    });
}

export function createFiles({ door }: ServerOptions): FileClient {
  return createFileClient(door);
}

function readerUntil(options: ServerOptions, signal: AbortSignal): Reader {
  const { door, control, clock, random, retries } = options;
  const reader = createReader(door, { signal, abort: control.aborting });
  const again =
    <T>(
      read: () => Promise<ReadAnswer<T>>,
      emptyAgain = true,
    ): (() => Promise<ReadAnswer<T> | ReadFailure>) =>
    async () => {
      const answer = await retrying(read, {
        retries,
        clock,
        random,
        signal,
        emptyAgain,
        onRetry: options.onRetry,
      })();
      options.onAnswer?.();
      return answer;
    };
  return {
    version: again(() => reader.version()),
    project: again(() => reader.project()),
    metadata: again(() => reader.metadata()),
    events: again(() => reader.events()),
    formEventMapping: again(() => reader.formEventMapping()),
    repeatingFormsEvents: again(() => reader.repeatingFormsEvents()),
    // Whoever looks asks again himself, and knows what a second silence means.
    exportRecords: (query) => again(() => reader.exportRecords(query), false)(),
  };
}

function exportBy(
  reader: Reader,
  control: RunControl,
): (query: RecordQuery) => Promise<ExportAnswer> {
  return async (query) => {
    const answer = await reader.exportRecords(query);
    switch (answer.kind) {
      case 'value':
        return { kind: 'rows', rows: answer.value };
      case 'empty':
        return { kind: 'bodyless' };
      case 'not_sent':
        return { kind: 'stopped' };
      case 'stop':
        // A ban or a rejected token ends the command wherever it is met.
        control.stop(answer.stop, answer.message);
        return { kind: 'unreadable', message: answer.message, status: answer.httpStatus };
      case 'unreadable':
      case 'error':
      case 'retry':
        return { kind: 'unreadable', message: answer.message, status: answer.httpStatus };
    }
  };
}
