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

/**
 * How far a sign-out reached: everybody confirmed; not everybody; the hub, which has told the resident about the others
 * itself; or this service alone.
 */
export type LeftHow = 'everywhere' | 'partly' | 'hub' | 'here';

/** How a party speaks with the hub. */
export interface Protocol {
  /** Sends the browser to the hub. */
  start(ctx: Context): Promise<void>;
  /** Origin of the hub, where the sign-out goes on. */
  readonly hubOrigin: string;
  /** Where the browser asks the hub to end the sign-in everywhere; undefined where it cannot be asked. */
  signOutAddress(ctx: Context, signedIn: SignedIn): Promise<string | undefined>;
  /** Where the hub's answers arrive. `signedIn` opens the session and leads home. */
  routes(router: Router, signedIn: (ctx: Context, result: SignedIn) => Promise<void>): void;
}
