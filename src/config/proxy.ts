import { BlockList, isIP } from 'node:net';
import { RefusedError } from '../errors.ts';
import { isLoopback } from './server-url.ts';
import type { Variable, Variables } from './variables.ts';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/**
 * The proxy for the server's address, or undefined: HTTPS_PROXY or HTTP_PROXY
 * by the address's scheme, less NO_PROXY, and never for this machine itself.
 * Throws RefusedError that names the variable and shows nothing of its value.
 */
export function resolveProxy(url: URL, variables: Variables): URL | undefined {
  if (isLoopback(url)) return undefined;
  const variable = variables(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (variable === undefined) return undefined;
  const noProxy = variables('NO_PROXY');
  if (noProxy !== undefined && isExcluded(url, noProxy.value)) return undefined;
  return parseProxy(variable);
}

/** A proxy's address for messages: without user name and password. */
export function proxyLabel(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

function parseProxy({ name, value, file }: Variable): URL {
  const source = file === undefined ? name : `${name} (in ${file})`;
  const refuse = (why: string): never => {
    throw new RefusedError(`${source} ${why} (Its value is not shown, as it may hold a password.)`);
  };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase();
  if (scheme?.startsWith('socks') === true) {
    refuse(
      'names a SOCKS proxy, which is not supported. Give an HTTP proxy, as in http://proxy.example.edu:8080.',
    );
  }
  // Windows shops write proxy:8080.
  const address = scheme === undefined ? `http://${value}` : value;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    return refuse(
      'is no address of a proxy. It looks like http://proxy.example.edu:8080 or proxy:8080; in a user name or password, @ is written %40, : %3A, / %2F, ? %3F, # %23 and % %25.',
    );
  }
  const rest = url.pathname + url.search + url.hash;
  if (rest.includes('@') || !isPercentEncoded(url.username) || !isPercentEncoded(url.password)) {
    refuse(
      'holds a user name or password with a special character: / is written %2F, ? %3F, # %23 and % %25.',
    );
  }
  if (/\.pac$/i.test(url.pathname)) {
    refuse(
      'names a file with proxy rules (.pac), which is not supported. Give the proxy itself, as in http://proxy.example.edu:8080.',
    );
  }
  return url;
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether NO_PROXY keeps an address from the proxy, as curl reads it: entries
 * parted by commas or blanks, `*` for everything, a name for itself and all
 * below it (with or without leading dot or `*.`), `host:port`, and networks
 * such as 10.0.0.0/8 for addresses in digits.
 */
export function isExcluded(url: URL, noProxy: string): boolean {
  const host = bareHost(url.hostname);
  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : url.port;
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => matchesEntry(entry, host, port));
}

function matchesEntry(entry: string, host: string, port: string | undefined): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(host, entry);
  const bracketed = /^(\[[^\]]*\])(?::(\d+))?$/.exec(entry);
  const named = /^([^:]*)(?::(\d+))?$/.exec(entry);
  const [, name = entry, entryPort] = bracketed ?? named ?? [];
  if (entryPort !== undefined && entryPort !== port) return false;
  const bare = bareHost(name.replace(/^\*?\./, ''));
  if (bare === '') return false;
  return host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`));
}

function isInNetwork(host: string, entry: string): boolean {
  const [, network = '', bits] = /^(.*)\/(\d{1,3})$/.exec(entry) ?? [];
  const family = isIP(network);
  if (family === 0 || family !== isIP(host) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), kind);
  return list.check(host, kind);
}

function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}
