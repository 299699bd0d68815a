import type { Target } from '../rows/target.ts';
import { readDeleteResponse } from './delete-response.ts';
import { type DeleteAnswer } from '../rows/server.ts';
import type { RedcapClient, SendResult, Encode, SendOptions } from './client.ts';
import { inOnePiece } from '../words/one-piece.ts';
import { encodeFormValue, FORM_TYPE } from './form.ts';

export type DeletionHooks = Pick<SendOptions, 'signal' | 'abort' | 'beforeSend' | 'onLeaving'>;

export interface Deleter {
  /** `not_sent`: not a byte of it left, as the stop came first, or `onLeaving` said no. Rejects with what `beforeSend` throws. */
  deleteFile(
    target: Target,
    hooks?: DeletionHooks,
  ): Promise<DeleteAnswer | { readonly kind: 'not_sent' }>;
}

/** An answer to a deletion is empty or a sentence; more than this is neither. */
const MAX_BODY_BYTES = 1024 * 1024;

/** `content=file&action=delete` for one file. There is no batch form of it, and no retrying here. */
export function createDeleter(client: RedcapClient): Deleter {
  const encode = createEncoder();
  const read = (answer: SendResult): DeleteAnswer | { readonly kind: 'not_sent' } => {
    if (answer.kind === 'not_sent') return answer;
    if (answer.kind === 'failed' && answer.code === 'aborted' && !answer.sent) {
      return { kind: 'not_sent' };
    }
    return readDeleteResponse(answer, client.about);
  };
  return {
    deleteFile(target, hooks = {}) {
      const { signal, abort, beforeSend, onLeaving } = hooks;
      const sending = { signal, abort, beforeSend, onLeaving, maxBodyBytes: MAX_BODY_BYTES };
      return client.send(encode(target), sending).then(read);
    },
  };
}

/**
 * Runs for each row at full speed, so that the form is put together by hand:
 * its head is the same for all rows, and what follows the record for most.
 */
function createEncoder(): (target: Target) => Encode {
  let ofToken: string | undefined;
  let head = '';
  let ofTarget: Target | undefined;
  let tail = '';
  return (target) => (token) => {
    if (token !== ofToken) {
      head = inOnePiece(`token=${token}&content=file&action=delete&returnFormat=json&record=`);
      ofToken = token;
    }
    if (ofTarget === undefined || !sharesTail(target, ofTarget)) {
      tail = inOnePiece(encodeTail(target));
      ofTarget = target;
    }
    return { body: head + encodeFormValue(target.record) + tail, contentType: FORM_TYPE };
  };
}

function sharesTail(one: Target, other: Target): boolean {
  return one.field === other.field && one.event === other.event && one.instance === other.instance;
}

function encodeTail({ field, event, instance }: Target): string {
  let form = `&field=${encodeFormValue(field)}`;
  if (event !== '') form += `&event=${encodeFormValue(event)}`;
  if (instance !== '') form += `&repeat_instance=${encodeFormValue(instance)}`;
  return form;
}

/** The same as fields, for the other requests that name a file. */
export function targetFields({ record, field, event, instance }: Target): Record<string, string> {
  return {
    record,
    field,
    ...(event === '' ? {} : { event }),
    ...(instance === '' ? {} : { repeat_instance: instance }),
  };
}
