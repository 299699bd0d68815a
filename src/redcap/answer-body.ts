import { connectionReason } from './connection-words.ts';
import type { AnswerHead, WireAnswer, WireRequest } from './transport.ts';
import { createFileUnpacker, readEncodings, unpackText } from './unpack.ts';

/** Where the bytes of one answer go. */
export interface AnswerBody {
  /** A promise: read no further until it has settled. `full`: no more is wanted. Throws what a sink throws. */
  take(chunk: Buffer): Promise<void> | 'full' | undefined;
  /** The answer, after its last byte or a `full`. Never rejects. */
  finish(): WireAnswer | Promise<WireAnswer>;
}

/** A text: kept up to `maxBytes`, then unpacked and decoded. */
export function collectText(head: AnswerHead, maxBytes: number): AnswerBody {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    take(chunk) {
      const room = maxBytes - size;
      size += chunk.length;
      chunks.push(chunk.length <= room ? chunk : chunk.subarray(0, room));
      return size > maxBytes ? 'full' : undefined;
    },
    finish() {
      if (size === 0) {
        return { kind: 'answer', status: head.status, headers: head.headers, body: '' };
      }
      const encodings = readEncodings(head.headers.get('content-encoding'));
      return unpackText(Buffer.concat(chunks), encodings, maxBytes).then((text) => ({
        kind: 'answer',
        ...head,
        body: text.body,
        ...(text.truncated || size > maxBytes ? { truncated: true } : {}),
      }));
    },
  };
}

/** A file: every piece is handed on, and nothing is kept. */
export function passFile(head: AnswerHead, onData: NonNullable<WireRequest['onData']>): AnswerBody {
  const encodings = readEncodings(head.headers.get('content-encoding'));
  const whole: WireAnswer = { kind: 'answer', ...head, body: '' };
  const pass = (chunk: Uint8Array): Promise<void> | undefined => onData(chunk, head) ?? undefined;
  if (encodings.length === 0) return { take: pass, finish: () => whole };

  const unpacker = createFileUnpacker(encodings, pass);
  return {
    take: (chunk) => unpacker.write(chunk),
    finish: () =>
      unpacker.end().then(
        () => whole,
        (error: unknown): WireAnswer => {
          const message = `The file did not come whole: ${connectionReason(error)}.`;
          return { kind: 'broken', code: 'connection', sent: true, message };
        },
      ),
  };
}
