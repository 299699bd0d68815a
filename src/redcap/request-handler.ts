import type { Dispatcher } from 'undici';
import { oneLine } from '../words/one-line.ts';
import type { AbortListeners } from './abort-listeners.ts';
import { ConnectFailure, connectionReason } from './connection-errors.ts';
import { readCodings } from './content-coding.ts';
import { IdleTimer } from './idle-timer.ts';
import { collectText, passFile, type ReceivedBody } from './receive-body.ts';
import { headersOf, keepsConnection, namesFile } from './response-headers.ts';
import type { Failed, ResponseHead, TransportRequest, TransportResult } from './transport.ts';

export interface RequestSettings {
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  /** " (through the proxy …)", or ''. */
  readonly via: string;
  /** What ends the requests that are given up. */
  readonly aborts: AbortListeners;
}

/**
 * One request and its response, as undici reports them. undici starts a request
 * only when it writes it to a connected socket, tunnel and TLS included: it was
 * sent from there on, and never before.
 */
export class RequestHandler implements Dispatcher.DispatchHandler {
  readonly #settings: RequestSettings;
  readonly #request: TransportRequest;
  readonly #resolve: (result: TransportResult | Promise<TransportResult>) => void;
  /** From when it leaves on: connecting has a timer of its own, and waiting to leave is no silence. */
  #idle: IdleTimer | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #mayLeaveNow = false;
  #sent = false;
  /** Nothing that comes from here on counts. */
  #over = false;
  #body: ReceivedBody | undefined;
  #mayPause = false;
  /** The last byte has come. */
  #complete = false;
  /** The connection was reset before that. */
  #reset: Error | undefined;

  constructor(
    request: TransportRequest,
    settings: RequestSettings,
    resolve: (result: TransportResult | Promise<TransportResult>) => void,
  ) {
    this.#request = request;
    this.#settings = settings;
    this.#resolve = resolve;
    const { signal } = request;
    if (signal !== undefined && !settings.aborts.add(signal, this.#giveUp)) this.#giveUp();
  }

  /** Nothing is to be sent any more. */
  get isOver(): boolean {
    return this.#over;
  }

  /** A connection is there. False, or a promise of it: nothing is to be sent. */
  beforeLeaving(): Promise<boolean> | boolean {
    if (this.#over) return false;
    this.#mayLeaveNow = false;
    const may = this.#request.beforeLeaving?.() ?? true;
    if (typeof may === 'boolean') return this.#mayLeave(may);
    return may.then((yes) => this.#mayLeave(yes));
  }

  #mayLeave(may: boolean): boolean {
    if (this.#over) return false;
    this.#mayLeaveNow = may;
    if (!may) this.#giveUp();
    return may;
  }

  /** Right before undici writes the first byte. Where it throws, nothing is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Nothing is sent unannounced, and nothing twice, whatever undici does.
    if (!this.#mayLeaveNow || this.#sent) throw new Error('the connection was lost');
    if (!this.#over && this.#request.onLeaving?.() === false) this.#giveUp();
    if (this.#over) throw new Error('given up before it was sent');
    this.#controller = controller;
    this.#idle = new IdleTimer(this.#settings.timeoutMs, () => {
      this.#failSilent();
    });
    this.#sent = true;
  }

  /** A piece of the body has left, or is about to. */
  onBodyProgress(): void {
    this.#idle?.restart();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    received: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (this.#over) return;
    this.#idle?.restart();
    if (status < 200) return;
    const head: ResponseHead = { status, headers: headersOf(received) };
    const { onData, maxBodyBytes } = this.#request;
    if (onData === undefined || status !== 200 || !namesFile(head)) {
      this.#body = collectText(head, maxBodyBytes ?? this.#settings.maxBodyBytes);
      return;
    }
    const { undo, unknown } = readCodings(head.headers.get('content-encoding'));
    if (unknown !== undefined) {
      const why = `a content coding that is not known here (${oneLine(unknown, 40)})`;
      this.#fail('connection', `The file came in ${why}.`);
      return;
    }
    this.#mayPause = keepsConnection(head.headers);
    this.#body = passFile(head, undo, onData, {
      onDrain: () => {
        if (this.#over) return;
        this.#idle?.restart();
        controller.resume();
      },
      onFailure: (message) => {
        this.#fail('connection', message);
      },
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over || this.#body === undefined) return;
    this.#idle?.restart();
    const taken = this.#body.take(chunk);
    if (taken === 'wait') {
      // A slow disk is no silence of the server.
      this.#idle?.pause();
      if (this.#mayPause) controller.pause();
    } else if (taken === 'full') {
      this.#finish(this.#body);
      controller.abort(new Error('the response is too large'));
    }
  }

  /** Whether the response was whole shows in what comes next: one with a length has had its end, or gets none. */
  onReset(error: Error): void {
    if (this.#sent && !this.#complete) this.#reset = error;
  }

  onResponseEnd(): void {
    this.#complete = true;
    if (this.#reset !== undefined) this.#failBroken(this.#reset);
    else if (this.#body !== undefined) this.#finish(this.#body);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (error instanceof ConnectFailure) this.#fail(error.code, error.message);
    else this.#failBroken(this.#reset ?? error);
  }

  readonly #giveUp = (): void => {
    this.#fail('aborted', 'The request was given up.');
  };

  #failSilent(): void {
    const { timeoutMs, via } = this.#settings;
    const seconds = Math.round(timeoutMs / 100) / 10;
    const what =
      this.#body === undefined ? 'No answer' : 'The answer stopped halfway: nothing more';
    this.#fail('timeout', `${what} within ${seconds} s${via}.`);
  }

  #failBroken(error: Error): void {
    const { via } = this.#settings;
    const what = this.#sent
      ? `The connection broke before the answer was complete${via}`
      : `No connection${via}`;
    this.#fail('connection', `${what}: ${connectionReason(error)}.`);
  }

  #fail(code: Failed['code'], message: string): void {
    if (this.#over) return;
    this.#end();
    const failed: Failed = { kind: 'failed', code, sent: this.#sent, message };
    // Nobody may write to a file that is already being given up.
    void Promise.resolve(this.#body?.abandon()).then(() => {
      this.#resolve(failed);
    });
    if (!this.#complete) this.#controller?.abort(new Error(message));
  }

  #finish(body: ReceivedBody): void {
    if (this.#over) return;
    this.#end();
    this.#resolve(body.finish());
  }

  #end(): void {
    this.#over = true;
    this.#idle?.stop();
    const { signal } = this.#request;
    if (signal !== undefined) this.#settings.aborts.remove(signal, this.#giveUp);
  }
}
