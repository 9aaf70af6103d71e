import { XmlError } from './errors.ts';
import type { XmlElement } from './node.ts';

const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const xml = 'http://www.w3.org/XML/1998/namespace';

/**
 * The elements of a document by ID: every attribute that some stack takes for an ID, in one set. A repeated value is how
 * a signature gets moved, so it is refused.
 */
export function indexIds(root: XmlElement): ReadonlyMap<string, XmlElement> {
  const found = new Map<string, XmlElement>();
  const waiting: XmlElement[] = [root];
  for (let element = waiting.pop(); element; element = waiting.pop()) {
    for (const { ns, name, value } of element.attributes) {
      const isId =
        ns === '' ? /^(ID|Id|id)$/.test(name) : (ns === wsu && name === 'Id') || (ns === xml && name === 'id');
      if (!isId) continue;
      if (found.has(value))
        throw new XmlError('ID_REPEATED', 'two elements carry the same ID', { detail: { element: element.name } });
      found.set(value, element);
    }
    for (const child of element.children) if (typeof child !== 'string') waiting.push(child);
  }
  return found;
}
