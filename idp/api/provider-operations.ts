import { isDeepStrictEqual } from 'node:util';
import {
  declaredKey,
  diffRegistrations,
  documentOf,
  type MetadataSource,
  type ProviderDeclaration,
  type ProviderRecord,
  type ProviderRegistry,
  splitProviderId,
} from '../../federation/index.ts';
import { fromBase64url, toBase64url } from '../../lib/bytes.ts';
import type { Cases } from '../admin/cases.ts';
import { type Looked, lookOver, type Read, type Submitted } from '../admin/draft.ts';
import type { KeyCalendar } from '../admin/key-calendar.ts';
import type { ProviderDirectory } from '../admin/provider-directory.ts';
import { type CheckOptions, checkContextOf, pageOfProviders, recordOf } from '../admin/provider-routes.tsx';
import { latestIn, ofSameProvider } from '../admin/registration-routes.tsx';
import { documentTextOf, emptyForm } from '../admin/submission.ts';
import { HubPageError } from '../errors.ts';
import type { Logos } from '../logos.ts';
import { apiResourceOf } from '../oidc/api-access.ts';
import { ApiError } from './errors.ts';
import { type Operation, operation } from './operation.ts';
import { entityTag, providerView, revisionView, summaryOf } from './provider-view.ts';

export interface ProviderOperationsOptions extends CheckOptions {
  readonly registry: ProviderRegistry;
  readonly directory: ProviderDirectory;
  readonly calendar: KeyCalendar;
  readonly cases: Cases;
  readonly logos: Pick<Logos, 'keep'>;
  readonly origin: string;
}

type Options = ProviderOperationsOptions;
type Content = Omit<ProviderDeclaration, 'status'>;

export const cursorOf = (id: string | undefined) =>
  id === undefined ? {} : { next: toBase64url(Buffer.from(id, 'utf8')) };

/** Opaque to callers; whatever stands in it, the page begins after it. */
export function idIn(cursor: string | undefined): { after?: string } {
  if (cursor === undefined) return {};
  const bytes = fromBase64url(cursor);
  const after = bytes?.toString('utf8') ?? '';
  if (after === '' || after.includes('\0')) throw new ApiError('REQUEST_INVALID', 'the cursor is none of ours');
  return { after };
}

/** The registration with its state at this moment, for a change that names what it goes out from (RFC 9110 13.1.1). */
export async function currentOf(id: string, ifMatch: string, options: Pick<Options, 'registry' | 'cases'>) {
  const record = await recordOf(id, options);
  const revision = await options.cases.revisionOf(record.id);
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (ifMatch !== '*' && !tags.includes(entityTag(record, revision)))
    throw new ApiError('VERSION_OUTDATED', 'somebody changed it since it was read');
  return { record, revision };
}

/** A provider as it is now, with the tag that a change of it has to name. */
export async function shown(record: ProviderRecord, options: Options) {
  const revision = await options.cases.revisionOf(record.id);
  return { body: await providerView(record, options), headers: { etag: entityTag(record, revision) } };
}

function submittedIn(declared: Content, record: ProviderRecord | undefined): Submitted {
  const one = declared as ProviderDeclaration;
  const document = documentOf(one);
  const metadata = typeof document === 'string' ? document : JSON.stringify(document);
  const common = { metadata, name: one.name };
  if (one.protocol === 'id-wsf') return { ...emptyForm(one.protocol, true), ...common };
  const { protocol, attributes, settings = {}, requiredLevel, logo } = one;
  const source = one.source && sourceOf(one.source.address, { protocol, metadata }, record);
  return { ...common, protocol, contract: [...new Set(attributes)], settings, requiredLevel, logo, source };
}

/** When an address gave a document is believed of our own fetching only, whatever a program says. */
function sourceOf(
  address: string,
  { protocol, metadata }: Pick<Submitted, 'protocol' | 'metadata'>,
  record: ProviderRecord | undefined,
): MetadataSource {
  const isSame = (live: ProviderRecord) =>
    protocol === 'saml'
      ? live.saml?.metadata === metadata
      : isDeepStrictEqual(JSON.parse(documentTextOf(live)), JSON.parse(metadata));
  return record?.source?.address === address && isSame(record) ? record.source : { address };
}

const keyOf = (declared: Content): string => declaredKey(declared as ProviderDeclaration);

/** What the linter of the console says to a declaration. */
async function lookedAt(declared: Content, record: ProviderRecord | undefined, options: Options): Promise<Looked> {
  const looked = lookOver(submittedIn(declared, record), await checkContextOf(options), record);
  return ofSameProvider(looked, { protocol: declared.protocol, key: keyOf(declared) });
}

function readOrRefuse({ findings, read }: Looked): Read {
  if (!read) throw new ApiError('REGISTRATION_REFUSED', 'the declaration has errors', { more: { findings } });
  return read;
}

const changesFrom = (content: ProviderRecord, read: Read) =>
  diffRegistrations(content, { ...read.made, status: content.status }, { secretChanged: read.secretGiven });

/** What is registered, and what waits. */
function readingOperations(options: Options): readonly Operation[] {
  return [
    operation({
      id: 'listProviders',
      method: 'get',
      path: '/providers',
      acts: ['provider.read'],
      query: 'providers',
      answer: 'ProviderPage',
      status: 200,
      handle: ({ query: { q, cursor, ...sought } }) =>
        list({ ...sought, query: q, after: idIn(cursor).after }, options),
    }),
    operation({
      id: 'getProvider',
      method: 'get',
      path: '/providers/{id}',
      acts: ['provider.read'],
      query: 'none',
      answer: 'Provider',
      status: 200,
      handle: async ({ id }) => shown(await recordOf(id, options), options),
    }),
    operation({
      id: 'listRevisions',
      method: 'get',
      path: '/revisions',
      acts: ['provider.read'],
      query: 'page',
      answer: 'RevisionPage',
      status: 200,
      handle: ({ query: { cursor, limit } }) => revisions({ limit, ...idIn(cursor) }, options),
    }),
  ];
}

