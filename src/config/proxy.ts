import { RefusedError } from '../errors.ts';
import { isLoopback } from './loopback.ts';
import { isExcluded } from './no-proxy.ts';
import type { Variable, Variables } from './variables.ts';

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
