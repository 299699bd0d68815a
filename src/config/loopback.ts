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
