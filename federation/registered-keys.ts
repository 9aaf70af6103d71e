import type { JsonWebKey } from 'node:crypto';
import { parseInstant } from '../lib/time.ts';
import { bitsOf, readCertificate } from './certificate-der.ts';
import type { ProviderRecord } from './entity-registry.ts';
import { keyIn, pemOf } from './id-wsf/body.ts';
import { checkJwk, keyFingerprint } from './key-check.ts';

/** A key of a registration as the calendar shows it. */
export interface RegisteredKey {
  /** SHA-256 of the SubjectPublicKeyInfo, base64url. */
  readonly fingerprint: string;
  /** In words: `RSA 2048`, `EC P-256`. */
  readonly kind: string;
  /** Undefined: both. */
  readonly use: 'signing' | 'encryption' | undefined;
  /** Dates of its certificate, ms since 1970; a bare key (RFC 7517) has none. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** JWK only. */
  readonly kid?: string | undefined;
}

export interface RegisteredKeys {
  readonly keys: readonly RegisteredKey[];
  /** When SAML metadata ends as a whole, ms since 1970. */
  readonly validUntil?: number | undefined;
}

type Content = Pick<ProviderRecord, 'saml' | 'oidc' | 'idWsf'>;

/** Read once per version of a record: the registry hands out the same object until it changes. */
const known = new WeakMap<Content, RegisteredKeys>();

/**
 * The keys of a registration without the parser, because thousands are read at a time; the record went through the
 * parser when it was registered, so the text is known to be well formed.
 */
export function registeredKeysOf(record: Content): RegisteredKeys {
  const made = known.get(record);
  if (made) return made;
  const read = readKeys(record);
  known.set(record, read);
  return read;
}

function readKeys({ saml, oidc, idWsf }: Content): RegisteredKeys {
  if (saml) return readSaml(saml.metadata);
  return { keys: idWsf ? readPem(idWsf.publicKey) : readJwks(oidc?.metadata.jwks) };
}

const attributes = `((?:[^>"']|"[^"]*"|'[^']*')*)`;
const parts = new RegExp(
  String.raw`<(?:[\w.-]+:)?(SPSSODescriptor|KeyDescriptor)\b${attributes}>|</(?:[\w.-]+:)?(SPSSODescriptor|KeyDescriptor)\s*>|<(?:[\w.-]+:)?X509Certificate\b[^>]*>([^<]+)<`,
  'g',
);
const entity = new RegExp(String.raw`<(?:[\w.-]+:)?EntityDescriptor\b${attributes}>`);
const attributeIn = (text: string, name: string) => new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(text)?.[1];

function readSaml(metadata: string): RegisteredKeys {
  const xml = metadata.includes('<!--') ? metadata.replaceAll(/<!--[\s\S]*?-->/g, '') : metadata;
  const keys: RegisteredKey[] = [];
  let inRole = false;
  let use: string | undefined;
  for (const [, opened, given = '', closed, certificate] of xml.matchAll(parts)) {
    if (opened === 'SPSSODescriptor') inRole = true;
    if (closed === 'SPSSODescriptor') inRole = false;
    // Certificates stand in signatures too; only those of a KeyDescriptor are the provider's.
    if (opened === 'KeyDescriptor') use = attributeIn(given, 'use') ?? '';
    if (closed === 'KeyDescriptor') use = undefined;
    if (certificate !== undefined && inRole && use !== undefined) keys.push(...certifiedKey(certificate, use));
  }
  return { keys, validUntil: parseInstant(attributeIn(entity.exec(xml)?.[1] ?? '', 'validUntil') ?? '') };
}

function certifiedKey(certificate: string, use: string): RegisteredKey[] {
  const facts = readCertificate(certificate);
  return facts ? [{ ...facts, use: use === 'signing' || use === 'encryption' ? use : undefined }] : [];
}

/** A body's one key, which verifies its answers and encrypts for it: with dates where it is a certificate. */
function readPem(text: string): RegisteredKey[] {
  const pem = pemOf(text);
  if (pem?.label === 'CERTIFICATE') return certifiedKey(pem.base64, '');
  const key = keyIn(text);
  if (!key) return [];
  const bits = key.asymmetricKeyDetails?.modulusLength ?? '';
  return [{ fingerprint: keyFingerprint(key), kind: `RSA ${bits}`, use: undefined }];
}

/** RFC 7517 4.7: the first of `x5c` is the certificate of the key, if there is one. */
function readJwks(jwks: unknown): RegisteredKey[] {
  const { keys = [] } = (jwks ?? {}) as { readonly keys?: readonly JsonWebKey[] };
  return keys.flatMap((jwk) => {
    const { key } = checkJwk(jwk, '');
    if (!key) return [];
    const { kid, x5c } = jwk as { kid?: unknown; x5c?: unknown };
    const facts = Array.isArray(x5c) && typeof x5c[0] === 'string' ? readCertificate(x5c[0]) : undefined;
    const dates = facts?.fingerprint === key.fingerprint ? { from: facts.from, to: facts.to } : {};
    const use = jwk.use === 'sig' ? 'signing' : jwk.use === 'enc' ? 'encryption' : undefined;
    const kind = jwk.kty === 'RSA' ? `RSA ${bitsOf(Buffer.from(jwk.n ?? '', 'base64url'))}` : `${jwk.kty} ${jwk.crv}`;
    return [{ fingerprint: key.fingerprint, kind, use, ...dates, ...(typeof kid === 'string' ? { kid } : {}) }];
  });
}
