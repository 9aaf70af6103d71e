import type { Audit } from './audit.ts';
import { auditMove, type RotatingKey } from './rotating-keys.ts';

export interface KeyScheduleOptions {
  readonly rotating: readonly Pick<RotatingKey, 'advance'>[];
  /** Reads what was moved elsewhere. */
  readonly load: () => Promise<void>;
  readonly audit: Audit;
  readonly onFault: (error: unknown) => void;
  readonly everyMs?: number;
}

/**
 * Moves keys when they are due. Every process looks, and one of them makes the move: the write itself decides which, so
 * that no lease is needed. A process that nobody asks anything learns of moves here as well.
 */
export function createKeySchedule({ rotating, load, audit, onFault, everyMs = 1000 }: KeyScheduleOptions) {
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    for (const { advance } of rotating) {
      const made = await advance();
      if (made) await auditMove(audit, made, 'schedule');
    }
    await load();
  }

  const timer = setInterval(() => {
    looking ??= look()
      .catch(onFault)
      .finally(() => {
        looking = undefined;
      });
  }, everyMs);
  timer.unref();

  /** Resolves when nothing is under way any more. */
  async function close(): Promise<void> {
    clearInterval(timer);
    await looking;
  }

  return { close };
}
