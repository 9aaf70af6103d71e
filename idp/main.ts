import type { RequestListener } from 'node:http';
import type { AuthenticatorScheme } from '../card-auth/index.ts';
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
import { openAuthenticators } from './authenticators/open.ts';
import { createPasskeyPrompts } from './authenticators/prompt.tsx';
import { passkeyRoutes } from './authenticators/routes.ts';
import { holderCardRoutes } from './card/routes.ts';
import { createStopLine } from './card/stop-line.ts';
import {
  type CounterPresentation,
  counterPresentationCollection,
  createCounterPresentations,
} from './counter-presentations.ts';
import { openCredential } from './credential.ts';
import { type Ground, openFederation, openPresentGround } from './ground.ts';
import { homeRoutes } from './home.tsx';
import { createKeySchedule } from './key-schedule.ts';
import { cardKeyPlaceOf } from './key-service.ts';
import { createKeyUses, type KeyUse, keyUseCollection } from './key-use.ts';
import { createArrivals } from './listeners/arrival.ts';
import { openListeners } from './listeners/open.ts';
import { createLogos, type Logo, logoCollection, logoRoutes } from './logos.ts';
import type { IssuingStation } from './office/station.ts';
import { openIdentity } from './oidc/identity.ts';
import { mountOidc } from './oidc/mount.ts';
import { openSessions } from './open-sessions.ts';
import { createPageFrame } from './page-frame.ts';
import { createTestPeriods, type StoredTestPeriod, testPeriodCollection } from './playground/test-periods.ts';
import { openReports } from './reports.ts';
import { rotatingKeys } from './rotating-keys.ts';
import { samlResponder, samlRoutes } from './saml/routes.ts';
import { createSamlSso } from './saml/sso.ts';
import { createSessionNames, type SessionName, sessionNameCollection } from './session-names.ts';
import { createInteractions, type Interaction, interactionCollection } from './sign-in/interaction.ts';
import { openKnownBrowsers } from './sign-in/known-browsers.ts';
import { openLastSignIns } from './sign-in/last-sign-ins.ts';
import { createPrompt } from './sign-in/prompt.tsx';
import { signInRoutes } from './sign-in/routes.ts';
import { openSignOut } from './sign-out/open.ts';
import { openTraces } from './traces/open.ts';
import { createVisits } from './visits.ts';

/** Every cookie name carries its owner: ports of one host share cookies. */
const sessionCookie = 'sanuki-hub-session';
const browserCookie = 'sanuki-hub-browser';
const minute = 60_000;

export interface HubOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly now?: () => number;
  readonly issuingStation?: IssuingStation;
  /** R43: kinds of cards beside FeliCa Lite-S; each says who holds what, judges its own proof, and can be stopped. */
  readonly otherSchemes?: readonly AuthenticatorScheme[];
}

