import type { Context } from 'koa';
import { browserFamilyOf } from '../browser-family.ts';
import type { Presentation, Sessions } from '../session.ts';
import type { KnownBrowsers } from './known-browsers.ts';

export interface OpenSessionOptions {
  readonly sessions: Pick<Sessions, 'byCookie' | 'renew' | 'start' | 'retireCookie' | 'dropCookies'>;
  /** Ends a session for everybody who took part in it. */
  readonly endSession: (id: string) => Promise<unknown>;
  readonly knownBrowsers: Pick<KnownBrowsers, 'note'>;
  readonly sessionCookie: string;
  readonly secure: boolean;
}

/**
 * The same resident keeps the session and its parties; another one ends it. Either way the cookie is new. Where the
 * level changes, the cookies that knew the old one are gone before the new one counts: whoever copied one is not
 * raised along with the resident (session fixation).
 */
export async function openSession(
  ctx: Context,
  presentation: Presentation,
  { sessions, endSession, knownBrowsers, sessionCookie, secure }: OpenSessionOptions,
): Promise<void> {
  const before = ctx.cookies.get(sessionCookie);
  const current = await sessions.byCookie(before);
  const isSame = current?.residentRef === presentation.residentRef;
  if (current && isSame && current.level !== presentation.level) await sessions.dropCookies(current.id);
  const same = current && isSame ? await sessions.renew(current.id, presentation) : undefined;
  if (current && !same) await endSession(current.id);
  const browser = browserFamilyOf(ctx.get('user-agent'));
  // Together: what is written in one turn is one commit.
  const [{ cookie }] = await Promise.all([
    same ?? sessions.start({ ...presentation, browser }),
    knownBrowsers.note(ctx, presentation.residentRef),
  ]);
  if (before) await sessions.retireCookie(before);
  ctx.cookies.set(sessionCookie, cookie, { httpOnly: true, sameSite: 'lax', secure, path: '/', overwrite: true });
}
