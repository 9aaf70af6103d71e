import { createOidcProtocol } from '../oidc.ts';
import { type PartyOptions, type RunningParty, startRelyingParty } from '../relying-party.tsx';

export interface ClinicOptions extends PartyOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const purpose = {
  ja: '医院の受付で、担当者が保険の資格を確かめるための端末です。',
  en: 'The terminal at a clinic’s reception where staff check a patient’s insurance.',
};

/** The clinic terminal: reception staff check a patient's eligibility. Speaks OpenID Connect. */
export function startClinic(options: ClinicOptions): Promise<RunningParty> {
  const { issuer, clientId, clientSecret, trial } = options;
  const kind = {
    owner: 'sanuki-clinic',
    level: 'urn:x-sanuki:ac:card-pin',
    purpose,
    protocol: (host) =>
      createOidcProtocol({ host, issuer, clientId, clientSecret, scope: 'openid staff', allowHttp: trial }),
  } satisfies Parameters<typeof startRelyingParty>[0];
  return startRelyingParty(kind, options);
}
