import type Router from '@koa/router';
import type { Settings } from '../../config/index.ts';
import type { Log } from '../../lib/log.ts';
import type { Storage } from '../../storage/index.ts';
import { partyNames } from '../account/party-names.ts';
import { type BackChannelOptions, createBackChannel } from './back-channel.ts';
import { type ChainOptions, chainRoutes } from './chain-routes.tsx';
import { createFrontChannel } from './front-channel.ts';
import { oidcLogoutRoutes, returnTo } from './oidc-routes.ts';
import { type Delivery, deliveryCollection, type SignOut, signOutCollection } from './record.ts';
import { type SamlLogoutOptions, samlLogoutRoutes } from './saml-routes.ts';
import { createSignOuts, type SignOutsOptions } from './sign-outs.ts';

type Made =
  | 'signOut'
  | 'signOuts'
  | 'front'
  | 'reach'
  | 'secure'
  | 'origin'
  | 'issuer'
  | 'stylesheet'
  | 'partyNameOf'
  | 'returnOf';

export interface SignOutParts
  extends Omit<ChainOptions & SamlLogoutOptions & BackChannelOptions, Made | 'keys'>,
    Pick<SignOutsOptions, 'audit'> {
  readonly keys: BackChannelOptions['keys'] & Parameters<typeof oidcLogoutRoutes>[0]['keys'];
  readonly settings: Settings;
  readonly storage: Storage;
  readonly log: Log;
}

/** How often parties that did not answer are looked for. */
const everyMs = 5_000;

/** Wires the sign-out: the orchestrator with its retries, and its endpoints. */
export function openSignOut(parts: SignOutParts) {
  const { settings, storage, registry, frame, log } = parts;
  const { origin, signOut: chosen } = settings;
  const stores = {
    signOuts: storage.collection<SignOut>(signOutCollection),
    deliveries: storage.collection<Delivery>(deliveryCollection),
  };
  const reach = { allowLoopback: settings.profile === 'trial', allowPrivate: chosen.partiesInOwnNetwork };
  const backChannel = createBackChannel({ ...parts, issuer: origin, reach });
  const signOut = createSignOuts({ ...parts, ...stores, backChannel, deadlineMs: chosen.deadlineMs });
  const front = createFrontChannel({ ...parts, ...stores, reach, note: signOut.note });
  const options = {
    ...parts,
    ...stores,
    signOut,
    front,
    origin,
    issuer: origin,
    secure: origin.startsWith('https:'),
    stylesheet: frame.stylesheet,
    partyNameOf: partyNames(registry),
    returnOf: returnTo(registry),
  };
  const added = [chainRoutes(options), samlLogoutRoutes(options), oidcLogoutRoutes(options)];
  const routes = (router: Router) => {
    for (const add of added) add(router);
  };
  return { ...signOut, signOuts: stores.signOuts, routes, close: startRetries(signOut.retry, log) };
}

/** One round at a time; a round that fails is told and the next one tries again. */
function startRetries(retry: () => Promise<void>, log: Log): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = retry()
      .catch((err: unknown) => log.error({ err }, 'a round of telling parties of sign-outs failed'))
      .finally(() => {
        busy = false;
      });
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
