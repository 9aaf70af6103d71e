import type { Audit } from '../audit.ts';
import type { Leases } from '../lease.ts';
import type { Approvals } from './approvals.ts';
import type { EventFeed } from './event-feed.ts';
import type { Evidence } from './evidence.ts';

export interface DailyOptions {
  readonly leases: Leases;
  readonly approvals: Pick<Approvals, 'settleAll'>;
  readonly evidence: Pick<Evidence, 'sweep'>;
  /** Notices of coming ends, and the state of cards that have ended. */
  readonly expiryRound: () => Promise<void>;
  readonly settleReplacements: () => Promise<void>;
  /** Changes that were told and not settled, or are about somebody who is known by now. */
  readonly events: Pick<EventFeed, 'settleAll'>;
  /** What a register told of and is due. */
  readonly settleDue: () => Promise<void>;
  readonly audit: Audit;
  readonly onFault: (error: unknown) => void;
  readonly everyMs?: number;
}

/**
 * The office's round, on one process at a time: finishes what a crash left half done, deletes pictures whose time is
 * over, tells holders of coming ends. Every part bears being done twice, so that several rounds a day cost a look.
 */
export function createDaily(options: DailyOptions) {
  const { leases, approvals, evidence, audit, onFault, everyMs = 3_600_000 } = options;
  let running: Promise<void> | undefined;

  async function round(): Promise<void> {
    const lease = await leases.acquire('card-office-round');
    if (!lease) return;
    try {
      await approvals.settleAll();
      const deleted = await evidence.sweep(() => lease.renew());
      if (deleted > 0) await audit.record({ type: 'evidence.delete', result: 'ok', detail: { pictures: deleted } });
      if (await lease.renew()) await options.events.settleAll();
      if (await lease.renew()) await options.settleDue();
      if (await lease.renew()) await options.expiryRound();
      if (await lease.renew()) await options.settleReplacements();
    } finally {
      await lease.release();
    }
  }

  const run = (): Promise<void> => {
    running ??= round()
      .catch(onFault)
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  // A hub that is started anew more often than that has its round all the same.
  const timers = [setTimeout(() => void run(), Math.min(everyMs, 60_000)), setInterval(() => void run(), everyMs)];
  for (const timer of timers) timer.unref();

  /** Resolves when nothing is under way any more. */
  async function close(): Promise<void> {
    for (const timer of timers) clearTimeout(timer);
    await running;
  }

  return { run, close };
}
