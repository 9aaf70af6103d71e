import type Router from '@koa/router';
import type { Settings } from '../../config/index.ts';
import type { GateOptions } from '../account/gate.ts';
import { createOwnForms } from '../account/own-form.ts';
import type { Ground } from '../ground.ts';
import type { PageFrame } from '../page-frame.ts';
import { openAdministrators } from './administrators.ts';
import { createDoor } from './door.ts';
import { adminHomeRoutes } from './home.tsx';

export interface ConsoleOptions extends GateOptions {
  readonly settings: Settings;
  readonly ground: Ground;
  readonly frame: PageFrame;
  readonly browserCookie: string;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
}

/** The administrators' console: accounts with roles, and the pages that they open. */
export function openConsole(options: ConsoleOptions) {
  const { settings, ground, now } = options;
  const { origin, service } = settings;
  const administrators = openAdministrators(ground, now);
  const secure = origin.startsWith('https:');
  const { audit } = ground;
  const common = {
    ...options,
    administrators,
    secure,
    audit,
    door: createDoor({ ...options, administrators, audit }),
    forms: createOwnForms({ ...options, origin, secure }),
    timeZone: service.timeZone,
  };
  const pages = [adminHomeRoutes(common)];
  const routes = (router: Router) => {
    for (const add of pages) add(router);
  };
  return { administrators, routes };
}
