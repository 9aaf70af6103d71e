import { randomBytes } from 'node:crypto';
import type { SignInProtocol } from '../../federation/index.ts';
import { sha256 } from '../../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../../storage/index.ts';
import type { Audit } from '../audit.ts';
import type { Administrators } from './administrators.ts';
import { AdminError } from './errors.ts';
import { type Act, decideAct } from './roles.ts';

/**
 * An offer to a service's own engineer, who has no account here, to send one registration or one change of one. Only the
 * hash of its token is kept. What the service is called and may be given was fixed by the administrator who made it.
 */
export interface SetupLink extends StoredRecord {
  /** SHA-256 of the token. */
  readonly id: string;
  /** What people and the audit call it; worth nothing at the door. */
  readonly number: string;
  readonly protocol: SignInProtocol;
  readonly name: { readonly ja: string; readonly en: string };
  /** Attributes and purposes. */
  readonly contract: readonly string[];
  /** For whom it was made. */
  readonly note: string;
  readonly by: string;
  readonly at: number;
  /** ms since 1970; the record outlives it, so that the list can tell what became of the link. */
  readonly until: number;
  /** The provider that is changed, and the digest of what stood there when the link was made. */
  readonly change?: { readonly provider: string; readonly base: string } | undefined;
  readonly withdrawnAt?: number | undefined;
  /** A submission that is being written, and where. */
  readonly claim?: { readonly at: number; readonly provider: string } | undefined;
  readonly used?: { readonly at: number; readonly provider: string } | undefined;
}

export const setupLinkCollection: CollectionDefinition = { name: 'setup-link', unique: ['number'] };

export const [daysDefault, daysMax] = [7, 30];
const day = 24 * 3_600_000;
const keptMs = 90 * day;
/** A write takes milliseconds; what is older was broken off by a crash. */
const claimMs = 60_000;
const tokenForm = /^[\w-]{43}$/;
const hashOf = (token: string) => sha256('sanuki-setup:', token).toString('base64url');

export type LinkState = 'open' | 'used' | 'withdrawn' | 'expired';

export function linkStateOf({ used, withdrawnAt, until }: SetupLink, at: number): LinkState {
  if (used) return 'used';
  if (withdrawnAt !== undefined) return 'withdrawn';
  return until <= at ? 'expired' : 'open';
}

export const actOf = ({ change }: Pick<SetupLink, 'change'>): Act => (change ? 'provider.change' : 'provider.register');

export interface SetupLinksOptions {
  readonly links: Collection<SetupLink>;
  readonly administrators: Pick<Administrators, 'get' | 'currentOf'>;
  /** Whether what stands at this provider came by the link of this number. */
  readonly cameBy: (provider: string, number: string) => Promise<boolean>;
  readonly audit: Audit;
  readonly now: () => number;
}

export type Offer = Pick<SetupLink, 'protocol' | 'name' | 'contract' | 'note' | 'by' | 'change'> & {
  readonly days: number;
};

