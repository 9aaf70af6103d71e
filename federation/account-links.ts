import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';

/**
 * Pseudonymous links (the pilot's relay DB): one random identifier per resident and party, for both protocols. No two
 * parties share one, and nothing of the resident can be computed from it.
 */
export interface AccountLink extends StoredRecord {
  readonly residentRef: string;
  /** `saml:` and an entityID, or `oidc:` and a sector identifier. */
  readonly party: string;
  readonly pseudonym: string;
  readonly linkedAt: number;
  /** When a session of the resident last came to the party; none for a body that is only asked for data. */
  readonly lastSignInAt?: number | undefined;
  /** The resident undid it: nobody is found by it any more. The pseudonym stays reserved. */
  readonly unlinkedAt?: number | undefined;
}

export const accountLinkCollection: CollectionDefinition = {
  name: 'account-link',
  indexes: [['residentRef'], ['party', 'pseudonym']],
  readMostly: true,
};

const idsMax = 10_000;

export interface AccountLinksOptions {
  readonly links: Collection<AccountLink>;
  /** Makes the record's id from resident and party, so that a list of ids tells nothing. */
  readonly indexKey: Uint8Array;
  readonly now?: () => number;
}

export function createAccountLinks({ links, indexKey, now = Date.now }: AccountLinksOptions) {
  // A KeyObject, because Node makes one of a raw key at every call.
  const key = createSecretKey(indexKey);
  const ids = new Map<string, string>();

  /** Kept for a while: one sign-on asks several times. */
  function idOf(residentRef: string, party: string): string {
    const link = JSON.stringify([residentRef, party]);
    const id = ids.get(link) ?? createHmac('sha256', key).update(link).digest('base64url');
    if (ids.size >= idsMax) ids.clear();
    ids.set(link, id);
    return id;
  }

  /** The party's pseudonym of the resident, made at the first visit (links are made silently until consent opens). */
  async function pseudonymFor(residentRef: string, party: string): Promise<string> {
    const id = idOf(residentRef, party);
    const known = await links.get(id);
    if (known) return known.unlinkedAt === undefined ? known.pseudonym : relink(known);
    const link = { id, residentRef, party, pseudonym: randomBytes(24).toString('base64url'), linkedAt: now() };
    if (await insertOnce(links, link)) return link.pseudonym;
    // Two first visits at once: the one that was stored counts for both.
    return (await links.get(id))?.pseudonym ?? pseudonymFor(residentRef, party);
  }

  /** The resident comes back: as the same person, because the party keeps what belongs to the pseudonym. */
  async function relink({ id, pseudonym }: AccountLink): Promise<string> {
    await links.update(id, (current) =>
      current.unlinkedAt === undefined ? current : { ...current, unlinkedAt: undefined, linkedAt: now() },
    );
    return pseudonym;
  }

  /** The party's pseudonym of the resident if there is a link; makes none. */
  async function knownPseudonym(residentRef: string, party: string): Promise<string | undefined> {
    const known = await links.get(idOf(residentRef, party));
    return known?.unlinkedAt === undefined ? known?.pseudonym : undefined;
  }

  async function isLinked(residentRef: string, party: string): Promise<boolean> {
    return (await knownPseudonym(residentRef, party)) !== undefined;
  }

  async function residentOf(party: string, pseudonym: string): Promise<string | undefined> {
    const found = (await links.find({ where: { party, pseudonym }, limit: 1 })).records[0];
    return found?.unlinkedAt === undefined ? found?.residentRef : undefined;
  }

  /** Notes a sign-in at the party; true when it is the first one of this link. */
  async function noteSignIn(residentRef: string, party: string): Promise<boolean> {
    let first = false;
    const noted = await links.update(idOf(residentRef, party), (current) => {
      first = current.lastSignInAt === undefined;
      return { ...current, lastSignInAt: now() };
    });
    return noted !== undefined && first;
  }

  /** Those that were undone too. */
  async function linksOf(residentRef: string): Promise<readonly AccountLink[]> {
    return (await links.find({ where: { residentRef }, limit: 1000 })).records;
  }

  /**
   * R49: from here on the party's pseudonym leads to nobody. It is kept, not forgotten: SAML Core 8.3.7 has it never
   * given to another one, and who undid a link by mistake finds the own records at the party again.
   */
  async function unlink(residentRef: string, party: string): Promise<void> {
    const at = now();
    await links.update(idOf(residentRef, party), (current) => ({
      ...current,
      unlinkedAt: current.unlinkedAt ?? at,
      lastSignInAt: undefined,
    }));
  }

  return { pseudonymFor, knownPseudonym, isLinked, residentOf, noteSignIn, linksOf, unlink };
}

export type AccountLinks = ReturnType<typeof createAccountLinks>;
