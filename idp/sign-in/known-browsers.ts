import type { Context } from 'koa';
import { sha256 } from '../../lib/bytes.ts';
import { randomText } from '../../lib/random.ts';
import {
  type Collection,
  type CollectionDefinition,
  insertOnce,
  type Storage,
  type StoredRecord,
} from '../../storage/index.ts';
import { browserFamilyOf } from '../browser-family.ts';
import type { Notices } from '../card/notices.ts';

/** That a resident signed in with a browser before: a hash of both, so that a reader of the store learns neither. */
export interface KnownBrowser extends StoredRecord {
  readonly expiresAt: number;
}

export const knownBrowserCollection: CollectionDefinition = { name: 'known-browser', readMostly: true };

export interface KnownBrowsersOptions {
  readonly browsers: Collection<KnownBrowser>;
  readonly notices: Pick<Notices, 'notify'>;
  readonly secure: boolean;
  readonly now: () => number;
}

const cookie = 'sanuki-hub-device';
const dayMs = 24 * 3_600_000;
/** As long as browsers keep a cookie at most. */
const keptMs = 400 * dayMs;
const renewedMs = 30 * dayMs;
const secretForm = /^[\w-]{43}$/;

/**
 * Tells a resident of a sign-in with a browser that was never used for one. The cookie grants nothing and is read at a
 * sign-in only; residents who share a browser share it, and each is told of the own first time.
 */
export function createKnownBrowsers({ browsers, notices, secure, now }: KnownBrowsersOptions) {
  /** Costs one read for a browser that is known, and a write every thirty days. */
  async function note(ctx: Context, residentRef: string): Promise<void> {
    const held = ctx.cookies.get(cookie) ?? '';
    const secret = secretForm.test(held) ? held : randomText(32, 'base64url');
    const id = sha256('sanuki-known-browser:', residentRef, '\n', secret).toString('base64url');
    const known = await browsers.get(id);
    const expiresAt = now() + keptMs;
    if (known && expiresAt - known.expiresAt < renewedMs) return;
    if (known) await browsers.update(id, (current) => ({ ...current, expiresAt }));
    else await meet(residentRef, { id, expiresAt }, ctx.get('user-agent'));
    ctx.cookies.set(cookie, secret, { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge: keptMs });
  }

  /** Told before it is noted: after a crash in between it is told once more, rather than never. */
  async function meet(residentRef: string, browser: KnownBrowser, userAgent: string): Promise<void> {
    await notices.notify(residentRef, 'new-device', { browser: browserFamilyOf(userAgent) });
    await insertOnce(browsers, browser);
  }

  return { note };
}

export type KnownBrowsers = ReturnType<typeof createKnownBrowsers>;

/** With its records in the hub's store. */
export const openKnownBrowsers = (
  { storage }: { readonly storage: Storage },
  options: Omit<KnownBrowsersOptions, 'browsers'>,
): KnownBrowsers =>
  createKnownBrowsers({ ...options, browsers: storage.collection<KnownBrowser>(knownBrowserCollection) });
