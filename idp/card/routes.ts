import type Router from '@koa/router';
import { cardRoutes } from './card-routes.tsx';
import { changeRoutes } from './change-routes.tsx';
import { pinRoutes } from './pin-routes.tsx';
import { stopRoutes } from './stop-routes.tsx';

type Of<Routes extends (options: never) => unknown> = Parameters<Routes>[0];

export type HolderCardRoutesOptions = Of<typeof cardRoutes> &
  Omit<Of<typeof changeRoutes>, 'timeZone'> &
  Of<typeof pinRoutes> &
  Of<typeof stopRoutes>;

/** Everything that a holder does about the own card. */
export function holderCardRoutes(options: HolderCardRoutesOptions): (router: Router) => void {
  const { timeZone } = options.settings.service;
  const pages = [cardRoutes(options), changeRoutes({ ...options, timeZone }), pinRoutes(options), stopRoutes(options)];
  return (router) => {
    for (const add of pages) add(router);
  };
}
