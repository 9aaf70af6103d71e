import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
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
import { createApp } from './app.ts';
import { createAudit } from './audit.ts';
import { openDataFolder, secretFile } from './data-folder.ts';
import { samlRoutes } from './saml/routes.ts';
import { createSamlSso } from './saml/sso.ts';
import {
  createSessions,
  type SessionCookie,
  type SsoSession,
  sessionCollection,
  sessionCookieCollection,
} from './session.ts';
import { createInteractions, type Interaction, interactionCollection } from './sign-in/interaction.ts';

/** Every cookie name carries its owner: ports of one host share cookies. */
const sessionCookie = 'sanuki-hub-session';
const minute = 60_000;

/** What the card half hands to the hub; the hub knows residents and cards only through these. */
export interface Credential {
  readonly isCardUsable: (cardId: string) => Promise<boolean>;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
}

export interface HubOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly credential: Credential;
  readonly now?: () => number;
}

/** Opens store and keys and wires everything once; nothing here decides anything. */
export async function openHub({ settings, log, credential, now = Date.now }: HubOptions) {
  const folder = await openDataFolder(settings.data, {
    createKeys: settings.keys.create,
    ...(settings.keys.folder ? { keys: settings.keys.folder } : {}),
  });
  const storage = openEmbeddedStorage({ file: folder.store, now });
  const headKey = await signingKeyFile(join(folder.keys, 'journal-head.key'), settings.keys.create);
  const journal = await openJournal({ storage, name: 'audit', headsFolder: folder.heads, headKey, now });
  const trial = settings.profile === 'trial';
  const secret = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', folder.masterKey, Buffer.alloc(0), `sanuki-hub-v1:${purpose}`, 32));
  const commonName = new URL(settings.origin).hostname;
  const keys = createKeyRing({
    keys: storage.collection<KeyRecord>(keyCollection),
    seal: createSeal(folder.masterKey, 'keys'),
    commonName,
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
  const sessions = createSessions({
    sessions: storage.collection<SsoSession>(sessionCollection),
    cookies: storage.collection<SessionCookie>(sessionCookieCollection),
    isCardUsable: credential.isCardUsable,
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
  const replay = createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) });
  const audit = createAudit({ journal, now });
  const sso = createSamlSso({
    entityId,
    ssoUrl,
    registry,
    replay,
    links,
    sessions,
    audit,
    signingKey: keys.samlKey,
    displayNameOf: credential.displayNameOf,
    now,
  });
  const saml = samlRoutes({
    sso,
    keys,
    sessions,
    interactions,
    sessionCookie,
    entityId,
    ssoUrl,
    name: settings.service.name,
    now,
  });
  const isHealthy = async () => (await registry.list({ limit: 1 })).records.length >= 0;
  const app = createApp({ settings, log, routes: [saml], isHealthy });

  async function close(): Promise<void> {
    await journal.close();
    await storage.close();
  }

  return { app, registry, sessions, links, keys, sessionCookie, close };
}

/** An Ed25519 key from a 32-byte seed file. */
async function signingKeyFile(path: string, create: boolean): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  const seed = await secretFile(path, 32, create);
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** Starts the hub's HTTP. `close` answers what is under way, then closes the store. */
export async function startHub(options: HubOptions) {
  const hub = await openHub(options);
  const { host, port } = options.settings.listen;
  const handle = hub.app.callback();
  const server = createServer((request, response) => void handle(request, response));
  await listen(server, port, host);

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
