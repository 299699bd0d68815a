import type { AnswerCode } from '../rows/outcome.ts';
import type { AnswerFacts, DeleteAnswer, ServerStop, ServerStopCode } from '../rows/server.ts';
import { isBanPage, isBlank, readRedcapError, saysSuccess } from './response-body.ts';
import { namesFile } from './response-headers.ts';
import { readRetryAfter } from './response-headers.ts';
import {
  describeResponse,
  describeBusy,
  describeRedirect,
  describeStop,
} from './describe-response.ts';
import type { ResponseContext, Failed, TransportResult } from './transport.ts';

type Answer = Extract<TransportResult, { kind: 'response' }>;

const NO_FILE = /there is no file to delete/i;
const LONGEST_WAIT_MS = 10 * 60 * 1000;

/**
 * What an answer to a deletion means. Real servers answer a success with 200
 * and an empty body; "no file" is a 400 of theirs. Whatever is not known to be
 * without effect may have had one.
 */
export function readDeleteResponse(
  answer: TransportResult,
  context: ResponseContext = {},
): DeleteAnswer {
  if (answer.kind === 'failed') return readBroken(answer);
  const { status, body } = answer;
  const whole = answer.truncated !== true;
  if (status === 200 && whole && (isBlank(body) || saysSuccess(body))) {
    // Spelled out: this is what nearly every row ends with, and a spread is slow.
    const retryAfterMs = readRetryAfter(answer.headers);
    return { kind: 'done', httpStatus: status, message: '', trustworthy: true, retryAfterMs };
  }
  const error = namesFile(answer) ? undefined : readRedcapError(body);
  const stop = readStop(answer, error, context);
  if (stop !== undefined) return stop;

  const facts = factsOf(answer, describeResponse(answer, context), error !== undefined);
  if (status === 403) return { kind: 'forbidden', code: 'http_403', ...facts };
  const isPlain = status === 200 || (status >= 400 && status < 500);
  if (isPlain && error !== undefined && NO_FILE.test(error)) return { kind: 'no_file', ...facts };

  const again = readAgain(status);
  if (again === undefined) {
    return { kind: 'refused', code: status === 501 ? 'http_5xx' : `http_${status}`, ...facts };
  }
  if (isTooLong(facts)) {
    return {
      kind: 'stop',
      stop: 'server_busy',
      effect: again.effect,
      sent: true,
      ...facts,
      message: describeBusy(facts),
    };
  }
  return { kind: 'retry', sent: true, ...again, ...facts };
}

/** What ends the command, whatever was asked for; a 403 does not by itself. */
export function readStop(
  answer: Answer,
  error: string | undefined,
  context: ResponseContext,
): (AnswerFacts & ServerStop) | undefined {
  const { status, headers } = answer;
  const stop = (code: ServerStopCode, message: string): AnswerFacts & ServerStop => ({
    kind: 'stop',
    stop: code,
    effect: 'none',
    sent: true,
    ...factsOf(answer, message, error !== undefined),
  });
  const told = describeResponse(answer, context);
  if (isBanPage(answer.body, answer)) return stop('banned', describeStop.banned(told));
  if (status >= 300 && status < 400) {
    return stop('wrong_address', describeRedirect(status, headers.get('location'), context.url));
  }
  // Whichever proxy on the way it was: one wrong password more can lock an account.
  if (status === 407) return stop('proxy_refused', describeStop.proxyLogin(told));
  if (status === 401) return stop('rejected_token', describeStop.rejected(told));
  if (status === 404 && error === undefined)
    return stop('wrong_address', describeStop.notFound(told));
  return undefined;
}

/** Statuses that are tried again, and what the try may have done; undefined for the others. */
export function readAgain(
  status: number,
): { readonly code: AnswerCode; readonly effect: 'none' | 'possible' } | undefined {
  if (status === 408 || status === 429) return { code: `http_${status}`, effect: 'none' };
  if (status >= 500) return status === 501 ? undefined : { code: 'http_5xx', effect: 'possible' };
  return status < 300 ? { code: 'unexpected_answer', effect: 'possible' } : undefined;
}

export function isTooLong({ retryAfterMs }: AnswerFacts): boolean {
  return retryAfterMs !== undefined && retryAfterMs > LONGEST_WAIT_MS;
}

export function factsOf(answer: Answer, message: string, trustworthy: boolean): AnswerFacts {
  return {
    httpStatus: answer.status,
    message,
    trustworthy,
    retryAfterMs: readRetryAfter(answer.headers),
  };
}

/** A connection that was refused, and would be again. */
export function readRefusedConnection(
  code: 'certificate' | 'proxy',
  message: string,
): AnswerFacts & ServerStop {
  const stop = code === 'certificate' ? 'untrusted_certificate' : 'proxy_refused';
  return { kind: 'stop', stop, effect: 'none', sent: false, ...noFacts(message) };
}

export function noFacts(message: string): AnswerFacts {
  return { httpStatus: undefined, message, trustworthy: false, retryAfterMs: undefined };
}

function readBroken({ code, sent, message }: Failed): DeleteAnswer {
  if (code === 'certificate' || code === 'proxy') return readRefusedConnection(code, message);
  return {
    kind: 'retry',
    effect: sent ? 'possible' : 'none',
    code: code === 'aborted' ? 'interrupted' : code,
    sent,
    ...noFacts(message),
  };
}
