import type { KeyRing } from '../../federation/index.ts';
import { createSeal } from '../../lib/seal.ts';
import { dayIn } from '../../lib/time.ts';
import type { Language, Text } from '../../web/index.ts';
import { createAttributes, type PartyIdentity } from '../attributes.ts';
import { createHubMetadata } from '../hub-metadata.ts';
import { createOidcProtocol } from '../oidc.ts';
import { createOidcClient } from '../oidc-client.ts';
import { openOwnKeys } from '../own-keys.ts';
import type { NotAdmitted, Shell, Visit } from '../pages.ts';
import {
  type PartyOptions,
  type PartyPages,
  type PartyStorage,
  type RunningParty,
  startRelyingParty,
} from '../relying-party.tsx';
import type { SignedIn } from '../sign-ins.ts';
import { copy, remedies } from './copy.ts';
import { type CounterRequest, counterRequestCollection, createCounter } from './counter.ts';
import { createLastKnown, type LastKnownRecord, lastKnownCollection } from './last-known.ts';
import { addClinicPages } from './pages.tsx';
import { createIdentityChecks, type IdentityCheck, identityCheckCollection } from './patient-proof.ts';
import { createPatients } from './patients.ts';

/** A registration at the hub. */
interface Registration {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface ClinicOptions extends PartyOptions, Registration {
  readonly issuer: string;
  /** The terminal's registration, under which patients show their cards. */
  readonly counter: Registration;
  readonly idpMetadataUrl: string;
  /** Seals the clinic's key and its record of patients at rest; 32 bytes. */
  readonly sealingKey: Uint8Array;
  /** The clinic's own code; where it is set, receptionists of other facilities are refused. */
  readonly facilityCode?: string | undefined;
}

const purpose = {
  ja: '医院の受付で、担当者が保険の資格を確かめるための端末です。',
  en: 'The terminal at a clinic’s reception where staff check a patient’s insurance.',
};

/** The clinic terminal: reception staff check a patient's eligibility. Speaks OpenID Connect. */
export async function startClinic(options: ClinicOptions): Promise<RunningParty> {
  const { issuer, clientId, clientSecret, trial, facilityCode } = options;
  const kind = {
    owner: 'sanuki-clinic',
    level: 'urn:x-sanuki:ac:card-pin',
    purpose,
    first: copy.reception,
    remedies,
    protocol: (host, storage) =>
      createOidcProtocol({ host, storage, issuer, clientId, clientSecret, scope: 'openid staff', allowHttp: trial }),
    admission: (signedIn, language) => admitReceptionist(signedIn, { language, facilityCode }),
    pages: (shell, _protocol, storage) => clinicPages(shell, storage, options),
  } satisfies Parameters<typeof startRelyingParty>[0];
  return startRelyingParty(kind, options);
}

const notReceptionist = {
  title: { ja: '受付担当者だけが使えます', en: 'For reception staff only' },
  none: {
    ja: '受付担当者としての登録を確かめられませんでした',
    en: 'Your role as a receptionist could not be confirmed',
  },
  noneRemedy: {
    ja: '職員名簿に登録されていないか、名簿に問い合わせできませんでした。登録されているときは、いちどログアウトして、しばらくしてからログインし直してください。',
    en: 'The staff directory does not list you, or could not be asked. If you are listed, please sign out and in again in a moment.',
  },
  elsewhere: {
    ja: '登録されている医療機関が、この端末の医療機関と違います',
    en: 'You are registered at another facility than this terminal',
  },
  elsewhereRemedy: {
    ja: 'あなたの医療機関の端末をお使いください。この医院で働いているときは、職員名簿の担当者に連絡してください。',
    en: 'Please use a terminal of your own facility. If you work here, please contact whoever keeps the staff directory.',
  },
} as const satisfies Record<string, Text>;

/** R15: a receptionist of this facility, by name of the directory; holding a card is not enough. */
export function admitReceptionist(
  { staff }: Pick<SignedIn, 'staff'>,
  { language, facilityCode }: { readonly language: Language; readonly facilityCode: string | undefined },
): NotAdmitted | undefined {
  const title = notReceptionist.title[language];
  const { none, noneRemedy, elsewhere, elsewhereRemedy } = notReceptionist;
  if (!staff?.roles.includes('receptionist')) return { title, reason: none[language], remedy: noneRemedy[language] };
  if (facilityCode === undefined || staff.facility?.code === facilityCode) return undefined;
  return { title, reason: elsewhere[language], remedy: elsewhereRemedy[language] };
}

async function clinicPages(shell: Shell, storage: PartyStorage, options: ClinicOptions): Promise<PartyPages> {
  const { origin, issuer, counter, sealingKey, trial, timeZone, name, links = [], log, now = Date.now } = options;
  const keys = await openOwnKeys('oidc-es256', { storage, sealingKey, origin, trial, now });
  shell.router.get('/jwks.json', (ctx) => {
    ctx.body = publicKeysOf(keys);
  });
  const day = dayIn(timeZone);
  const today = () => day(now());
  const client = createOidcClient({ ...counter, issuer, redirectUri: `${origin}/counter/callback`, allowHttp: trial });
  const requests = storage.collection<CounterRequest>(counterRequestCollection);
  const lastKnown = createLastKnown({
    records: storage.collection<LastKnownRecord>(lastKnownCollection),
    seal: createSeal(sealingKey, 'clinic-last-known'),
    now,
  });
  const attributes = createAttributes(identityOf(keys, options), { trial, log, now });
  return addClinicPages(shell, {
    counter: createCounter({ client, requests, now }),
    patients: createPatients({ attributes, lastKnown, today, now }),
    identityChecks: createIdentityChecks({ checks: storage.collection<IdentityCheck>(identityCheckCollection), now }),
    homeParts: ({ language }: Visit) => ({ name, links, style: { language, timeZone } }),
    hubOrigin: new URL(issuer).origin,
    timeZone,
    today,
    secure: origin.startsWith('https:'),
    now,
  });
}

/** The patient's token is held by the terminal's registration, which names the clinic's key. */
function identityOf(keys: KeyRing, { counter, idpMetadataUrl, now = Date.now }: ClinicOptions): PartyIdentity {
  return {
    providerId: `oidc:${counter.clientId}`,
    key: () => ({ privateKey: keys.active('oidc-es256').privateKey, algorithm: 'ecdsa-p256-sha256' }),
    hub: createHubMetadata(idpMetadataUrl, now),
  };
}

/** RFC 7517: what the clinic's registrations at the hub carry as `jwks`. */
function publicKeysOf(keys: KeyRing) {
  const published = keys.published('oidc-es256');
  return {
    keys: published.map(({ id, publicKey }) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid: id,
      use: 'sig',
      alg: 'ES256',
    })),
  };
}
