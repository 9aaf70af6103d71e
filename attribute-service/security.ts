import { samlNs } from '../federation/index.ts';
import { formatInstant, parseInstant } from '../lib/time.ts';
import {
  attributeOf,
  canonicalize,
  checkElementOnly,
  checkSequence,
  childNamed,
  ds,
  dsNamespace,
  elementsOf,
  exclusiveC14n,
  prefixesOf,
  type SigningKey,
  signReferences,
  type Transforms,
  textOf,
  type VerificationKey,
  verifyReferences,
  type XmlElement,
  XmlError,
} from '../lib/xml/index.ts';
import { SoapFault } from './faults.ts';
import { samlIdValueType, soap, strTransform, wsse, wsseNs, wsu, wsuNs } from './names.ts';

/** The wsse:Security header of the profile `liberty-hok`: a time, a holder-of-key token, one signature over everything. */
export interface SecurityHeader {
  readonly element: XmlElement;
  readonly timestamp: XmlElement;
  readonly signature: XmlElement;
  readonly token?: XmlElement | undefined;
}

const parts: readonly (readonly [ns: string, name: string])[] = [
  [wsuNs, 'Timestamp'],
  [samlNs, 'Assertion'],
  [wsseNs, 'SecurityTokenReference'],
  [dsNamespace, 'Signature'],
];

/** Peers order the parts differently; each stands there once, and nothing else does. */
export function readSecurity(element: XmlElement): SecurityHeader {
  checkElementOnly(element);
  const known = elementsOf(element).every(({ ns, name }) => parts.some((part) => part[0] === ns && part[1] === name));
  const [timestamp, token, , signature] = parts.map(([ns, name]) => childNamed(element, ns, name));
  if (!known || !timestamp) throw wrong('the Security header lacks a Timestamp or has a part of another profile');
  if (!signature) throw new XmlError('SIGNATURE_MISSING', 'the message is not signed');
  return { element, timestamp, token, signature };
}

/** WS-Security 1.0 10: made and received within the skew; a message that says when it expires is held to it. */
export function checkTimestamp(timestamp: XmlElement, { now, skewMs }: { now: number; skewMs: number }): number {
  const slot = (name: string, min: 0 | 1) => ({ ns: wsuNs, names: [name], min, max: 1 }) as const;
  checkSequence(timestamp, [slot('Created', 1), slot('Expires', 0)]);
  const instantAt = (name: string) => {
    const element = childNamed(timestamp, wsuNs, name);
    return element && (parseInstant(textOf(element).trim()) ?? Number.NaN);
  };
  const [created = Number.NaN, expires = Number.POSITIVE_INFINITY] = [instantAt('Created'), instantAt('Expires')];
  if (!(Math.abs(now - created) <= skewMs && now - skewMs < expires))
    throw new SoapFault('StaleMsg', 'the message is not current');
  return created;
}

/** Places the header into the envelope, signed; what it signs carries a wsu:Id. */
export async function signEnvelope(
  { blocks, body, token }: { blocks: readonly XmlElement[]; body: XmlElement; token?: XmlElement | undefined },
  { key, now }: { key: SigningKey; now: number },
): Promise<XmlElement> {
  const timestamp = wsu('Timestamp', { 'wsu:Id': 'TS' }, [wsu('Created', {}, [formatInstant(now)])]);
  const reference = token && wsse('SecurityTokenReference', { 'wsu:Id': 'STR' }, [keyIdentifier(token)]);
  const secured = (signature?: XmlElement) =>
    wsse('Security', { 'S:mustUnderstand': '1' }, [timestamp, token, reference, signature]);
  const envelope = (security: XmlElement) => soap('Envelope', {}, [soap('Header', {}, [...blocks, security]), body]);
  const unsigned = secured();
  const plain = [...blocks, timestamp, body].map((element) => ({ id: wsuIdOf(element) }));
  const keyInfo = token && ds('KeyInfo', {}, [wsse('SecurityTokenReference', {}, [keyIdentifier(token)])]);
  const signature = await signReferences(
    envelope(unsigned),
    reference ? [...plain, { id: wsuIdOf(reference), step: strStep() }] : plain,
    key,
    { transforms: transformsOf(unsigned), ...(keyInfo ? { keyInfo } : {}) },
  );
  return envelope(secured(signature));
}

