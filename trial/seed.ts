import { sign } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  type CardKeyService,
  expiryOf,
  issueSoftwareCard,
  type MadeCard,
  newCardNumber,
  type SoftwareCardMemory,
} from '../card-auth/index.ts';
import { cardPinBound, parseClientMetadata } from '../federation/index.ts';
import { cardKeyServiceOn, openStationKey, type startHub } from '../idp/index.ts';
import { openStorage } from '../storage/index.ts';
import type { Text } from '../web/index.ts';
import {
  type CounterId,
  counterId,
  counterTerminal,
  type PartyId,
  partyNames,
  type TrialAddresses,
} from './addresses.ts';
import { cardsFolderOf, newCardFile, writeCard } from './card-box/cards.ts';
import { partySecret } from './party-files.ts';
import { type DemoCard, demoCards, patientCards, suspendedCard, trialResidents } from './residents.ts';

type Hub = Awaited<ReturnType<typeof startHub>>;

const yearMs = 365 * 24 * 3600_000;
const rideOnlyNumber = '0000000000001';

/** Fills what is missing: residents and cards at the first start, the parties' registrations at every start. Safe to repeat after a crash. */
export async function seedPeople(hub: Hub, data: string): Promise<void> {
  const { residents, cards } = hub.credential;
  for (const { purpose: _purpose, protection: _protection, applicationOnly, ...resident } of trialResidents) {
    if (!applicationOnly && !(await residents.get(resident.id))) await residents.insert(resident);
  }
  const wanted = [...demoCards, ...patientCards, suspendedCard];
  const missing: DemoCard[] = [];
  for (const card of wanted) if (!(await cards.byNumber(card.number))) missing.push(card);
  if (missing.length === 0) return;
  await mkdir(cardsFolderOf(data), { recursive: true, mode: 0o700 });
  await withIssuingStation(hub, async (station) => {
    for (const card of missing) await issue(hub, data, card, station);
    await writeRideOnlyCard(data, station);
  });
}

/** So many that nobody has to approve their own work; everything else is by invitation. */
export async function seedAdministrators({ administrators }: Hub): Promise<void> {
  for (const [residentRef, role] of trialAdministrators) {
    // One that was revoked stays so.
    if (await administrators.ofResident(residentRef)) continue;
    await administrators.grant({ residentRef, roles: [role], until: Date.now() + yearMs, invitedBy: 'trial' });
  }
}

const trialAdministrators = [
  ['P001', 'registrar'],
  ['P040', 'approver'],
  // The card office: two to decide, and one who hears callers.
  ['P014', 'card-office'],
  ['P012', 'second-officer'],
  ['P013', 'support'],
] as const;

interface Station {
  readonly keyService: CardKeyService;
  readonly sign: (request: Uint8Array) => Uint8Array;
}

/** In the trial the station's key lies beside the hub; a real station keeps its own. */
async function withIssuingStation<T>(
  { place, keyPlace }: Pick<Hub, 'place' | 'keyPlace'>,
  act: (station: Station) => Promise<T>,
): Promise<T> {
  const storage = await openStorage(place);
  try {
    const keyService = await cardKeyServiceOn(storage, { ...keyPlace, create: false });
    const { privateKey } = await openStationKey(keyPlace.folder, { create: false });
    return await act({ keyService, sign: (request) => sign(null, request, privateKey) });
  } finally {
    await storage.close();
  }
}

/** First the card's file, then its record: a crash between leaves a card that nobody knows, and the next start issues another. */
async function issue(hub: Hub, data: string, demo: DemoCard, { keyService, sign: signed }: Station): Promise<void> {
  const { number, pin, residentId, status } = demo;
  const issued = await issueSoftwareCard({
    keyService,
    sign: signed,
    ckv: await keyService.issuingVersion(),
    pin,
    balanceYen: 1240,
  });
  await writeCard(cardsFolderOf(data), newCardFile({ number, pin, face: faceOf(demo) }, issued.memory));
  const now = Date.now();
  await hub.credential.cards.insert({
    id: await keyService.cardId(issued.id),
    number,
    residentRef: residentId,
    ckv: issued.ckv,
    status,
    ...(status === 'suspended' ? { reason: 'LOST' as const } : {}),
    lastWcnt: 0,
    lastTapAt: 0,
    unfinished: [],
    pin: issued.pin,
    issuedAt: now,
    expiresOn: expiryOf(now, hub.credential.programme),
    software: true,
  });
}

/** A blank card for a resident, into the card box: its holder sets the PIN with the code that the office gives out. */
export async function makeSoftwareCard(
  at: Pick<Hub, 'place' | 'keyPlace'>,
  data: string,
  residentId: string,
): Promise<MadeCard> {
  await mkdir(cardsFolderOf(data), { recursive: true, mode: 0o700 });
  return withIssuingStation(at, async ({ keyService, sign: signed }) => {
    const ckv = await keyService.issuingVersion();
    const { id, memory } = await issueSoftwareCard({ keyService, sign: signed, ckv, balanceYen: 0 });
    const [number, name] = [newCardNumber(), faceOf({ residentId })];
    await writeCard(cardsFolderOf(data), newCardFile({ number, pin: '', face: name }, memory));
    return { id: await keyService.cardId(id), number, ckv, software: true };
  });
}

