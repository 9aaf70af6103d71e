import { X509Certificate } from 'node:crypto';
import type { KeyRing, ProviderRecord, RegisteredKey, RegisteredKeys } from '../../federation/index.ts';
import { verificationKey } from '../../lib/xml/index.ts';
import { type ProviderDirectory, wordsMatcher } from './provider-directory.ts';

/** What ends on a day: a provider's key, its metadata, or a key of the hub itself. */
export interface CalendarEntry {
  readonly what: 'signing' | 'encryption' | 'both' | 'metadata' | 'hub';
  /** ms since 1970. */
  readonly end: number;
  /** SHA-256 of the key, base64url. */
  readonly fingerprint?: string | undefined;
  /** None: the hub's own. */
  readonly provider?: Pick<ProviderRecord, 'id' | 'name' | 'status'> | undefined;
}

export const terms = ['expired', 'month', 'quarter', 'later'] as const;
export type Term = (typeof terms)[number];
export const termIn = (text: string | null): Term | undefined => terms.find((term) => term === text);

export const uses = ['signing', 'encryption', 'metadata', 'hub'] as const;
export type Use = (typeof uses)[number];
export const useIn = (text: string | null): Use | undefined => uses.find((use) => use === text);

const dayMs = 86_400_000;

export function termOf(end: number, at: number): Term {
  if (end <= at) return 'expired';
  if (end <= at + 30 * dayMs) return 'month';
  return end <= at + 90 * dayMs ? 'quarter' : 'later';
}

/** The first end among a registration's keys and its metadata, or undefined where nothing ends. */
export function firstEndOf({ keys, validUntil }: RegisteredKeys): number | undefined {
  const ends = [...keys.map(({ to }) => to), validUntil].filter((end): end is number => end !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

const isSoon = (end: number | undefined, at: number) => end !== undefined && end <= at + 30 * dayMs;

/** For the mark in the list: within thirty days, or over. */
export const endsSoon = (keys: RegisteredKeys, at: number): boolean => isSoon(firstEndOf(keys), at);

export interface CalendarOptions {
  readonly directory: Pick<ProviderDirectory, 'dated'>;
  readonly keys: Pick<KeyRing, 'published'>;
  readonly now: () => number;
}

export interface CalendarQuery {
  readonly term: Term | undefined;
  readonly use: Use | undefined;
  /** Words of a provider's names or identifier. */
  readonly words: string;
}

/** Everything with an end, soonest first, from what the directory keeps in memory. */
export function createKeyCalendar({ directory, keys, now }: CalendarOptions) {
  /** Made once per key of the hub. */
  const hubEnds = new Map<string, CalendarEntry>();

  function ownEntries(): CalendarEntry[] {
    return keys.published('saml').flatMap(({ id, certificate }) => {
      if (certificate === undefined) return [];
      const known = hubEnds.get(id);
      if (known) return [known];
      const { validToDate, publicKey } = new X509Certificate(Buffer.from(certificate, 'base64'));
      const { fingerprint } = verificationKey(publicKey);
      const entry = { what: 'hub' as const, end: validToDate.getTime(), fingerprint };
      hubEnds.set(id, entry);
      return [entry];
    });
  }

  async function entries({ use, words }: Omit<CalendarQuery, 'term'>): Promise<CalendarEntry[]> {
    const matches = wordsMatcher(words);
    const found = words === '' ? ownEntries() : [];
    for (const { keys: registered, words: text, id, name, status } of await directory.dated())
      if (matches(text)) found.push(...entriesOf(registered, { id, name, status }));
    return found.filter(({ what }) => use === undefined || what === use || (what === 'both' && isKeyUse(use)));
  }

  /** A page of the calendar, and how many there are in each term. */
  async function look(query: CalendarQuery, { from, limit }: { from: number; limit: number }) {
    const at = now();
    const counts: Record<Term, number> = { expired: 0, month: 0, quarter: 0, later: 0 };
    const found = await entries(query);
    for (const { end } of found) counts[termOf(end, at)] += 1;
    const wanted = query.term === undefined ? found : found.filter(({ end }) => termOf(end, at) === query.term);
    const page = wanted.sort((one, other) => one.end - other.end).slice(from, from + limit);
    return { page, counts, at, next: from + limit < wanted.length ? from + limit : undefined };
  }

  /** What has to be done: ends of live providers, and the hub's own, that are over or near. */
  async function toDo(): Promise<Readonly<Record<'expired' | 'month', number>>> {
    const at = now();
    const near = (await entries({ use: undefined, words: '' })).filter(
      ({ end, provider }) => isSoon(end, at) && (provider?.status ?? 'approved') === 'approved',
    );
    const expired = near.filter(({ end }) => end <= at).length;
    return { expired, month: near.length - expired };
  }

  /** Ids of providers with an end within thirty days, or over. */
  async function endingSoon(): Promise<ReadonlySet<string>> {
    const at = now();
    return new Set((await directory.dated()).filter(({ keys: own }) => endsSoon(own, at)).map(({ id }) => id));
  }

  return { look, toDo, endingSoon };
}

export type KeyCalendar = ReturnType<typeof createKeyCalendar>;

const isKeyUse = (use: Use) => use === 'signing' || use === 'encryption';

function entriesOf(
  { keys, validUntil }: RegisteredKeys,
  provider: NonNullable<CalendarEntry['provider']>,
): CalendarEntry[] {
  const dated = keys.filter((key): key is RegisteredKey & { to: number } => key.to !== undefined);
  return [
    ...dated.map(({ use, fingerprint, to }) => ({ what: use ?? ('both' as const), end: to, fingerprint, provider })),
    ...(validUntil === undefined ? [] : [{ what: 'metadata' as const, end: validUntil, provider }]),
  ];
}
