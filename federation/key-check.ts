/** The keys of a registration: strength, the dates of their certificates, and whether somebody else has them too. */
import { createHash, createPublicKey, type JsonWebKey, type KeyObject, X509Certificate } from 'node:crypto';
import { formatInstant } from '../lib/time.ts';
import { verificationKey, XmlError } from '../lib/xml/index.ts';
import { type Finding, finding } from './registration-finding.ts';

export interface CheckedKey {
  readonly fingerprint: string;
  readonly type: string;
}

interface Checked {
  readonly key?: CheckedKey | undefined;
  readonly findings: readonly Finding[];
}

/** A certificate of SAML metadata, base64. Only its key is trusted (SAML Metadata IOP 2.6.1); its dates are for the calendar. */
export function checkCertificate(base64: string, where: string, now: number): Checked {
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
    const { key, findings } = checkKey(certificate.publicKey, where);
    return {
      key,
      findings: [...findings, ...dateFindings(certificate, where, now), ...hashFindings(certificate, where)],
    };
  } catch {
    return { findings: [finding('CERTIFICATE_UNREADABLE', where)] };
  }
}

/** A public key of a `jwks` (RFC 7517). Kinds that cannot sign our messages may stand beside, as long as they are strong. */
export function checkJwk(jwk: JsonWebKey, where: string): Checked {
  try {
    return checkKey(createPublicKey({ key: jwk, format: 'jwk' }), where);
  } catch {
    return { findings: [finding('KEY_REFUSED', where, { value: kindOf(jwk) })] };
  }
}

const kindOf = ({ kty, crv }: JsonWebKey) =>
  [kty, crv].filter((text): text is string => typeof text === 'string').join(' ');

function checkKey(publicKey: KeyObject, where: string): Checked {
  const key = { fingerprint: keyFingerprint(publicKey), type: publicKey.asymmetricKeyType ?? '' };
  if (/^(ed|x)(25519|448)$/.test(key.type)) return { key, findings: [] };
  try {
    verificationKey(publicKey);
    return { key, findings: [] };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return { key, findings: [finding('KEY_REFUSED', where, { value: strengthOf(publicKey) })] };
  }
}

export function keyFingerprint(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
}

export function strengthOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const { modulusLength, namedCurve } = asymmetricKeyDetails ?? {};
  return [asymmetricKeyType, namedCurve ?? modulusLength].filter(Boolean).join(' ');
}

const dayMs = 86_400_000;

function dateFindings(certificate: X509Certificate, where: string, now: number): Finding[] {
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  if (to <= now) return [finding('CERTIFICATE_EXPIRED', where, { value: dayOf(to) })];
  if (from > now) return [finding('CERTIFICATE_NOT_YET', where, { value: dayOf(from) })];
  const severity = endSeverity(to - now);
  return severity ? [finding('CERTIFICATE_ENDS_SOON', where, { value: dayOf(to), severity })] : [];
}

/** Said 60 days ahead, and as a warning in the last 30. */
export function endSeverity(leftMs: number): 'warning' | 'note' | undefined {
  if (leftMs <= 30 * dayMs) return 'warning';
  return leftMs <= 60 * dayMs ? 'note' : undefined;
}

export const dayOf = (ms: number): string => (Number.isNaN(ms) ? '' : formatInstant(ms).slice(0, 10));

function hashFindings({ signatureAlgorithm }: X509Certificate, where: string): Finding[] {
  return signatureAlgorithm && /sha-?1\b|sha1|md[245]/i.test(signatureAlgorithm)
    ? [finding('CERTIFICATE_HASH_WEAK', where, { value: signatureAlgorithm })]
    : [];
}

/** A key that stands there twice, or that another registration has. */
export function sharedKeyFindings(
  keys: readonly { readonly fingerprint: string; readonly where: string; readonly use?: string | undefined }[],
  others: readonly { readonly name: string; readonly keys: readonly string[] }[],
): Finding[] {
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const { fingerprint, where, use } of keys) {
    const mark = `${use ?? ''} ${fingerprint}`;
    if (seen.has(mark)) findings.push(finding('KEY_REPEATED', where));
    else {
      const holder = others.find((other) => other.keys.includes(fingerprint));
      if (holder) findings.push(finding('KEY_SHARED', where, { value: holder.name }));
    }
    seen.add(mark);
  }
  return findings;
}
