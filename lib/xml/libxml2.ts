import { ParseOption, XmlDocument, XmlParseError } from 'libxml2-wasm';
import { XmlNodeStruct, XmlNsStruct, xmlNodeGetContent } from 'libxml2-wasm/lib/libxml2.mjs';
import { XmlError } from './errors.ts';
import type { XmlAttribute, XmlElement, XmlNode } from './node.ts';

/**
 * The only file that touches libxml2: it parses and copies the tree into plain nodes at once; nothing of the parser
 * escapes. The pointer functions are internal to the pinned version and twice as fast as the public node classes.
 */
const options =
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_NO_SYS_CATALOG |
  ParseOption.XML_PARSE_SKIP_IDS;

const elementType = 1;
const textType = 3;
const commentType = 8;
const attributesMax = 64;

export interface TreeLimits {
  readonly maxDepth: number;
  readonly maxNodes: number;
}

export function parseTree(bytes: Uint8Array, limits: TreeLimits): XmlElement {
  const document = parse(bytes);
  try {
    // Warnings are XML 1.1, relative namespace names and the like: nothing a signed message has.
    if (document.dtd || document.warnings.length > 0)
      throw new XmlError('XML_MALFORMED', 'the document has a DTD or draws a warning of the parser');
    const root = (document.root as unknown as { readonly _nodePtr: number })._nodePtr;
    return copyTree(root, limits);
  } finally {
    document.dispose();
  }
}

function parse(bytes: Uint8Array): XmlDocument {
  try {
    // The encoding is given, so that a declared one is not obeyed.
    return XmlDocument.fromBuffer(bytes, { option: options, encoding: 'utf-8' });
  } catch (cause) {
    // The parser's message quotes input, so it is not passed on.
    if (cause instanceof XmlParseError) throw new XmlError('XML_MALFORMED', 'the document is not well-formed XML');
    throw cause;
  }
}

type Draft = XmlElement & { readonly children: XmlNode[] };

function copyTree(root: number, { maxDepth, maxNodes }: TreeLimits): XmlElement {
  let nodes = 0;
  // A declaration is one place in memory for all names that use it: reading it once spares most of the decoding.
  const namespaces: Namespaces = new Map();
  function count(more: number): void {
    nodes += more;
    if (nodes > maxNodes) throw new XmlError('XML_TOO_COMPLEX', `the document has more than ${maxNodes} nodes`);
  }

  function copy(pointer: number, parent: Draft | undefined, depth: number): Draft {
    if (depth > maxDepth) throw new XmlError('XML_TOO_COMPLEX', `the document is nested deeper than ${maxDepth}`);
    const attributes = attributesOf(pointer, namespaces);
    const declared = declarationsOf(pointer);
    if (attributes.length > attributesMax || declared.length > attributesMax) {
      throw new XmlError('XML_TOO_COMPLEX', `an element has more than ${attributesMax} attributes or declarations`);
    }
    count(1 + attributes.length + declared.length);
    const element: Draft = { ...nameOf(pointer, namespaces), attributes, declared, children: [], parent };
    for (let child = XmlNodeStruct.children(pointer); child; child = XmlNodeStruct.next(child)) {
      const type = XmlNodeStruct.type(child);
      if (type === elementType) element.children.push(copy(child, element, depth + 1));
      else if (type === textType) {
        count(1);
        element.children.push(xmlNodeGetContent(child));
      } else if (type !== commentType)
        throw new XmlError('MARKUP_FORBIDDEN', 'the document has a node that is neither element nor text');
    }
    return element;
  }

  return copy(root, undefined, 1);
}

type Namespaces = Map<number, { readonly prefix: string; readonly ns: string }>;
const noNamespace = { prefix: '', ns: '' };

function nameOf(pointer: number, namespaces: Namespaces): { prefix: string; ns: string; name: string } {
  const at = XmlNodeStruct.namespace(pointer);
  const name = XmlNodeStruct.name_(pointer);
  if (!at) return { ...noNamespace, name };
  const known = namespaces.get(at) ?? { prefix: XmlNsStruct.prefix(at), ns: XmlNsStruct.href(at) };
  namespaces.set(at, known);
  return { prefix: known.prefix, ns: known.ns, name };
}

function attributesOf(element: number, namespaces: Namespaces): XmlAttribute[] {
  const attributes: XmlAttribute[] = [];
  for (let attribute = XmlNodeStruct.properties(element); attribute; attribute = XmlNodeStruct.next(attribute)) {
    attributes.push({ ...nameOf(attribute, namespaces), value: xmlNodeGetContent(attribute) });
  }
  return attributes;
}

function declarationsOf(element: number): (readonly [string, string])[] {
  const declared: (readonly [string, string])[] = [];
  for (let namespace = XmlNodeStruct.nsDef(element); namespace; namespace = XmlNsStruct.next(namespace)) {
    const ns = XmlNsStruct.href(namespace);
    // libxml2 does not escape it when it writes, so others may read something else than was signed.
    if (ns.includes('&')) throw new XmlError('XML_MALFORMED', 'a namespace name has an ampersand');
    declared.push([XmlNsStruct.prefix(namespace), ns]);
  }
  return declared;
}
