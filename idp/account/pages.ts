import type Router from '@koa/router';
import { verifiedIdentity } from '../../attribute-service/index.ts';
import type { Settings } from '../../config/index.ts';
import type { ProviderRegistry } from '../../federation/index.ts';
import { type NoticeRoutesOptions, noticeRoutes } from '../card/notice-routes.tsx';
import type { RegisteredBodies } from '../registered-bodies.ts';
import { type AccountRoutesOptions, accountRoutes } from './account.tsx';
import { type ActivityRoutesOptions, activityRoutes } from './activity.tsx';
import { type AuthenticatorRoutesOptions, authenticatorRoutes } from './authenticators.tsx';
import { type ConsentRoutesOptions, consentRoutes } from './consent.tsx';
import { partyNames } from './party-names.ts';
import { type ReportRoutesOptions, reportRoutes } from './report.tsx';
import { type ServiceRoutesOptions, serviceRoutes } from './services.tsx';
import { type SessionRoutesOptions, sessionRoutes } from './sessions.tsx';

type FromSettings = 'origin' | 'secure' | 'timeZone' | 'supportPhone' | 'partyNameOf' | 'sourceNameOf' | 'sourcesOf';

type Pages = AccountRoutesOptions &
  ConsentRoutesOptions &
  AuthenticatorRoutesOptions &
  SessionRoutesOptions &
  ServiceRoutesOptions &
  ReportRoutesOptions &
  ActivityRoutesOptions &
  NoticeRoutesOptions;

export type ResidentPagesOptions = Omit<Pages, FromSettings> & {
  readonly settings: Settings;
  readonly registry: ProviderRegistry;
  readonly bodies: Pick<RegisteredBodies, 'namesFor' | 'nameOf'>;
};

/** The resident's pages with the names that settings and registrations give to bodies and services. */
export function residentPages({
  settings,
  registry,
  bodies,
  ...options
}: ResidentPagesOptions): (router: Router) => void {
  const { origin, sources, service } = settings;
  const names = new Map(sources.map(({ id, name }) => [id, name]));
  const { timeZone, support } = service;
  const secure = origin.startsWith('https:');
  const partyNameOf = partyNames(registry);
  const common = { ...options, origin, secure, timeZone, supportPhone: support.phone, partyNameOf };
  const sourceNameOf = async (source: string) => names.get(source) ?? (await bodies.nameOf(source));
  const account = accountRoutes({
    ...common,
    sourceNameOf,
  });
  // Every body of the settings is asked for whatever type: which of them knows the resident shows only in the answer.
  const consent = consentRoutes({
    ...common,
    // What the card office found out is the operator's own.
    sourcesOf: async (type) =>
      type === verifiedIdentity.id ? [service.operator] : [...names.values(), ...(await bodies.namesFor(type))],
  });
  const authenticators = authenticatorRoutes(common);
  const added = [
    consent,
    account,
    authenticators,
    sessionRoutes(common),
    serviceRoutes({ ...common, registry, sourceNameOf }),
    noticeRoutes(common),
    reportRoutes(common),
    activityRoutes(common),
  ];
  return (router) => {
    for (const add of added) add(router);
  };
}
