import { canonicalize } from './canonical.ts';
import type { XmlAttribute, XmlElement, XmlNode } from './node.ts';

/** What XML 1.0 cannot carry, and the byte order mark that our own gate refuses. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ufeff]/;

/** Whether a text can be written; values from a source that cannot are dropped by their caller, never altered. */
export function isWritable(text: string): boolean {
  return text.isWellFormed() && !forbidden.test(text);
}

export type Attributes = Readonly<Record<string, string | undefined>>;

/**
 * Builder of elements of one namespace: `saml('Issuer', {}, ['https://…'])`. Attribute names may carry a prefix of
 * `foreign`. Undefined attributes and children are left out; text that XML cannot carry is our own fault (TypeError).
 */
export function elementFactory(prefix: string, ns: string, foreign: Readonly<Record<string, string>> = {}) {
  return (name: string, attributes: Attributes = {}, children: readonly (XmlNode | undefined)[] = []): XmlElement => {
    const kept: XmlNode[] = [];
    for (const child of children) {
      if (typeof child === 'string') checkWritable(child, name);
      if (child !== undefined) kept.push(child);
    }
    const given: XmlAttribute[] = [];
    for (const key in attributes) {
      const value = attributes[key];
      if (value !== undefined) given.push(attributeFrom(key, value, name, foreign));
    }
    return { prefix, ns, name, attributes: given, declared: [], children: kept };
  };
}

function attributeFrom(
  key: string,
  value: string,
  element: string,
  foreign: Readonly<Record<string, string>>,
): XmlAttribute {
  checkWritable(value, element);
  const colon = key.indexOf(':');
  if (colon === -1) return { prefix: '', ns: '', name: key, value };
  const prefix = key.slice(0, colon);
  const ns = prefix === 'xml' ? 'http://www.w3.org/XML/1998/namespace' : foreign[prefix];
  if (ns === undefined) throw new TypeError(`the prefix of ${key} is not known`);
  return { prefix, ns, name: key.slice(colon + 1), value };
}

function checkWritable(text: string, element: string): void {
  if (!isWritable(text)) throw new TypeError(`${element} was given text that XML cannot carry`);
}

/** The document as it is sent: canonical by construction, so a signature made over a part of the tree holds on the wire. */
export function writeXml(root: XmlElement): string {
  return canonicalize(root);
}
