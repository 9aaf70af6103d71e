import { attributeOf, childrenNamed, elementFactory, type XmlElement, XmlError } from '../lib/xml/index.ts';

/** Namespaces of the Liberty vocabularies that discovery and data services speak; SOAP and WS-* are not here. */
export const discoNs = 'urn:liberty:disco:2006-08';
export const frameworkNs = 'urn:liberty:sb';
export const tokenNs = 'urn:liberty:security:2006-08';
export const utilNs = 'urn:liberty:util:2006-08';
export const dstNs = 'urn:liberty:dst:2006-08';
export const addressingNs = 'http://www.w3.org/2005/08/addressing';

export const tokenUsage = 'urn:liberty:security:tokenusage:2006-08:SecurityToken';

const lu = elementFactory('lu', utilNs);

/** lu:Status: a first level (OK, Partial, Failed) and, per item, what went wrong with it. */
export interface Status {
  readonly code: string;
  /** itemID of the item this is about. */
  readonly ref?: string | undefined;
  readonly comment?: string | undefined;
  readonly nested: readonly Status[];
}

export function buildStatus({ code, ref, comment, nested }: Status): XmlElement {
  return lu('Status', { code, ref, comment }, nested.map(buildStatus));
}

/** Reads `lu:Status` of an answer. Codes are local names; peers also write them as QNames. */
export function parseStatusOf(answer: XmlElement): Status {
  const [status, second] = childrenNamed(answer, utilNs, 'Status');
  if (!status || second) throw wrong(answer, 'has no Status, or two');
  return readStatus(status, 0);
}

const statusDepthMax = 4;

function readStatus(element: XmlElement, depth: number): Status {
  const code = attributeOf(element, 'code');
  if (code === undefined || depth > statusDepthMax) throw wrong(element, 'has no code, or is nested too deep');
  return {
    code: code.slice(code.lastIndexOf(':') + 1),
    ref: attributeOf(element, 'ref'),
    comment: attributeOf(element, 'comment'),
    nested: childrenNamed(element, utilNs, 'Status').map((child) => readStatus(child, depth + 1)),
  };
}

/** The refusal of a message whose shape is not what its name promises. Names elements, never what they hold. */
export function wrong(element: XmlElement, what: string): XmlError {
  return new XmlError('STRUCTURE_WRONG', `${element.name} ${what}`, { detail: { element: element.name } });
}
