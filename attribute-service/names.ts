import { randomUUID } from 'node:crypto';
import { elementFactory } from '../lib/xml/index.ts';
import { addressingNs, discoNs, frameworkNs, utilNs } from './liberty.ts';

/**
 * Names of the message layer: SOAP 1.1, WS-Addressing, WS-Security and the header blocks of ID-WSF SOAP Binding 2.0, as
 * the deployed stacks and the schemas spell them. What stands in the Body has its names in `liberty.ts`.
 */
export const soapNs = 'http://schemas.xmlsoap.org/soap/envelope/';
export const wsseNs = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
export const wsuNs = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
export const sbNs = 'urn:liberty:sb:2006-08';
/** What a UsageDirective of ours holds: the purpose as text. */
export const purposeNs = 'urn:x-sanuki:purpose';

const foreign = { S: soapNs, wsu: wsuNs };

export const soap = elementFactory('S', soapNs, foreign);
export const wsa = elementFactory('wsa', addressingNs, foreign);
export const wsse = elementFactory('wsse', wsseNs, foreign);
export const wsu = elementFactory('wsu', wsuNs, foreign);
export const sbf = elementFactory('sbf', frameworkNs, foreign);
export const sb = elementFactory('sb', sbNs, foreign);
export const lu = elementFactory('lu', utilNs);
export const purposeElement = elementFactory('pu', purposeNs);
/** SOAP 1.1 4.4: the children of a Fault are in no namespace. */
export const unqualified = elementFactory('', '');

/** The reply comes in the HTTP answer. The Liberty text prints the second one, so both are read and the first is written. */
export const anonymous = [`${addressingNs}/anonymous`, 'http://www.w3.org/2005/03/addressing/role/anonymous'] as const;

/** SOAP 1.1 4.2.2: a header block for whoever is next, which we are. */
export const nextActor = 'http://schemas.xmlsoap.org/soap/actor/next';

/** Every Action but that of a fault is the Body element's namespace and name; the fault's is a guess. */
export const faultAction = `${sbNs}:Fault`;

export const discoveryServiceType = discoNs;

/** Name of the attribute and of the claim that hand a party its bootstrap (ID-WSF DISCO). */
export const discoveryEprAttribute = `${discoNs}:DiscoveryEPR`;

/** ID-WSF 2.0 Security Mechanisms: holder-of-key SAML token and signed message, over TLS and (trial) without. */
export const securityMechanisms = {
  tls: 'urn:liberty:security:2006-08:TLS:SAMLV2',
  plain: 'urn:liberty:security:2006-08:null:SAMLV2',
} as const;

/** SAML Token Profile 1.1: what a KeyIdentifier that names an assertion by its ID says it is. */
export const samlIdValueType = 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID';

/** WS-Security 1.0 8.3: a signed reference that stands for the token it names. */
export const strTransform =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform';

/** A wsa:MessageID. */
export const newMessageUri = () => `urn:uuid:${randomUUID()}`;
