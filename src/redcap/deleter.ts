import type { DeleteAnswer } from '../rows/server.ts';
import type { Target } from '../rows/target.ts';
import type { Encode, RedcapClient, SendOptions, SendResult } from './client.ts';
import { readDeleteResponse } from './delete-response.ts';
import { encodeForm, FORM_TYPE } from './form.ts';

export type DeletionHooks = Pick<SendOptions, 'signal' | 'abort' | 'beforeSend' | 'onLeaving'>;

export interface Deleter {
  /**
   * `not_sent`: not a byte of it left, as the stop came first or `onLeaving`
   * returned false. Rejects with what `beforeSend` throws.
   */
  deleteFile(
    target: Target,
    hooks?: DeletionHooks,
  ): Promise<DeleteAnswer | { readonly kind: 'not_sent' }>;
}

/** The response to a deletion is empty or a sentence; more than this is neither. */
const MAX_BODY_BYTES = 1024 * 1024;

/** All deletions share this, and a run has up to millions. */
const DELETION = encodeForm({ content: 'file', action: 'delete', returnFormat: 'json' });

/** `content=file&action=delete` for one file. There is no batch form of it, and no retrying here. */
export function createDeleter(client: RedcapClient): Deleter {
  const read = (result: SendResult): DeleteAnswer | { readonly kind: 'not_sent' } => {
    if (result.kind === 'not_sent') return result;
    if (result.kind === 'failed' && result.code === 'aborted' && !result.sent) {
      return { kind: 'not_sent' };
    }
    return readDeleteResponse(result, client.about);
  };
  return {
    deleteFile(target, hooks = {}) {
      const { signal, abort, beforeSend, onLeaving } = hooks;
      const sending = { signal, abort, beforeSend, onLeaving, maxBodyBytes: MAX_BODY_BYTES };
      const file = encodeForm(targetFields(target));
      const encode: Encode = (token) => ({
        body: `token=${token}&${DELETION}&${file}`,
        contentType: FORM_TYPE,
      });
      return client.send(encode, sending).then(read);
    },
  };
}

/** The fields that name a file. */
export function targetFields({ record, field, event, instance }: Target): Record<string, string> {
  const fields: Record<string, string> = { record, field };
  if (event !== '') fields['event'] = event;
  if (instance !== '') fields['repeat_instance'] = instance;
  return fields;
}
