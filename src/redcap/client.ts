import pLimit from 'p-limit';
import { encodeForm, FORM_TYPE, type FormFields } from './form.ts';
import { inTurn } from './in-turn.ts';
import type { Pacer } from './pacer.ts';
import { readRetryAfter } from './response-headers.ts';
import type { ResponseContext, Transport, TransportRequest, TransportResult } from './transport.ts';

/** Makes a request's body; the token is nobody else's to know. */
export type Encode = (token: string) => Pick<TransportRequest, 'body' | 'contentType'>;

export interface SendOptions {
  /** The stop: ends the waits for a free place, the pace and a hold. */
  readonly signal?: AbortSignal | undefined;
  /** Tears down the request that is in flight. */
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

/** `not_sent`: the stop ended the wait. */
export type SendResult = TransportResult | { readonly kind: 'not_sent' };

/** The one way to the server: every request of a command is paced and counted here, and every response redacted. */
export interface RedcapClient {
  send(fields: FormFields | Encode, options?: SendOptions): Promise<SendResult>;
  /** Requests that left so far. */
  readonly requests: number;
  /** What messages about responses name. */
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
  /** Called when every request is held back for so long, as the server asks. */
  readonly onHold?: ((ms: number, reason: string) => void) | undefined;
}

const NOT_SENT = { kind: 'not_sent' } as const;
const LONGEST_HOLD_MS = 10 * 60 * 1000;

/** `send` rejects only with what `beforeSend` throws; it throws for a form that holds more than PHP would read. */
export function createClient(options: ClientOptions): RedcapClient {
  const { transport, token, pacer, redact, about, onHold } = options;
  const inFlight = pLimit(options.concurrency ?? Number.POSITIVE_INFINITY);
  let requests = 0;

  const exchange = async (encode: Encode, sending: SendOptions): Promise<SendResult> => {
    const { body, contentType } = encode(token);
    const { signal, abort, beforeSend, onLeaving, onData, maxBodyBytes } = sending;
    const turn = pacer.turn(signal);
    if (!(typeof turn === 'boolean' ? turn : await turn)) return NOT_SENT;
    let begun = false;
    let failure: { readonly error: unknown } | undefined;
    const prepare = (): void | Promise<void> => {
      // A connection that was lost before anything left makes no second request.
      if (begun) return undefined;
      begun = true;
      return beforeSend?.();
    };
    const fail = (error: unknown): false => {
      failure = { error };
      return false;
    };
    const result = await transport({
      body,
      contentType,
      signal: abort,
      onData,
      maxBodyBytes,
      beforeLeaving() {
        try {
          const may = pacer.leave(prepare, begun ? undefined : signal);
          return typeof may === 'boolean' ? may : may.catch(fail);
        } catch (error) {
          return fail(error);
        }
      },
      onLeaving() {
        // A stop that came after its turn; what was announced by `beforeSend` decides for itself.
        if (beforeSend === undefined && signal?.aborted === true) return false;
        if (onLeaving?.() === false) return false;
        requests += 1;
        return true;
      },
    });
    if (failure !== undefined) throw failure.error;
    return receive(result);
  };

  const receive = (result: TransportResult): TransportResult => {
    const clean = redactResult(result, redact);
    if (clean.kind === 'failed') return clean;
    const holdMs = readRetryAfter(clean.headers);
    if (holdMs !== undefined && holdMs > 0 && holdMs <= LONGEST_HOLD_MS) {
      pacer.holdFor(holdMs);
      onHold?.(holdMs, `the server asks to wait (HTTP ${clean.status})`);
    }
    return clean;
  };

  return {
    send(fields, sending = {}) {
      const encode = typeof fields === 'function' ? fields : formOf(fields);
      return inTurn(inFlight, () => exchange(encode, sending), NOT_SENT, sending.signal);
    },
    get requests() {
      return requests;
    },
    about,
  };
}

function formOf(fields: FormFields): Encode {
  const form = encodeForm({ ...fields, returnFormat: 'json' });
  return (token) => ({ body: `token=${token}&${form}`, contentType: FORM_TYPE });
}

function redactResult(result: TransportResult, redact: (text: string) => string): TransportResult {
  if (result.kind === 'failed') return { ...result, message: redact(result.message) };
  const { headers, coding } = result;
  const clean: TransportResult = {
    ...result,
    headers: {
      get(name) {
        const value = headers.get(name);
        return value === undefined ? undefined : redact(value);
      },
    },
    body: redact(result.body),
  };
  return coding === undefined ? clean : { ...clean, coding: redact(coding) };
}
