import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { FederationError } from '../errors.ts';

/** A body that holds data of residents (an ID-WSF web service provider), as it is registered. The hub alone asks it. */
export interface IdWsfBody {
  /** Where the hub asks. */
  readonly address: string;
  /** PEM of its RSA key, as a public key or a certificate: it verifies the answers, and pseudonyms are encrypted for it. */
  readonly publicKey: string;
  /** Attribute types for which it is asked. */
  readonly types: readonly string[];
  /** ms that an answer is waited for. */
  readonly deadlineMs: number;
}

/** ms. Residents wait with their page open: nobody is waited for longer. */
export const bodyDeadline = { min: 50, max: 10_000, usual: 1500 } as const;

const Document = z.strictObject({
  providerID: z.string().min(1).max(1024),
  address: z.string().min(1).max(2048),
  publicKey: z.string().min(1).max(32_768),
  types: z.array(z.string().min(1).max(200)).min(1).max(50),
  deadlineMs: z.int().min(bodyDeadline.min).max(bodyDeadline.max).default(bodyDeadline.usual),
});

export interface ReadBody {
  readonly providerId: string;
  readonly body: IdWsfBody;
}

/** Reads what a body gives the registrar. Whether providerID, types and key are good enough is the linter's part. */
export function parseBody(json: unknown, { allowHttp }: { allowHttp: boolean }): ReadBody {
  const parsed = Document.safeParse(json);
  if (!parsed.success)
    throw new FederationError('BODY_INVALID', `the body cannot be registered:\n${z.prettifyError(parsed.error)}`);
  const { providerID, address, publicKey, types, deadlineMs } = parsed.data;
  checkAddress(address, allowHttp);
  const text = pemOf(publicKey)?.text;
  if (text === undefined) throw new FederationError('BODY_INVALID', 'the key is not one certificate or public key');
  bodyKeyOf(text);
  return { providerId: providerID, body: { address, publicKey: text, types: [...new Set(types)], deadlineMs } };
}

/** Personal data comes back over it: https, and no name or password in an address that others read. */
function checkAddress(address: string, allowHttp: boolean): void {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const allowed = url?.protocol === 'https:' || (allowHttp && url?.protocol === 'http:');
  if (!allowed || url.username !== '' || url.password !== '' || address.includes('#'))
    throw new FederationError('BODY_INVALID', 'the address has to be https, without user name and fragment');
}

export interface Pem {
  readonly label: string;
  /** As it is kept: without what stood around it. */
  readonly text: string;
  readonly base64: string;
}

/** No base64 has a hyphen, so this never looks at a character twice. */
const block = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g;

/** RFC 7468 10: a private key of whatever kind, also one that is encrypted. */
export const holdsPrivateKey = (text: string): boolean => /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text);

/**
 * RFC 7468 5 and 13: exactly one certificate or public key. A private key is never taken, although a public one could be
 * made of it: it would be kept here, and whoever sent it has given it away.
 */
export function pemOf(text: string): Pem | undefined {
  const [one, second] = [...text.matchAll(block)];
  const [, label = '', content = ''] = one ?? [];
  const base64 = content.replaceAll(/\s/g, '');
  const isKey = /^(CERTIFICATE|PUBLIC KEY)$/.test(label) && /^[A-Za-z0-9+/]+=*$/.test(base64);
  if (!isKey || second || holdsPrivateKey(text)) return undefined;
  const lines = base64.match(/.{1,64}/g) ?? [];
  return { label, base64, text: [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n') };
}

/** Refused unless it can do both: verify answers, and have a pseudonym encrypted for it (RFC 8017 7.1). */
export function bodyKeyOf(publicKey: string): KeyObject {
  const key = keyIn(publicKey);
  if (key?.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < rsaBitsMin)
    throw new FederationError('BODY_INVALID', 'the key has to be RSA of 2048 bits or more');
  return key;
}

/** NIST SP 800-131A 3. */
export const rsaBitsMin = 2048;

/** Undefined where the text holds no key that can be read. */
export function keyIn(publicKey: string): KeyObject | undefined {
  const pem = pemOf(publicKey);
  try {
    if (pem?.label === 'CERTIFICATE') return new X509Certificate(pem.text).publicKey;
    return pem && createPublicKey(pem.text);
  } catch (error) {
    // Whatever OpenSSL says of octets that are no key.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** What a body would send to be registered as it is. */
export const bodyDocumentOf = ({ key, idWsf }: { readonly key: string; readonly idWsf?: IdWsfBody | undefined }) => ({
  providerID: key,
  ...idWsf,
});
