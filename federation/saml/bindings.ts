import { deflateRawSync } from 'node:zlib';
import {
  decodeBase64,
  inflate,
  type SigningKey,
  signatureUriOf,
  signElement,
  signOctets,
  type VerificationKey,
  verifyOctets,
  writeXml,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { SamlError } from '../errors.ts';
import { bindings } from './names.ts';

/** A message as a binding delivered it: octets of XML, and the signature of the binding where it carries one. */
export interface ReceivedMessage {
  readonly binding: 'redirect' | 'post' | 'soap';
  readonly octets: Buffer;
  readonly relayState?: string | undefined;
  /** HTTP-Redirect: what was signed, exactly as received, and with what. */
  readonly detached?: { readonly signed: Buffer; readonly algorithm: string; readonly signature: Buffer } | undefined;
}

/** SAML Bindings 3.4.3 sets 80 bytes; what does not fit is refused, because it has to come back unchanged. */
const relayStateMax = 80;
const parameters = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding'];

/**
 * HTTP-Redirect (SAML Bindings 3.4.4): the raw query string, because the signature is over its octets as sent. Other
 * parameters of our own endpoint are not expected; a repeated or contradictory one is refused.
 */
export function decodeRedirect(rawQuery: string, name: 'SAMLRequest' | 'SAMLResponse'): ReceivedMessage {
  const raw = rawParameters(rawQuery);
  const message = raw.get(name);
  if (message === undefined || raw.has(name === 'SAMLRequest' ? 'SAMLResponse' : 'SAMLRequest')) {
    throw new SamlError('BINDING_MALFORMED', `exactly one ${name} is expected`);
  }
  const encoding = raw.get('SAMLEncoding');
  if (encoding !== undefined && decoded(encoding) !== 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE') {
    throw new SamlError('BINDING_MALFORMED', 'the SAMLEncoding is not known');
  }
  const octets = inflate(decodeBase64(decoded(message)));
  return {
    binding: 'redirect',
    octets,
    relayState: checkRelayState(raw.has('RelayState') ? decoded(raw.get('RelayState') ?? '') : undefined),
    detached: detachedOf(raw, name),
  };
}

function rawParameters(rawQuery: string): Map<string, string> {
  const raw = new Map<string, string>();
  for (const pair of rawQuery.split('&')) {
    const at = pair.indexOf('=');
    const key = at === -1 ? pair : pair.slice(0, at);
    if (!parameters.includes(decoded(key))) continue;
    // A name that is only equal after decoding would be signed under another spelling.
    if (raw.has(key) || !parameters.includes(key))
      throw new SamlError('BINDING_MALFORMED', `the parameter ${decoded(key)} is repeated or escaped`);
    raw.set(key, pair.slice(at + 1));
  }
  return raw;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new SamlError('BINDING_MALFORMED', 'a parameter is not percent-encoded UTF-8', { cause });
  }
}

function detachedOf(raw: ReadonlyMap<string, string>, name: string): ReceivedMessage['detached'] {
  const [algorithm, signature] = [raw.get('SigAlg'), raw.get('Signature')];
  if (algorithm === undefined && signature === undefined) return undefined;
  if (algorithm === undefined || signature === undefined)
    throw new SamlError('BINDING_MALFORMED', 'SigAlg and Signature come together');
  const signed = [name, 'RelayState', 'SigAlg']
    .flatMap((key) => (raw.has(key) ? [`${key}=${raw.get(key)}`] : []))
    .join('&');
  return { signed: Buffer.from(signed), algorithm: decoded(algorithm), signature: decodeBase64(decoded(signature)) };
}

/** HTTP-POST (SAML Bindings 3.5.4): fields of the form as received. */
export function decodePost(form: URLSearchParams, name: 'SAMLRequest' | 'SAMLResponse'): ReceivedMessage {
  for (const key of parameters)
    if (form.getAll(key).length > 1) throw new SamlError('BINDING_MALFORMED', `the field ${key} is repeated`);
  const message = form.get(name);
  if (message === null || form.has(name === 'SAMLRequest' ? 'SAMLResponse' : 'SAMLRequest'))
    throw new SamlError('BINDING_MALFORMED', `exactly one ${name} is expected`);
  return {
    binding: 'post',
    octets: decodeBase64(message),
    relayState: checkRelayState(form.get('RelayState') ?? undefined),
  };
}

function checkRelayState(relayState: string | undefined): string | undefined {
  if (relayState !== undefined && Buffer.byteLength(relayState) > relayStateMax) {
    throw new SamlError(
      'RELAY_STATE_TOO_LONG',
      `RelayState has more than ${relayStateMax} bytes (SAML Bindings 3.4.3)`,
    );
  }
  return relayState;
}

/** Verifies the signature of the Redirect binding with any of the provider's keys. */
export function verifyDetached(
  { signed, algorithm, signature }: NonNullable<ReceivedMessage['detached']>,
  keys: readonly VerificationKey[],
): string {
  return verifyOctets(signed, signature, algorithm, keys);
}

export interface RedirectMessage {
  readonly name: 'SAMLRequest' | 'SAMLResponse';
  readonly xml: string;
  readonly relayState?: string | undefined;
  readonly key?: SigningKey | undefined;
}

/** The URL that carries a message by HTTP-Redirect, signed when a key is given. */
export async function encodeRedirect(
  location: string,
  { name, xml, relayState, key }: RedirectMessage,
): Promise<string> {
  const fields = [`${name}=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}`];
  if (relayState !== undefined) fields.push(`RelayState=${encodeURIComponent(relayState)}`);
  if (key) {
    fields.push(`SigAlg=${encodeURIComponent(signatureUriOf(key.algorithm))}`);
    const signature = await signOctets(Buffer.from(fields.join('&')), key);
    fields.push(`Signature=${encodeURIComponent(signature.toString('base64'))}`);
  }
  return `${location}${location.includes('?') ? '&' : '?'}${fields.join('&')}`;
}

/** Fields of the form that carries a message by HTTP-POST. */
export function encodePost(
  name: 'SAMLRequest' | 'SAMLResponse',
  xml: string,
  relayState?: string,
): Record<string, string> {
  return {
    [name]: Buffer.from(xml).toString('base64'),
    ...(relayState === undefined ? {} : { RelayState: relayState }),
  };
}

/** A message on its way through a browser: an address to go to, or a form to post. */
export type FrontMessage =
  | { readonly url: string }
  | { readonly action: string; readonly fields: Readonly<Record<string, string>> };

/** Signs a message as its binding has it (SAML Bindings 3.4.4.1, 3.5.4.2), and makes it ready for the browser. */
export async function encodeFront(
  { binding, location }: { readonly binding: string; readonly location: string },
  { name, element, relayState, key }: Omit<RedirectMessage, 'xml'> & { element: XmlElement; key: SigningKey },
): Promise<FrontMessage> {
  if (binding !== bindings.post)
    return { url: await encodeRedirect(location, { name, xml: writeXml(element), relayState, key }) };
  const xml = writeXml(await signElement(element, key, { after: 'Issuer' }));
  return { action: location, fields: encodePost(name, xml, relayState) };
}
