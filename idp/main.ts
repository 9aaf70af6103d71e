import { createServer, type Server } from 'node:http';
import type { Settings } from '../config/index.ts';
import type { Log } from '../lib/log.ts';
import { hubResponder } from './account/gate.ts';
import { residentPages } from './account/pages.ts';
import { openAdministrators } from './admin/administrators.ts';
import { openConsole } from './admin/open.ts';
import { openApi } from './api/open.tsx';
import { createApp } from './app.ts';
import { openAttributes } from './attributes/open.ts';
import { openStaff } from './attributes/staff.ts';
import { cardRoutes } from './card/card-routes.tsx';
import { pinRoutes } from './card/pin-routes.tsx';
import {
  type CounterPresentation,
  counterPresentationCollection,
  createCounterPresentations,
} from './counter-presentations.ts';
import { openCredential } from './credential.ts';
import { openFederation, openGround } from './ground.ts';
import { homeRoutes } from './home.tsx';
import { createKeyUses, type KeyUse, keyUseCollection } from './key-use.ts';
import { createLogos, type Logo, logoCollection, logoRoutes } from './logos.ts';
import { mountOidc } from './oidc/mount.ts';
import { createPageFrame } from './page-frame.ts';
import { createTestPeriods, type StoredTestPeriod, testPeriodCollection } from './playground/test-periods.ts';
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
import { openTraces } from './traces/open.ts';

/** Every cookie name carries its owner: ports of one host share cookies. */
const sessionCookie = 'sanuki-hub-session';
const browserCookie = 'sanuki-hub-browser';
const minute = 60_000;

export interface HubOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly now?: () => number;
}

/** Opens store and keys and wires everything once; nothing here decides anything. */
export async function openHub({ settings, log, now = Date.now }: HubOptions) {
  // First, because it may refuse the settings, and nothing has to be closed yet.
  const staff = await openStaff({ settings: settings.staff, log, now });
  const { staffOf } = staff;
  const ground = await openGround({ settings, now });
  const { storage, secret, audit } = ground;
  const federation = await openFederation(ground, { settings, now });
  const credential = await openCredential({
    settings,
    ground,
    endSessionsOf: (cardId) => sessions.endOfCard(cardId),
    now,
  });
  const { keys, registry, links, replay } = federation;
  const frame = createPageFrame(settings);
  const traces = openTraces({ settings, storage, log, now });
  const secure = settings.origin.startsWith('https:');
  const sessions = createSessions({
    sessions: storage.collection<SsoSession>(sessionCollection),
    cookies: storage.collection<SessionCookie>(sessionCookieCollection),
    isCardUsable: credential.cards.isUsable,
    absoluteMs: settings.session.absoluteMinutes * minute,
    idleMs: settings.session.idleMinutes * minute,
    now,
  });
  const presentations = createCounterPresentations({
    presentations: storage.collection<CounterPresentation>(counterPresentationCollection),
    isCardUsable: credential.cards.isUsable,
    isTerminal: async (clientId) => (await registry.counterTerminal(clientId)) !== undefined,
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
  const keyUses = createKeyUses({
    uses: storage.collection<KeyUse>(keyUseCollection),
    onFault: (err) => log.error({ err }, 'the use of a key could not be noted'),
    now,
  });
  const attributes = await openAttributes({
    settings,
    keyUses,
    log,
    ground,
    federation,
    sessions,
    presentations,
    entityId,
    now,
    residents: credential.residents,
  });
  const { bootstrapFor } = attributes;
  const testPeriods = createTestPeriods({
    periods: storage.collection<StoredTestPeriod>(testPeriodCollection),
    administrators: openAdministrators(ground, now),
    audit,
    now,
  });
  const logos = createLogos({ logos: storage.collection<Logo>(logoCollection), now });
  const displayNameOf = credential.residents.displayName;
  const common = {
    sessions,
    interactions,
    registry,
    links,
    keys,
    audit,
    keyUses,
    sessionCookie,
    displayNameOf,
    staffOf,
    bootstrapFor,
    testing: testPeriods.testing,
    now,
  };
  const sso = createSamlSso({ ...common, entityId, ssoUrl, replay, signingKey: keys.samlKey });
  const saml = samlRoutes({ ...common, sso, entityId, ssoUrl, name: settings.service.name, stylesheet });
  const { clientSecrets } = federation;
  const oidc = mountOidc({ ...common, issuer: settings.origin, storage, presentations, clientSecrets, log, frame });
  const own = residentPages({ ...common, ...attributes, settings, frame, browserCookie });
  const { consents } = attributes;
  const admin = openConsole({
    ...common,
    logos,
    settled: attributes.settled,
    settings,
    ground,
    log,
    frame,
    traces,
    browserCookie,
    entityId,
    clientSecrets,
    consents,
    lookAtStaff: staff.lookAt,
    testPeriods,
  });
  const api = openApi({
    ...common,
    settings,
    ground,
    log,
    frame,
    browserCookie,
    tokens: oidc.apiTokens,
    agreement: oidc.apiAgreement,
    parts: admin.parts,
  });
  const signIn = signInRoutes({
    ...common,
    card: credential.signIn,
    responders: {
      saml: samlResponder({ sso, stylesheet }),
      oidc: oidc.responder,
      hub: hubResponder,
      test: admin.testResponder,
    },
    showPrompt: createPrompt({ settings, registry, frame, logos }),
    browserCookie,
    secure,
  });
  const isHealthy = async () => (await registry.list({ limit: 1 })).records.length >= 0;
  const pictures = logoRoutes({ logos, registry });
  const home = homeRoutes({ settings, frame });
  const { cards, office, notices, pinSetting: setting } = credential;
  const forCards = { ...common, settings, origin: settings.origin, secure, frame, browserCookie };
  const card = cardRoutes({ ...forCards, cards, office, notices });
  const pin = pinRoutes({ ...forCards, setting });
  const routes = [home, pictures, saml, signIn, own, card, pin, attributes.routes, admin.routes, api.routes];
  const app = createApp({ settings, log, frame, traces, routes, api: api.problems, oidc: oidc.middleware, isHealthy });

  async function close(): Promise<void> {
    staff.close();
    await traces.flush();
    await credential.close();
    await ground.close();
  }

  return {
    app,
    registry,
    sessions,
    links,
    keys,
    clientSecrets,
    credential,
    attributes,
    administrators: admin.administrators,
    traces,
    sessionCookie,
    close,
  };
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
