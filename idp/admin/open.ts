import type Router from '@koa/router';
import type { Settings } from '../../config/index.ts';
import type { KeyRing, OtherRegistration, ProviderRegistry } from '../../federation/index.ts';
import type { Log } from '../../lib/log.ts';
import type { Seal } from '../../lib/seal.ts';
import type { GateOptions } from '../account/gate.ts';
import { createOwnForms } from '../account/own-form.ts';
import type { Ground } from '../ground.ts';
import type { KeyUses } from '../key-use.ts';
import { createLeases, type LeaseRecord, leaseCollection } from '../lease.ts';
import type { Logos } from '../logos.ts';
import { type CardOfficeParts, type OfficeOptions, openOfficePages } from '../office/open.ts';
import type { PageFrame } from '../page-frame.ts';
import type { ExamineOptions } from '../playground/examine.ts';
import { createPlayground } from '../playground/routes.tsx';
import type { TestPeriods } from '../playground/test-periods.ts';
import type { RegistryChanges } from '../registry-changes.ts';
import type { RotatingKey } from '../rotating-keys.ts';
import { bodyTermsOf } from '../sources.ts';
import type { Traces } from '../traces/store.ts';
import { openAdministrators } from './administrators.ts';
import { auditRoutes } from './audit-routes.tsx';
import { openCases } from './cases.ts';
import { createDoor } from './door.ts';
import { explainRoutes } from './explain-routes.tsx';
import { createMetadataFetcher } from './fetch-metadata.ts';
import { adminHomeRoutes } from './home.tsx';
import { createKeyCalendar } from './key-calendar.ts';
import { keyRoutes } from './key-routes.tsx';
import { linkRoutes } from './link-routes.tsx';
import { createProviderDirectory } from './provider-directory.ts';
import { providerRoutes } from './provider-routes.tsx';
import { registrationRoutes } from './registration-routes.tsx';
import { type ReportAdminOptions, reportAdminRoutes } from './report-routes.tsx';
import { type SessionAdminOptions, sessionAdminRoutes } from './session-routes.tsx';
import { createSetupLinks, type SetupLink, setupLinkCollection } from './setup-links.ts';
import { setupRoutes } from './setup-routes.tsx';
import {
  createStatistics,
  type FoldCursor,
  foldCursorCollection,
  type SignInCount,
  signInCountCollection,
} from './statistics.ts';
import { statisticsRoutes } from './statistics-routes.tsx';

export interface ConsoleOptions
  extends GateOptions,
    Pick<ExamineOptions, 'consents' | 'lookAtStaff'>,
    Pick<SessionAdminOptions, 'cards' | 'signOut'> {
  readonly testPeriods: TestPeriods;
  readonly reports: ReportAdminOptions['reports'];
  readonly notices: ReportAdminOptions['notices'];
  readonly settings: Settings;
  readonly links: ExamineOptions['links'] & OfficeOptions['links'];
  readonly credential: CardOfficeParts;
  readonly ground: Ground;
  readonly log: Log;
  readonly registry: ProviderRegistry;
  readonly registryMark: RegistryChanges['mark'];
  readonly keys: Pick<KeyRing, 'published'>;
  readonly rotating: readonly RotatingKey[];
  readonly clientSecrets: Seal;
  readonly keyUses: Pick<KeyUses, 'of' | 'latest'>;
  /** Bodies that the settings name. */
  readonly settled: readonly OtherRegistration[];
  readonly traces: Pick<Traces, 'find'>;
  /** The hub's own SAML entityID. */
  readonly entityId: string;
  readonly frame: PageFrame;
  readonly logos: Logos;
  readonly browserCookie: string;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
}

/** The administrators' console: accounts with roles, and the pages that they open. */
export async function openConsole(options: ConsoleOptions) {
  const { settings, ground, registry, registryMark, log, now } = options;
  const { origin, service } = settings;
  const administrators = openAdministrators(ground, now);
  const secure = origin.startsWith('https:');
  const { audit, storage } = ground;
  const trial = settings.profile === 'trial';
  const cases = openCases(ground, { ...options, trial });
  const setupLinks = createSetupLinks({
    links: storage.collection<SetupLink>(setupLinkCollection),
    administrators,
    cameBy: cases.cameBy,
    audit,
    now,
  });
  const directory = createProviderDirectory({
    registry,
    mark: registryMark,
    onFault: (err) => log.error({ err }, 'the providers could not be read for the console'),
    now,
  });
  const common = {
    ...options,
    origin,
    setupLinks,
    administrators,
    secure,
    audit,
    door: createDoor({ ...options, administrators, audit }),
    forms: createOwnForms({ ...options, origin, secure }),
    timeZone: service.timeZone,
    cases,
    directory,
    statistics: createStatistics({
      journal: ground.journal,
      counts: storage.collection<SignInCount>(signInCountCollection),
      cursors: storage.collection<FoldCursor>(foldCursorCollection),
      timeZone: service.timeZone,
      leases: createLeases({ leases: storage.collection<LeaseRecord>(leaseCollection), now }),
      now,
    }),
    calendar: createKeyCalendar({ ...options, directory }),
    fetchMetadata: createMetadataFetcher({ allowLoopback: trial, audit, log, now }),
    allowHttp: trial,
    bodyTerms: bodyTermsOf(settings),
    journal: ground.journal,
    accessJournal: ground.accessJournal,
    signInMs: settings.signIn.minutes * 60_000,
    days: settings.traces.days,
  };
  const playground = createPlayground(common);
  const office = await openOfficePages(common);
  const pages = [
    adminHomeRoutes(common),
    providerRoutes(common),
    registrationRoutes(common),
    explainRoutes(common),
    reportAdminRoutes(common),
    sessionAdminRoutes(common),
    auditRoutes(common),
    linkRoutes(common),
    setupRoutes(common),
    keyRoutes(common),
    statisticsRoutes(common),
    playground.routes,
    office.routes,
  ];
  const routes = (router: Router) => {
    for (const add of pages) add(router);
  };
  return { administrators, routes, parts: common, testResponder: playground.responder, office, close: office.close };
}
