import { createHash, type X509Certificate } from 'node:crypto';
import type { ProviderRecord } from './entity-registry.ts';
import { keyFingerprint } from './key-check.ts';
import { registeredKeysOf } from './registered-keys.ts';

/** SHA-256 of a certificate as RFC 8705 3.1 writes it (`x5t#S256`). */
export const certificateThumbprint = ({ raw }: Pick<X509Certificate, 'raw'>): string =>
  createHash('sha256').update(raw).digest('base64url');

/**
 * Whether a certificate of a TLS connection is this registration's: its key is a registered one that signs (SAML
 * Metadata 2.4.1.1: `signing` is for TLS too; RFC 7517 4.2), or the client named its thumbprint (`sanuki_tls`). Of the
 * certificate itself only the authority counts, whose certificates the listener lets in.
 */
export function isCertificateOf(record: ProviderRecord, certificate: X509Certificate): boolean {
  const fingerprint = keyFingerprint(certificate.publicKey);
  const { keys } = registeredKeysOf(record);
  if (keys.some((key) => key.use !== 'encryption' && key.fingerprint === fingerprint)) return true;
  const { certificates = [] } = (record.oidc?.metadata.sanuki_tls ?? {}) as { certificates?: readonly string[] };
  return certificates.includes(certificateThumbprint(certificate));
}
