import { type Finding, finding } from '../../federation/index.ts';

/** An OIDC client as fields of a form: texts as they were typed. */
export interface ClientFields {
  readonly clientId: string;
  /** One address in a line, as in the next one. */
  readonly redirectUris: string;
  readonly postLogoutUris: string;
  /** Empty: what the specification takes for granted, a web application. */
  readonly applicationType: '' | 'web' | 'native';
  readonly authMethod: string;
  readonly jwks: string;
  readonly contacts: string;
  readonly refresh: boolean;
  /** Members that have no field, as a JSON object. */
  readonly more: string;
}

export const authMethods = ['client_secret_basic', 'private_key_jwt', 'client_secret_post', 'none'] as const;

/** Members that have a field of their own, or that the hub says itself. */
const owned = [
  'client_id',
  'client_name',
  'redirect_uris',
  'post_logout_redirect_uris',
  'application_type',
  'token_endpoint_auth_method',
  'jwks',
  'contacts',
  'grant_types',
  'response_types',
  'subject_type',
];

export const emptyClient: ClientFields = {
  clientId: '',
  redirectUris: '',
  postLogoutUris: '',
  applicationType: '',
  authMethod: 'client_secret_basic',
  jwks: '',
  contacts: '',
  refresh: false,
  more: '',
};

export function clientFieldsIn(form: URLSearchParams): ClientFields {
  const text = (name: string) => (form.get(name) ?? '').trim();
  const applicationType = text('applicationType');
  return {
    clientId: text('clientId'),
    redirectUris: text('redirectUris'),
    postLogoutUris: text('postLogoutUris'),
    applicationType: applicationType === 'web' || applicationType === 'native' ? applicationType : '',
    authMethod: text('authMethod'),
    jwks: text('jwks'),
    contacts: text('contacts'),
    refresh: form.get('refresh') === 'yes',
    more: text('more'),
  };
}

/** A registered client as fields. What has none stays, as JSON, where it is seen. */
export function clientFieldsOf(metadata: Readonly<Record<string, unknown>>): ClientFields {
  const text = (member: string) => (typeof metadata[member] === 'string' ? metadata[member] : '');
  const list = (member: string): unknown[] => (Array.isArray(metadata[member]) ? metadata[member] : []);
  const more = Object.entries(metadata).filter(([member, value]) => !owned.includes(member) && value !== undefined);
  const applicationType = text('application_type');
  return {
    clientId: text('client_id'),
    redirectUris: list('redirect_uris').join('\n'),
    postLogoutUris: list('post_logout_redirect_uris').join('\n'),
    applicationType: applicationType === 'web' || applicationType === 'native' ? applicationType : '',
    authMethod: text('token_endpoint_auth_method'),
    jwks: metadata.jwks === undefined ? '' : pretty(metadata.jwks),
    contacts: list('contacts').join('\n'),
    refresh: list('grant_types').includes('refresh_token'),
    more: more.length === 0 ? '' : pretty(Object.fromEntries(more)),
  };
}

const pretty = (value: unknown) => JSON.stringify(value, undefined, 2);

/** The fields as the document that a party would send: from here on one way for both, with one linter. */
export function clientDocument(
  fields: ClientFields,
  name: { readonly ja: string },
): { metadata: string; findings: readonly Finding[] } {
  const [jwks, more] = [jsonIn(fields.jwks), jsonIn(fields.more)];
  const others = isTree(more) ? more : {};
  const twice = Object.keys(others).filter((member) => owned.includes(member));
  const contacts = linesOf(fields.contacts);
  const postLogoutUris = linesOf(fields.postLogoutUris);
  const members = {
    ...others,
    ...(fields.clientId ? { client_id: fields.clientId } : {}),
    ...(name.ja ? { client_name: name.ja } : {}),
    redirect_uris: linesOf(fields.redirectUris),
    ...(postLogoutUris.length > 0 ? { post_logout_redirect_uris: postLogoutUris } : {}),
    ...(fields.applicationType ? { application_type: fields.applicationType } : {}),
    token_endpoint_auth_method: fields.authMethod,
    ...(jwks === undefined ? {} : { jwks }),
    ...(contacts.length > 0 ? { contacts } : {}),
    ...(fields.refresh ? { grant_types: ['authorization_code', 'refresh_token'] } : {}),
  };
  return {
    metadata: pretty(members),
    findings: [
      ...(jwks === unreadable ? [finding('FIELD_NOT_JSON', 'jwks')] : []),
      ...(more === undefined || isTree(more) ? [] : [finding('FIELD_NOT_JSON', 'more')]),
      ...twice.map((member) => finding('FIELD_TWICE', 'more', { value: member })),
    ],
  };
}

const linesOf = (text: string): string[] =>
  text
    .split(/\r\n?|\n/)
    .map((line) => line.trim())
    .filter(Boolean);

/** Stands in the document in place of what cannot be read, so that the linter sees that something is there. */
const unreadable = '(unreadable)';

function jsonIn(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return unreadable;
  }
}

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
