import { hkdfSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { Settings } from '../config/index.ts';
import {
  type AccountLink,
  accountLinkCollection,
  createAccountLinks,
  createKeyRing,
  createProviderRegistry,
  createReplayGuard,
  type KeyRecord,
  keyCollection,
  type ProviderRecord,
  providerCollection,
  type UsedId,
  usedIdCollection,
} from '../federation/index.ts';
import type { Log } from '../lib/log.ts';
import { createSeal } from '../lib/seal.ts';
import { openEmbeddedStorage, openJournal } from '../storage/index.ts';
import { accountRoutes } from './account/account.tsx';
import { consentRoutes } from './account/consent.tsx';
import { hubResponder } from './account/gate.ts';
import { partyNames } from './account/party-names.ts';
import { createApp } from './app.ts';
import { openAttributes } from './attributes.ts';
import { createAudit } from './audit.ts';
import { openCredential } from './credential.ts';
import { ed25519From, openDataFolder, secretFile } from './data-folder.ts';
import { homeRoutes } from './home.tsx';
import { mountOidc } from './oidc/mount.ts';
import { createPageFrame } from './page-frame.ts';
import { samlResponder, samlRoutes } from './saml/routes.ts';
import { createSamlSso } from './saml/sso.ts';
import {
  createSessions,
  type SessionCookie,
  type SsoSession,
  sessionCollection,
  sessionCookieCollection,
} from './session.ts';
import { createInteractions, type Interaction, interactionCollection } from './sign-in/interaction.ts';
import { createPrompt } from './sign-in/prompt.tsx';
import { signInRoutes } from './sign-in/routes.ts';

/** Every cookie name carries its owner: ports of one host share cookies. */
const sessionCookie = 'sanuki-hub-session';
const browserCookie = 'sanuki-hub-browser';
const minute = 60_000;

export interface HubOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly now?: () => number;
}

/** Data folder, store, journal and what is derived from the master key. */
export async function openGround({ settings, now }: { settings: Settings; now: () => number }) {
  const folder = await openDataFolder(settings.data, {
    createKeys: settings.keys.create,
    ...(settings.keys.folder ? { keys: settings.keys.folder } : {}),
  });
  const storage = openEmbeddedStorage({ file: folder.store, now });
  const headKey = ed25519From(await secretFile(join(folder.keys, 'journal-head.key'), 32, settings.keys.create));
  const journal = await openJournal({ storage, name: 'audit', headsFolder: folder.heads, headKey, now });
  const secret = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', folder.masterKey, Buffer.alloc(0), `sanuki-hub-v1:${purpose}`, 32));
  return { folder, storage, journal, headKey, secret, audit: createAudit({ journal, now }) };
}

type Ground = Awaited<ReturnType<typeof openGround>>;

/** The federation half: providers, keys and links. */
export async function openFederation(
  { folder, storage, secret }: Pick<Ground, 'folder' | 'storage' | 'secret'>,
  { settings, now }: { settings: Settings; now: () => number },
) {
  const trial = settings.profile === 'trial';
  const keys = createKeyRing({
    keys: storage.collection<KeyRecord>(keyCollection),
    seal: createSeal(folder.masterKey, 'keys'),
    commonName: new URL(settings.origin).hostname,
    trial,
    now,
  });
  await keys.ensure();
  const registry = createProviderRegistry({
    providers: storage.collection<ProviderRecord>(providerCollection),
    allowHttp: trial,
    now,
  });
  const links = createAccountLinks({
    links: storage.collection<AccountLink>(accountLinkCollection),
    indexKey: secret('links'),
    now,
  });
  const replay = createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) });
  return { keys, registry, links, replay, clientSecrets: createSeal(folder.masterKey, 'client-secrets') };
}

/** Opens store and keys and wires everything once; nothing here decides anything. */
export async function openHub({ settings, log, now = Date.now }: HubOptions) {
  const ground = await openGround({ settings, now });
  const { folder, storage, journal, secret, audit } = ground;
  const federation = await openFederation(ground, { settings, now });
  const credential = await openCredential({ settings, folder, storage, audit, now });
  const { keys, registry, links, replay } = federation;
  const frame = createPageFrame(settings);
  const secure = settings.origin.startsWith('https:');
  const sessions = createSessions({
    sessions: storage.collection<SsoSession>(sessionCollection),
    cookies: storage.collection<SessionCookie>(sessionCookieCollection),
    isCardUsable: credential.cards.isUsable,
    absoluteMs: settings.session.absoluteMinutes * minute,
    idleMs: settings.session.idleMinutes * minute,
    now,
  });
  const interactions = createInteractions({
    interactions: storage.collection<Interaction>(interactionCollection),
    csrfKey: secret('csrf'),
    lifetimeMs: settings.signIn.minutes * minute,
    now,
  });
  const [entityId, ssoUrl] = [`${settings.origin}/saml/metadata`, `${settings.origin}/saml/sso`];
  const { stylesheet } = frame;
  const displayNameOf = credential.residents.displayName;
  const common = { sessions, interactions, registry, links, keys, audit, sessionCookie, displayNameOf, now };
  const sso = createSamlSso({ ...common, entityId, ssoUrl, replay, signingKey: keys.samlKey });
  const saml = samlRoutes({ ...common, sso, entityId, ssoUrl, name: settings.service.name, stylesheet });
  const { clientSecrets } = federation;
  const oidc = mountOidc({ ...common, issuer: settings.origin, storage, clientSecrets, log, frame });
  const attributes = await openAttributes({ ...ground, now });
  const own = { ...common, ...attributes, frame, browserCookie, secure, origin: settings.origin };
  const account = accountRoutes({
    ...own,
    timeZone: settings.service.timeZone,
    partyNameOf: partyNames(registry),
    sourceNameOf: () => undefined,
  });
  const consent = consentRoutes({ ...own, sourcesOf: () => [] });
  const signIn = signInRoutes({
    ...common,
    card: credential.signIn,
    responders: { saml: samlResponder({ sso, stylesheet }), oidc: oidc.responder, hub: hubResponder },
    showPrompt: createPrompt({ settings, registry, frame }),
    browserCookie,
    secure,
  });
  const isHealthy = async () => (await registry.list({ limit: 1 })).records.length >= 0;
  const routes = [homeRoutes({ settings, frame }), saml, signIn, consent, account];
  const app = createApp({ settings, log, frame, routes, oidc: oidc.middleware, isHealthy });

  async function close(): Promise<void> {
    await credential.close();
    await attributes.close();
    await journal.close();
    await storage.close();
  }

  return { app, registry, sessions, links, keys, clientSecrets, credential, attributes, sessionCookie, close };
}

/** Starts the hub's HTTP. `close` answers what is under way, then closes the store. */
export async function startHub(options: HubOptions) {
  const hub = await openHub(options);
  const { host, port } = options.settings.listen;
  const handle = hub.app.callback();
  const server = createServer((request, response) => void handle(request, response));
  try {
    await listen(server, port, host);
  } catch (error) {
    // The key service's worker would keep the process alive.
    await hub.close();
    throw error;
  }

  async function close(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      server.closeIdleConnections();
    });
    await hub.close();
  }

  return { ...hub, close };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
