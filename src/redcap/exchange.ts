import type { Abortable, AbortGroup } from './abort-group.ts';
import { keepsConnection, RawHeaders } from './answer-headers.ts';
import { CollectedText, passFile, type AnswerBody } from './answer-body.ts';
import { ConnectFailure } from './connection-errors.ts';
import { readCodings } from './content-coding.ts';
import { connectionReason } from './connection-errors.ts';
import { namesFile } from './response-headers.ts';
import { oneLine } from '../words/one-line.ts';
import type { Lane, LaneUser } from './lanes.ts';
import type { SilenceWatch, Watched } from './silence-watch.ts';
import type { ResponseHead, Failed, TransportResult, TransportRequest } from './transport.ts';

export interface ExchangeSettings {
  readonly watch: SilenceWatch;
  /** Told of the end of each request that has a signal; adding it is left to whoever sends it. */
  readonly aborts: AbortGroup;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  /** " (through the proxy …)", or ''. */
  readonly via: string;
}

/** Connecting has its own limit; this one is behind it, for a request that never gets its turn. */
const CONNECTING_EXTRA_MS = 2000;

/**
 * One request and its answer, as undici reports them. undici starts a request
 * only when it writes it to a connected socket, tunnel and TLS included, so
 * that `sent` is true from there on, and never before. Of undici's two sets of
 * hooks it is the older one, which hands the headers over as bytes: the newer
 * one parses all of them for every answer.
 */
export class Exchange implements LaneUser, Watched, Abortable {
  lane: Lane | undefined;
  lastProgressAt: number;
  limitMs: number;
  readonly #settings: ExchangeSettings;
  readonly #request: TransportRequest;
  readonly #resolve: (answer: TransportResult) => void;
  #giveUp: ((reason: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  #sent = false;
  #over = false;
  #body: AnswerBody | undefined;
  /** The taking of a piece of a file, and the pieces that came meanwhile. */
  #taking: Promise<void> | undefined;
  #waiting: Buffer[] | undefined;
  #mayPause = false;
  /** The last byte has come. */
  #complete = false;
  /** The connection was reset before that. */
  #breakError: Error | undefined;

  constructor(
    request: TransportRequest,
    settings: ExchangeSettings,
    resolve: (answer: TransportResult) => void,
  ) {
    this.#request = request;
    this.#settings = settings;
    this.#resolve = resolve;
    this.lastProgressAt = settings.watch.now();
    this.limitMs = settings.timeoutMs + CONNECTING_EXTRA_MS;
    settings.watch.add(this);
  }

  progress(): void {
    this.lastProgressAt = this.#settings.watch.now();
  }

