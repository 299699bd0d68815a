import { NOT_SENT, type FileClient } from '../rows/server.ts';
import { saysSuccess } from './response-body.ts';
import { factsOf } from './delete-response.ts';
import { targetFields } from './deleter.ts';
import type { RedcapClient } from './client.ts';
import { namesFile, readFileName, tellsLength } from './response-headers.ts';
import { encodeMultipart } from './form.ts';
import { readFailure, readUnreadable } from './read-response.ts';

/** `content=file`, export and import, one try each. */
export function createFileClient(client: RedcapClient): FileClient {
  const about = client.about ?? {};
  return {
    async exportFile(target, sink, hooks = {}) {
      let bytes = 0;
      let failure: { readonly error: unknown } | undefined;
      const answer = await client.send(
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
      if (answer.kind === 'response' && answer.status === 200 && namesFile(answer)) {
        return {
          kind: 'file',
          fileName: readFileName(answer),
          bytes,
          lengthTold: tellsLength(answer.headers),
          ...factsOf(answer, '', true),
        };
      }
      const read = readFailure(answer, about);
      if (answer.kind !== 'response' || (read !== undefined && read.kind !== 'empty')) {
        return read ?? NOT_SENT;
      }
      const unnamed = read ?? readUnreadable(answer, about);
      return unnamed.kind === 'stop' ? unnamed : { ...unnamed, kind: 'no_name' };
    },

    async importFile(target, file, hooks = {}) {
      const fields = { content: 'file', action: 'import', ...targetFields(target) };
      const answer = await client.send(
        (token) => encodeMultipart({ token, ...fields, returnFormat: 'json' }, 'file', file),
        hooks,
      );
      const read = readFailure(answer, about);
      if (answer.kind !== 'response') return read ?? NOT_SENT;
      if (read?.kind === 'empty' || (read === undefined && saysSuccess(answer.body))) {
        return { kind: 'done', ...factsOf(answer, '', true) };
      }
      return read ?? readUnreadable(answer, about);
    },
  };
}
