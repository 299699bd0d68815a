import { PassThrough, pipeline, type Readable } from 'node:stream';
import { connectionReason } from './connection-errors.ts';
import { createUnpacker, readCodings, unpackText, type Unpacking } from './content-coding.ts';
import type { Failed, ResponseHead, TransportRequest, TransportResult } from './transport.ts';

/** Where the bytes of one response go. */
export interface ReceivedBody {
  /** `wait`: read no further until it has drained. `full`: no more is wanted. */
  take(chunk: Buffer): 'more' | 'wait' | 'full';
  /** The result, after the last byte or a `full`. Never rejects. */
  finish(): TransportResult | Promise<TransportResult>;
  /** Resolves when nobody takes bytes any more. */
  abandon(): Promise<void>;
}

/** A text: kept up to `maxBytes`, then unpacked and decoded. */
export function collectText(head: ResponseHead, maxBytes: number): ReceivedBody {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    take(chunk) {
      const room = maxBytes - size;
      size += chunk.length;
      chunks.push(chunk.length <= room ? chunk : chunk.subarray(0, room));
      return size > maxBytes ? 'full' : 'more';
    },
    finish() {
      if (size === 0) return emptyResponse(head);
      const codings = readCodings(head.headers.get('content-encoding'));
      const isCut = size > maxBytes;
      return unpackText(Buffer.concat(chunks), codings, maxBytes).then((text) => ({
        kind: 'response',
        ...head,
        body: text.body,
        ...(text.truncated || isCut ? { truncated: true } : {}),
        ...(text.coding === undefined || isCut ? {} : { coding: text.coding }),
      }));
    },
    abandon: () => Promise.resolve(),
  };
}

/** No text: there was none, or it was passed on. */
function emptyResponse({ status, headers }: ResponseHead): TransportResult {
  return { kind: 'response', status, headers, body: '' };
}

interface FileEvents {
  onDrain(): void;
  /** The sink threw, or the bytes cannot be unpacked. */
  onFailure(message: string): void;
}

/** A file: every piece is unpacked and passed on, no faster than it is taken, and nothing is kept. */
export function passFile(
  head: ResponseHead,
  packing: readonly Unpacking[],
  onData: NonNullable<TransportRequest['onData']>,
  { onDrain, onFailure }: FileEvents,
): ReceivedBody {
  const input = new PassThrough().on('drain', onDrain);
  const unpackers = packing.map(createUnpacker);
  const unpacked: Readable = unpackers.at(-1) ?? input;
  // What goes wrong in one of them ends the last one with its error.
  if (unpackers.length > 0) pipeline([input, ...unpackers], () => undefined);

  let isEmpty = true;
  let sinkFailed = false;
  const passAll = async (): Promise<void> => {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      try {
        await onData(chunk, head);
      } catch (error) {
        sinkFailed = true;
        throw error;
      }
    }
  };
  /** Why not all was passed on, once nobody takes bytes any more. */
  const passed = passAll().catch((error: unknown) => {
    const what = sinkFailed ? 'could not be taken' : 'did not come whole';
    const message = `The file ${what}: ${connectionReason(error)}.`;
    onFailure(message);
    return message;
  });

  return {
    take(chunk) {
      isEmpty = false;
      return input.write(chunk) ? 'more' : 'wait';
    },
    async finish() {
      const whole = emptyResponse(head);
      if (isEmpty) {
        // Unpacking nothing fails.
        await this.abandon();
        return whole;
      }
      input.end();
      const message = await passed;
      if (message === undefined) return whole;
      const failed: Failed = { kind: 'failed', code: 'connection', sent: true, message };
      return failed;
    },
    async abandon() {
      input.destroy();
      await passed;
    },
  };
}
