import type { Finding } from '../../federation/index.ts';
import type { Language } from '../../web/index.ts';
import type { Filled } from './submission.ts';

/** Members of a client's document and the fields that they are written in. */
const clientFields: Readonly<Record<string, string>> = {
  client_id: 'clientId',
  client_name: 'nameJa',
  redirect_uris: 'redirectUris',
  post_logout_redirect_uris: 'postLogoutUris',
  application_type: 'applicationType',
  token_endpoint_auth_method: 'authMethod',
  jwks: 'jwks',
  contacts: 'contacts',
  grant_types: 'refresh',
};

const besides: Readonly<Record<string, string>> = {
  requiredLevel: 'requiredLevel',
  'source.address': 'address',
  'settings.encryptAssertion': 'encryptAssertion',
};

/** Id of the field that a finding is about: the one it names, or the document that holds it. */
export function fieldOf({ where }: Pick<Finding, 'where'>, { fields }: Pick<Filled, 'fields'>): string | undefined {
  const name = /^client_name#(ja|en)$|^UIInfo\/DisplayName\[@lang=(ja|en)\]$/.exec(where);
  if (name) return (name[1] ?? name[2]) === 'ja' ? 'nameJa' : 'nameEn';
  if (where === 'contract.attributes') return undefined;
  const member = /^[\w-]+/.exec(where)?.[0] ?? '';
  return besides[where] ?? (fields ? (clientFields[member] ?? 'more') : 'metadata');
}

/** What has to be put right at a field, in words. */
export function errorsAt(
  field: string,
  findings: readonly Finding[],
  { filled, language }: { readonly filled: Pick<Filled, 'fields'>; readonly language: Language },
): string | undefined {
  const found = findings.filter((one) => one.severity === 'error' && fieldOf(one, filled) === field);
  const words = found.map(({ message, remedy }) => `${message[language]} ${remedy[language]}`);
  return words.length === 0 ? undefined : [...new Set(words)].slice(0, 3).join(' ');
}
