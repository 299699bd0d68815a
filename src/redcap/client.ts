import { CleanedHeaders } from './answer-headers.ts';
import type { ResponseContext } from './transport.ts';
import { encodeForm, FORM_TYPE, type FormFields } from './form.ts';
import type { Pacer } from './pacer.ts';
import { readRetryAfter } from './response-headers.ts';
import { createSlots } from './slots.ts';
import type { Transport, TransportResult, TransportRequest } from './transport.ts';

/** Makes a request's body; the token is nobody else's to know. */
export type Encode = (token: string) => Pick<TransportRequest, 'body' | 'contentType'>;

export interface SendOptions {
  /** The stop: breaks the waits for a free place, the pace and a hold. */
  readonly signal?: AbortSignal | undefined;
  /** Tears down the request that is in the air. */
  readonly abort?: AbortSignal | undefined;
  /**
   * Runs after every wait: for a place, a connection, the pace, a hold. Once it
   * has begun, the request goes out whatever `signal` says; where it throws,
   * nothing is sent and `send` rejects with its error.
   */
  readonly beforeSend?: (() => void | Promise<void>) | undefined;
  readonly onLeaving?: TransportRequest['onLeaving'];
  readonly onData?: TransportRequest['onData'];
  readonly maxBodyBytes?: number | undefined;
}

/** `not_sent`: the wait was broken by the stop. */
export type SendResult = TransportResult | { readonly kind: 'not_sent' };

/** The one way to the server: every request of a command is paced, counted and redacted here. */
export interface RedcapClient {
  send(fields: FormFields | Encode, options?: SendOptions): Promise<SendResult>;
  /** Requests that left so far. */
  readonly requests: number;
  /** What messages about answers name. */
  readonly about?: ResponseContext | undefined;
}

export interface ClientOptions {
  readonly transport: Transport;
  readonly token: string;
  readonly pacer: Pacer;
  /** Must know the token. */
  readonly redact: (text: string) => string;
  /** Requests in flight at most; no limit by default. */
  readonly concurrency?: number | undefined;
  readonly about?: ResponseContext | undefined;
  /** Every request is kept back for so long, as the server asks. */
  readonly onHold?: ((ms: number, reason: string) => void) | undefined;
}

const NOT_SENT = { kind: 'not_sent' } as const;
const LONGEST_HOLD_MS = 10 * 60 * 1000;

/** `send` rejects only with what `beforeSend` throws, and throws for a form that holds more than PHP would read. */
export function createClient(options: ClientOptions): RedcapClient {
  const { transport, token, pacer, redact, about, onHold } = options;
  const slots = createSlots(options.concurrency ?? Number.POSITIVE_INFINITY);
  let requests = 0;

  const count = (): void => {
    requests += 1;
  };

  const receive = (answer: TransportResult): TransportResult => {
    slots.giveBack();
    const clean = redactAnswer(answer, redact);
    if (clean.kind !== 'response') return clean;
    const holdMs = readRetryAfter(clean.headers);
    if (holdMs !== undefined && holdMs > 0 && holdMs <= LONGEST_HOLD_MS) {
      pacer.holdFor(holdMs);
      onHold?.(holdMs, `the server asks to wait (HTTP ${clean.status})`);
    }
    return clean;
  };

  /** Has its place and its turn, and yet to get a connection. */
  const leave = (encode: Encode, sending: SendOptions): Promise<TransportResult> => {
    const departure = new Departure(encode(token), sending, pacer, count);
    return transport(departure).then((answer) => {
      const clean = receive(answer);
      if (departure.failure !== undefined) throw departure.failure.error;
      return clean;
    });
  };

  const waitAndLeave = async (
    place: Promise<boolean> | true,
    turn: Promise<boolean> | undefined,
    encode: Encode,
    sending: SendOptions,
  ): Promise<SendResult> => {
    if (!(await place)) return NOT_SENT;
    if (await (turn ?? pacer.turn(sending.signal))) return leave(encode, sending);
    slots.giveBack();
    return NOT_SENT;
  };

  return {
    send(fields, sending = {}) {
      const encode = typeof fields === 'function' ? fields : formOf(fields);
      // On the path of every row: what need not be waited for is not.
      const place = slots.take(sending.signal);
      if (place !== true) return waitAndLeave(place, undefined, encode, sending);
      const turn = pacer.turn(sending.signal);
      if (turn !== true) return waitAndLeave(place, turn, encode, sending);
      return leave(encode, sending);
    },
    get requests() {
      return requests;
    },
    about,
  };
}

/** One request on its way out: what comes between its connection and its first byte. */
class Departure implements TransportRequest {
  readonly body: TransportRequest['body'];
  readonly contentType: string;
  readonly signal: AbortSignal | undefined;
  readonly onData: TransportRequest['onData'];
  readonly maxBodyBytes: number | undefined;
  /** What `beforeSend` threw. */
  failure: { readonly error: unknown } | undefined;
  readonly #sending: SendOptions;
  readonly #pacer: Pacer;
  readonly #count: () => void;
  #begun = false;

  constructor(
    { body, contentType }: ReturnType<Encode>,
    sending: SendOptions,
    pacer: Pacer,
    count: () => void,
  ) {
    this.body = body;
    this.contentType = contentType;
    this.signal = sending.abort;
    this.onData = sending.onData;
    this.maxBodyBytes = sending.maxBodyBytes;
    this.#sending = sending;
    this.#pacer = pacer;
    this.#count = count;
  }

  beforeLeaving(): Promise<boolean> | boolean {
    const signal = this.#begun ? undefined : this.#sending.signal;
    if (signal?.aborted === true) return false;
    try {
      const may = this.#pacer.leave(() => this.#prepare(), signal);
      return may === true ? true : may.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      return this.#fail(error);
    }
  }

  onLeaving(): boolean {
    const { beforeSend, signal, onLeaving } = this.#sending;
    // A stop that came after its turn; what has said that it leaves decides for itself.
    if (beforeSend === undefined && signal?.aborted === true) return false;
    if (onLeaving?.() === false) return false;
    this.#count();
    return true;
  }

  #prepare(): void | Promise<void> {
    // A connection that was lost before anything left is no second request.
    if (this.#begun) return undefined;
    this.#begun = true;
    return this.#sending.beforeSend?.();
  }

  #fail(error: unknown): false {
    this.failure = { error };
    return false;
  }
}

function formOf(fields: FormFields): Encode {
  const form = encodeForm({ ...fields, returnFormat: 'json' });
  return (token) => ({ body: `token=${token}&${form}`, contentType: FORM_TYPE });
}

function redactAnswer(answer: TransportResult, redact: (text: string) => string): TransportResult {
  if (answer.kind === 'failed') return { ...answer, message: redact(answer.message) };
  return {
    ...answer,
    headers: new CleanedHeaders(answer.headers, redact),
    body: redact(answer.body),
    ...(answer.coding === undefined ? {} : { coding: redact(answer.coding) }),
  };
}
