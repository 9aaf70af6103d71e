import type Router from '@koa/router';
import type { Settings } from '../../config/index.ts';
import type { ProviderRegistry } from '../../federation/index.ts';
import type { Log } from '../../lib/log.ts';
import type { Seal } from '../../lib/seal.ts';
import type { GateOptions } from '../account/gate.ts';
import { createOwnForms } from '../account/own-form.ts';
import type { Ground } from '../ground.ts';
import type { Logos } from '../logos.ts';
import type { PageFrame } from '../page-frame.ts';
import { openAdministrators } from './administrators.ts';
import { auditRoutes } from './audit-routes.tsx';
import { createCases, type Decision, decisionCollection, type Revision, revisionCollection } from './cases.ts';
import { createDoor } from './door.ts';
import { createMetadataFetcher } from './fetch-metadata.ts';
import { adminHomeRoutes } from './home.tsx';
import { createProviderDirectory } from './provider-directory.ts';
import { providerRoutes } from './provider-routes.tsx';
import { registrationRoutes } from './registration-routes.tsx';

export interface ConsoleOptions extends GateOptions {
  readonly settings: Settings;
  readonly ground: Ground;
  readonly log: Log;
  readonly registry: ProviderRegistry;
  readonly clientSecrets: Seal;
  /** The hub's own SAML entityID. */
  readonly entityId: string;
  readonly frame: PageFrame;
  readonly logos: Logos;
  readonly browserCookie: string;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
}

/** The administrators' console: accounts with roles, and the pages that they open. */
export function openConsole(options: ConsoleOptions) {
  const { settings, ground, registry, log, now } = options;
  const { origin, service } = settings;
  const administrators = openAdministrators(ground, now);
  const secure = origin.startsWith('https:');
  const { audit, storage } = ground;
  const trial = settings.profile === 'trial';
  const cases = createCases({
    ...options,
    revisions: storage.collection<Revision>(revisionCollection),
    decisions: storage.collection<Decision>(decisionCollection),
    audit,
    trial,
  });
  const common = {
    ...options,
    administrators,
    secure,
    audit,
    door: createDoor({ ...options, administrators, audit }),
    forms: createOwnForms({ ...options, origin, secure }),
    timeZone: service.timeZone,
    cases,
    directory: createProviderDirectory({
      registry,
      onFault: (err) => log.error({ err }, 'the providers could not be read for the console'),
      now,
    }),
    fetchMetadata: createMetadataFetcher({ allowLoopback: trial, audit, log, now }),
    allowHttp: trial,
    journal: ground.journal,
    accessJournal: ground.accessJournal,
  };
  const pages = [adminHomeRoutes(common), providerRoutes(common), registrationRoutes(common), auditRoutes(common)];
  const routes = (router: Router) => {
    for (const add of pages) add(router);
  };
  return { administrators, routes };
}