/**
 * Verifies the header's signature with the given keys and that it covers these very nodes, the Timestamp and the token.
 * The signature is looked at on the tree as it arrived, before anything in it is decrypted. Resolves to the key's
 * fingerprint.
 */
export function checkSigned(
  envelope: XmlElement,
  { element, signature, timestamp, token }: SecurityHeader,
  toBeSigned: readonly XmlElement[],
  keys: readonly VerificationKey[],
): string {
  const { covered, fingerprint } = verifyReferences(envelope, signature, keys, { transforms: transformsOf(element) });
  for (const node of [...toBeSigned, timestamp, ...(token ? [token] : [])]) {
    if (!covered.has(node))
      throw new XmlError('REFERENCE_WRONG', `the signature does not cover ${node.name}`, {
        detail: { element: node.name },
      });
  }
  return fingerprint;
}

function keyIdentifier(token: XmlElement): XmlElement {
  return wsse('KeyIdentifier', { ValueType: samlIdValueType }, [attributeOf(token, 'ID') ?? '']);
}

const wsuIdOf = ({ attributes, name }: XmlElement): string => {
  const id = attributes.find((attribute) => attribute.ns === wsuNs && attribute.name === 'Id')?.value;
  if (id === undefined) throw new TypeError(`${name} has no wsu:Id to sign`);
  return id;
};

const strStep = () =>
  ds('Transform', { Algorithm: strTransform }, [
    wsse('TransformationParameters', {}, [ds('CanonicalizationMethod', { Algorithm: exclusiveC14n })]),
  ]);

/**
 * WS-Security 1.0 8.3: a signed SecurityTokenReference stands for the token it names, which here can only be the one of
 * the same header. With a reference that leads elsewhere, a token that nobody signed would go with the message.
 */
function transformsOf(security: XmlElement): Transforms {
  return new Map([
    [
      strTransform,
      (referenced: XmlElement, step: XmlElement) => {
        const token = childNamed(security, samlNs, 'Assertion');
        const identifier = childNamed(referenced, wsseNs, 'KeyIdentifier');
        const fits =
          security.children.includes(referenced) &&
          referenced.ns === wsseNs &&
          referenced.name === 'SecurityTokenReference' &&
          elementsOf(referenced).length === 1 &&
          identifier !== undefined &&
          attributeOf(identifier, 'ValueType') === samlIdValueType;
        if (!fits || !token || textOf(identifier).trim() !== attributeOf(token, 'ID'))
          throw new XmlError('REFERENCE_WRONG', 'the token reference does not lead to the token of this header');
        return { target: token, forms: tokenForms(token, canonicalPrefixes(step)) };
      },
    ],
  ]);
}

function canonicalPrefixes(step: XmlElement): readonly string[] {
  const parameters = childNamed(step, wsseNs, 'TransformationParameters');
  const method = parameters && childNamed(parameters, dsNamespace, 'CanonicalizationMethod');
  if (!method || elementsOf(step).length !== 1 || elementsOf(parameters).length !== 1)
    throw new XmlError('ALGORITHM_REFUSED', 'the STR-Transform lacks its canonical form, or has more than it');
  return prefixesOf(method);
}

/**
 * The common stacks show the default namespace on the token and write `xmlns=""` where there is none; one deployed
 * variant does not. Both are forms of the same node, so either digest is good; the first is what we sign.
 */
function tokenForms(token: XmlElement, prefixes: readonly string[]): readonly [string, string] {
  const shown = canonicalize(token, { prefixes: [...prefixes, ''] });
  const tag = token.prefix === '' ? token.name : `${token.prefix}:${token.name}`;
  const start = `<${tag}`;
  const inserted = shown.startsWith(`${start} xmlns="`) ? shown : `${start} xmlns=""${shown.slice(start.length)}`;
  return [inserted, canonicalize(token, { prefixes })];
}

const wrong = (message: string) => new XmlError('STRUCTURE_WRONG', message);