/** Writing a registration, and only looking at what would be written. */
function writingOperations(options: Options): readonly Operation[] {
  return [
    operation({
      id: 'registerProvider',
      method: 'post',
      path: '/providers',
      acts: ['provider.register'],
      query: 'none',
      body: 'Declaration',
      once: 'required',
      answer: 'Written',
      status: 201,
      handle: ({ body, caller }) => register(body, caller.actor, options),
    }),
    operation({
      id: 'changeProvider',
      method: 'put',
      path: '/providers/{id}',
      acts: ['provider.change'],
      query: 'none',
      body: 'Declaration',
      ifMatch: 'required',
      once: 'optional',
      answer: 'Written',
      status: 200,
      handle: ({ id, ifMatch, body, caller }) => change(id, { ifMatch, declared: body, by: caller.actor }, options),
    }),
    operation({
      id: 'checkDeclarations',
      method: 'post',
      path: '/checks',
      acts: ['provider.read'],
      query: 'none',
      body: 'Check',
      answer: 'Checked',
      status: 200,
      handle: async ({ body }) => {
        const results = [];
        for (const declared of body.declarations) results.push(await checked(declared, options));
        return { body: { results } };
      },
    }),
  ];
}

export const providerOperations = (options: Options): readonly Operation[] => [
  ...readingOperations(options),
  ...writingOperations(options),
];

async function list(sought: Parameters<typeof pageOfProviders>[0], options: Options) {
  const { found, next } = await pageOfProviders(sought, options);
  const waits = await Promise.all(found.map(({ id }) => options.cases.revisionOf(id)));
  return { body: { items: found.map((record, at) => summaryOf(record, waits[at] !== undefined)), ...cursorOf(next) } };
}

/** Pictures are uploaded in the console; a program may name one that is there. */
async function keepLogo({ logo }: Read['made'], logos: Options['logos']): Promise<void> {
  try {
    if (logo) await logos.keep(logo);
  } catch (cause) {
    if (!(cause instanceof HubPageError && cause.code === 'LOGO_GONE')) throw cause;
    throw new ApiError('REGISTRATION_REFUSED', 'the logo is no picture that was uploaded in the console', { cause });
  }
}

async function register(declared: Content, by: string, options: Options) {
  const { registry, cases, directory, logos } = options;
  const key = keyOf(declared);
  if (await registry.get(declared.protocol, key))
    throw new ApiError('ALREADY_REGISTERED', 'this identifier is registered: change that registration');
  const read = readOrRefuse(await lookedAt(declared, undefined, options));
  await keepLogo(read.made, logos);
  const { id, secret } = await cases.register(read, by);
  await directory.notice({ ...read.made, id });
  return written('registered', await recordOf(id, options), secret, options);
}

async function written(outcome: string, record: ProviderRecord, secret: string | undefined, options: Options) {
  const { body, headers } = await shown(record, options);
  const location = `${apiResourceOf(options.origin)}/providers/${encodeURIComponent(record.id)}`;
  return {
    body: { outcome, provider: body, ...(secret === undefined ? {} : { client_secret: secret }) },
    headers: { ...headers, ...(outcome === 'registered' ? { location } : {}) },
  };
}

async function change(
  id: string,
  { ifMatch, declared, by }: { ifMatch: string; declared: Content; by: string },
  options: Options,
) {
  // A change over whatever is there would be the lost update that the header is for.
  if (ifMatch === '*') throw new ApiError('VERSION_MISSING', 'If-Match: * does not say what was seen');
  const { record, revision } = await currentOf(id, ifMatch, options);
  const read = readOrRefuse(ofSameProvider(await lookedAt(declared, record, options), record));
  const { content, seen } = latestIn(record, revision);
  // A pipeline sends everything it has; what says the same already is nobody's work.
  if (changesFrom(content, read).length === 0) return written('unchanged', record, undefined, options);
  await keepLogo(read.made, options.logos);
  const { secret } = await options.cases.change(record, read, { by, seen });
  await options.directory.notice(record);
  const outcome = record.status === 'pending' ? 'changed' : 'proposed';
  return written(outcome, await recordOf(id, options), secret, options);
}

async function revisions(page: { limit: number; after?: string }, options: Options) {
  const { records, next } = await options.cases.waiting(page);
  const items = await Promise.all(
    records.map(async (revision) => {
      const named = splitProviderId(revision.id);
      const record = named && (await options.registry.get(named.protocol, named.key));
      return record ? [revisionView(record, revision)] : [];
    }),
  );
  return { body: { items: items.flat(), ...cursorOf(next) } };
}

async function checked(declared: Content, options: Options) {
  const id = `${declared.protocol}:${keyOf(declared)}`;
  const record = await options.registry.get(declared.protocol, keyOf(declared));
  const { findings, read } = await lookedAt(declared, record, options);
  const before = record && latestIn(record, await options.cases.revisionOf(id)).content;
  const changes = !read
    ? []
    : before
      ? changesFrom(before, read)
      : diffRegistrations(undefined, { ...read.made, status: 'pending' });
  const act = !record ? 'register' : read && changes.length === 0 ? 'keep' : 'change';
  return { id, act, registrable: read !== undefined, findings, changes, waits: act !== 'keep' };
}
