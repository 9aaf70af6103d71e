import { randomText } from '../lib/random.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';

/** Who does one piece of scheduled work at the moment; gone at its end. */
export interface LeaseRecord extends StoredRecord {
  /** Name of the work. */
  readonly id: string;
  /** Of one acquisition: what the same process got before is not what it holds now. */
  readonly holder: string;
  readonly expiresAt: number;
}

export const leaseCollection: CollectionDefinition = { name: 'lease' };

export interface LeasesOptions {
  readonly leases: Collection<LeaseRecord>;
  /** How long a holder has without renewing; the work of one that died is free after this. */
  readonly termMs?: number;
  /** So much before the end of its term a holder stops, and by so much clocks of two machines may differ. */
  readonly marginMs?: number;
  readonly now: () => number;
}

export interface Lease {
  /**
   * Prolongs the term, and tells whether the lease is still ours; a false is final. A long piece of work asks before
   * each of its steps, because whoever was held up for longer than the term is not the only one any more.
   */
  renew(): Promise<boolean>;
  /** By the clock alone. */
  isHeld(): boolean;
  release(): Promise<void>;
}

/**
 * Work that runs once over all processes. Whoever holds the lease does it; the others do not wait but go on without. It
 * is fenced by time: the record counts until its end and not a moment longer, and its holder takes it for lost a margin
 * earlier, so that a holder that was stopped, cut off or slow has let go before anybody else begins. What is done under
 * a lease must all the same bear being done twice: no lease stops a write that is already on its way.
 */
export function createLeases({ leases, termMs = 15_000, marginMs = 3_000, now }: LeasesOptions) {
  if (marginMs >= termMs) throw new TypeError('a lease has a term longer than its margin');

  /** Undefined: somebody else holds it. */
  async function acquire(name: string): Promise<Lease | undefined> {
    const record = { id: name, holder: randomText(16, 'base64url'), expiresAt: now() + termMs };
    return (await insertOnce(leases, record)) ? leaseOf(record) : undefined;
  }

  function leaseOf({ id, holder, expiresAt }: LeaseRecord): Lease {
    let until = expiresAt;
    const isHeld = () => now() < until - marginMs;

    async function settle(end: number): Promise<boolean> {
      const mine = (current: LeaseRecord) => current.holder === holder;
      const left = await leases.update(id, (current) => (mine(current) ? { ...current, expiresAt: end } : current));
      return left !== undefined && mine(left);
    }

    async function renew(): Promise<boolean> {
      const end = now() + termMs;
      // The write may have taken long: what counts is the moment at which it was asked for.
      until = isHeld() && (await settle(end)) ? end : Number.NEGATIVE_INFINITY;
      return isHeld();
    }

    async function release(): Promise<void> {
      until = Number.NEGATIVE_INFINITY;
      await settle(now());
    }

    return { renew, isHeld, release };
  }

  return { acquire };
}

export type Leases = ReturnType<typeof createLeases>;
