import { connectionReason } from './connection-errors.ts';
import type { ResponseHead, TransportResult, TransportRequest } from './transport.ts';
import { readCodings, type Unpacking } from './content-coding.ts';
import { createFileUnpacker, unpackText } from './content-coding.ts';

/** Where the bytes of one answer go. */
export interface AnswerBody {
  /** A promise: read no further until it has settled. `full`: no more is wanted. Throws what a sink throws. */
  take(chunk: Buffer): Promise<void> | 'full' | undefined;
  /** The answer, after its last byte or a `full`. Never rejects. */
  finish(): TransportResult | Promise<TransportResult>;
}

/** A text: kept up to `maxBytes`, then unpacked and decoded. */
export class CollectedText implements AnswerBody {
  readonly #head: ResponseHead;
  readonly #maxBytes: number;
  /** Nearly all answers are empty. */
  #chunks: Buffer[] | undefined;
  #size = 0;

  constructor(head: ResponseHead, maxBytes: number) {
    this.#head = head;
    this.#maxBytes = maxBytes;
  }

  take(chunk: Buffer): 'full' | undefined {
    const room = this.#maxBytes - this.#size;
    this.#size += chunk.length;
    (this.#chunks ??= []).push(chunk.length <= room ? chunk : chunk.subarray(0, room));
    return this.#size > this.#maxBytes ? 'full' : undefined;
  }

  finish(): TransportResult | Promise<TransportResult> {
    const { status, headers } = this.#head;
    const chunks = this.#chunks;
    if (chunks === undefined) return { kind: 'response', status, headers, body: '' };
    const maxBytes = this.#maxBytes;
    const codings = readCodings(headers.get('content-encoding'));
    const isCut = this.#size > maxBytes;
    return unpackText(Buffer.concat(chunks), codings, maxBytes).then(
      ({ body, truncated, coding }) => ({
        kind: 'response',
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
  head: ResponseHead,
  codings: readonly Unpacking[],
  onData: NonNullable<TransportRequest['onData']>,
): AnswerBody {
  const whole: TransportResult = { kind: 'response', ...head, body: '' };
  const pass = (chunk: Uint8Array): Promise<void> | undefined => onData(chunk, head) ?? undefined;
  if (codings.length === 0) return { take: pass, finish: () => whole };

  const unpacker = createFileUnpacker(codings, pass);
  return {
    take: (chunk) => unpacker.write(chunk),
    finish: () =>
      unpacker.end().then(
        () => whole,
        (error: unknown): TransportResult => {
          const message = `The file did not come whole: ${connectionReason(error)}.`;
          return { kind: 'failed', code: 'connection', sent: true, message };
        },
      ),
  };
}
