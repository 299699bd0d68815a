import { oneLine } from '../words/one-line.ts';

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
