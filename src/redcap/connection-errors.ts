import { oneLine } from '../words/one-line.ts';
import type { Failed } from './transport.ts';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing accepts connections there',
  ECONNRESET: 'the other side broke the connection',
  EPIPE: 'the other side broke the connection',
  ECONNABORTED: 'the connection was broken on this machine',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up; is the network there?',
  EAI_FAIL: 'the host name could not be looked up',
  ETIMEDOUT: 'no answer came',
  EHOSTUNREACH: 'there is no way to the host',
  EHOSTDOWN: 'the host is down',
  ENETUNREACH: 'there is no network to reach it by',
  ENETDOWN: 'the network is down',
  EADDRNOTAVAIL: 'no address of this machine is left to connect from',
  EACCES: 'this machine does not allow the connection',
  EPERM: 'this machine does not allow the connection',
  EMFILE: 'too many files are open on this machine',
  EPROTO: 'the other side speaks no TLS that is understood here',
  UND_ERR_SOCKET: 'the other side closed the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is shorter or longer than it says',
  UND_ERR_HEADERS_OVERFLOW: "the answer's headers are too long",
};

/** What went wrong on the wire, in plain words with the error's code. */
export function connectionReason(error: unknown): string {
  const code = codeOf(error);
  if (error instanceof Error && error.name === 'HTTPParserError') return 'the answer is no HTTP';
  if (code?.startsWith('HPE_') === true) return 'the answer is no HTTP';
  if (code?.startsWith('ERR_SSL_') === true) {
    return `the other side speaks no TLS that is understood here (${code})`;
  }
  const words = code === undefined ? undefined : WORDS[code];
  if (words !== undefined) return code?.startsWith('UND_') === true ? words : `${words} (${code})`;
  const message = error instanceof Error ? oneLine(error.message, 200) : '';
  return [message, code].filter((part) => part !== undefined && part !== '').join(' ') || 'unknown';
}

/** The code of an error, or of the first one inside where several addresses were tried. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
}

/** OpenSSL's and Node's reasons not to trust a certificate, in plain words. */
const REASONS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its issuer is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not known here',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is made out to another name',
  HOSTNAME_MISMATCH: 'it is made out to another name',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet; is the clock of this machine right?',
  CERT_UNTRUSTED: 'its authority is not trusted for servers',
  CERT_REJECTED: 'its authority rejects this use',
  CERT_REVOKED: 'it has been revoked',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong',
  CERT_CHAIN_TOO_LONG: 'its chain is too long',
  PATH_LENGTH_EXCEEDED: 'its chain is too long',
  INVALID_CA: 'its issuer is no authority',
  INVALID_PURPOSE: 'it is not meant for servers',
  ERROR_IN_CERT_NOT_BEFORE_FIELD: 'its dates cannot be read',
  ERROR_IN_CERT_NOT_AFTER_FIELD: 'its dates cannot be read',
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: 'its signature cannot be read',
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: 'its issuer cannot be read',
  UNABLE_TO_GET_CRL: 'a revocation list is missing',
  CRL_HAS_EXPIRED: 'a revocation list has expired',
  CRL_NOT_YET_VALID: 'a revocation list is not valid yet',
  CRL_SIGNATURE_FAILURE: 'the signature of a revocation list is wrong',
  UNSPECIFIED: 'it was not accepted',
};

/** Why a certificate is not trusted, or undefined where the error is no such thing. */
function certificateReason(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
}

/** Only an authority that is not known here is known by --ca-file. */
const OF_AUTHORITY = /ISSUER|LEAF_SIGNATURE|SELF_SIGNED|UNTRUSTED|INVALID_CA/;
const OF_NAME = /ALTNAME|HOSTNAME/;

export function certificateAdvice(code: string): string {
  if (OF_AUTHORITY.test(code)) {
    return 'Where an institution has its own authority, give its certificate by --ca-file.';
  }
  return OF_NAME.test(code)
    ? 'Look whether the address is the right one.'
    : 'Tell whoever runs it; --ca-file cannot help.';
}

/**
 * A connection that was never made. Every error of connecting is wrapped in
 * it: undici goes by the codes of its own errors, and would connect again
 * without end, or report a proxy's refusal as an abort.
 */
export class ConnectFailure extends Error {
  override name = 'ConnectFailure';
  readonly code: Exclude<Failed['code'], 'aborted'>;

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
    const code = codeOf(error) ?? '';
    return new ConnectFailure(
      'certificate',
      `The certificate of ${where} is not trusted${via}: ${distrust} (${code}). ${certificateAdvice(code)}`,
      { cause: error },
    );
  }
  return new ConnectFailure(
    'connection',
    `No connection to ${where}${via}: ${connectionReason(error)}.`,
    { cause: error },
  );
}
