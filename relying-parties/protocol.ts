import type Router from '@koa/router';
import type { Context } from 'koa';
import type { SignedIn, SignIns } from './sign-ins.ts';

/** What the shell hands to a protocol. */
export interface ProtocolHost {
  readonly origin: string;
  readonly signIns: SignIns;
  /** Ties a sign-in to this browser; the secret is in its cookie. */
  readonly browserSecret: (ctx: Context) => string;
  /** Level that this party asks for. */
  readonly level: string;
  readonly now: () => number;
}

/** How a party speaks with the hub. */
export interface Protocol {
  /** Sends the browser to the hub. */
  start(ctx: Context): Promise<void>;
  /** Where the hub's answers arrive. `signedIn` opens the session and leads home. */
  routes(router: Router, signedIn: (ctx: Context, result: SignedIn) => Promise<void>): void;
}
