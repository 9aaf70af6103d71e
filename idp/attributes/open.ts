import type Router from '@koa/router';
import {
  type Consent,
  type ConsentRequest,
  consentCollection,
  consentRequestCollection,
  createAccessLog,
  createBroker,
  createConsentRequests,
  createConsents,
  createDataService,
  createEvidenceNumbers,
  type EvidenceCount,
  evidenceCountCollection,
} from '../../attribute-service/index.ts';
import type { createResidents } from '../../card-auth/index.ts';
import { originOf, type Settings } from '../../config/index.ts';
import type { Log } from '../../lib/log.ts';
import { createSeal } from '../../lib/seal.ts';
import type { CounterPresentations } from '../counter-presentations.ts';
import type { Ground, openFederation } from '../ground.ts';
import type { KeyUses } from '../key-use.ts';
import { createRegisteredBodies } from '../registered-bodies.ts';
import type { Sessions } from '../session.ts';
import { openSources, settledBodies } from '../sources.ts';
import { createBootstrap } from './bootstrap.ts';
import { createHandles } from './handle.ts';
import { createIdWsf } from './id-wsf.ts';
import { soapRoutes } from './soap.ts';

export interface AttributesOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly ground: Ground;
  readonly federation: Awaited<ReturnType<typeof openFederation>>;
  readonly residents: ReturnType<typeof createResidents>;
  readonly sessions: Sessions;
  readonly presentations: CounterPresentations;
  readonly keyUses: Pick<KeyUses, 'note' | 'latest'>;
  readonly entityId: string;
  readonly now: () => number;
}

/** The attribute half of the hub: the bodies, consents, the access log, and the SOAP endpoint in front of them. */
export async function openAttributes(options: AttributesOptions) {
  const { settings, log, ground, federation, residents, sessions, presentations, entityId, now } = options;
  const { storage, secret, folder } = ground;
  const { registry, links, keys, replay } = federation;
  const { origin } = settings;
  const { timeZone } = settings.service;
  const soapUrl = `${originOf(settings, 'id-wsf')}/soap`;
  const consents = createConsents({
    consents: storage.collection<Consent>(consentCollection),
    macKey: secret('consents'),
    now,
  });
  const consentRequests = createConsentRequests({
    requests: storage.collection<ConsentRequest>(consentRequestCollection),
    now,
  });
  const accessLog = createAccessLog({ journal: ground.accessJournal });
  const bodies = createRegisteredBodies({
    settings,
    keys,
    entityId,
    now,
    registry,
    onSkipped: (body, reason) => log.warn({ body, reason }, 'a registered body is not asked'),
  });
  const broker = createBroker({
    sources: await openSources({ settings, keys, entityId, now }),
    registered: bodies.sources,
    links,
    onFault: (fault) => log.warn(fault, 'a body did not give a usable answer'),
  });
  const dataService = createDataService({
    broker,
    consents,
    consentRequests,
    accessLog,
    timeZone,
    now,
    evidenceNumbers: createEvidenceNumbers({
      counts: storage.collection<EvidenceCount>(evidenceCountCollection),
      timeZone,
      now,
    }),
    personOf: async (residentRef) => {
      const resident = await residents.get(residentRef);
      return resident && { ...resident, residentRef };
    },
    isLive: async (sessionId) => (await sessions.live(sessionId)) !== undefined,
    onDropped: (fields) => log.warn({ fields }, 'fields of a body cannot be written as XML'),
  });
  const handles = createHandles({ seal: createSeal(folder.masterKey, 'attribute-handles'), now });
  const signing = { signingKey: keys.samlKey, handles, now };
  const { bootstrapFor } = createBootstrap({ ...options, ...signing, entityId, soapUrl, registry });
  const idWsf = createIdWsf({ ...signing, origin, entityId, soapUrl, sessions, presentations, dataService });
  const routes: (router: Router) => void = soapRoutes({ ...options, soapUrl, registry, keys, replay, idWsf });
  return { routes, bootstrapFor, consents, consentRequests, accessLog, bodies, settled: await settledBodies(settings) };
}
