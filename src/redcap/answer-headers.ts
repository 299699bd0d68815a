/**
 * The headers of an answer. A value is looked for when it is asked for: nearly
 * all answers are asked for one or two of them, and a run has millions.
 */
export interface ResponseHeaders {
  /**
   * The value of a header by its lower-case name, latin1 text with one
   * character for each byte; several of one name are joined by `, `.
   */
  get(name: string): string | undefined;
}

/** Headers as they came: names and values in turn. */
export class RawHeaders implements ResponseHeaders {
  readonly #pairs: readonly Buffer[];

  constructor(pairs: readonly Buffer[]) {
    this.#pairs = pairs;
  }

  get(name: string): string | undefined {
    const pairs = this.#pairs;
    let found: string | undefined;
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      if (!isNamed(pairs[at] as Buffer, name)) continue;
      const value = (pairs[at + 1] as Buffer).toString('latin1');
      found = found === undefined ? value : `${found}, ${value}`;
    }
    return found;
  }
}

const LOWER_CASE = 0x20;

function isNamed(bytes: Buffer, name: string): boolean {
  if (bytes.length !== name.length) return false;
  for (let at = 0; at < name.length; at += 1) {
    // Of what may stand in a header's name, this bit turns capitals alone into what is asked for.
    if (((bytes[at] as number) | LOWER_CASE) !== name.charCodeAt(at)) return false;
  }
  return true;
}

/** The same headers, each value cleaned before anybody sees it. */
export class CleanedHeaders implements ResponseHeaders {
  readonly #headers: ResponseHeaders;
  readonly #clean: (value: string) => string;

  constructor(headers: ResponseHeaders, clean: (value: string) => string) {
    this.#headers = headers;
    this.#clean = clean;
  }

  get(name: string): string | undefined {
    const value = this.#headers.get(name);
    return value === undefined ? undefined : this.#clean(value);
  }
}

/** An answer with a length or in chunks is known to be whole; undici fails on one that is cut short. */
export function tellsLength(headers: ResponseHeaders): boolean {
  return (
    headers.get('content-length') !== undefined ||
    /\bchunked\s*$/i.test(headers.get('transfer-encoding') ?? '')
  );
}

/**
 * Does the connection outlive this answer for sure? Where it ends with the
 * answer, reading must not be paused: undici 7 fails an assertion, out of
 * anybody's reach, when that end comes during a pause (nodejs/undici#5360).
 */
export function keepsConnection(headers: ResponseHeaders): boolean {
  return tellsLength(headers) && /\bkeep-alive\b/i.test(headers.get('connection') ?? '');
}
