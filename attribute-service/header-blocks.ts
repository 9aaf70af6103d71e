import { attributeOf, childNamed, elementsOf, textOf, type XmlElement, XmlError } from '../lib/xml/index.ts';
import { SoapFault } from './faults.ts';
import { addressingNs, frameworkNs } from './liberty.ts';
import { anonymous, nextActor, purposeElement, purposeNs, sb, sbf, sbNs, soapNs, wsa, wsseNs } from './names.ts';

/** What the header blocks of a message say (ID-WSF SOAP Binding 2.0), whichever direction it goes. */
export interface HeaderBlocks {
  readonly messageId: string;
  readonly relatesTo?: string | undefined;
  /** The endpoint's address; answers have none. */
  readonly to?: string | undefined;
  readonly action: string;
  /** providerID. */
  readonly sender: string;
  /** URN of the purpose of use, in a UsageDirective. */
  readonly purpose?: string | undefined;
  /** Whether the sender can send its browser to a page of ours. */
  readonly redirect: boolean;
}

export const bodyId = 'BDY';

/** The blocks in the order of the examples, each with the wsu:Id by which it is signed. */
export function buildHeaderBlocks(blocks: HeaderBlocks): XmlElement[] {
  const { messageId, relatesTo, to, action, sender, purpose, redirect } = blocks;
  return [
    wsa('MessageID', { 'wsu:Id': 'MID' }, [messageId]),
    relatesTo === undefined ? undefined : wsa('RelatesTo', { 'wsu:Id': 'REL' }, [relatesTo]),
    to === undefined ? undefined : wsa('To', { 'wsu:Id': 'TO' }, [to]),
    wsa('Action', { 'wsu:Id': 'ACT' }, [action]),
    to === undefined ? undefined : wsa('ReplyTo', { 'wsu:Id': 'RPL' }, [wsa('Address', {}, [anonymous[0]])]),
    sbf('Framework', { version: '2.0', 'wsu:Id': 'FWK' }),
    sb('Sender', { providerID: sender, 'wsu:Id': 'SND' }),
    purpose === undefined
      ? undefined
      : sb('UsageDirective', { ref: bodyId, 'wsu:Id': 'USE' }, [purposeElement('Purpose', {}, [purpose])]),
    redirect ? sb('UserInteraction', { redirect: 'true', 'wsu:Id': 'UI' }) : undefined,
  ].filter((block) => block !== undefined);
}

/** Blocks that are read here, or that say nothing that would change the answer. */
const understood: ReadonlyMap<string, readonly string[]> = new Map([
  [addressingNs, ['MessageID', 'RelatesTo', 'To', 'Action', 'ReplyTo', 'FaultTo', 'From']],
  [frameworkNs, ['Framework']],
  [sbNs, ['Sender', 'UsageDirective', 'UserInteraction', 'Consent', 'TargetIdentity', 'ProcessingContext']],
  [wsseNs, ['Security']],
]);

export interface ReadHeader {
  readonly blocks: HeaderBlocks;
  readonly security: XmlElement;
  /** Every block of the ID-* namespaces, known or not: these have to be signed. */
  readonly toBeSigned: readonly XmlElement[];
}

/** Reads S:Header; nothing of it is verified yet. Throws SoapFault, or XmlError for a wrong shape. */
export function readHeader(header: XmlElement): ReadHeader {
  const all = elementsOf(header);
  for (const block of all) checkBlock(block);
  const once = (ns: string, name: string) => childNamed(header, ns, name);
  const textAt = (name: string) => {
    const block = once(addressingNs, name);
    return block && textOf(block).trim();
  };
  checkRefused(once);
  const security = once(wsseNs, 'Security');
  const messageId = checkId(textAt('MessageID'));
  const relatesTo = textAt('RelatesTo');
  const action = textAt('Action');
  if (!security || !messageId || !action) throw wrong('the header lacks MessageID, Action or Security');
  const blocks = {
    messageId,
    relatesTo: checkId(relatesTo),
    to: textAt('To'),
    action,
    sender: senderOf(once(sbNs, 'Sender')),
    purpose: purposeOf(once(sbNs, 'UsageDirective')),
    redirect: canRedirect(once(sbNs, 'UserInteraction')),
  };
  const toBeSigned = all.filter(({ ns }) => [addressingNs, frameworkNs, sbNs].includes(ns));
  return { blocks, security, toBeSigned };
}

/** SOAP 1.1 4.2.2 and 4.2.3: what is mandatory has to be understood, and what is for another actor is not for us. */
function checkBlock(block: XmlElement): void {
  const soapAttribute = (name: string) => block.attributes.find((one) => one.ns === soapNs && one.name === name)?.value;
  const [mandatory = '0', actor = nextActor] = [soapAttribute('mustUnderstand'), soapAttribute('actor')];
  const isKnown = understood.get(block.ns)?.includes(block.name) ?? false;
  if (mandatory !== '0' && !(mandatory === '1' && isKnown))
    throw new SoapFault('InvalidMustUnderstand', 'a mandatory header block is not understood');
  if (isKnown && actor !== nextActor && actor !== '')
    throw new SoapFault('InvalidActor', `the header block ${block.name} is for another actor`);
}

/** What would have to be obeyed and cannot be: passing over it would answer another question than was asked. */
function checkRefused(once: (ns: string, name: string) => XmlElement | undefined): void {
  const framework = once(frameworkNs, 'Framework');
  if (!framework || attributeOf(framework, 'version') !== '2.0')
    throw new SoapFault('FrameworkVersionMismatch', 'the message is not of ID-WSF 2.0');
  if (once(sbNs, 'TargetIdentity'))
    throw new SoapFault('TargetIdentityNotValid', 'the message asks about another person than its token');
  if (once(sbNs, 'ProcessingContext'))
    throw new SoapFault('ProcCtxURINotUnderstood', 'the message asks for a processing context');
  for (const name of ['ReplyTo', 'FaultTo']) {
    const reply = once(addressingNs, name);
    const address = reply && childNamed(reply, addressingNs, 'Address');
    if (reply && !anonymous.some((known) => address && textOf(address).trim() === known))
      throw wrong(`the message wants its answer elsewhere: ${name} is not anonymous`);
  }
}

/** URIs of other peers' making come in many forms; what is stored and compared is bounded and has no spaces. */
function checkId(id: string | undefined): string | undefined {
  if (id !== undefined && !/^[\x21-\x7e]{1,256}$/.test(id)) throw wrong('a message identifier is not usable');
  return id;
}

function senderOf(sender: XmlElement | undefined): string {
  const providerId = sender && attributeOf(sender, 'providerID');
  if (!providerId) throw wrong('the header lacks a Sender with its providerID');
  if (attributeOf(sender, 'affiliationID') !== undefined)
    throw new SoapFault('AffiliationIDNotValid', 'the sender speaks for an affiliation');
  return providerId;
}

/** A directive in other words than ours is a purpose that nothing allows; without one, that of the token counts. */
function purposeOf(directive: XmlElement | undefined): string | undefined {
  if (!directive) return undefined;
  const purpose = childNamed(directive, purposeNs, 'Purpose');
  return purpose ? textOf(purpose).trim() : '';
}

function canRedirect(interaction: XmlElement | undefined): boolean {
  if (!interaction || attributeOf(interaction, 'interact')?.endsWith('DoNotInteract')) return false;
  return ['true', '1'].includes(attributeOf(interaction, 'redirect') ?? '');
}

const wrong = (message: string) => new XmlError('STRUCTURE_WRONG', message);
