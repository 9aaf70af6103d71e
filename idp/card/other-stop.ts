import type { Authenticator, CardPerson, ReasonCode, Schemes } from '../../card-auth/index.ts';
import type { Audit } from '../audit.ts';
import type { Notices } from './notices.ts';

export interface OtherStopOptions {
  readonly schemes: Pick<Schemes, 'refOf' | 'suspend'>;
  readonly audit: Audit;
  readonly notices: Pick<Notices, 'notify'>;
  readonly onStopped?: ((ref: string) => Promise<void>) | undefined;
}

/** Stops an authenticator of another scheme with all that follows when a card is stopped; false where it could not be. */
export const createOtherStop =
  ({ schemes, audit, notices, onStopped }: OtherStopOptions) =>
  async (other: Authenticator, reason: ReasonCode, by: CardPerson): Promise<boolean> => {
    const ref = schemes.refOf(other);
    if (other.final || !(await schemes.suspend(ref, reason, by.as))) return false;
    await onStopped?.(ref);
    const detail = { as: by.as, reason };
    await audit.record({ type: 'card.suspended', result: 'ok', card: ref, actor: by.id, detail });
    await notices.notify(other.residentRef, 'card-suspended');
    return true;
  };

export type OtherStop = ReturnType<typeof createOtherStop>;
