import type { Context } from 'koa';
import {
  type Collection,
  type CollectionDefinition,
  insertOnce,
  type Storage,
  type StoredRecord,
} from '../../storage/index.ts';
import { type BrowserFamily, browserFamilyOf } from '../browser-family.ts';

/** When and where somebody signed in, as coarse as a person would tell it: never an address. */
export interface SignInPlace {
  readonly at: number;
  readonly browser: BrowserFamily;
  /** Registration id of the service that it was for; none for a page of the hub itself. */
  readonly party?: string | undefined;
}

/** A resident's latest sign-in; the id is the resident. */
interface LastSignIn extends StoredRecord, SignInPlace {
  readonly expiresAt: number;
}

/** As long as the record of happenings, in which it is counted what failed since. */
const keptMs = 400 * 24 * 3_600_000;
const lastSignInCollection: CollectionDefinition = { name: 'last-sign-in' };

export interface LastSignInsOptions {
  readonly latest: Collection<LastSignIn>;
  readonly now: () => number;
}

/** R68: of every sign-in its resident can see the one before it, and so find the one that was somebody else's. */
export function createLastSignIns({ latest, now }: LastSignInsOptions) {
  /** Notes a sign-in; the one before it, or undefined for a first one. Of two at once each is told of the other at most once. */
  async function note(ctx: Context, residentRef: string, party: string): Promise<SignInPlace | undefined> {
    const browser = browserFamilyOf(ctx.get('user-agent'));
    const at = now();
    const record = { id: residentRef, at, browser, ...(party ? { party } : {}), expiresAt: at + keptMs };
    for (;;) {
      let before: LastSignIn | undefined;
      const written = await latest.update(residentRef, (current) => {
        before = current;
        return record;
      });
      if (written && before) return placeIn(before);
      // False where another first sign-in was faster.
      if (await insertOnce(latest, record)) return undefined;
    }
  }

  return { note };
}

const placeIn = ({ at, browser, party }: LastSignIn): SignInPlace => ({ at, browser, ...(party ? { party } : {}) });

export type LastSignIns = ReturnType<typeof createLastSignIns>;

/** With its records in the hub's store. */
export const openLastSignIns = ({ storage }: { readonly storage: Storage }, now: () => number): LastSignIns =>
  createLastSignIns({ latest: storage.collection<LastSignIn>(lastSignInCollection), now });