/** Set-up links: made and withdrawn by administrators, opened by whoever holds the token, used once. */
export function createSetupLinks({ links, administrators, cameBy, audit, now }: SetupLinksOptions) {
  /** The token is in the returned value only. */
  async function offer({ days, ...offered }: Offer): Promise<{ token: string; link: SetupLink }> {
    if (!Number.isInteger(days) || days < 1 || days > daysMax) throw new TypeError(`a link lasts 1 to ${daysMax} days`);
    const token = randomBytes(32).toString('base64url');
    const [at, number] = [now(), `L-${randomBytes(6).toString('hex').toUpperCase()}`];
    const until = at + days * day;
    const link = { ...offered, id: hashOf(token), number, at, until, expiresAt: until + keptMs };
    await links.insert(link);
    await record('provider.link', link, { actor: link.by, detail: { until, contract: link.contract } });
    return { token, link };
  }

  function record(
    type: string,
    { number, change, used }: SetupLink,
    { detail, ...more }: Partial<Parameters<Audit['record']>[0]> = {},
  ): Promise<void> {
    const provider = used?.provider ?? change?.provider;
    return audit.record({ type, result: 'ok', actor: number, provider, ...more, detail: { link: number, ...detail } });
  }

  /**
   * The link of a token, open or used. Everything else gets one answer, whatever the reason: unknown, expired,
   * withdrawn, or made by somebody whose account or right to make it has ended since.
   */
  async function find(token: string): Promise<SetupLink> {
    const link = tokenForm.test(token) ? await links.get(hashOf(token)) : undefined;
    const state = link && linkStateOf(link, now());
    if (!link || (state !== 'open' && state !== 'used') || !(await isBacked(link)))
      throw new AdminError('SETUP_LINK_DEAD', `the set-up link is ${state ?? 'unknown'}, or its maker is gone`);
    return settled(link);
  }

  async function isBacked(link: SetupLink): Promise<boolean> {
    const made = await administrators.get(link.by);
    const maker = made && (await administrators.currentOf(made.residentRef));
    return maker?.id === link.by && decideAct(maker, actOf(link), { at: now() }).allowed;
  }

  /** After a crash between claim and mark: used if the registration is there, open again if not. */
  async function settled(link: SetupLink): Promise<SetupLink> {
    const { claim } = link;
    if (!claim || link.used || claim.at + claimMs > now()) return link;
    if (await cameBy(claim.provider, link.number)) return finish(link, claim.provider);
    await release(link);
    return { ...link, claim: undefined };
  }

  /** Of two submissions one gets the link; it is asked for everything again, because time passed since it was found. */
  async function claim({ id }: SetupLink, provider: string): Promise<SetupLink> {
    const claimed = await links.update(id, (current) => {
      const state = linkStateOf(current, now());
      if (state === 'used' || current.claim) throw new AdminError('SETUP_LINK_USED', 'the set-up link is used already');
      if (state !== 'open') throw new AdminError('SETUP_LINK_DEAD', `the set-up link is ${state}`);
      return { ...current, claim: { at: now(), provider } };
    });
    if (!claimed) throw new AdminError('SETUP_LINK_DEAD', 'the set-up link is gone');
    return claimed;
  }

  /** Nothing was written: the engineer may try again. */
  async function release({ id, claim: held }: SetupLink): Promise<void> {
    await links.update(id, ({ claim: found, ...open }) =>
      found === undefined || found.at === held?.at ? open : { ...open, claim: found },
    );
  }

  async function finish({ id }: SetupLink, provider: string): Promise<SetupLink> {
    const used = await links.update(id, ({ claim: _claim, ...current }) => ({
      ...current,
      used: current.used ?? { at: now(), provider },
    }));
    if (!used) throw new AdminError('SETUP_LINK_DEAD', 'the set-up link is gone');
    await record('provider.link-used', used, { detail: { madeBy: used.by } });
    return used;
  }

  async function ofNumber(number: string): Promise<SetupLink | undefined> {
    return (await links.find({ where: { number }, limit: 1 })).records[0];
  }

  async function withdraw({ id }: SetupLink, by: string): Promise<void> {
    const withdrawn = await links.update(id, (current) => {
      if (linkStateOf(current, now()) !== 'open' || current.claim)
        throw new AdminError('NOTHING_TO_DECIDE', 'the set-up link is not open any more');
      return { ...current, withdrawnAt: now() };
    });
    if (withdrawn) await record('provider.link-withdrawn', withdrawn, { actor: by });
  }

  const list = (page: { limit?: number; after?: string } = {}) => links.find(page);

  const reread = ({ id }: SetupLink) => links.get(id);

  return { offer, find, reread, claim, release, finish, ofNumber, withdraw, list, record };
}

export type SetupLinks = ReturnType<typeof createSetupLinks>;
