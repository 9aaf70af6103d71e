import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';
import {
  buildAuthnRequest,
  buildLogoutRequest,
  buildLogoutResponse,
  buildSpMetadata,
  createKeyRing,
  encodeFront,
  encodeRedirect,
  encodeSoap,
  type KeyRecord,
  keyCollection,
  logoutStatuses,
  nameIdFormats,
  newMessageId,
  parseClientMetadata,
  type QualifiedNameId,
} from '../../federation/index.ts';
import { createSeal } from '../../lib/seal.ts';
import { readXml, signElement } from '../../lib/xml/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { samlAnswer } from './sign-on-world.ts';
import { browser, issueCard, signInAt, startTestHub, type TestBrowser, type TestHub } from './world.ts';

/** How a party behaves when it is told of a sign-out. */
export type Manner = 'good' | 'slow' | 'refusing' | 'broken' | 'forging';

/** How a party answers, by SOAP and through the browser. */
interface Answering {
  readonly answerSoap: (body: string, manner: Manner) => Promise<string>;
  readonly answerFront: (inResponseTo: string, relayState: string, options?: object) => Promise<string>;
}

/** Servers of parties: each takes sign-outs in its own manner and keeps what it was sent. */
export async function startParties() {
  const told: { party: string; body: string }[] = [];
  const manners = new Map<string, Manner>();
  const samlParties = new Map<string, { name: string; sloUrl: string } & Answering>();
  const server = createServer((request, response) => {
    void (async () => {
      const [, kind = '', party = ''] = (request.url ?? '').split('/');
      const body = await bodyOf(request);
      told.push({ party, body });
      const manner = manners.get(party) ?? 'good';
      if (manner === 'slow') await new Promise((resolve) => setTimeout(resolve, 2_500));
      if (manner === 'broken') return response.writeHead(503).end();
      if (kind === 'oidc') return response.writeHead(manner === 'refusing' ? 400 : 200).end();
      const answer = await samlParties.get(party)?.answerSoap(body, manner);
      return response.writeHead(200, { 'content-type': 'text/xml' }).end(answer);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { origin, told, manners, samlParties, close };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

type Servers = Awaited<ReturnType<typeof startParties>>;

async function newKeys(commonName: string) {
  const keys = createKeyRing({
    keys: createMemoryStorage().collection<KeyRecord>(keyCollection),
    seal: createSeal(randomBytes(32), 'x'),
    commonName,
    trial: true,
  });
  await keys.ensure();
  return keys;
}

/** A SAML party with a way to sign in at the hub and to sign out of it. */
async function samlParty(hub: TestHub, servers: Servers, name: string, way: 'soap' | 'redirect' | 'post' | 'none') {
  const keys = await newKeys(name);
  const entityId = `https://${name}.example/saml`;
  const acsUrl = `https://${name}.example/acs`;
  const sloUrl = `https://${name}.example/slo`;
  const slo = { url: sloUrl, soapUrl: `${servers.origin}/soap/${name}` };
  const kept = { soap: /SOAP|HTTP-Redirect/, redirect: /HTTP-Redirect/, post: /HTTP-POST/, none: /nothing/ }[way];
  const certificate = keys.active('saml').certificate ?? '';
  const metadata = buildSpMetadata({ entityId, acsUrl, slo, certificate, name: { ja: name, en: name } }).replaceAll(
    /<md:SingleLogoutService[^>]*><\/md:SingleLogoutService>/g,
    (service) => (kept.test(service) ? service : ''),
  );
  await hub.registry.register({
    protocol: 'saml',
    key: entityId,
    name: { ja: `${name}サービス`, en: `${name} service` },
    status: 'approved',
    contract: { attributes: [] },
    settings: { encryptAssertion: false },
    saml: { metadata },
  });

  async function startUrl(format: string = nameIdFormats.persistent) {
    const destination = `${hub.origin}/saml/sso`;
    const names = { id: newMessageId(), issuer: entityId, destination, acsUrl, now: Date.now() };
    const xml = await buildAuthnRequest({ ...names, nameIdFormat: format });
    return encodeRedirect(destination, { name: 'SAMLRequest', xml, key: keys.samlKey() });
  }

  const logoutElement = (nameId: QualifiedNameId, options: Partial<Parameters<typeof buildLogoutRequest>[0]> = {}) =>
    buildLogoutRequest({
      id: newMessageId(),
      issuer: entityId,
      destination: `${hub.origin}/saml/slo`,
      nameId,
      now: Date.now(),
      ...options,
    });

  /** The address that signs out by HTTP-Redirect. */
  async function logoutUrl(nameId: QualifiedNameId, options: Partial<Parameters<typeof buildLogoutRequest>[0]> = {}) {
    const to = { binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', location: `${hub.origin}/saml/slo` };
    const element = logoutElement(nameId, options);
    const sent = await encodeFront(to, { name: 'SAMLRequest', element, relayState: 'back', key: keys.samlKey() });
    return 'url' in sent ? sent.url : '';
  }

  async function logoutSoap(nameId: QualifiedNameId, options: Partial<Parameters<typeof buildLogoutRequest>[0]> = {}) {
    const element = logoutElement(nameId, { destination: `${hub.origin}/saml/slo/soap`, ...options });
    const body = encodeSoap(await signElement(element, keys.samlKey(), { after: 'Issuer' }));
    const headers = { 'content-type': 'text/xml' };
    const response = await fetch(`${hub.origin}/saml/slo/soap`, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  }

  async function answerSoap(body: string, manner: Manner): Promise<string> {
    const inResponseTo = /<samlp:LogoutRequest[^>]* ID="([^"]+)"/.exec(body)?.[1] ?? '';
    const requester = { code: 'urn:oasis:names:tc:SAML:2.0:status:Requester' };
    const status = manner === 'refusing' ? requester : logoutStatuses.success;
    const response = buildLogoutResponse({ issuer: entityId, inResponseTo, status, now: Date.now() });
    const key = manner === 'forging' ? (await newKeys('forger')).samlKey() : keys.samlKey();
    return encodeSoap(await signElement(response, key, { after: 'Issuer' }));
  }

  /** What the party's page does with a LogoutRequest that the browser brought: answers with another redirect. */
  async function answerFront(inResponseTo: string, relayState: string, options: object = {}) {
    const location = `${hub.origin}/saml/slo`;
    const to = { binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', location };
    const names = { issuer: entityId, destination: location, inResponseTo, status: logoutStatuses.success };
    const element = buildLogoutResponse({ ...names, now: Date.now(), ...options });
    const sent = await encodeFront(to, { name: 'SAMLResponse', element, relayState, key: keys.samlKey() });
    return 'url' in sent ? sent.url : '';
  }

  const party = { name, entityId, sloUrl, keys, startUrl, logoutUrl, logoutSoap, answerSoap, answerFront };
  servers.samlParties.set(name, party);
  return party;
}

export type SamlParty = Awaited<ReturnType<typeof samlParty>>;

export const bye = 'https://app.example/bye';

async function oidcClient(hub: TestHub, servers: Servers, clientId: string, backChannel: boolean) {
  const { secret = '', metadata } = parseClientMetadata(
    {
      client_id: clientId,
      redirect_uris: ['http://127.0.0.1:9/callback'],
      post_logout_redirect_uris: [bye],
      client_name: clientId,
      ...(backChannel ? { backchannel_logout_uri: `${servers.origin}/oidc/${clientId}` } : {}),
    },
    { allowHttp: true },
  );
  await hub.registry.register({
    protocol: 'oidc',
    key: clientId,
    name: { ja: `${clientId}サービス`, en: `${clientId} service` },
    status: 'approved',
    contract: { attributes: [] },
    settings: {},
    oidc: { metadata, sealedSecret: hub.clientSecrets.seal(Buffer.from(secret), `oidc:${clientId}`) },
  });
  const execute = [oidc.allowInsecureRequests];
  return oidc.discovery(new URL(hub.origin), clientId, secret, undefined, { execute });
}

/** A hub with parties of every kind that a sign-out meets. */
export async function openSignOutWorld({ deadlineMs = 400 } = {}) {
  const hub = await startTestHub({ more: { signOut: { deadlineMs } } });
  const servers = await startParties();
  const [first, second] = [
    await issueCard(hub),
    await issueCard(hub, { residentRef: 'r2', number: '9876543210987', pin: '739154' }),
  ];
  const saml = {
    soap: await samlParty(hub, servers, 'soap', 'soap'),
    front: await samlParty(hub, servers, 'front', 'redirect'),
    posting: await samlParty(hub, servers, 'posting', 'post'),
    mute: await samlParty(hub, servers, 'mute', 'none'),
  };
  const clients = {
    told: await oidcClient(hub, servers, 'told', true),
    deaf: await oidcClient(hub, servers, 'deaf', false),
  };

  async function samlSignIn(tab: TestBrowser, party: SamlParty, who: typeof first = first, format?: string) {
    const seen = await tab.visit(await party.startUrl(format));
    const atPrompt = new URL(seen.url).pathname.startsWith('/sign-in/');
    const { response } = atPrompt ? await tab.visit(await signInAt(tab, seen.url, who)) : seen;
    const assertion = readXml(Buffer.from(samlAnswer(await response.text())));
    return subjectIn(JSON.stringify(withoutParents(assertion)));
  }

  async function oidcSignIn(tab: TestBrowser, config: oidc.Configuration, who: typeof first = first) {
    const verifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: 'http://127.0.0.1:9/callback',
      scope: 'openid',
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const seen = await tab.visit(url.href);
    const left = seen.left ?? (await tab.visit(await signInAt(tab, seen.url, who))).left ?? '';
    return oidc.authorizationCodeGrant(config, new URL(left), { pkceCodeVerifier: verifier, expectedState: state });
  }

  const isSignedIn = async (tab: TestBrowser) =>
    !new URL((await tab.visit(await saml.mute.startUrl())).url).pathname.startsWith('/sign-in/');

  const close = async () => {
    await hub.close();
    await servers.close();
  };
  const addSaml = (name: string) => samlParty(hub, servers, name, 'soap');
  const addClient = (clientId: string) => oidcClient(hub, servers, clientId, true);
  return { hub, servers, saml, clients, addSaml, addClient, first, second, samlSignIn, oidcSignIn, isSignedIn, close };
}

export type SignOutWorld = Awaited<ReturnType<typeof openSignOutWorld>>;

const withoutParents = (element: object): unknown =>
  JSON.parse(JSON.stringify(element, (key, value: unknown) => (key === 'parent' ? undefined : value)));

/** Name and SessionIndex in an assertion, as its party keeps them. */
function subjectIn(tree: string): { nameId: QualifiedNameId; sessionIndex: string } {
  const value = (name: string) => new RegExp(`"name":"${name}","value":"([^"]*)"`).exec(tree)?.[1] ?? '';
  const text = /"name":"NameID".*?"children":\["([^"]+)"\]/.exec(tree)?.[1] ?? '';
  return {
    nameId: {
      value: text,
      format: value('Format'),
      nameQualifier: value('NameQualifier'),
      spNameQualifier: value('SPNameQualifier'),
    },
    sessionIndex: value('SessionIndex'),
  };
}

export const newTab = browser;
