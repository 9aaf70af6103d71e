import { XmlError } from './errors.ts';

export interface XmlAttribute {
  /** Empty for an attribute without a namespace. */
  readonly prefix: string;
  readonly ns: string;
  readonly name: string;
  readonly value: string;
}

/** Plain elements, whether read or to be written; nothing in them refers to the parser. */
export interface XmlElement {
  readonly prefix: string;
  readonly ns: string;
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  /** Namespace declarations standing on this element: prefix (empty for the default) and name. */
  readonly declared: readonly (readonly [prefix: string, ns: string])[];
  readonly children: readonly XmlNode[];
  readonly parent?: XmlElement | undefined;
}

export type XmlNode = XmlElement | string;

export function isElement(node: XmlNode | undefined, ns?: string, name?: string): node is XmlElement {
  return (
    node !== undefined &&
    typeof node !== 'string' &&
    (ns === undefined || node.ns === ns) &&
    (name === undefined || node.name === name)
  );
}

export function elementsOf(parent: XmlElement): XmlElement[] {
  return parent.children.filter((node) => isElement(node));
}

export function childrenNamed(parent: XmlElement, ns: string, name: string): XmlElement[] {
  return elementsOf(parent).filter((element) => element.ns === ns && element.name === name);
}

/** The one child of this name, or undefined; two of them are refused. */
export function childNamed(parent: XmlElement, ns: string, name: string): XmlElement | undefined {
  const [first, second] = childrenNamed(parent, ns, name);
  if (second)
    throw new XmlError('STRUCTURE_WRONG', `${parent.name} has more than one ${name}`, {
      detail: { element: parent.name },
    });
  return first;
}

/** The value of an attribute without a namespace. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((attribute) => attribute.ns === '' && attribute.name === name)?.value;
}

/** Text of an element that has only text: a nested element is refused, never read around. */
export function textOf(element: XmlElement): string {
  let text = '';
  for (const node of element.children) {
    if (typeof node !== 'string') {
      throw new XmlError('STRUCTURE_WRONG', `${element.name} holds an element where text is expected`, {
        detail: { element: element.name },
      });
    }
    text += node;
  }
  return text;
}

/** Refuses text between the children of an element that has only elements. */
export function checkElementOnly(element: XmlElement): void {
  if (element.children.some((node) => typeof node === 'string' && /[^ \t\r\n]/.test(node))) {
    throw new XmlError('STRUCTURE_WRONG', `${element.name} holds text where only elements are expected`, {
      detail: { element: element.name },
    });
  }
}

/** What one child of a sequence looks like: its name and how often it may stand there. */
export interface Slot {
  readonly ns: string;
  /** Several names stand for a choice. */
  readonly names: readonly string[];
  readonly min: 0 | 1;
  readonly max: 1 | 'many';
}

/** Checks order and cardinality of an element's children against a sequence, as the schema has it. */
export function checkSequence(element: XmlElement, slots: readonly Slot[]): void {
  checkElementOnly(element);
  const children = elementsOf(element);
  let at = 0;
  for (const { ns, names, min, max } of slots) {
    let count = 0;
    while (children[at]?.ns === ns && names.includes(children[at]?.name ?? '') && (max === 'many' || count < 1)) {
      at += 1;
      count += 1;
    }
    if (count < min) throw wrongChild(element, `lacks ${names.join(' or ')}`);
  }
  if (at < children.length) throw wrongChild(element, `has an unexpected or misplaced ${children[at]?.name}`);
}

function wrongChild(element: XmlElement, what: string): XmlError {
  return new XmlError('STRUCTURE_WRONG', `${element.name} ${what}`, { detail: { element: element.name } });
}

/** The namespace a prefix stands for at this element. */
export function namespaceAt(element: XmlElement, prefix: string): string | undefined {
  if (prefix === 'xml') return 'http://www.w3.org/XML/1998/namespace';
  for (let scope: XmlElement | undefined = element; scope; scope = scope.parent) {
    const found = scope.declared.find(([declared]) => declared === prefix);
    if (found) return found[1];
  }
  return prefix === '' ? '' : undefined;
}
