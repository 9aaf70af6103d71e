import type { ReplayGuard } from '../federation/index.ts';
import { HubError } from '../lib/errors.ts';
import {
  attributeOf,
  checkElementOnly,
  checkSequence,
  elementsOf,
  isElement,
  readXml,
  type SigningKey,
  type Slot,
  type VerificationKey,
  writeXml,
  type XmlElement,
  XmlError,
} from '../lib/xml/index.ts';
import { AttributeError } from './errors.ts';
import { isFaultCode, SoapFault } from './faults.ts';
import { bodyId, buildHeaderBlocks, type HeaderBlocks, type ReadHeader, readHeader } from './header-blocks.ts';
import { utilNs } from './liberty.ts';
import { newMessageUri, sbNs, soap, soapNs } from './names.ts';
import { checkSigned, checkTimestamp, readSecurity, type SecurityHeader, signEnvelope } from './security.ts';
import type { VerifiedToken } from './token.ts';

/** A message to send, request or answer. A request has `to` and `token`, an answer `relatesTo`. */
export interface OutgoingSoap {
  readonly action: string;
  readonly to?: string | undefined;
  /** Our providerID. */
  readonly sender: string;
  readonly relatesTo?: string | undefined;
  readonly messageId?: string | undefined;
  readonly body: XmlElement;
  readonly token?: XmlElement | undefined;
  /** URN of the purpose of use. */
  readonly purpose?: string | undefined;
  /** Whether the browser can be sent to the service to ask the resident. */
  readonly redirect?: boolean | undefined;
}

/** The signed envelope in the profile `liberty-hok`: the key is the one that the token confirms. */
export async function buildSoap(
  { messageId = newMessageUri(), redirect = false, body, token, ...message }: OutgoingSoap,
  { key, now }: { key: SigningKey; now: number },
): Promise<string> {
  const blocks = buildHeaderBlocks({ ...message, messageId, redirect });
  const signedBody = soap('Body', { 'wsu:Id': bodyId }, [body]);
  return writeXml(await signEnvelope({ blocks, body: signedBody, token }, { key, now }));
}

/** A message whose every part that is told here was signed by its sender. */
export interface ReceivedSoap {
  readonly messageId: string;
  readonly action: string;
  readonly sender: string;
  readonly relatesTo?: string | undefined;
  /** The one element in the Body. */
  readonly body: XmlElement;
  readonly token?: VerifiedToken | undefined;
  readonly purpose?: string | undefined;
  readonly redirect: boolean;
}

export interface RequestContext {
  /** Our endpoint's address. */
  readonly to: string;
  /** Registered keys of a party; an unknown one has none, or is refused with a HubError. */
  readonly keysOf: (providerId: string) => Promise<readonly VerificationKey[]>;
  /** Verifies the token: issuer, audience, time. */
  readonly token: (element: XmlElement) => VerifiedToken;
  readonly replay: ReplayGuard;
  readonly now: number;
  readonly skewMs?: number;
}

const skewDefaultMs = 90_000;
const one = (name: string): Slot => ({ ns: soapNs, names: [name], min: 1, max: 1 });

interface Opened extends ReadHeader {
  readonly envelope: XmlElement;
  readonly bodyElement: XmlElement;
  readonly content: XmlElement;
}

/** Gate and shape: one Header, one Body, one element in it. */
function open(octets: Uint8Array): Opened {
  const envelope = readXml(octets);
  if (envelope.ns !== soapNs || envelope.name !== 'Envelope')
    throw new XmlError('STRUCTURE_WRONG', 'the message is no SOAP 1.1 envelope');
  checkSequence(envelope, [one('Header'), one('Body')]);
  const [header, bodyElement] = elementsOf(envelope);
  const [content, second] = bodyElement ? elementsOf(bodyElement) : [];
  if (!header || !bodyElement || !content || second)
    throw new XmlError('STRUCTURE_WRONG', 'the Body has not exactly one element');
  checkElementOnly(header);
  checkElementOnly(bodyElement);
  return { ...readHeader(header), envelope, bodyElement, content };
}

/**
 * Reads and checks a request. What costs nothing comes first, and what changes something (the MessageID is used up)
 * last, when everything else has been found good. Throws SoapFault.
 */
export async function readRequest(octets: Uint8Array, context: RequestContext): Promise<ReceivedSoap> {
  let relatesTo: string | undefined;
  try {
    const opened = open(octets);
    relatesTo = opened.blocks.messageId;
    return await checkRequest(opened, context);
  } catch (cause) {
    if (cause instanceof SoapFault) {
      const { code, message, redirectUrl } = cause;
      throw new SoapFault(code, message, { cause: cause.cause, redirectUrl, relatesTo });
    }
    if (!(cause instanceof XmlError)) throw cause;
    const code = cause.outcome === 'denied' ? 'InappropriateCredentials' : 'IDStarMsgNotUnderstood';
    throw new SoapFault(code, cause.message, { cause, relatesTo });
  }
}

