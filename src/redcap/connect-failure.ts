import { certificateReason } from './certificate-words.ts';
import { codeOf, connectionReason } from './connection-words.ts';
import type { Broken } from './transport.ts';

/**
 * A connection that was never made. Every error of connecting is wrapped in
 * it: undici goes by the codes of its own errors, and connects again without
 * end or gives a proxy's refusal out as an abort.
 */
export class ConnectFailure extends Error {
  override name = 'ConnectFailure';
  readonly code: Exclude<Broken['code'], 'aborted'>;

  constructor(code: ConnectFailure['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** `where` names the other side: "the server redcap.test" or "the proxy http://…". */
export function asConnectFailure(error: unknown, where: string, via: string): ConnectFailure {
  if (error instanceof ConnectFailure) return error;
  const distrust = certificateReason(codeOf(error));
  if (distrust !== undefined) {
    return new ConnectFailure(
      'certificate',
      `The certificate of ${where} is not trusted${via}: ${distrust} (${codeOf(error)}). Where an institution has its own authority, give its certificate by --ca-file.`,
      { cause: error },
    );
  }
  return new ConnectFailure(
    'connection',
    `No connection to ${where}${via}: ${connectionReason(error)}.`,
    { cause: error },
  );
}
