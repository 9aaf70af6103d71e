import {
  type AccessLog,
  type Consents,
  decideTypeRelease,
  type FoundConsent,
  verifiedIdentity,
} from '../../attribute-service/index.ts';
import type { Resident } from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import type { ProviderRegistry } from '../../federation/index.ts';
import type { Collection } from '../../storage/index.ts';
import { isCounterGrant } from '../counter-presentations.ts';
import type { Ground } from '../ground.ts';
import { type Proofing, proofingCollection } from '../office/approvals.ts';
import { type ProofedItems, proofedItems, proofedNames, proofIndexOf } from '../office/proofed.ts';
import type { Sessions, SsoSession } from '../session.ts';
import type { TokenOrigin } from './bootstrap-claim.ts';
import {
  answerVerifiedClaims,
  isVerifiedClaimsRequest,
  type VerifiedPerson,
  verificationOf,
  verifiedClaimsMetadata,
} from './verified-claims.ts';

export interface IdentityOptions {
  /** Undefined where the operator has not switched it on. */
  readonly trustFramework: string | undefined;
  readonly proofings: Collection<Proofing>;
  readonly proofIndex: (text: string) => string;
  readonly residents: { readonly get: (id: string) => Promise<Resident | undefined> };
  readonly sessions: Pick<Sessions, 'live'>;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly consents: Pick<Consents, 'find'>;
  readonly accessLog: Pick<AccessLog, 'record'>;
  readonly now: () => number;
}

const [purpose] = verifiedIdentity.purposes;

/** `verified_claims`: what the card office proofed, for a party whose contract has it and with the resident's consent. */
export function createIdentity(options: IdentityOptions) {
  const { trustFramework, proofings, proofIndex, residents, sessions, registry, consents, accessLog, now } = options;

  /** What still holds of the latest proofing. Undefined for who was never proofed here, such as by an import. */
  async function personOf(residentRef: string): Promise<VerifiedPerson | undefined> {
    const [resident, { records }] = [
      await residents.get(residentRef),
      await proofings.find({ where: { residentRef }, limit: 1000 }),
    ];
    const [latest] = records.toSorted((one, other) => other.at - one.at);
    if (!resident || !latest?.proofed || trustFramework === undefined) return undefined;
    const current = proofedItems(proofIndex, latest.id, resident);
    const claims = claimsOf(resident, unchanged(latest.proofed, current));
    return { verification: verificationOf(latest, trustFramework), claims };
  }

  async function decide(clientId: string, session: SsoSession) {
    const record = await registry.get('oidc', clientId);
    const { residentRef, id: sessionId, level } = session;
    const question = { residentRef, party: `oidc:${clientId}`, purpose, type: verifiedIdentity.id, sessionId };
    const found: FoundConsent = await consents.find(question);
    const decision = decideTypeRelease({
      contract: record?.contract.attributes ?? [],
      type: verifiedIdentity,
      purpose,
      level,
      session: 'live',
      consent: found.state,
      standing: found.state === 'given' && found.standing,
      presented: false,
    });
    return { record, decision, consent: found.state === 'given' ? found.consent.id : undefined };
  }

  /** Whether the resident has to be asked before this request is answered: something is there to tell, and only that lacks. */
  async function asksConsent(clientId: string, residentRef: string, sessionUid: string, asked: readonly unknown[]) {
    if (trustFramework === undefined || !asked.some(isVerifiedClaimsRequest)) return false;
    const session = await sessions.live(sessionUid);
    if (!session || session.residentRef !== residentRef) return false;
    const { decision } = await decide(clientId, session);
    if (decision.released || !decision.askable) return false;
    const person = await personOf(residentRef);
    return person !== undefined && asked.some((one) => answerVerifiedClaims(one, person, now()) !== undefined);
  }

  /** The claim for one answer. Contract and consent are looked up each time: a withdrawal counts from the next one on. */
  async function claimsFor(
    { asked }: { readonly asked: object },
    { clientId, residentRef, token }: { clientId: string; residentRef: string; token: TokenOrigin | undefined },
  ): Promise<Record<string, unknown>> {
    const request = (asked as { readonly verified_claims?: unknown }).verified_claims;
    if (trustFramework === undefined || request === undefined || !token) return {};
    // At a counter nobody can be asked.
    const { sessionUid, grantId } = token;
    const session = sessionUid === undefined || isCounterGrant(grantId) ? undefined : await sessions.live(sessionUid);
    if (!session || session.residentRef !== residentRef) return {};
    const { record, decision, consent } = await decide(clientId, session);
    const person = decision.released ? await personOf(residentRef) : undefined;
    const answer = person && answerVerifiedClaims(request, person, now());
    if (!answer || !record) return {};
    // Durable before anything leaves: the resident finds each of them in the history.
    await accessLog.record({
      about: residentRef,
      party: record.id,
      partyName: record.name,
      purpose,
      types: [verifiedIdentity.id],
      result: 'released',
      sources: [],
      consent,
      level: session.level,
    });
    return { verified_claims: answer };
  }

  return { asksConsent, claimsFor, offered: offeredUnder(trustFramework) };
}