async function checkRequest(opened: Opened, context: RequestContext): Promise<ReceivedSoap> {
  const { blocks, envelope, bodyElement, content, toBeSigned } = opened;
  const { now, skewMs = skewDefaultMs } = context;
  if (blocks.action !== `${content.ns}:${content.name}`)
    throw new SoapFault('IDStarMsgNotUnderstood', 'the Action is not that of the Body');
  const security = readSecurity(opened.security);
  const keys = await registeredKeys(blocks.sender, context);
  const { token, holder } = checkToken(security, blocks.sender, keys, context);
  checkSigned(envelope, security, [...toBeSigned, bodyElement], [holder]);
  const created = checkTimestamp(security.timestamp, { now, skewMs });
  if (blocks.to !== context.to) throw new SoapFault('IDStarMsgNotUnderstood', 'the message is for another endpoint');
  // Kept as long as the Timestamp would let the message in.
  const first = await context.replay.isFirstUse(`soap:${blocks.sender}`, blocks.messageId, created + 2 * skewMs);
  if (!first) throw new SoapFault('DuplicateMsg', 'the MessageID was already used');
  return received(blocks, content, token);
}

async function registeredKeys(sender: string, { keysOf }: RequestContext): Promise<readonly VerificationKey[]> {
  try {
    const keys = await keysOf(sender);
    if (keys.length > 0) return keys;
  } catch (cause) {
    if (!(cause instanceof HubError) || cause.outcome === 'unavailable') throw cause;
    throw new SoapFault('ProviderIDNotValid', 'the sender is not accepted', { cause });
  }
  throw new SoapFault('ProviderIDNotValid', 'no key of the sender is registered');
}

/**
 * Holder-of-key: the confirmed key is a registered one of the sender, and the message has to be signed with exactly this
 * one, so that neither a stolen token nor another key of the same party gets in.
 */
function checkToken(
  { token: element }: SecurityHeader,
  sender: string,
  keys: readonly VerificationKey[],
  context: RequestContext,
): { token: VerifiedToken; holder: VerificationKey } {
  if (!element) throw new SoapFault('InappropriateCredentials', 'the message has no token');
  const token = context.token(element);
  const holder = keys.find(({ fingerprint }) => fingerprint === token.holder);
  if (!holder || (token.holderId !== undefined && token.holderId !== sender))
    throw new SoapFault('InappropriateCredentials', 'the token is for another party than the sender');
  return { token, holder };
}

function received(blocks: HeaderBlocks, body: XmlElement, token?: VerifiedToken): ReceivedSoap {
  const { messageId, action, sender, relatesTo, purpose, redirect } = blocks;
  return { messageId, action, sender, relatesTo, body, token, purpose, redirect };
}

export interface AnswerContext {
  /** MessageID of our request. */
  readonly relatesTo: string;
  /** providerID of the service we asked, and its keys. */
  readonly sender: string;
  readonly keys: readonly VerificationKey[];
  readonly now: number;
  readonly skewMs?: number;
  /** What an answer that cannot be relied on is called. */
  readonly garbled?: 'HUB_GARBLED' | 'SOURCE_GARBLED';
}

/** Reads and checks an answer. Throws SoapFault where the peer refused, in a message signed like any other, else AttributeError. */
export function readAnswer(octets: Uint8Array, context: AnswerContext): ReceivedSoap {
  const { garbled = 'HUB_GARBLED' } = context;
  let answer: ReceivedSoap;
  try {
    answer = checkAnswer(open(octets), context);
  } catch (cause) {
    if (!(cause instanceof XmlError || cause instanceof SoapFault)) throw cause;
    throw new AttributeError(garbled, `the answer cannot be relied on: ${cause.code}`, { cause });
  }
  if (isElement(answer.body, soapNs, 'Fault')) throw faultOf(answer.body, context.relatesTo);
  return answer;
}

function checkAnswer(opened: Opened, context: AnswerContext): ReceivedSoap {
  const { blocks, envelope, bodyElement, content, toBeSigned } = opened;
  const { relatesTo, sender, keys, now, skewMs = skewDefaultMs } = context;
  if (blocks.relatesTo !== relatesTo) throw new SoapFault('InvalidRefToMsgID', 'the answer is to another request');
  if (blocks.sender !== sender) throw new SoapFault('ProviderIDNotValid', 'the answer is of another party');
  const security = readSecurity(opened.security);
  checkSigned(envelope, security, [...toBeSigned, bodyElement], keys);
  checkTimestamp(security.timestamp, { now, skewMs });
  return received(blocks, content);
}

/** The peer's refusal. Codes are local names; peers also write them as QNames. Its text is not taken over. */
function faultOf(fault: XmlElement, relatesTo: string): SoapFault {
  const detail = elementsOf(fault).find(({ name }) => name === 'detail');
  const status = detail && elementsOf(detail).find(({ ns, name }) => ns === utilNs && name === 'Status');
  const redirect = detail && elementsOf(detail).find(({ ns, name }) => ns === sbNs && name === 'RedirectRequest');
  const given = (status && attributeOf(status, 'code')) ?? '';
  const code = given.slice(given.lastIndexOf(':') + 1);
  return new SoapFault(isFaultCode(code) ? code : 'UnexpectedError', 'the service refused', {
    redirectUrl: redirect && attributeOf(redirect, 'redirectURL'),
    relatesTo,
  });
}
