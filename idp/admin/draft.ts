import {
  type CheckContext,
  checkRegistration,
  type Finding,
  hasErrors,
  type Level,
  type MetadataSource,
  type ProviderProtocol,
  type ProviderRecord,
  type ProviderSettings,
  type Registration,
  type RegistrationDraft,
  registrationFromBody,
  registrationFromClient,
  registrationFromSaml,
} from '../../federation/index.ts';
import { HubError } from '../../lib/errors.ts';

/** What the form says, before anything in it is believed. */
export interface Submission {
  readonly protocol: ProviderProtocol;
  /** XML, or JSON as text. */
  readonly metadata: string;
  readonly name: { readonly ja: string; readonly en: string };
  /** Attributes and purposes. */
  readonly contract: readonly string[];
  readonly settings: ProviderSettings;
  /** Named always, so that nothing that protects residents goes because a caller did not think of it. */
  readonly requiredLevel: Level | undefined;
  /** Hash of a picture that the hub keeps. */
  readonly logo: string | undefined;
  readonly source: MetadataSource | undefined;
}

/** As a program sends it: names may stay in the document. */
export type Submitted = Omit<Submission, 'name'> & {
  readonly name?: Submission['name'] | undefined;
};

/** A registration without state, and a client secret that was given or made for it. */
export interface Read {
  readonly made: Omit<Registration, 'status' | 'trial' | 'authors'>;
  readonly secret?: string | undefined;
  /** The secret stood in the document; otherwise it was made for a new client. */
  readonly secretGiven: boolean;
}

/** The record with another content. It is said whole: what it leaves out (a logo, a level) is no longer there. */
export const proposed = (
  { id, status, trial, authors, registeredAt, updatedAt, version }: ProviderRecord,
  made: Read['made'],
): ProviderRecord => ({ ...made, id, status, trial, authors, registeredAt, updatedAt, version });

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
    read: hasErrors(findings) ? undefined : readDraft(draft, submission, context),
  };
}

/** Names as they were typed; where none was, those in the document. */
export function displayNamesIn(
  { protocol, name }: Pick<Submission, 'protocol' | 'name'>,
  metadata: string,
  { now, allowHttp }: { readonly now: () => number; readonly allowHttp: boolean },
): Submission['name'] {
  if (name.ja && name.en) return name;
  try {
    const { name: found } =
      protocol === 'saml'
        ? registrationFromSaml(metadata, { now: now(), allowHttp })
        : registrationFromClient(membersOf(metadata), { allowHttp });
    return { ja: name.ja || found.ja, en: name.en || found.en };
  } catch (error) {
    // Whatever is wrong with the document, the linter says it.
    if (error instanceof HubError) return name;
    throw error;
  }
}

/** A client that is changed keeps its id, also where the document leaves it out. */
function draftOf({ metadata, ...submission }: Submitted, replaced?: ProviderRecord): RegistrationDraft {
  const { protocol, name, contract, settings, requiredLevel, source } = submission;
  const common = { protocol, name, contract, settings, requiredLevel, source };
  const json = protocol === 'oidc' && replaced ? membersOf(metadata) : undefined;
  return { ...common, metadata: json ? { client_id: replaced?.key, ...json } : metadata };
}

function readDraft(
  { metadata }: RegistrationDraft,
  { protocol, name, contract, settings, requiredLevel, logo, source }: Submitted,
  context: CheckContext,
): Read {
  const chosen = {
    ...(requiredLevel ? { requiredLevel } : {}),
    ...(logo ? { logo } : {}),
    ...(source ? { source } : {}),
  };
  const given = { ...(name ? { name } : {}), contract: { attributes: contract }, settings, ...chosen };
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
