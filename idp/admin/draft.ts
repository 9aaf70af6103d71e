import {
  type CheckContext,
  checkRegistration,
  declarationOf,
  documentOf,
  type Finding,
  hasErrors,
  type ProviderProtocol,
  type ProviderRecord,
  type ProviderSettings,
  type Registration,
  type RegistrationDraft,
  registrationFromBody,
  registrationFromClient,
  registrationFromSaml,
} from '../../federation/index.ts';

/** What the form says, before anything in it is believed. */
export interface Submission {
  readonly protocol: ProviderProtocol;
  /** XML, or JSON as text. */
  readonly metadata: string;
  readonly name: { readonly ja: string; readonly en: string };
  /** Attributes and purposes. */
  readonly contract: readonly string[];
}

/** As a program sends it: names may stay in the document, and settings may stand beside it. */
export type Submitted = Omit<Submission, 'name'> & {
  readonly name?: Submission['name'] | undefined;
  readonly settings?: ProviderSettings | undefined;
};

/** A registration without state, and a client secret that was given or made for it. */
export interface Read {
  readonly made: Omit<Registration, 'status' | 'trial' | 'authors'>;
  readonly secret?: string | undefined;
  /** The secret stood in the document; otherwise it was made for a new client. */
  readonly secretGiven: boolean;
}

export interface Looked {
  readonly findings: readonly Finding[];
  /** Undefined when an error is among the findings. */
  readonly read: Read | undefined;
}

/** Looks a submission over, and reads it when nothing speaks against it. */
export function lookOver(submission: Submitted, context: CheckContext, replaced?: ProviderRecord): Looked {
  const draft = draftOf(submission, replaced);
  const findings = checkRegistration(draft, { ...context, ...(replaced ? { replaces: replaced.id } : {}) });
  return {
    findings,
    read: hasErrors(findings) ? undefined : readDraft(draft, { settings: replaced?.settings, ...submission }, context),
  };
}

/** A client that is changed keeps its id, also where the document leaves it out. */
function draftOf({ protocol, metadata, name, contract }: Submitted, replaced?: ProviderRecord): RegistrationDraft {
  const common = { protocol, name, contract };
  const json = protocol === 'oidc' && replaced ? membersOf(metadata) : undefined;
  return { ...common, metadata: json ? { client_id: replaced?.key, ...json } : metadata };
}

function readDraft(
  { metadata }: RegistrationDraft,
  { protocol, name, contract, settings = {} }: Submitted,
  context: CheckContext,
): Read {
  const given = { ...(name ? { name } : {}), contract: { attributes: contract }, settings };
  const { now, allowHttp } = context;
  if (protocol === 'saml')
    return { made: registrationFromSaml(String(metadata), { now, allowHttp, ...given }), secretGiven: false };
  const json: unknown = typeof metadata === 'string' ? JSON.parse(metadata) : metadata;
  if (protocol === 'id-wsf')
    return { made: registrationFromBody(json, { allowHttp, ...(name ? { name } : {}) }), secretGiven: false };
  const { secret, ...made } = registrationFromClient(json, { allowHttp, ...given });
  return { made, secret, secretGiven: 'client_secret' in Object(json) };
}

/** Undefined where the text is no JSON object; the linter says so. */
function membersOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return json !== null && typeof json === 'object' && !Array.isArray(json) ? { ...json } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A registration as it would be with other content; what the content does not have is gone, not left over. */
export function withContent(
  { id, status, trial, authors, registeredAt, updatedAt, version }: ProviderRecord,
  content: Read['made'],
): ProviderRecord {
  return { ...content, id, status, trial, authors, registeredAt, updatedAt, version };
}

/** What is registered, in the form that it can be sent in again. */
export function submissionOf(record: ProviderRecord): Submission {
  const { protocol, name, contract } = record;
  const document = documentOf(declarationOf(record));
  const metadata = typeof document === 'string' ? document : JSON.stringify(document, undefined, 2);
  return { protocol, metadata, name, contract: contract.attributes };
}
