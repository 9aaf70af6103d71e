import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { randomText } from '../lib/random.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import { AttributeError } from './errors.ts';

/** What a resident agreed to: that one party is given these types for this purpose, until then. No value of the data. */
export interface Consent extends StoredRecord {
  readonly residentRef: string;
  readonly party: string;
  readonly purpose: string;
  readonly types: readonly string[];
  readonly givenAt: number;
  readonly until: number;
  /** Set where the resident agreed for one sign-in only: the session it is bound to. */
  readonly sessionId?: string | undefined;
  /** Version of the text that the resident saw. */
  readonly textVersion: string;
  readonly withdrawnAt?: number | undefined;
  /** Over the fields above, so that a record moved, widened or prolonged in the store counts for nothing. */
  readonly mac: string;
}

export const consentCollection: CollectionDefinition = {
  name: 'consent',
  indexes: [['residentRef'], ['residentRef', 'party']],
};

const dayMs = 24 * 60 * 60_000;

/** What the page offers; `session` ends with the sign-in. */
export const consentPeriods = { session: undefined, '90-days': 90 * dayMs, '1-year': 365 * dayMs } as const;
export type ConsentPeriod = keyof typeof consentPeriods;

export interface ConsentGift extends Pick<Consent, 'residentRef' | 'party' | 'purpose' | 'types' | 'textVersion'> {
  readonly period: ConsentPeriod;
  /** The sign-in at which the resident agreed, and when it ends at the latest. */
  readonly session: { readonly id: string; readonly endsAt: number };
}

export interface ConsentQuestion extends Pick<Consent, 'residentRef' | 'party' | 'purpose'> {
  readonly type: string;
  readonly sessionId?: string | undefined;
}

export type FoundConsent =
  | { readonly state: 'given'; readonly consent: Consent; readonly standing: boolean }
  | { readonly state: 'withdrawn' | 'expired' | 'none' };

export interface ConsentsOptions {
  readonly consents: Collection<Consent>;
  readonly macKey: Uint8Array;
  readonly now?: () => number;
  /** How long an ended consent stays as evidence; five years unless told. */
  readonly keepMs?: number;
}

/** Consents of residents. Nothing is cached: a withdrawal counts from the next request on, in every process. */
export function createConsents({ consents, macKey, now = Date.now, keepMs = 5 * 366 * dayMs }: ConsentsOptions) {
  const key = createSecretKey(macKey);

  const sealed = (facts: Omit<Consent, 'mac'>): Consent => ({ ...facts, mac: macOf(facts).toString('base64url') });

  function macOf(facts: Omit<Consent, 'mac'>): Buffer {
    const { id, residentRef, party, purpose, types, givenAt, until, sessionId, textVersion, withdrawnAt } = facts;
    const text = [id, residentRef, party, purpose, types, givenAt, until, sessionId, textVersion, withdrawnAt];
    // JSON tells neither undefined from null nor needs to: no field is ever null.
    return createHmac('sha256', key).update(JSON.stringify(text)).digest();
  }

  function isGenuine(consent: Consent): boolean {
    const found = Buffer.from(String(consent.mac), 'base64url');
    const expected = macOf(consent);
    return found.length === expected.length && timingSafeEqual(found, expected);
  }

  async function give({ period, session, ...facts }: ConsentGift): Promise<Consent> {
    const givenAt = now();
    const lasting = consentPeriods[period];
    const until = lasting === undefined ? session.endsAt : givenAt + lasting;
    const bound = lasting === undefined ? { sessionId: session.id } : {};
    const consent = sealed({
      ...facts,
      ...bound,
      id: randomText(16, 'hex'),
      givenAt,
      until,
      expiresAt: until + keepMs,
    });
    await consents.insert(consent);
    return consent;
  }

  /** Only its own resident can withdraw it; a second time changes nothing. */
  async function withdraw(residentRef: string, id: string): Promise<Consent> {
    const withdrawnAt = now();
    const withdrawn = await consents.update(id, (current) =>
      current.residentRef !== residentRef || current.withdrawnAt !== undefined || !isGenuine(current)
        ? current
        : sealed({ ...current, withdrawnAt }),
    );
    if (!withdrawn || withdrawn.residentRef !== residentRef)
      throw new AttributeError('CONSENT_MISSING', 'the resident has no such consent');
    return withdrawn;
  }

  /** Everything one party was ever allowed, for when its link is undone. */
  async function withdrawAll(residentRef: string, party: string): Promise<readonly Consent[]> {
    const open = (await genuine({ residentRef, party })).filter((consent) => stateOf(consent) === 'given');
    return Promise.all(open.map(({ id }) => withdraw(residentRef, id)));
  }

  async function genuine(where: Readonly<Record<string, string>>): Promise<Consent[]> {
    const found: Consent[] = [];
    let after: string | undefined;
    do {
      const page = await consents.find({ where, limit: 1000, ...(after === undefined ? {} : { after }) });
      found.push(...page.records.filter(isGenuine));
      after = page.next;
    } while (after !== undefined);
    return found.toSorted((a, b) => b.givenAt - a.givenAt || (a.id < b.id ? 1 : -1));
  }

  function stateOf({ withdrawnAt, until }: Consent): 'given' | 'withdrawn' | 'expired' {
    if (withdrawnAt !== undefined) return 'withdrawn';
    return until > now() ? 'given' : 'expired';
  }

  /** The consent that allows this; without one, what became of the latest. A consent of another sign-in is none. */
  async function find({ residentRef, party, purpose, type, sessionId }: ConsentQuestion): Promise<FoundConsent> {
    const matching = (await genuine({ residentRef, party })).filter(
      (consent) =>
        consent.purpose === purpose &&
        consent.types.includes(type) &&
        (consent.sessionId === undefined || consent.sessionId === sessionId),
    );
    const given = matching.filter((candidate) => stateOf(candidate) === 'given');
    // A standing one allows more than one for this sign-in, whichever came later.
    const consent = given.find(({ sessionId: bound }) => bound === undefined) ?? given[0];
    if (consent) return { state: 'given', consent, standing: consent.sessionId === undefined };
    const [latest] = matching;
    const state = latest ? stateOf(latest) : 'none';
    return { state: state === 'given' ? 'none' : state };
  }

  /** All of a resident, newest first, ended ones included. */
  async function list(residentRef: string) {
    return (await genuine({ residentRef })).map((consent) => ({ consent, state: stateOf(consent) }));
  }

  return { give, withdraw, withdrawAll, find, list };
}

export type Consents = ReturnType<typeof createConsents>;
