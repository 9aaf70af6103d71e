import type Router from '@koa/router';
import type { Settings } from '../../config/index.ts';
import type { ProviderRegistry } from '../../federation/index.ts';
import type { RegisteredBodies } from '../registered-bodies.ts';
import { type AccountRoutesOptions, accountRoutes } from './account.tsx';
import { type AuthenticatorRoutesOptions, authenticatorRoutes } from './authenticators.tsx';
import { type ConsentRoutesOptions, consentRoutes } from './consent.tsx';
import { partyNames } from './party-names.ts';

type FromSettings = 'origin' | 'secure' | 'timeZone' | 'supportPhone' | 'partyNameOf' | 'sourceNameOf' | 'sourcesOf';

export type ResidentPagesOptions = Omit<
  AccountRoutesOptions & ConsentRoutesOptions & AuthenticatorRoutesOptions,
  FromSettings
> & {
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
  const common = { ...options, origin, secure: origin.startsWith('https:') };
  const account = accountRoutes({
    ...common,
    timeZone: service.timeZone,
    partyNameOf: partyNames(registry),
    sourceNameOf: async (source) => names.get(source) ?? (await bodies.nameOf(source)),
  });
  // Every body of the settings is asked for whatever type: which of them knows the resident shows only in the answer.
  const consent = consentRoutes({
    ...common,
    sourcesOf: async (type) => [...names.values(), ...(await bodies.namesFor(type))],
  });
  const { timeZone, support } = service;
  const authenticators = authenticatorRoutes({ ...common, timeZone, supportPhone: support.phone });
  return (router) => {
    consent(router);
    account(router);
    authenticators(router);
  };
}