  beforeLeaving(): Promise<boolean> | boolean {
    if (this.#over) return false;
    const may = this.#request.beforeLeaving?.() ?? true;
    if (typeof may === 'boolean') return this.#mayLeave(may);
    // Waiting for its turn is no silence of the server.
    this.lastProgressAt = Number.POSITIVE_INFINITY;
    return may.then((yes) => this.#mayLeave(yes));
  }

  #mayLeave(may: boolean): boolean {
    if (this.#over) return false;
    this.progress();
    if (!may) this.onAbort();
    return may;
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.#giveUp = abort;
    if (!this.#over && this.#request.onLeaving?.() === false) this.onAbort();
    if (this.#over) {
      abort(new Error('given up before it was sent'));
      return;
    }
    this.progress();
    this.limitMs = this.#settings.timeoutMs;
    this.#sent = true;
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    this.progress();
    if (status < 200 || this.#over) return true;
    this.#resume = resume;
    const head: ResponseHead = { status, headers: new RawHeaders(headers) };
    const { onData, maxBodyBytes } = this.#request;
    if (onData !== undefined && status === 200 && namesFile(head)) {
      const { undo, unknown } = readCodings(head.headers.get('content-encoding'));
      if (unknown !== undefined) {
        const why = `a content coding that is not known here (${oneLine(unknown, 40)})`;
        this.#break('connection', `The file came in ${why}.`);
        return true;
      }
      this.#body = passFile(head, undo, onData);
    } else {
      this.#body = new CollectedText(head, maxBodyBytes ?? this.#settings.maxBodyBytes);
    }
    this.#mayPause = onData !== undefined && keepsConnection(head.headers);
    return true;
  }

  /** False: nothing more is read until `resume`. */
  onData(chunk: Buffer): boolean {
    // undici reports nothing as a piece when it resumes; to pause for that would never end.
    if (this.#over || this.#body === undefined || chunk.length === 0) return true;
    if (this.#taking !== undefined) {
      (this.#waiting ??= []).push(chunk);
      return !this.#mayPause;
    }
    this.progress();
    return !this.#take(this.#body, chunk) || !this.#mayPause;
  }

  /** Whether the answer was whole is told by what comes next: one with a length has had its end, or gets none. */
  onBreak(error: Error): void {
    if (this.#sent && !this.#complete) this.#breakError = error;
  }

  onComplete(): void {
    this.#complete = true;
    this.lane?.giveBack(false);
    if (this.#breakError !== undefined) {
      this.#breakOff(this.#breakError);
      return;
    }
    if (this.#body !== undefined && this.#taking === undefined) this.#finish(this.#body);
  }

  onError(error: Error): void {
    this.lane?.giveBack(true);
    if (error instanceof ConnectFailure) {
      this.#break(error.code, error.message);
      return;
    }
    this.#breakOff(this.#breakError ?? error);
  }

  onSilence(): void {
    const seconds = Math.round(this.#settings.timeoutMs / 100) / 10;
    const what =
      this.#body === undefined ? 'No answer' : 'The answer stopped halfway: nothing more';
    this.#break('timeout', `${what} within ${seconds} s${this.#settings.via}.`);
  }

  onAbort(): void {
    this.#break('aborted', 'The request was given up.');
  }

  #breakOff(error: Error): void {
    const { via } = this.#settings;
    const told = this.#sent
      ? `The connection broke before the answer was complete${via}`
      : `No connection${via}`;
    this.#break('connection', `${told}: ${connectionReason(error)}.`);
  }

  /** True: no further piece may be taken before this one is. */
  #take(body: AnswerBody, chunk: Buffer): boolean {
    try {
      const taking = body.take(chunk);
      if (taking === undefined) return false;
      if (taking === 'full') {
        this.#finish(body);
        this.#giveUp?.(new Error('the answer is too large'));
        return false;
      }
      // A slow disk is no silence of the server.
      this.lastProgressAt = Number.POSITIVE_INFINITY;
      this.#taking = taking.then(
        () => {
          this.#taken(body);
        },
        (error: unknown) => {
          this.#refuse(error);
        },
      );
      return true;
    } catch (error) {
      this.#refuse(error);
      return false;
    }
  }

  #taken(body: AnswerBody): void {
    if (this.#over) return;
    this.#taking = undefined;
    this.progress();
    for (let next = this.#waiting?.shift(); next !== undefined; next = this.#waiting?.shift()) {
      if (this.#take(body, next)) return;
    }
    if (this.#complete) this.#finish(body);
    else this.#resume?.();
  }

  #refuse(error: unknown): void {
    this.#break('connection', `The file could not be taken: ${connectionReason(error)}.`);
  }

  #finish(body: AnswerBody): void {
    if (this.#over) return;
    this.#end();
    const answer = body.finish();
    if (answer instanceof Promise) void answer.then(this.#resolve);
    else this.#resolve(answer);
  }

  #break(code: Failed['code'], message: string): void {
    if (this.#over) return;
    this.#end();
    const answer: Failed = { kind: 'failed', code, sent: this.#sent, message };
    if (this.#taking === undefined) {
      this.#resolve(answer);
    } else {
      // Nobody may write to a file that is already being given up.
      void this.#taking.finally(() => {
        this.#resolve(answer);
      });
    }
    if (this.#sent && !this.#complete) this.#giveUp?.(new Error(message));
  }

  #end(): void {
    this.#over = true;
    const { watch, aborts } = this.#settings;
    watch.remove(this);
    const { signal } = this.#request;
    if (signal !== undefined) aborts.remove(signal, this);
  }
}
