import { isDeepStrictEqual } from 'node:util';
import {
  clientMetadataOf,
  declarationOf,
  documentOf,
  type Finding,
  isLevel,
  type MetadataSource,
  type ProviderProtocol,
  type ProviderRecord,
  type ProviderSettings,
  protocolNamed,
} from '../../federation/index.ts';
import { sha256 } from '../../lib/bytes.ts';
import { bodyDocumentIn } from './body-form.ts';
import { type ClientFields, clientDocument, clientFieldsIn, clientFieldsOf, emptyClient } from './client-fields.ts';
import type { Submission } from './draft.ts';
import { asFormText } from './fetch-metadata.ts';

/** What the form holds: a submission, and an OIDC client as fields where it is written in them. */
export interface Filled extends Submission {
  readonly fields?: ClientFields | undefined;
  /** Of the fields themselves, before they are a document. */
  readonly ownFindings: readonly Finding[];
}

/** An empty form of a protocol. An OIDC client is written in fields unless its document is there. */
export function emptyForm(protocol: ProviderProtocol, asDocument: boolean): Filled {
  return {
    protocol,
    metadata: '',
    name: { ja: '', en: '' },
    contract: [],
    settings: {},
    requiredLevel: undefined,
    logo: undefined,
    source: undefined,
    ownFindings: [],
    ...(protocol === 'oidc' && !asDocument ? { fields: emptyClient } : {}),
  };
}

/** The document of a registration, as a party would send it. */
export function documentTextOf(record: ProviderRecord): string {
  const document = documentOf(declarationOf(record));
  return typeof document === 'string' ? document : JSON.stringify(document, undefined, 2);
}

/** A registration as a form that changes it. */
export function formOf(record: ProviderRecord, asDocument: boolean): Filled {
  const { protocol, name, contract, settings, requiredLevel, logo, source } = record;
  const declared = declarationOf(record);
  return {
    protocol,
    metadata: documentTextOf(record),
    name,
    contract: contract.attributes,
    settings,
    requiredLevel,
    logo,
    source,
    ownFindings: [],
    ...(declared.protocol === 'oidc' && !asDocument ? { fields: clientFieldsOf(clientMetadataOf(declared)) } : {}),
  };
}

export interface ReadOptions {
  /** What is changed, in its latest form. */
  readonly latest?: ProviderRecord | undefined;
  /** The token of a document that this hub fetched; only the browser it was shown in can hold it. */
  readonly tokenOf: (about: string) => string;
}

/** What was sent. */
export function submittedForm(form: URLSearchParams, { latest, tokenOf }: ReadOptions): Filled {
  const text = (name: string) => (form.get(name) ?? '').trim();
  const protocol = latest?.protocol ?? protocolNamed(form.get('protocol'));
  const name = { ja: text('nameJa'), en: text('nameEn') };
  if (protocol === 'id-wsf') return { ...emptyForm(protocol, true), metadata: bodyDocumentIn(form), name };
  const fields = protocol === 'oidc' && form.get('entry') === 'fields' ? clientFieldsIn(form) : undefined;
  const written = fields ? clientDocument(fields, name) : { metadata: documentIn(form), findings: [] };
  const level = text('requiredLevel');
  const { metadata } = written;
  return {
    protocol,
    metadata,
    name,
    contract: [...new Set(form.getAll('contract'))],
    settings: protocol === 'saml' ? settingsIn(form) : (latest?.settings ?? {}),
    requiredLevel: isLevel(level) ? level : undefined,
    logo: text('logoKept') || undefined,
    source: fields ? sourceBehind(metadata, latest) : sourceIn(form, metadata, { latest, tokenOf }),
    ownFindings: written.findings,
    ...(fields ? { fields } : {}),
  };
}

/** A chosen file goes before the pasted text. */
export const documentIn = (form: URLSearchParams): string =>
  asFormText((form.get('file')?.trim() ? form.get('file') : form.get('metadata')) ?? '');

const transports = ['rsa-oaep-mgf1p', 'rsa-oaep-sha256'] as const;
const contents = ['aes128-gcm', 'aes256-gcm'] as const;

/** What is left at its default is not written down. */
function settingsIn(form: URLSearchParams): ProviderSettings {
  const isChecked = (name: string) => form.get(name) === 'yes';
  const keyTransport = transports.find((one) => one === form.get('keyTransport'));
  const contentEncryption = contents.find((one) => one === form.get('contentEncryption'));
  return {
    ...(form.get('encryptAssertion') === 'no' ? { encryptAssertion: false } : {}),
    ...(form.get('encryptAssertion') === 'yes' ? { encryptAssertion: true } : {}),
    ...(keyTransport ? { keyTransport } : {}),
    ...(contentEncryption ? { contentEncryption } : {}),
    ...(isChecked('signResponse') ? { signResponse: true } : {}),
    ...(isChecked('allowCreateStrict') ? { allowCreateStrict: true } : {}),
    ...(isChecked('requireSignedRequests') ? { requireSignedRequests: true } : {}),
  };
}

/**
 * The address as it was typed. That the document is what it gave, and when, is believed of our own fetching only: a
 * registrar could otherwise paste a document of their own and have the approver read that the service published it.
 */
function sourceIn(
  form: URLSearchParams,
  document: string,
  { latest, tokenOf }: ReadOptions,
): MetadataSource | undefined {
  const address = (form.get('address') ?? '').trim();
  if (address === '') return undefined;
  if (latest?.source?.address === address && isDocumentOf(latest, document)) return latest.source;
  const fetchedAt = Number(form.get('fetchedAt') ?? '');
  const about = aboutFetched({ address, fetchedAt, document });
  return form.get('fetchedToken') === tokenOf(about) ? { address, fetchedAt } : { address };
}

const isDocumentOf = (latest: ProviderRecord, document: string) => asFormText(documentTextOf(latest)) === document;

/** What is behind a document that somebody else than a registrar sends: where to look stays, what it gave only if this is it. */
export function sourceKept(latest: ProviderRecord | undefined, document: string): MetadataSource | undefined {
  if (!latest?.source) return undefined;
  return isDocumentOf(latest, document) ? latest.source : { address: latest.source.address };
}

/** Fields have no address of their own; written otherwise than it was fetched, the client is no longer what was there. */
function sourceBehind(document: string, latest: ProviderRecord | undefined): MetadataSource | undefined {
  if (!latest?.source) return undefined;
  const fieldsIn = (json: string) => clientFieldsOf(JSON.parse(json) as Readonly<Record<string, unknown>>);
  const isSame = isDeepStrictEqual(fieldsIn(document), fieldsIn(documentTextOf(latest)));
  return isSame ? latest.source : { address: latest.source.address };
}

export const aboutFetched = (one: { address: string; fetchedAt: number; document: string }): string =>
  `admin:fetched:${sha256(JSON.stringify([one.address, one.fetchedAt, one.document])).toString('base64url')}`;
