import type { Target } from '../manifest/target.ts';
import { saysSuccess } from './answer-shape.ts';
import { tellsLength } from './answer-headers.ts';
import { factsOf, type AnswerFacts } from './answers.ts';
import { targetFields } from './deleter.ts';
import type { Door, SendOptions } from './door.ts';
import { namesFile, readFileName } from './file-name.ts';
import { encodeMultipart, type UploadFile } from './multipart.ts';
import { NOT_SENT, readFailure, readUnreadable, type ReadFailure } from './read-answers.ts';

/** Takes the bytes of a file as they come; reading waits for it. What it throws, `exportFile` throws. */
export type Sink = (chunk: Uint8Array) => void | Promise<void>;

export type ExportFileAnswer =
  | (AnswerFacts & {
      readonly kind: 'file';
      readonly fileName: string;
      readonly bytes: number;
      /** False: the connection's end alone says where the file ends. */ readonly lengthTold: boolean;
    })
  /** 200, and its content type names no file: whatever it is, it is no stored file. */
  | (AnswerFacts & { readonly kind: 'no_name' })
  | ReadFailure;

export type ImportFileAnswer = (AnswerFacts & { readonly kind: 'done' }) | ReadFailure;

export type FileHooks = Pick<SendOptions, 'signal' | 'abort' | 'beforeSend'>;

export interface FileClient {
  /** After `retry` the sink may have taken a part: the next try starts from the first byte. */
  exportFile(target: Target, sink: Sink, hooks?: FileHooks): Promise<ExportFileAnswer>;
  /** Overwrites what is stored. A `retry` may have had its effect. */
  importFile(target: Target, file: UploadFile, hooks?: FileHooks): Promise<ImportFileAnswer>;
}

/** `content=file`, export and import, one try each. */
export function createFileClient(door: Door): FileClient {
  const about = door.about ?? {};
  return {
    async exportFile(target, sink, hooks = {}) {
      let bytes = 0;
      let failure: { readonly error: unknown } | undefined;
      const answer = await door.send(
        { content: 'file', action: 'export', ...targetFields(target) },
        {
          ...hooks,
          onData: async (chunk) => {
            bytes += chunk.length;
            try {
              await sink(chunk);
            } catch (error) {
              failure = { error };
              throw error;
            }
          },
        },
      );
      if (failure !== undefined) throw failure.error;
      if (answer.kind === 'answer' && answer.status === 200 && namesFile(answer)) {
        return {
          kind: 'file',
          fileName: readFileName(answer),
          bytes,
          lengthTold: tellsLength(answer.headers),
          ...factsOf(answer, '', true),
        };
      }
      const read = readFailure(answer, about);
      if (answer.kind !== 'answer' || (read !== undefined && read.kind !== 'empty')) {
        return read ?? NOT_SENT;
      }
      const unnamed = read ?? readUnreadable(answer, about);
      return unnamed.kind === 'stop' ? unnamed : { ...unnamed, kind: 'no_name' };
    },

    async importFile(target, file, hooks = {}) {
      const fields = { content: 'file', action: 'import', ...targetFields(target) };
      const answer = await door.send(
        (token) => encodeMultipart({ token, ...fields, returnFormat: 'json' }, 'file', file),
        hooks,
      );
      const read = readFailure(answer, about);
      if (answer.kind !== 'answer') return read ?? NOT_SENT;
      if (read?.kind === 'empty' || (read === undefined && saysSuccess(answer.body))) {
        return { kind: 'done', ...factsOf(answer, '', true) };
      }
      return read ?? readUnreadable(answer, about);
    },
  };
}
