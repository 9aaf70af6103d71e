import { z } from 'zod';
import { HubError } from '../lib/errors.ts';
import { counterLevels, meetsLevel, reachableLevels } from './authn-context.ts';
import type { ProviderRecord } from './entity-registry.ts';
import { FederationError } from './errors.ts';
import { parseBody } from './id-wsf/body.ts';
import { checkBody } from './id-wsf/body-check.ts';
import { sharedKeyFindings } from './key-check.ts';
import { checkClientMetadata } from './oidc/client-check.ts';
import { parseClientMetadata } from './oidc/client-metadata.ts';
import { providerIdOf } from './party-keys.ts';
import { addressFindings } from './presentation-check.ts';
import type { ProviderProtocol } from './provider-protocol.ts';
import { registeredKeysOf } from './registered-keys.ts';
import type {
  CheckContext,
  ContractTerms,
  OtherRegistration,
  ReadDraft,
  RegistrationDraft,
} from './registration-draft.ts';
import { type Finding, finding, refusalFinding, sortedFindings } from './registration-finding.ts';
import { parseServiceProviderMetadata } from './saml/metadata.ts';
import { checkSamlMetadata } from './saml/metadata-check.ts';
import { offeredAttribute } from './saml/offered-attributes.ts';

/**
 * The linter of registrations: everything that is wrong or worth knowing, errors first, with the remedy and the section
 * it rests on. Pure, and it never throws for what is in the draft: what a parser refuses is a finding with its code.
 * Without an error among the findings the registration can be made.
 */
export function checkRegistration(draft: RegistrationDraft, context: CheckContext): Finding[] {
  const { read, refusals } = readers[draft.protocol](draft, context);
  const replaced = context.mayReplace ? `${draft.protocol}:${read?.key}` : context.replaces;
  const others = (context.others ?? []).filter(({ id }) => id !== replaced);
  const findings = [
    ...(read?.findings ?? []),
    ...(read ? identityFindings(draft.protocol, read.key, { ...context, others }) : []),
    ...sharedKeyFindings(read?.keys ?? [], others),
    ...contractFindings(draft.contract, read, context.terms),
    ...choiceFindings(draft, read, context),
  ];
  // The parser stops at its first refusal; said in its words only where nothing above has said it better.
  const faulty = findings.filter(({ severity }) => severity === 'error');
  const unsaid = refusals.filter(({ where }) => isMember(where) && !faulty.some((one) => rootOf(one) === where));
  return sortedFindings([...(faulty.length > 0 ? unsaid : refusals), ...findings]);
}

/** A refusal that names its place is one of several; the others are about the document as a whole. */
const isMember = (where: string) => /^[a-z_]+(\[\d+\])?$/.test(where);
const rootOf = ({ where }: Finding) => /^[a-z_]+(\[\d+\])?/.exec(where)?.[0];

export const hasErrors = (findings: readonly Finding[]): boolean =>
  findings.some(({ severity }) => severity === 'error');

interface Reading {
  readonly read: ReadDraft | undefined;
  readonly refusals: readonly Finding[];
}

function readSaml({ metadata, name = {} }: RegistrationDraft, context: CheckContext): Reading {
  const xml = typeof metadata === 'string' ? metadata : '';
  const requestedKnown = (asked: string) => offeredAttribute(asked) !== undefined;
  return {
    read: checkSamlMetadata(xml, { ...context, names: name, requestedKnown }),
    refusals: refusalsOf('EntityDescriptor', () => parseServiceProviderMetadata(xml, context)),
  };
}

/** Each kind of registration, as its own half of the linter reads it. */
const readers: Readonly<Record<ProviderProtocol, (draft: RegistrationDraft, context: CheckContext) => Reading>> = {
  saml: readSaml,
  oidc: readOidc,
  'id-wsf': readIdWsf,
};

const jsonMax = 256 * 1024;

function readOidc({ metadata, name }: RegistrationDraft, context: CheckContext): Reading {
  const json = typeof metadata === 'string' ? jsonOf(metadata, 'CLIENT_METADATA_INVALID') : metadata;
  if (json instanceof FederationError) return { read: undefined, refusals: [refusalFinding(json, '(JSON)')] };
  return {
    read: checkClientMetadata(json, { ...context, name }),
    refusals: refusalsOf('(JSON)', () => parseClientMetadata(json, context)),
  };
}

function readIdWsf({ metadata, name, contract }: RegistrationDraft, context: CheckContext): Reading {
  const json = typeof metadata === 'string' ? jsonOf(metadata, 'BODY_INVALID') : metadata;
  if (json instanceof FederationError) return { read: undefined, refusals: [refusalFinding(json, '(JSON)')] };
  return {
    read: checkBody(json, { ...context, name, contract }),
    refusals: refusalsOf('(JSON)', () => parseBody(json, context)),
  };
}

function jsonOf(text: string, code: 'CLIENT_METADATA_INVALID' | 'BODY_INVALID'): unknown {
  if (text.length > jsonMax) return new FederationError(code, 'the JSON is larger than 256 KiB');
  try {
    return JSON.parse(text);
  } catch (cause) {
    return new FederationError(code, `this is not JSON: ${String(cause)}`, { cause });
  }
}

function refusalsOf(where: string, parse: () => unknown): Finding[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    if (!(error.cause instanceof z.ZodError)) return [refusalFinding(error, where)];
    const { code } = error;
    return error.cause.issues.map(({ path, message }) => refusalFinding({ code, message }, memberAt(path) || where));
  }
}

