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
    const kept = children.filter((child) => child !== undefined);
    for (const child of kept) if (typeof child === 'string') checkWritable(child, name);
    return {
      prefix,
      ns,
      name,
      attributes: Object.entries(attributes).flatMap((entry) => attributeFrom(entry, name, foreign)),
      declared: [],
      children: kept,
    };
  };
}

function attributeFrom(
  [key, value]: [string, string | undefined],
  element: string,
  foreign: Readonly<Record<string, string>>,
): XmlAttribute[] {
  if (value === undefined) return [];
  checkWritable(value, element);
  const [prefix, name] = key.includes(':') ? key.split(':') : ['', key];
  if (prefix === undefined || name === undefined) return [];
  const ns = prefix === 'xml' ? 'http://www.w3.org/XML/1998/namespace' : prefix === '' ? '' : foreign[prefix];
  if (ns === undefined) throw new TypeError(`the prefix of ${key} is not known`);
  return [{ prefix, ns, name, value }];
}

function checkWritable(text: string, element: string): void {
  if (!isWritable(text)) throw new TypeError(`${element} was given text that XML cannot carry`);
}

/** The document as it is sent: canonical by construction, so a signature made over a part of the tree holds on the wire. */
export function writeXml(root: XmlElement): string {
  return canonicalize(root);
}
