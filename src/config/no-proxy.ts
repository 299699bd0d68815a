import { BlockList, isIP } from 'node:net';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

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
