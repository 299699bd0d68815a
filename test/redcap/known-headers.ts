import type { ResponseHeaders } from '../../src/redcap/transport.ts';

/** An answer's headers by their lower-case names. */
export function knownHeaders(values: Readonly<Record<string, string>>): ResponseHeaders {
  return { get: (name) => (Object.hasOwn(values, name) ? values[name] : undefined) };
}
