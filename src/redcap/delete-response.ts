import type { AnswerCode } from '../rows/outcome.ts';
import type { AnswerFacts, DeleteAnswer, ServerStop, ServerStopCode } from '../rows/server.ts';
import {
  describeBusy,
  describeRedirect,
  describeResponse,
  describeStop,
} from './describe-response.ts';
import { isBanPage, isBlank, readRedcapError, saysSuccess } from './response-body.ts';
import { namesFile, readRetryAfter } from './response-headers.ts';
import type { Failed, ResponseContext, ServerResponse, TransportResult } from './transport.ts';

const NO_FILE = /there is no file to delete/i;
const LONGEST_WAIT_MS = 10 * 60 * 1000;

/**
 * What the result of a deletion means. Real servers answer a success with 200
 * and an empty body; "no file" is a 400 of theirs. Whatever is not known to be
 * without effect may have had one.
 */
export function readDeleteResponse(
  result: TransportResult,
  context: ResponseContext = {},
): DeleteAnswer {
  if (result.kind === 'failed') return readFailed(result);
  const { status, body } = result;
  if (status === 200 && result.truncated !== true && (isBlank(body) || saysSuccess(body))) {
    return {
      kind: 'done',
      httpStatus: status,
      message: '',
      trustworthy: true,
      retryAfterMs: readRetryAfter(result.headers),
    };
  }
  const error = namesFile(result) ? undefined : readRedcapError(body);
  const stop = readStop(result, error, context);
  if (stop !== undefined) return stop;

  const facts = factsOf(result, describeResponse(result, context), error !== undefined);
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
  response: ServerResponse,
  error: string | undefined,
  context: ResponseContext,
): (AnswerFacts & ServerStop) | undefined {
  const { status, headers } = response;
  const stop = (code: ServerStopCode, message: string): AnswerFacts & ServerStop => ({
    kind: 'stop',
    stop: code,
    effect: 'none',
    sent: true,
    ...factsOf(response, message, error !== undefined),
  });
  const described = describeResponse(response, context);
  if (isBanPage(response.body, response)) return stop('banned', describeStop.banned(described));
  if (status >= 300 && status < 400) {
    return stop('wrong_address', describeRedirect(status, headers.get('location'), context.url));
  }
  // Whichever proxy on the way it was: one wrong password more can lock an account.
  if (status === 407) return stop('proxy_refused', describeStop.proxyLogin(described));
  if (status === 401) return stop('rejected_token', describeStop.rejected(described));
  if (status === 404 && error === undefined) {
    return stop('wrong_address', describeStop.notFound(described));
  }
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

export function factsOf(
  { status, headers }: ServerResponse,
  message: string,
  trustworthy: boolean,
): AnswerFacts {
  return { httpStatus: status, message, trustworthy, retryAfterMs: readRetryAfter(headers) };
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

function readFailed({ code, sent, message }: Failed): DeleteAnswer {
  if (code === 'certificate' || code === 'proxy') return readRefusedConnection(code, message);
  return {
    kind: 'retry',
    effect: sent ? 'possible' : 'none',
    code: code === 'aborted' ? 'interrupted' : code,
    sent,
    ...noFacts(message),
  };
}
