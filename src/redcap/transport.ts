import type { ResponseHeaders } from './answer-headers.ts';

/** A body of known length whose bytes are pulled as the socket takes them. */
export interface BodyStream {
  readonly length: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface ResponseHead {
  readonly status: number;
  readonly headers: ResponseHeaders;
}

export interface TransportRequest {
  /** A stream goes out with Content-Length too, never chunked. */
  readonly body: string | Uint8Array | BodyStream;
  readonly contentType: string;
  /** Tears the request down at once. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Runs when a connection is there, however long that took; what must come
   * last of all before a request leaves has its place here. Runs again where
   * that connection is lost before anything left. Must not throw or reject.
   * False: nothing leaves, and the answer is `aborted`, not sent.
   */
  readonly beforeLeaving?: (() => Promise<boolean> | boolean) | undefined;
  /**
   * Runs on a connected socket, right before the first byte leaves; must not
   * throw. False: as above.
   */
  readonly onLeaving?: (() => boolean) | undefined;
  /**
   * Takes the bytes of an answer that is a file (200, `name=` in its content
   * type) in place of their being collected; reading waits for it. An error
   * that it throws tears the request down.
   */
  readonly onData?: ((chunk: Uint8Array, head: ResponseHead) => void | Promise<void>) | undefined;
  /** How much of a text answer is kept; the rest makes it `truncated`. */
  readonly maxBodyBytes?: number | undefined;
}

export type TransportResult =
  | ({
      readonly kind: 'response';
      /** Unpacked and decoded, byte order mark included; blank for a file. */
      readonly body: string;
      /** The body was too large, or could not be unpacked: it is not what the server meant. */
      readonly truncated?: boolean;
      /** Where it could not be unpacked: as what it came (Content-Encoding). */
      readonly coding?: string;
    } & ResponseHead)
  | {
      readonly kind: 'failed';
      /** `proxy`: it refuses us, and would again; the others may go otherwise the next time. */
      readonly code: 'timeout' | 'connection' | 'certificate' | 'proxy' | 'aborted';
      /** False only where not a byte of the request can have left. */
      readonly sent: boolean;
      /** Plain words; names the proxy where one is used, and no credentials. */
      readonly message: string;
    };

export type Failed = Extract<TransportResult, { kind: 'failed' }>;

/** One exchange with the server. Never rejects. */
export type Transport = (request: TransportRequest) => Promise<TransportResult>;

/** A transport with sockets of its own; `close` drops them all. */
export interface ClosableTransport extends Transport, AsyncDisposable {
  close(): Promise<void>;
}

/** What messages name beside the answer itself. */
export interface ResponseContext {
  /** The API's address: what a redirect is relative to. */
  readonly url?: URL | undefined;
  /** The proxy's address without credentials. */
  readonly proxy?: string | undefined;
}
