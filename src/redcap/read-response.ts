import type { AnswerCode } from '../rows/outcome.ts';
import { NOT_SENT, type ReadAnswer, type ReadFailure } from '../rows/server.ts';
import { isBlank, parseJson, readRedcapError } from './response-body.ts';
import {
  factsOf,
  isTooLong,
  noFacts,
  readAgain,
  readRefusedConnection,
  readStop,
} from './delete-response.ts';
import { describeResponse, describeBusy } from './describe-response.ts';
import type { ResponseContext, TransportResult } from './transport.ts';

/**
 * What an answer to a reading request means. `parse` gives undefined for what
 * it cannot read.
 */
export function readResponse<T>(
  answer: TransportResult | { readonly kind: 'not_sent' },
  parse: (body: string) => T | undefined,
  context: ResponseContext = {},
): ReadAnswer<T> {
  const failure = readFailure(answer, context);
  if (failure !== undefined) return failure;
  if (answer.kind !== 'response') return NOT_SENT;
  const value = answer.truncated === true ? undefined : parse(answer.body);
  if (value !== undefined) return { kind: 'value', value, ...factsOf(answer, '', true) };
  return readUnreadable(answer, context);
}

/** Everything that is no 200 with a body which may be what was asked for. */
export function readFailure(
  answer: TransportResult | { readonly kind: 'not_sent' },
  context: ResponseContext,
): ReadFailure | undefined {
  if (answer.kind === 'not_sent') return NOT_SENT;
  if (answer.kind === 'failed') {
    const { code, sent, message } = answer;
    if (code === 'certificate' || code === 'proxy') return readRefusedConnection(code, message);
    return code === 'aborted' ? NOT_SENT : { kind: 'retry', code, sent, ...noFacts(message) };
  }
  const { status, body } = answer;
  const error = readRedcapError(body);
  const stop = readStop(answer, error, context);
  if (stop !== undefined) return stop;
  const facts = factsOf(answer, describeResponse(answer, context), error !== undefined);
  if (status === 200) {
    if (error !== undefined) return { kind: 'error', ...facts, httpStatus: status };
    if (isBlank(body) && answer.truncated !== true) return { kind: 'empty', ...facts };
    return undefined;
  }
  const again = readAgain(status);
  if (again === undefined) return { kind: 'error', ...facts, httpStatus: status };
  return againOrStop(
    answer,
    again.code === 'unexpected_answer'
      ? { kind: 'unreadable' }
      : { kind: 'retry', code: again.code, sent: true },
    context,
  );
}

/** An answer that came whole and is not what was asked for. */
export function readUnreadable(
  answer: Extract<TransportResult, { kind: 'response' }>,
  context: ResponseContext,
): ReadFailure {
  return againOrStop(answer, { kind: 'unreadable' }, context);
}

function againOrStop(
  answer: Extract<TransportResult, { kind: 'response' }>,
  how:
    | { readonly kind: 'unreadable' }
    | { readonly kind: 'retry'; readonly code: AnswerCode; readonly sent: true },
  context: ResponseContext,
): ReadFailure {
  const error = readRedcapError(answer.body);
  const facts = factsOf(answer, describeResponse(answer, context), error !== undefined);
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
