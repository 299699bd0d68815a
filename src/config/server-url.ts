import { RefusedError } from '../errors.ts';
import { looksLikeToken, showValue } from './show-value.ts';

const EXAMPLE = 'https://redcap.example.edu/api/';

/**
 * The API's address with its final slash. `source` begins the messages
 * ("--url", "REDCAP_API_URL"). Throws RefusedError; the address is never
 * repeated where a token or a password may stand in it.
 */
export function parseServerUrl(text: string, source: string): URL {
  const refuse = (why: string): never => {
    throw new RefusedError(`${source} ${why}`);
  };
  const trimmed = text.trim();
  if (trimmed === '') refuse(`is empty. Give the API's address, as in ${EXAMPLE}.`);
  const bare = /[?#@]/.test(trimmed) ? 'its value' : showValue(trimmed);
  const url = URL.canParse(trimmed) ? new URL(trimmed) : null;
  if (looksLikeToken(trimmed) || (url !== null && looksLikeToken(decode(url.href)))) {
    refuse(
      `holds something that looks like a token (it is not shown here). Give the address alone, as in ${EXAMPLE}, and the token by --token-file.`,
    );
  }
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    return refuse(
      `is no web address (${bare}). It has to start with https:// and usually ends in /api/, as in ${EXAMPLE}.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    refuse(
      `holds a user name or password, which REDCap does not use and which would be shown in reports. Give the address alone, as in ${EXAMPLE}.`,
    );
  }
  if (url.search !== '' || url.hash !== '') {
    refuse(
      `goes on after a ${url.search === '' ? '#' : '?'}. Give the address alone, as in ${EXAMPLE}.`,
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    refuse(
      `starts with http:, so the token would travel unprotected. Use https:// (http: is only for this machine itself, such as the sandbox).`,
    );
  }
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** Sentences about an address that can be used and yet is likely to be wrong. */
export function warnAboutUrl(url: URL): readonly string[] {
  const warnings: string[] = [];
  if (/\/redcap_v\d[\d.]*\//i.test(url.pathname)) {
    warnings.push(
      `The address ${url.href} names one version of REDCap and will stop working when the server is upgraded. Leave out the part redcap_v….`,
    );
  }
  if (!/\/api\/$/i.test(url.pathname)) {
    warnings.push(
      `The address ${url.href} does not end in /api/, as the address of a REDCap API does.`,
    );
  }
  return warnings;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Whether a URL's host is this machine itself: `localhost`, 127.0.0.0/8, `::1`
 * (also written as IPv4 inside IPv6). Names below `.localhost` are not among
 * them: a name server may answer for those.
 */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.toLowerCase().replace(/\.$/, '');
  return (
    host === 'localhost' ||
    /^127(\.\d{1,3}){3}$/.test(host) ||
    host === '[::1]' ||
    /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(host)
  );
}