function faceOf({ residentId, note }: Pick<DemoCard, 'residentId' | 'note'>): Text {
  const { kanji, latin } = trialResidents.find(({ id }) => id === residentId)?.name ?? {};
  const name = `${kanji ?? latin ?? ''} ${residentId}`.trimStart();
  return note ? { ja: `${name}（${note.ja}）`, en: `${name} (${note.en})` } : { ja: name, en: name };
}

/** A ride-only card, so that one can see what the sign-in page says to it. */
async function writeRideOnlyCard(data: string, { keyService, sign: signed }: Station): Promise<void> {
  const { memory } = await issueSoftwareCard({
    keyService,
    sign: signed,
    ckv: await keyService.issuingVersion(),
    pin: '739154',
    balanceYen: 20_000,
  });
  const blank: SoftwareCardMemory = { ...memory, liteS: { ...memory.liteS, blocks: new Map() }, rideOnly: true };
  const face = { ja: 'IruCa（乗車専用）', en: 'IruCa (rides only)' };
  await writeCard(cardsFolderOf(data), newCardFile({ number: rideOnlyNumber, pin: '', face }, blank));
}

/** Registers the four parties and the clinic's terminal as they are now; the parties tell metadata and keys themselves. */
export async function registerParties(hub: Hub, data: string, addresses: TrialAddresses): Promise<void> {
  for (const id of ['portal', 'kmix'] as const) await registerSaml(hub, id, addresses[id].origin);
  await registerOidc(hub, data, {
    id: 'phr',
    name: partyNames.phr,
    redirectUri: `${addresses.phr.origin}/oidc/callback`,
    signOut: addresses.phr.origin,
    scope: 'openid profile',
  });
  const { origin } = addresses.clinic;
  const [name, keys] = [partyNames.clinic, await publicKeysOf(origin)];
  await registerOidc(hub, data, {
    id: 'clinic',
    name,
    redirectUri: `${origin}/oidc/callback`,
    signOut: origin,
    scope: 'openid staff',
    keys,
  });
  await registerOidc(hub, data, {
    id: counterId,
    name,
    redirectUri: `${origin}/counter/callback`,
    keys,
    counter: counterTerminal,
    attributes: ['eligibility'],
  });
}

/** The public keys a party shows, under `jwks`; none where it shows none. */
async function publicKeysOf(origin: string): Promise<{ readonly jwks?: unknown }> {
  const response = await fetch(`${origin}/jwks.json`, { signal: AbortSignal.timeout(10_000) });
  return response.ok ? { jwks: await response.json() } : {};
}

async function registerSaml({ registry }: Hub, id: PartyId, origin: string): Promise<void> {
  const response = await fetch(`${origin}/saml/metadata`, { signal: AbortSignal.timeout(10_000) });
  const metadata = await response.text();
  const key = `${origin}/saml/metadata`;
  const contract = {
    attributes: id === 'portal' ? ['displayName', 'coverage'] : ['staffRole', 'staffLicence', 'staffFacility'],
  };
  // R139: who reads patients' records is not to be caught by a page that only looks like ours.
  const requiredLevel = id === 'kmix' ? cardPinBound : undefined;
  const known = await registry.get('saml', key);
  const wanted = [metadata, contract, requiredLevel];
  if (isDeepStrictEqual([known?.saml?.metadata, known?.contract, known?.requiredLevel], wanted)) return;
  await registry.register({
    protocol: 'saml',
    key,
    name: partyNames[id],
    status: 'approved',
    contract,
    settings: {},
    requiredLevel,
    saml: { metadata },
    trial: true,
  });
}

interface OidcParty {
  readonly id: PartyId | CounterId;
  readonly name: { readonly ja: string; readonly en: string };
  readonly redirectUri: string;
  /** Origin of a party that people sign out of. */
  readonly signOut?: string;
  readonly scope?: string;
  readonly keys?: { readonly jwks?: unknown };
  readonly counter?: typeof counterTerminal;
  /** What its contract lists beside what the scope means. */
  readonly attributes?: readonly string[];
}

async function registerOidc({ registry, clientSecrets }: Hub, data: string, party: OidcParty): Promise<void> {
  const { id, name, redirectUri, signOut, scope = 'openid', keys } = party;
  const { metadata, attributes, counter } = parseClientMetadata(
    {
      client_id: id,
      client_name: name.ja,
      redirect_uris: [redirectUri],
      ...(signOut === undefined
        ? {}
        : {
            post_logout_redirect_uris: [`${signOut}/oidc/signed-out`],
            backchannel_logout_uri: `${signOut}/oidc/back-channel-logout`,
          }),
      scope,
      sanuki_counter: party.counter,
      ...keys,
    },
    { allowHttp: true },
  );
  const contract = { attributes: [...attributes, ...(party.attributes ?? [])] };
  const known = await registry.get('oidc', id);
  if (isDeepStrictEqual([known?.oidc?.metadata, known?.contract], [metadata, contract])) return;
  const secret = (await partySecret(data, id)).toString('base64url');
  await registry.register({
    protocol: 'oidc',
    key: id,
    name,
    status: 'approved',
    contract,
    settings: {},
    counter,
    oidc: { metadata, sealedSecret: clientSecrets.seal(Buffer.from(secret), `oidc:${id}`) },
    trial: true,
  });
}
