import { formatInstant } from '../lib/time.ts';
import {
  attributeOf,
  childrenNamed,
  elementFactory,
  elementsOf,
  namespaceAt,
  textOf,
  type XmlElement,
  XmlError,
} from '../lib/xml/index.ts';
import { attributeTypeOfService } from './catalogue.ts';
import { buildStatus, dstNs, parseStatusOf, type Status, utilNs, wrong } from './liberty.ts';
import { formatPath, type Path, parsePath } from './select.ts';

/**
 * How itemID is written: the final schema qualifies it with the utility namespace, lasso leaves it unqualified, the
 * grammar of 2007 has the DST namespace. All are read, and the answer speaks as the question did.
 */
export type ItemIdForm = 'util' | 'plain' | 'dst';

/** Second-level status codes of DST 2.1 that this service gives. */
export type ItemStatus =
  | 'ActionNotAuthorized'
  | 'ChangeHistoryNotSupported'
  | 'DoesNotExist'
  | 'EmptyRequest'
  | 'ExtensionNotSupported'
  | 'InvalidData'
  | 'InvalidItemIDRef'
  | 'InvalidSelect'
  | 'ItemIDDuplicated'
  | 'MissingItemID'
  | 'NoSuchTest'
  | 'PaginationNotSupported'
  | 'SortNotSupported'
  | 'TimeOut'
  | 'UnspecifiedError'
  | 'UnsupportedObjectType'
  | 'UnsupportedPredefined';

/** One TestItem or QueryItem that can be worked on. */
export interface QueryItem {
  readonly kind: 'test' | 'query';
  readonly itemId?: string | undefined;
  readonly path: Path;
  /** Only if this test of the same query was true (contingency). */
  readonly onlyIf?: string | undefined;
}

/** An item that cannot be worked on; the others are answered all the same. */
export interface RefusedItem {
  readonly kind: 'refused';
  readonly itemId?: string | undefined;
  readonly code: ItemStatus;
}

export interface DataQuery {
  readonly serviceType: string;
  readonly itemId?: string | undefined;
  readonly form: ItemIdForm;
  readonly items: readonly (QueryItem | RefusedItem)[];
}

export interface DataResponse {
  readonly serviceType: string;
  /** itemID of the query. */
  readonly itemIdRef?: string | undefined;
  readonly form: ItemIdForm;
  readonly at: number;
  readonly status: Status;
  readonly tests: readonly { readonly itemId: string; readonly result: boolean }[];
  readonly data: readonly { readonly itemId?: string | undefined; readonly content: readonly XmlElement[] }[];
}

/** DST 2.1 is a template: every service type has these elements in its own namespace. */
const serviceElements = (serviceType: string) => elementFactory('el', serviceType, { lu: utilNs, dst: dstNs });
const lu = elementFactory('lu', utilNs);

const attributeNames = { util: 'lu:', plain: '', dst: 'dst:' } as const;

export function buildDataQuery({
  serviceType,
  itemId,
  form = 'util',
  items,
}: Omit<DataQuery, 'items' | 'form'> & {
  readonly form?: ItemIdForm;
  readonly items: readonly QueryItem[];
}): XmlElement {
  const ds = serviceElements(serviceType);
  const prefix = attributeNames[form];
  const built = items.map(({ kind, itemId: id, path, onlyIf }) =>
    ds(
      kind === 'test' ? 'TestItem' : 'QueryItem',
      {
        objectType: path[0]?.name,
        [`${prefix}itemID`]: id,
        ...(onlyIf === undefined ? {} : { [`${prefix}itemIDRef`]: onlyIf, contingency: 'true' }),
      },
      [ds(kind === 'test' ? 'TestOp' : 'Select', {}, [formatPath(path)])],
    ),
  );
  // Tests stand before queries in the schema.
  const order = (element: XmlElement) => (element.name === 'TestItem' ? 0 : 1);
  return ds(
    'Query',
    { [`${prefix}itemID`]: itemId },
    built.toSorted((a, b) => order(a) - order(b)),
  );
}

/**
 * Reads `Query` of a service type in the catalogue. Whatever is wrong with an item becomes its status; only a message
 * that is no query at all is refused.
 */
export function parseDataQuery(element: XmlElement): DataQuery {
  const type = attributeTypeOfService(element.ns);
  if (!type || element.name !== 'Query') throw wrong(element, 'is no query of a service known here');
  const read = elementsOf(element).map((child) => readItem(child, element.ns, type.objectType));
  const ids = [idOf(element, 'itemID'), ...elementsOf(element).map((child) => idOf(child, 'itemID'))];
  return {
    serviceType: element.ns,
    itemId: ids[0]?.value,
    form: ids.find((id) => id !== undefined)?.form ?? 'util',
    items: read.length === 0 ? [{ kind: 'refused', code: 'EmptyRequest' }] : checkItemIds(read),
  };
}

/** DST: with more than one item each has an itemID of its own, and a condition names a test of this query. */
function checkItemIds(items: readonly (QueryItem | RefusedItem)[]): readonly (QueryItem | RefusedItem)[] {
  const tests = items.flatMap((item) => (item.kind === 'test' ? (item.itemId ?? []) : []));
  return items.map((item) => {
    const { kind, itemId } = item;
    const refuse = (code: ItemStatus): RefusedItem => ({ kind: 'refused', itemId, code });
    if (kind === 'refused') return item;
    if (itemId === undefined && (kind === 'test' || items.length > 1)) return refuse('MissingItemID');
    if (itemId !== undefined && items.filter((other) => other.itemId === itemId).length > 1)
      return refuse('ItemIDDuplicated');
    if (item.onlyIf !== undefined && !tests.includes(item.onlyIf)) return refuse('InvalidItemIDRef');
    return item;
  });
}

