import { createOidcProtocol } from '../oidc.ts';
import { type PartyOptions, type RunningParty, startRelyingParty } from '../relying-party.tsx';

export interface PhrOptions extends PartyOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const purpose = {
  ja: '血圧や体重などの毎日の記録をためて、あとから見返すためのサービスです。',
  en: 'Keep your daily records, such as blood pressure and weight, and look back at them.',
};

/** The personal health record (e-Healthcare Bank): a resident's own daily records. Speaks OpenID Connect. */
export function startPhr(options: PhrOptions): Promise<RunningParty> {
  const { issuer, clientId, clientSecret, trial } = options;
  const kind = {
    owner: 'sanuki-phr',
    level: 'urn:x-sanuki:ac:card-pin',
    purpose,
    protocol: (host, storage) =>
      createOidcProtocol({ host, storage, issuer, clientId, clientSecret, scope: 'openid profile', allowHttp: trial }),
  } satisfies Parameters<typeof startRelyingParty>[0];
  return startRelyingParty(kind, options);
}
