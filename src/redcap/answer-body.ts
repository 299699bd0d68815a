import { connectionReason } from './connection-words.ts';
import type { AnswerHead, WireAnswer, WireRequest } from './transport.ts';
import { readCodings, type Unpacking } from './content-coding.ts';
import { createFileUnpacker, unpackText } from './unpack.ts';

/** Where the bytes of one answer go. */
export interface AnswerBody {
  /** A promise: read no further until it has settled. `full`: no more is wanted. Throws what a sink throws. */
  take(chunk: Buffer): Promise<void> | 'full' | undefined;
  /** The answer, after its last byte or a `full`. Never rejects. */
  finish(): WireAnswer | Promise<WireAnswer>;
}

/** A text: kept up to `maxBytes`, then unpacked and decoded. */
export class CollectedText implements AnswerBody {
  readonly #head: AnswerHead;
  readonly #maxBytes: number;
  /** Nearly all answers are empty. */
  #chunks: Buffer[] | undefined;
  #size = 0;

  constructor(head: AnswerHead, maxBytes: number) {
    this.#head = head;
    this.#maxBytes = maxBytes;
  }

  take(chunk: Buffer): 'full' | undefined {
    const room = this.#maxBytes - this.#size;
    this.#size += chunk.length;
    (this.#chunks ??= []).push(chunk.length <= room ? chunk : chunk.subarray(0, room));
    return this.#size > this.#maxBytes ? 'full' : undefined;
  }

  finish(): WireAnswer | Promise<WireAnswer> {
    const { status, headers } = this.#head;
    const chunks = this.#chunks;
    if (chunks === undefined) return { kind: 'answer', status, headers, body: '' };
    const maxBytes = this.#maxBytes;
    const codings = readCodings(headers.get('content-encoding'));
    const isCut = this.#size > maxBytes;
    return unpackText(Buffer.concat(chunks), codings, maxBytes).then(
      ({ body, truncated, coding }) => ({
        kind: 'answer',
        status,
        headers,
        body,
        ...(truncated || isCut ? { truncated: true } : {}),
        ...(coding === undefined || isCut ? {} : { coding }),
      }),
    );
  }
}

/** A file: every piece is handed on, unpacked, and nothing is kept. */
export function passFile(
  head: AnswerHead,
  codings: readonly Unpacking[],
  onData: NonNullable<WireRequest['onData']>,
): AnswerBody {
  const whole: WireAnswer = { kind: 'answer', ...head, body: '' };
  const pass = (chunk: Uint8Array): Promise<void> | undefined => onData(chunk, head) ?? undefined;
  if (codings.length === 0) return { take: pass, finish: () => whole };

  const unpacker = createFileUnpacker(codings, pass);
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
