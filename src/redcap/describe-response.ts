import type { AnswerFacts } from '../rows/server.ts';
import { oneLine } from '../words/one-line.ts';
import { tokenRefused } from '../words/trouble.ts';
import { isBlank, readRedcapError, readWords } from './response-body.ts';
import type { ResponseContext, ResponseHead } from './transport.ts';

const BYTES_A_MEGABYTE = 1024 * 1024;

/** A response in one line: the server's own words, and the status where they are not REDCap's. */
export function describeResponse(
  response: ResponseHead & {
    readonly body: string;
    readonly truncated?: boolean;
    readonly coding?: string;
  },
  { proxy }: ResponseContext,
): string {
  const { status, body } = response;
  const via =
    proxy !== undefined && comesFromProxy(response) ? ` (made by the proxy ${proxy})` : '';
  if (response.coding !== undefined) {
    const coding = oneLine(response.coding, 40);
    return `The server answered HTTP ${status}${via} and a body that cannot be read as its content coding asks (Content-Encoding: ${coding})`;
  }
  const words = readWords(body);
  if (readRedcapError(body) !== undefined) return oneLine(`${words}${via}`);
  if (response.truncated === true && !isBlank(body)) {
    const megabytes = Math.max(1, Math.floor(body.length / BYTES_A_MEGABYTE));
    return oneLine(
      `The server answered HTTP ${status}${via} and more than is read of one answer (${megabytes} MB); it begins: ${words}`,
    );
  }
  const what = isBlank(body)
    ? 'without a body'
    : status === 200
      ? `and something that is no answer of the REDCap API: ${words}`
      : `and a page that is not REDCap's: ${words}`;
  return oneLine(`The server answered HTTP ${status}${via} ${what}`);
}

/** A proxy that opens TLS answers in the server's place; these headers show it. */
function comesFromProxy({ status, headers }: ResponseHead): boolean {
  return (
    status === 407 ||
    ['proxy-authenticate', 'proxy-status', 'x-squid-error'].some(
      (name) => headers.get(name) !== undefined,
    )
  );
}

export const describeStop = {
  banned: (described: string) =>
    oneLine(
      `The REDCap server has banned this machine's address. Ask its administrator to lift the ban, and use a lower --rate. (${described})`,
    ),
  rejected: (described: string) => oneLine(tokenRefused(described)),
  proxyLogin: (described: string) =>
    oneLine(
      `A proxy on the way wants a user name and a password, or does not accept them. (${described})`,
    ),
  notFound: (described: string) =>
    oneLine(
      `Nothing that is REDCap is at this address. Check --url: it usually ends in /api/. (${described})`,
    ),
} as const;

export function describeRedirect(
  status: number,
  location: string | undefined,
  url: URL | undefined,
): string {
  const target = location === undefined || location === '' ? undefined : absolute(location, url);
  return oneLine(
    target === undefined
      ? `The server answered with a redirect (HTTP ${status}) that names no address. Redirects are not followed; check --url.`
      : `The server points to another address (HTTP ${status}): ${target}. Redirects are not followed; if that is the right server, give its API's address by --url.`,
  );
}

function absolute(location: string, url: URL | undefined): string {
  try {
    const target = new URL(location, url);
    target.username = '';
    target.password = '';
    return target.href;
  } catch {
    return location;
  }
}

export function describeBusy({ retryAfterMs, message }: AnswerFacts): string {
  const minutes = Math.ceil((retryAfterMs ?? 0) / 60_000);
  return oneLine(
    `The server asks to wait ${minutes} minutes, longer than a command waits. Try again then. (${message})`,
  );
}