/** Opens store and keys and wires everything once; a start that is refused leaves no connection behind. */
export async function openHub(options: HubOptions) {
  const { settings, log, now = Date.now } = options;
  const ground = await openPresentGround({ settings, now });
  const { guarantees } = ground.storage;
  log.info({ ...(guarantees ? { guarantees } : {}), schema: ground.schema }, 'the store is open');
  const opened = new AsyncDisposableStack();
  opened.defer(ground.close);
  try {
    const hub = await wire(ground, options, opened);
    return { ...hub, close: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** Nothing here decides anything. What has to be closed is put on the stack as it opens, and closed in the other order. */
async function wire(ground: Ground, options: HubOptions, opened: AsyncDisposableStack) {
  const { settings, log, issuingStation, otherSchemes, now = Date.now } = options;
  const staff = await openStaff({ settings: settings.staff, log, now });
  opened.defer(staff.close);
  const { place, storage, secret, audit } = ground;
  const federation = await openFederation(ground, { settings, now });
  const credential = await openCredential({
    settings,
    ground,
    otherSchemes,
    log,
    onStopped: async (cardId) => void (await signOut.endAll({ cardId }, { reason: 'card' })),
    now,
  });
  opened.defer(credential.close);
  const { keys, registry, registryMark, links, replay, clientSecrets } = federation;
  const rotating = rotatingKeys({ rotation: federation.rotation, cardRotation: credential.rotation, settings });
  const frame = createPageFrame(settings);
  const traces = openTraces({ settings, storage, log, now });
  opened.defer(traces.flush);
  const secure = settings.origin.startsWith('https:');
  const displayNameOf = credential.residents.displayName;
  const { cards, office, notices, schemes, suspendOther, pinSetting: setting } = credential;
  const { ceremonies, ...authenticators } = openAuthenticators(ground, {
    settings,
    schemes,
    displayNameOf,
    notices,
    onStopped: async (authenticatorId) => void (await signOut.endAll({ authenticatorId }, { reason: 'passkey' })),
    now,
  });
  const usable = { isCardUsable: schemes.isUsable, isAuthenticatorUsable: authenticators.isUsable };
  const sessions = openSessions(ground, { settings, ...usable, now });
  const presentations = createCounterPresentations({
    presentations: storage.collection<CounterPresentation>(counterPresentationCollection),
    isCardUsable: schemes.isUsable,
    isTerminal: async (clientId) => (await registry.counterTerminal(clientId)) !== undefined,
    now,
  });
  const interactions = createInteractions({
    interactions: storage.collection<Interaction>(interactionCollection),
    csrfKey: secret('csrf'),
    lifetimeMs: settings.signIn.minutes * minute,
    now,
  });
  const entityId = `${settings.origin}/saml/metadata`;
  const endpoints = {
    ssoUrl: `${settings.origin}/saml/sso`,
    sloUrl: `${settings.origin}/saml/slo`,
    sloSoapUrl: `${settings.origin}/saml/slo/soap`,
  };
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
  const testPeriods = createTestPeriods({
    periods: storage.collection<StoredTestPeriod>(testPeriodCollection),
    administrators: openAdministrators(ground, now),
    audit,
    now,
  });
  const logos = createLogos({ logos: storage.collection<Logo>(logoCollection), now });
  const common = {
    endSession: (id: string) => signOut.end(id, { reason: 'resident' }),
    knownBrowsers: openKnownBrowsers(ground, { notices, secure, now }),
    lastSignIns: openLastSignIns(ground, now),
    noteVisit: createVisits({ links, notices }),
    reports: openReports(ground, { timeZone: settings.service.timeZone, now }),
    notices,
    cards,
    schemes,
    happenings: ground.happenings,
    sessions,
    interactions,
    registry,
    links,
    keys,
    audit,
    keyUses,
    sessionCookie,
    displayNameOf,
    staffOf: staff.staffOf,
    bootstrapFor: attributes.bootstrapFor,
    testing: testPeriods.testing,
    now,
  };
  const names = createSessionNames({ names: storage.collection<SessionName>(sessionNameCollection), entityId });
  const signOut = openSignOut({
    ...common,
    ...endpoints,
    names,
    settings,
    storage,
    log,
    frame,
    replay,
    entityId,
    browserCookie,
  });
  opened.defer(signOut.close);
  const sso = createSamlSso({ ...common, ...endpoints, names, entityId, replay, signingKey: keys.samlKey });
  const saml = samlRoutes({ ...common, ...endpoints, sso, entityId, name: settings.service.name, stylesheet });
  const identity = openIdentity(ground, { ...common, ...attributes, settings, residents: credential.residents });
  const forOidc = { issuer: settings.origin, storage, presentations, clientSecrets, log, frame };
  const oidc = mountOidc({ ...common, ...attributes, ...forOidc, identity });
  const own = residentPages({ ...common, ...attributes, signOut, ceremonies, settings, frame, browserCookie });
  const admin = await openConsole({
    ...common,
    credential: { ...credential, issuingStation },
    rotating,
    logos,
    settled: attributes.settled,
    registryMark,
    settings,
    ground,
    log,
    frame,
    traces,
    browserCookie,
    entityId,
    clientSecrets,
    consents: attributes.consents,
    signOut,
    lookAtStaff: staff.lookAt,
    testPeriods,
  });
  opened.defer(admin.close);
  const stopCard = createStopLine({ stopByCode: credential.stopByCode, letters: admin.office.letters });
  const api = openApi({
    ...common,
    stopCard,
    settings,
    ground,
    log,
    frame,
    browserCookie,
    tokens: oidc.apiTokens,
    agreement: oidc.apiAgreement,
    parts: admin.parts,
    events: admin.office.events,
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
    prompts: {
      card: createPrompt({ settings, registry, frame, logos }),
      ...createPasskeyPrompts({ settings, registry, frame, logos, ceremonies }),
    },
    browserCookie,
    secure,
  });
  const passkeys = passkeyRoutes({ ...common, ceremonies, browserCookie, secure });
  const isHealthy = async () => (await registry.list({ limit: 1 })).records.length >= 0;
  const pictures = logoRoutes({ logos, registry });
  const home = homeRoutes({ settings, frame });
  const forCards = { ...common, settings, origin: settings.origin, secure, frame, browserCookie };
  const { changeRequests } = credential;
  const card = holderCardRoutes({ ...forCards, office, suspendOther, changeRequests, setting, stopCard, log });
  const pages = [home, pictures, saml, signIn, passkeys, signOut.routes, own, card];
  const routes = [...pages, oidc.routes, attributes.routes, admin.routes, api.routes];
  const arrivals = createArrivals(settings);
  const edges = { routes, arrivals, api: api.problems, oidc: oidc.middleware, followKeys: keys.load };
  const app = createApp({ settings, log, frame, traces, ...edges, isHealthy });
  const schedule = createKeySchedule({
    rotating,
    load: keys.load,
    audit,
    onFault: (err) => log.error({ err }, 'the keys could not be looked at'),
  });
  opened.defer(schedule.close);

  return {
    app,
    place,
    keyPlace: cardKeyPlaceOf(ground, settings),
    arrivals,
    registry,
    sessions,
    signOut,
    links,
    keys,
    rotating,
    clientSecrets,
    credential,
    ceremonies,
    attributes,
    administrators: admin.administrators,
    cardOffice: admin.office,
    traces,
    sessionCookie,
  };
}

/** Starts the hub's HTTP. `close` answers what is under way, then closes the store. */
export async function startHub(options: HubOptions) {
  const { settings, log, now = Date.now } = options;
  const hub = await openHub(options);
  const answer = hub.app.callback();
  const handle: RequestListener = (request, response) => void answer(request, response);
  let listeners: Awaited<ReturnType<typeof openListeners>>;
  try {
    listeners = await openListeners({ settings, arrivals: hub.arrivals, handle, log, now });
  } catch (error) {
    // The key service's worker would keep the process alive.
    await hub.close();
    throw error;
  }

  async function close(): Promise<void> {
    await listeners.close();
    await hub.close();
  }

  return { ...hub, close };
}
