import { join } from 'node:path';
import { expect } from 'chai';
import * as oidc from 'openid-client';
import { parseClientMetadata } from '../../federation/index.ts';
import { type SsoSession, sessionCollection } from '../../idp/session.ts';
import { openEmbeddedStorage, type StoredRecord } from '../../storage/index.ts';
import { browser, issueCard, signInAt, startTestHub, type TestBrowser, type TestHub } from './world.ts';

const callback = 'http://127.0.0.1:9/callback';
export const counterCallback = 'http://127.0.0.1:9/counter/callback';
export const facility = { ja: '春日みなと医院', en: 'Kasuga Minato clinic' };
const terminals = { 'counter-1': '受付1', 'counter-2': '受付2' } as const;

/** A hub, a clinic with two terminals, its receptionist and a patient, each with a card. */
async function setUp() {
  const limits = { pages: { points: 10_000 }, signIn: { points: 10_000 } };
  const hub = await startTestHub({ more: { limits } });
  const patient = await issueCard(hub);
  const receptionist = await issueCard(hub, { residentRef: 'staff', number: '2222222222222', pin: '739154' });
  const clinic = await registerClient(hub, 'clinic', { redirect_uris: [callback] });
  const [first, second] = await Promise.all(
    Object.entries(terminals).map(([clientId, terminal]) =>
      registerClient(hub, clientId, { redirect_uris: [counterCallback], sanuki_counter: { facility, terminal } }),
    ),
  );
  if (!first || !second) throw new TypeError('no terminal');
  return { hub, patient, receptionist, clinic, first, second };
}

export async function registerClient({ registry, clientSecrets, origin }: TestHub, clientId: string, members: object) {
  const parsed = parseClientMetadata({ client_id: clientId, client_name: clientId, ...members }, { allowHttp: true });
  const { secret = '', name, metadata, counter } = parsed;
  await registry.register({
    protocol: 'oidc',
    key: clientId,
    name,
    status: 'approved',
    contract: { attributes: counter ? ['eligibility'] : [] },
    settings: {},
    counter,
    oidc: { metadata, sealedSecret: clientSecrets.seal(Buffer.from(secret), `oidc:${clientId}`) },
  });
  return oidc.discovery(new URL(origin), clientId, secret, undefined, { execute: [oidc.allowInsecureRequests] });
}

/** A request of a party, and how it redeems what comes back. */
export async function request(config: oidc.Configuration, more: Record<string, string> = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const { client_id } = config.clientMetadata();
  const parameters = {
    redirect_uri: client_id === 'clinic' ? callback : counterCallback,
    scope: 'openid',
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  };
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
  const redeem = (left: string, other = config) => oidc.authorizationCodeGrant(other, new URL(left), checks);
  return { url: oidc.buildAuthorizationUrl(config, parameters).href, parameters, checks, state, redeem };
}

export const failure = (grant: Promise<unknown>) =>
  grant.then(
    () => 'none',
    (cause: { error?: string }) => cause.error,
  );
export const sessionCookie = 'sanuki-hub-session';
export const claimsFor = (value: string) => JSON.stringify({ id_token: { acr: { essential: true, value } } });

/** The clinic at work: what its browsers do, and what the hub's store says afterwards. */
export async function openCounter() {
  const world = await setUp();

  /** The hub's store as it is now, every record of a collection. */
  async function recordsOf<T extends StoredRecord>(name: string): Promise<readonly T[]> {
    const storage = openEmbeddedStorage({ file: join(world.hub.data, 'hub.sqlite') });
    const { records } = await storage.collection<T>({ name }).find({ limit: 1000 });
    await storage.close();
    return records;
  }
  const sessions = () => recordsOf<SsoSession>(sessionCollection.name);

  const cookieOf = async (tab: TestBrowser) =>
    (await tab.jar.getCookies(world.hub.origin)).find(({ key }) => key === sessionCookie)?.value;

  /** A browser in which the receptionist is signed in at the clinic. */
  async function signedIn() {
    const tab = browser();
    const { url, redeem } = await request(world.clinic);
    const prompt = await tab.visit(url);
    const { left = '' } = await tab.visit(await signInAt(tab, prompt.url, world.receptionist));
    const tokens = await redeem(left);
    return { tab, subject: tokens.claims()?.sub, idToken: tokens.id_token ?? '' };
  }

  async function ask(tab: TestBrowser, config = world.first, more: Record<string, string> = {}) {
    const asked = await request(config, more);
    const prompt = await tab.visit(asked.url);
    expect(new URL(prompt.url).pathname, await prompt.response.clone().text()).to.match(/^\/sign-in\//);
    return { ...asked, page: prompt.url, html: await prompt.response.text() };
  }

  /** The patient's card, and where the browser is sent with it. */
  async function check(tab: TestBrowser, config = world.first, more: Record<string, string> = {}) {
    const asked = await ask(tab, config, more);
    const { left = '' } = await tab.visit(await signInAt(tab, asked.page, world.patient));
    return { ...asked, left };
  }

  return { ...world, recordsOf, sessions, cookieOf, signedIn, ask, check };
}

export type CounterWorld = Awaited<ReturnType<typeof openCounter>>;
