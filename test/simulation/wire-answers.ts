import type { TransportResult } from '../../src/redcap/transport.ts';
import { knownHeaders } from '../redcap/known-headers.ts';

export function page(status: number, body: string, retryAfter?: string): TransportResult {
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return { kind: 'response', status, headers: knownHeaders(headers), body };
}

export function broken(code: 'timeout' | 'connection'): TransportResult {
  return { kind: 'failed', code, sent: true, message: `simulated ${code}` };
}

export const NO_FILE = page(400, '{"error":"There is no file to delete for this record"}');

/** The field, or the event, is not what it was when the request was made up. */
export const NO_PLACE = page(
  400,
  '{"error":"The field does not exist or is not a \'file\' field"}',
);
