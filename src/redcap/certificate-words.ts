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
export function certificateReason(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
}
