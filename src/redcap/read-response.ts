import type { AnswerCode } from '../rows/outcome.ts';
import { NOT_SENT, type ReadAnswer, type ReadFailure } from '../rows/server.ts';
import {
  factsOf,
  isTooLong,
  noFacts,
  readAgain,
  readRefusedConnection,
  readStop,
} from './delete-response.ts';
import { describeBusy, describeResponse } from './describe-response.ts';
import { isBlank, parseJson, readRedcapError } from './response-body.ts';
import type { SendResult } from './client.ts';
import type { ResponseContext, ServerResponse } from './transport.ts';

/**
 * What the result of a reading request means. `parse` returns undefined for
 * what it cannot read.
 */
export function readResponse<T>(
  result: SendResult,
  parse: (body: string) => T | undefined,
  context: ResponseContext = {},
): ReadAnswer<T> {
  const failure = readFailure(result, context);
  if (failure !== undefined) return failure;
  if (result.kind !== 'response') return NOT_SENT;
  const value = result.truncated === true ? undefined : parse(result.body);
  if (value !== undefined) return { kind: 'value', value, ...factsOf(result, '', true) };
  return readUnreadable(result, context);
}

/** Everything that is no 200 with a body which may be what was asked for. */
export function readFailure(result: SendResult, context: ResponseContext): ReadFailure | undefined {
  if (result.kind === 'not_sent') return NOT_SENT;
  if (result.kind === 'failed') {
    const { code, sent, message } = result;
    if (code === 'certificate' || code === 'proxy') return readRefusedConnection(code, message);
    return code === 'aborted' ? NOT_SENT : { kind: 'retry', code, sent, ...noFacts(message) };
  }
  const { status, body } = result;
  const error = readRedcapError(body);
  const stop = readStop(result, error, context);
  if (stop !== undefined) return stop;
  const facts = factsOf(result, describeResponse(result, context), error !== undefined);
  if (status === 200) {
    if (error !== undefined) return { kind: 'error', ...facts, httpStatus: status };
    if (isBlank(body) && result.truncated !== true) return { kind: 'empty', ...facts };
    return undefined;
  }
  const again = readAgain(status);
  if (again === undefined) return { kind: 'error', ...facts, httpStatus: status };
  return againOrStop(
    result,
    again.code === 'unexpected_answer'
      ? { kind: 'unreadable' }
      : { kind: 'retry', code: again.code, sent: true },
    context,
  );
}

/** A response that came whole and is not what was asked for. */
export function readUnreadable(response: ServerResponse, context: ResponseContext): ReadFailure {
  return againOrStop(response, { kind: 'unreadable' }, context);
}

function againOrStop(
  response: ServerResponse,
  how:
    | { readonly kind: 'unreadable' }
    | { readonly kind: 'retry'; readonly code: AnswerCode; readonly sent: true },
  context: ResponseContext,
): ReadFailure {
  const error = readRedcapError(response.body);
  const facts = factsOf(response, describeResponse(response, context), error !== undefined);
  return isTooLong(facts)
    ? {
        kind: 'stop',
        stop: 'server_busy',
        effect: 'none',
        sent: true,
        ...facts,
        message: describeBusy(facts),
      }
    : { ...how, ...facts };
}

/** A parser for JSON of a known shape. */
export function jsonOf<T>(read: (json: unknown) => T | undefined): (body: string) => T | undefined {
  return (body) => {
    const json = parseJson(body);
    return json === undefined ? undefined : read(json);
  };
}
