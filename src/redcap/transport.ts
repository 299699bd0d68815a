export interface ResponseHeaders {
  /**
   * The value of a header by its lower-case name, latin1 text with one
   * character for each byte; several of one name are joined by `, `.
   */
  get(name: string): string | undefined;
}

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
  readonly body: string | BodyStream;
  readonly contentType: string;
  /** Tears the request down at once. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Runs when a connection is there, however long that took: for what must wait
   * until then. Runs again where that connection is lost before anything left.
   * Must not throw or reject. False: nothing leaves, and the result is
   * `aborted`, not sent.
   */
  readonly beforeLeaving?: (() => Promise<boolean> | boolean) | undefined;
  /** Runs right before the first byte leaves; must not throw. False: as above. */
  readonly onLeaving?: (() => boolean) | undefined;
  /**
   * Takes the bytes of a response that is a file (200, `name=` in its content
   * type) instead of their being collected; reading waits for it. An error
   * that it throws tears the request down.
   */
  readonly onData?: ((chunk: Uint8Array, head: ResponseHead) => void | Promise<void>) | undefined;
  /** How much of a text response is kept; what is longer is `truncated`. */
  readonly maxBodyBytes?: number | undefined;
}

export type TransportResult =
  | ({
      readonly kind: 'response';
      /** Unpacked and decoded, byte order mark included; blank for a file. */
      readonly body: string;
      /** The body was too large, or could not be unpacked: it is not what the server meant. */
      readonly truncated?: boolean;
      /** The content coding that could not be undone. */
      readonly coding?: string;
    } & ResponseHead)
  | {
      readonly kind: 'failed';
      /** `proxy`: it refuses us, and would again; the others may succeed the next time. */
      readonly code: 'timeout' | 'connection' | 'certificate' | 'proxy' | 'aborted';
      /** False only where not a byte of the request can have left. */
      readonly sent: boolean;
      /** Plain words; names the proxy where one is used, and no credentials. */
      readonly message: string;
    };

export type ServerResponse = Extract<TransportResult, { kind: 'response' }>;
export type Failed = Extract<TransportResult, { kind: 'failed' }>;

/** One request and its response. Never rejects, and sends nothing twice. */
export type Transport = (request: TransportRequest) => Promise<TransportResult>;

/** A transport with sockets of its own; `close` drops them all. */
export interface ClosableTransport extends Transport, AsyncDisposable {
  close(): Promise<void>;
}

/** What messages name beside the response itself. */
export interface ResponseContext {
  /** The API's address: what a redirect is relative to. */
  readonly url?: URL | undefined;
  /** The proxy's address without credentials. */
  readonly proxy?: string | undefined;
}
