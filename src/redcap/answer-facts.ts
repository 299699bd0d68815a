/** What is told of any answer, whatever it means. */
export interface AnswerFacts {
  readonly httpStatus: number | undefined;
  /** One line: the server's own words, or plain words of what happened. */
  readonly message: string;
  /** A success, or an error in one of REDCap's shapes: this is REDCap that speaks. */
  readonly trustworthy: boolean;
  readonly retryAfterMs: number | undefined;
}

/** What messages name beside the answer itself. */
export interface AnswerContext {
  /** The API's address: what a redirect is relative to. */
  readonly url?: URL | undefined;
  /** The proxy's address without credentials. */
  readonly proxy?: string | undefined;
}
