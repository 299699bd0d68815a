import { NOT_SENT, type FileClient } from '../rows/server.ts';
import type { RedcapClient } from './client.ts';
import { factsOf } from './delete-response.ts';
import { targetFields } from './deleter.ts';
import { encodeMultipart } from './form.ts';
import { readFailure, readUnreadable } from './read-response.ts';
import { saysSuccess } from './response-body.ts';
import { namesFile, readFileName, tellsLength } from './response-headers.ts';

/** `content=file`, export and import, one try each. */
export function createFileClient(client: RedcapClient): FileClient {
  const about = client.about ?? {};
  return {
    async exportFile(target, sink, hooks = {}) {
      let bytes = 0;
      let failure: { readonly error: unknown } | undefined;
      const result = await client.send(
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
      if (result.kind === 'response' && result.status === 200 && namesFile(result)) {
        return {
          kind: 'file',
          fileName: readFileName(result),
          bytes,
          lengthTold: tellsLength(result.headers),
          ...factsOf(result, '', true),
        };
      }
      const read = readFailure(result, about);
      if (result.kind !== 'response' || (read !== undefined && read.kind !== 'empty')) {
        return read ?? NOT_SENT;
      }
      const unnamed = read ?? readUnreadable(result, about);
      return unnamed.kind === 'stop' ? unnamed : { ...unnamed, kind: 'no_name' };
    },

    async importFile(target, file, hooks = {}) {
      const fields = { content: 'file', action: 'import', ...targetFields(target) };
      const result = await client.send(
        (token) => encodeMultipart({ token, ...fields, returnFormat: 'json' }, 'file', file),
        hooks,
      );
      const read = readFailure(result, about);
      if (result.kind !== 'response') return read ?? NOT_SENT;
      if (read?.kind === 'empty' || (read === undefined && saysSuccess(result.body))) {
        return { kind: 'done', ...factsOf(result, '', true) };
      }
      return read ?? readUnreadable(result, about);
    },
  };
}
