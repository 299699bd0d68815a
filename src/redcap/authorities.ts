import tls from 'node:tls';

export type TlsSettings = Pick<tls.ConnectionOptions, 'rejectUnauthorized' | 'secureContext'>;

/**
 * The settings of every TLS connection, to the server and to a proxy alike:
 * certificates are verified whatever the environment says, and extra
 * authorities stand beside the usual ones (`ca` alone would replace them). One
 * context for all, as reading 150 certificates for each connection is slow.
 */
export function createTlsSettings(caPems: readonly string[]): TlsSettings {
  const verified = { rejectUnauthorized: true };
  if (caPems.length === 0) return verified;
  const ca = [...usualAuthorities(), ...caPems];
  return { ...verified, secureContext: tls.createSecureContext({ ca }) };
}

/** Node 22.15 and newer can tell them, extras and the system's included; older ones only their own. */
function usualAuthorities(): readonly string[] {
  if (!('getCACertificates' in tls) || typeof tls.getCACertificates !== 'function') {
    return tls.rootCertificates;
  }
  const known: unknown = tls.getCACertificates('default');
  return Array.isArray(known) ? known.map(String) : tls.rootCertificates;
}