/** What the provider's configuration says: nothing at all where it is not switched on. */
const offeredUnder = (trustFramework: string | undefined) =>
  trustFramework === undefined
    ? { claims: {}, metadata: {} }
    : { claims: { verified_claims: null }, metadata: verifiedClaimsMetadata(trustFramework) };

export type Identity = ReturnType<typeof createIdentity>;

/** For a test sign-in, at which no resident is asked and nobody is told. */
export const nobodyProofed: Identity = {
  asksConsent: async () => false,
  claimsFor: async () => ({}),
  offered: offeredUnder(undefined),
};

export function openIdentity(
  { storage, folder }: Pick<Ground, 'storage' | 'folder'>,
  {
    settings,
    ...options
  }: Omit<IdentityOptions, 'trustFramework' | 'proofings' | 'proofIndex'> & { readonly settings: Settings },
): Identity {
  const { enabled, trustFramework } = settings.cardOffice.identityAssurance;
  return createIdentity({
    ...options,
    trustFramework: enabled ? trustFramework : undefined,
    proofings: storage.collection<Proofing>(proofingCollection),
    proofIndex: proofIndexOf(folder),
  });
}

type Proofed = (typeof proofedNames)[number];

/** Items that the register changed since, and that nobody proofed as they are now, are not verified any more. */
const unchanged = (then: ProofedItems, now: ProofedItems): readonly Proofed[] =>
  proofedNames.filter((item) => then[item] === now[item]);

/** OIDC Core 5.1, 5.2 (languages and scripts). Sex is told where the register says one. */
function claimsOf({ name, birthDate, sex, address, protection }: Resident, items: readonly Proofed[]) {
  const has = (item: Proofed) => items.includes(item);
  const written = name.kanji ?? name.latin ?? name.alias ?? name.kana;
  const gender = { 1: 'male', 2: 'female', 3: undefined }[sex];
  return {
    ...(has('name') && written ? { name: written } : {}),
    ...(has('name') && name.kana ? { 'name#ja-Kana-JP': name.kana } : {}),
    ...(has('birthDate') ? { birthdate: birthDate } : {}),
    ...(has('sex') && gender ? { gender } : {}),
    // R152: of a protected person the address stays here, whoever agreed.
    ...(has('address') && address && !protection?.includes('hideAddress') ? { address: addressOf(address) } : {}),
  };
}

/** OIDC Core 5.1.1. A register may have the code of a municipality, which is no name of a place. */
function addressOf({ postal, municipality, town, block }: NonNullable<Resident['address']>) {
  const locality = /^\d+$/.test(municipality) ? undefined : municipality;
  const street = `${town}${block}`;
  return {
    formatted: `${locality ?? ''}${street}`,
    street_address: street,
    ...(locality ? { locality } : {}),
    postal_code: postal,
    country: 'JP',
  };
}