const unsupportedAttributes: readonly (readonly [name: string, code: ItemStatus])[] = [
  ['predefined', 'UnsupportedPredefined'],
  ['changedSince', 'ChangeHistoryNotSupported'],
  ['count', 'PaginationNotSupported'],
  ['offset', 'PaginationNotSupported'],
  ['setID', 'PaginationNotSupported'],
  ['setReq', 'PaginationNotSupported'],
];

const unsupportedElements: Readonly<Record<string, ItemStatus>> = {
  ChangeFormat: 'ChangeHistoryNotSupported',
  Sort: 'SortNotSupported',
};

function readItem(element: XmlElement, ns: string, objectType: string): QueryItem | RefusedItem {
  const itemId = idOf(element, 'itemID')?.value;
  const refuse = (code: ItemStatus): RefusedItem => ({ kind: 'refused', itemId, code });
  const isTest = element.name === 'TestItem';
  if (element.ns !== ns || !(isTest || element.name === 'QueryItem')) return refuse('ExtensionNotSupported');
  if ((templateAttribute(element, 'objectType') ?? objectType) !== objectType) return refuse('UnsupportedObjectType');
  const unsupported =
    unsupportedAttributes.find(([name]) => templateAttribute(element, name) !== undefined)?.[1] ??
    elementsOf(element).flatMap(({ name }) => unsupportedElements[name] ?? [])[0];
  if (unsupported) return refuse(unsupported);
  const path = readPath(element, isTest ? 'TestOp' : 'Select', objectType);
  if (!path) return refuse(isTest ? 'NoSuchTest' : 'InvalidSelect');
  const contingent = attributeOf(element, 'contingency');
  const onlyIf = contingent === 'true' || contingent === '1' ? (idOf(element, 'itemIDRef')?.value ?? '') : undefined;
  return { kind: isTest ? 'test' : 'query', itemId, path, onlyIf };
}

/** Without a Select the whole object is meant; a test without an operation asks nothing. */
function readPath(element: XmlElement, name: 'Select' | 'TestOp', objectType: string): Path | undefined {
  const [operation, second] = childrenNamed(element, element.ns, name);
  if (second) return undefined;
  if (!operation) return name === 'Select' ? [{ name: objectType, where: [] }] : undefined;
  const text = textIfPlain(operation);
  const path =
    text === undefined ? undefined : parsePath(text, (prefix) => namespaceAt(operation, prefix) === element.ns);
  return path?.[0]?.name === objectType ? path : undefined;
}

function textIfPlain(element: XmlElement): string | undefined {
  return elementsOf(element).length === 0 ? textOf(element) : undefined;
}

/** The template's attributes are unqualified in services' schemas and of the DST namespace in the template's own. */
function templateAttribute(element: XmlElement, name: string): string | undefined {
  return element.attributes.find(
    (attribute) => (attribute.ns === '' || attribute.ns === dstNs) && attribute.name === name,
  )?.value;
}

const formOf: Readonly<Record<string, ItemIdForm>> = { [utilNs]: 'util', '': 'plain', [dstNs]: 'dst' };

function idOf(element: XmlElement, name: 'itemID' | 'itemIDRef'): { value: string; form: ItemIdForm } | undefined {
  for (const attribute of element.attributes) {
    const form = attribute.name === name ? formOf[attribute.ns] : undefined;
    if (form) return { value: attribute.value, form };
  }
  return undefined;
}

export function buildDataResponse(response: DataResponse): XmlElement {
  const { serviceType, itemIdRef, form, at, status, tests, data } = response;
  const ds = serviceElements(serviceType);
  const ref = `${attributeNames[form]}itemIDRef`;
  return ds('QueryResponse', { [ref]: itemIdRef, timeStamp: formatInstant(at) }, [
    buildStatus(status),
    // TestResult is the utility schema's, whose itemIDRef is unqualified.
    ...tests.map(({ itemId, result }) => lu('TestResult', { itemIDRef: itemId }, [String(result)])),
    ...data.map(({ itemId, content }) => ds('Data', { [ref]: itemId }, content)),
  ]);
}

export interface ReadDataResponse {
  readonly status: Status;
  readonly tests: readonly { readonly itemId: string; readonly result: boolean }[];
  readonly data: readonly { readonly itemId?: string | undefined; readonly content: readonly XmlElement[] }[];
}

export function parseDataResponse(element: XmlElement): ReadDataResponse {
  if (element.name !== 'QueryResponse') throw wrong(element, 'is no answer to a query');
  const results = elementsOf(element).filter(
    ({ name, ns }) => name === 'TestResult' && [utilNs, element.ns].includes(ns),
  );
  return {
    status: parseStatusOf(element),
    tests: results.map((result) => ({ itemId: idOf(result, 'itemIDRef')?.value ?? '', result: booleanOf(result) })),
    data: childrenNamed(element, element.ns, 'Data').map((data) => ({
      itemId: idOf(data, 'itemIDRef')?.value,
      content: elementsOf(data),
    })),
  };
}

/** xs:boolean; anything else is no answer, and least of all a false one. */
function booleanOf(element: XmlElement): boolean {
  const text = textOf(element).trim();
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new XmlError('STRUCTURE_WRONG', 'a TestResult is neither true nor false', {
    detail: { element: element.name },
  });
}
