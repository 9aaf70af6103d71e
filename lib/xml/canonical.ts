import { namespaceAt, type XmlAttribute, type XmlElement } from './node.ts';

export interface CanonicalOptions {
  /** InclusiveNamespaces PrefixList; '' stands for #default. */
  readonly prefixes?: readonly string[];
  /** An element to leave out: the signature, for the enveloped-signature transform. */
  readonly without?: XmlElement | undefined;
}

type Scope = ReadonlyMap<string, string>;

/**
 * Exclusive XML Canonicalization 1.0 (without comments) of an element and what it contains. One function serves
 * SignedInfo, references and everything we write, so that what we sign is what we send.
 */
export function canonicalize(element: XmlElement, { prefixes = [], without }: CanonicalOptions = {}): string {
  let text = '';
  write(element, new Map([['', '']]), true);
  return text;

  function write(current: XmlElement, rendered: Scope, apex: boolean): void {
    const tag = current.prefix === '' ? current.name : `${current.prefix}:${current.name}`;
    const scope = isVisible(current, rendered) ? rendered : declare(current, rendered, tag, apex);
    if (scope === rendered) text += `<${tag}`;
    for (const { prefix, name, value } of sorted(current.attributes))
      text += ` ${prefix === '' ? name : `${prefix}:${name}`}="${escapeAttribute(value)}"`;
    text += '>';
    for (const child of current.children) {
      if (typeof child === 'string') text += escapeText(child);
      else if (child !== without) write(child, scope, false);
    }
    text += `</${tag}>`;
  }

  /** Most elements bring nothing new: their own namespace is there, and so is nothing else to look for. */
  function isVisible(current: XmlElement, rendered: Scope): boolean {
    if (prefixes.length > 0 || rendered.get(current.prefix) !== current.ns) return false;
    return current.attributes.every(({ prefix }) => prefix === '');
  }

  function declare(current: XmlElement, rendered: Scope, tag: string, apex: boolean): Scope {
    const wanted = neededNamespaces(current, prefixes, apex).filter(([prefix, ns]) => rendered.get(prefix) !== ns);
    if (wanted.length === 0) return rendered;
    text += `<${tag}`;
    for (const [prefix, ns] of wanted.sort(byPrefix))
      text += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeAttribute(ns)}"`;
    return new Map([...rendered, ...wanted]);
  }
}

function sorted(attributes: readonly XmlAttribute[]): readonly XmlAttribute[] {
  return attributes.length > 1 ? attributes.toSorted(byNamespaceAndName) : attributes;
}

/** Namespaces that have to be visible at this element: those it uses, and those of the PrefixList that are in scope. */
function neededNamespaces(element: XmlElement, prefixes: readonly string[], apex: boolean): [string, string][] {
  const needed: [string, string][] = [[element.prefix, element.ns]];
  for (const { prefix, ns } of element.attributes) {
    if (prefix !== '' && prefix !== 'xml' && !needed.some(([known]) => known === prefix)) needed.push([prefix, ns]);
  }
  for (const prefix of prefixes) {
    if (needed.some(([known]) => known === prefix)) continue;
    const ns = apex ? namespaceAt(element, prefix) : element.declared.find(([declared]) => declared === prefix)?.[1];
    if (ns !== undefined && prefix !== 'xml') needed.push([prefix, ns]);
  }
  return needed;
}

/** Canonical XML orders by code point; UTF-16 units order the same but for surrogates, which stand for what is above U+FFFF. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;

const byPrefix = ([a]: readonly [string, string], [b]: readonly [string, string]) => compare(a, b);
const byNamespaceAndName = (a: XmlAttribute, b: XmlAttribute) => compare(a.ns, b.ns) || compare(a.name, b.name);

const textEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
const attributeEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

function escapeText(text: string): string {
  return /[&<>\r]/.test(text) ? text.replaceAll(/[&<>\r]/g, (character) => textEscapes[character] ?? '') : text;
}

function escapeAttribute(text: string): string {
  return /[&<"\t\n\r]/.test(text)
    ? text.replaceAll(/[&<"\t\n\r]/g, (character) => attributeEscapes[character] ?? '')
    : text;
}
