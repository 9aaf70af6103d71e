import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Crumb, Language } from '../web/index.ts';
import type { SignedIn } from './sign-ins.ts';
import type { SitePage } from './site.tsx';

/** One request of somebody who is signed in and admitted. */
export interface Visit {
  readonly ctx: Context;
  readonly language: Language;
  readonly signedIn: SignedIn;
  /** Id of the session here, so that what is kept for one cannot be reached from another. */
  readonly sessionId: string;
}

export interface PartyPage extends SitePage {
  /** The first page after the sign-in, at whatever address. */
  readonly first?: boolean;
  /** Pages between the first one and this. */
  readonly trail?: readonly Crumb[];
  readonly status?: number;
}

/** Why somebody who is signed in may not use this party. */
export interface NotAdmitted {
  readonly title: string;
  readonly reason: string;
  readonly remedy: string;
}

/** Undefined where the handler has answered itself, with a redirect as a rule. */
export type PageAnswer = Promise<PartyPage | undefined>;

/** What a party's folder builds its own pages with. All of them are for those who are signed in and admitted. */
export interface Shell {
  /** For what is open to everybody. */
  readonly router: Router;
  /** Ties what is begun here to this browser; the secret is in its cookie. */
  readonly browserSecret: (ctx: Context) => string;
  readonly page: (path: string, answer: (visit: Visit) => PageAnswer) => void;
  /** A form of our own pages. */
  readonly form: (path: string, answer: (visit: Visit, form: URLSearchParams) => PageAnswer) => void;
}