/** As the linter writes it: `redirect_uris[1]`. */
const memberAt = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (at, step) => (typeof step === 'number' ? `${at}[${step}]` : [at, String(step)].filter(Boolean).join('.')),
    '',
  );

/** Folded as a hurried reader would: case, width, a final slash, the default port. */
const folded = (key: string) =>
  key
    .normalize('NFKC')
    .toLowerCase()
    .replace(/:(443|80)(?=\/|$)/, '')
    .replace(/\/+$/, '');

/** Where the document of each kind has its identifier. */
export const identifierOf: Readonly<Record<ProviderProtocol, string>> = {
  saml: 'EntityDescriptor/@entityID',
  oidc: 'client_id',
  'id-wsf': 'providerID',
};

function identityFindings(protocol: ProviderProtocol, key: string | undefined, context: CheckContext): Finding[] {
  if (key === undefined) return [];
  const where = identifierOf[protocol];
  const { others = [], hubEntityId } = context;
  const findings = protocol === 'oidc' ? [] : formFindings(protocol, key, where);
  // ID-WSF SB 5.5: `oidc:` begins the providerIDs that the hub makes for OIDC parties.
  if (key === hubEntityId || (protocol !== 'oidc' && key.startsWith('oidc:')))
    findings.push(finding('ENTITY_ID_RESERVED', where, { value: key }));
  for (const other of others) {
    // ID-WSF SB 5.5: services and bodies share one space of providerIDs.
    if (providerIdOf(other) === providerIdOf({ protocol, key }))
      findings.push(finding('ENTITY_ID_TAKEN', where, { value: key }));
    else if (folded(other.key) === folded(key)) findings.push(finding('ENTITY_ID_ALIKE', where, { value: other.key }));
  }
  return findings;
}

/** SAML Core 8.3.6: a URI of at most 1024 characters. Services that were there before us may have less; bodies are new. */
function formFindings(protocol: 'saml' | 'id-wsf', entityId: string, where: string): Finding[] {
  const isBody = protocol === 'id-wsf';
  if (entityId === '' || entityId.length > 1024 || /[\s\p{Cc}\p{Cf}]/u.test(entityId))
    return [finding(isBody ? 'PROVIDER_ID_MALFORMED' : 'ENTITY_ID_MALFORMED', where, { value: entityId })];
  return /^(https?:\/\/[^/]+|urn:[a-z0-9][a-z0-9-]{1,31}:.+)/i.test(entityId)
    ? []
    : [finding(isBody ? 'PROVIDER_ID_MALFORMED' : 'ENTITY_ID_NOT_URI', where, { value: entityId })];
}

function contractFindings(
  contract: readonly string[] | undefined,
  read: ReadDraft | undefined,
  terms: ContractTerms | undefined,
): Finding[] {
  if (!contract || !terms) return [];
  const where = 'contract.attributes';
  const purposes = new Set(Object.values(terms.attributes).flat());
  const unknown = contract.filter((item) => !Object.hasOwn(terms.attributes, item) && !purposes.has(item));
  const withPurpose = contract.filter(
    (item) => (Object.hasOwn(terms.attributes, item) && terms.attributes[item]?.length) ?? 0,
  );
  const canSign = read?.keys.some(({ use }) => use !== 'encryption') ?? true;
  return [
    ...unknown.map((item) => finding('ATTRIBUTE_UNKNOWN', where, { value: item })),
    ...withPurpose
      .filter((item) => !terms.attributes[item]?.some((purpose) => contract.includes(purpose)))
      .map((item) => finding('PURPOSE_MISSING', where, { value: item })),
    ...(canSign ? [] : withPurpose.map((item) => finding('HOLDER_KEY_MISSING', where, { value: item }))),
  ];
}

/** What was chosen beside the document. */
function choiceFindings(
  { settings, requiredLevel, source }: RegistrationDraft,
  read: ReadDraft | undefined,
  { allowHttp }: Pick<CheckContext, 'allowHttp'>,
): Finding[] {
  const reachable = read?.counter ? counterLevels : reachableLevels;
  const reached = !requiredLevel || reachable.some((level) => meetsLevel(level, requiredLevel));
  return [
    ...(reached ? [] : [finding('LEVEL_UNREACHABLE', 'requiredLevel', { value: requiredLevel })]),
    ...(settings?.encryptAssertion === false ? [finding('ENCRYPTION_OFF', 'settings.encryptAssertion')] : []),
    // In a trial parties live on loopback over http, and that is worth no word here.
    ...(source ? addressFindings(source.address, 'source.address', { allowHttp }) : []).filter(
      ({ severity }) => severity === 'error',
    ),
  ];
}

/** Made once per version of a record: the registry hands out the same object until it changes. */
const known = new WeakMap<ProviderRecord, OtherRegistration>();

/** A registered provider as the linter compares others with it. */
export function otherRegistrationOf(record: ProviderRecord): OtherRegistration {
  const made = known.get(record);
  if (made) return made;
  const { id, protocol, key, name } = record;
  const other = {
    id,
    protocol,
    key,
    name: name.en,
    keys: [...new Set(registeredKeysOf(record).keys.map(({ fingerprint }) => fingerprint))],
  };
  known.set(record, other);
  return other;
}
