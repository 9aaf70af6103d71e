import {
  checkElementOnly,
  checkSequence,
  childNamed,
  elementFactory,
  elementsOf,
  readXml,
  writeXml,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { SamlError } from '../errors.ts';
import type { ReceivedMessage } from './bindings.ts';

const soapNs = 'http://schemas.xmlsoap.org/soap/envelope/';
const soap = elementFactory('soap', soapNs);

/** The SOAP binding (SAML Bindings 3.2): one message in the Body of a SOAP 1.1 envelope, over a connection of its own. */
export const decodeSoap = (octets: Buffer): ReceivedMessage => ({ binding: 'soap', octets });

export const encodeSoap = (message: XmlElement): string =>
  writeXml(soap('Envelope', {}, [soap('Body', {}, [message])]));

/** The one message in the Body. A header that has to be understood is refused: none is (SAML Bindings 3.2.2). */
export function unwrapSoap(octets: Buffer): XmlElement {
  const envelope = readXml(octets);
  if (envelope.ns !== soapNs || envelope.name !== 'Envelope')
    throw new SamlError('BINDING_MALFORMED', 'a SOAP 1.1 envelope is expected');
  checkSequence(envelope, [
    { ns: soapNs, names: ['Header'], min: 0, max: 1 },
    { ns: soapNs, names: ['Body'], min: 1, max: 1 },
  ]);
  const header = childNamed(envelope, soapNs, 'Header');
  if (header && elementsOf(header).some(mustBeUnderstood))
    throw new SamlError('BINDING_MALFORMED', 'a SOAP header has to be understood, and is not');
  const body = childNamed(envelope, soapNs, 'Body');
  if (body) checkElementOnly(body);
  const [message, second] = body ? elementsOf(body) : [];
  if (!message || second) throw new SamlError('BINDING_MALFORMED', 'the SOAP Body holds not exactly one message');
  return message;
}

const mustBeUnderstood = ({ attributes }: XmlElement) =>
  attributes.some(({ ns, name, value }) => ns === soapNs && name === 'mustUnderstand' && value !== '0');

/** A SOAP fault as an answer (SOAP 1.1 4.4): nothing of what came could be believed. */
export const soapFault = (reason: string): string =>
  encodeSoap(soap('Fault', {}, [plain('faultcode', 'soap:Client'), plain('faultstring', reason)]));

const plain = (name: string, text: string): XmlElement => elementFactory('', '')(name, {}, [text]);
