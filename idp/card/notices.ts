import { randomBytes } from 'node:crypto';
import type { CardFact } from '../../card-auth/index.ts';
import type { Collection, CollectionDefinition, Page, StoredRecord } from '../../storage/index.ts';
import type { NoticeKind } from './notice-copy.ts';

/** Something the resident has to be told: the kind says it, no personal data beside it. */
export interface NoticeRecord extends StoredRecord {
  /** Begins with the instant, so that ids rise with time. */
  readonly id: string;
  readonly residentRef: string;
  readonly kind: NoticeKind;
  readonly at: number;
  /** Days that are left, where the kind counts them. */
  readonly days?: number | undefined;
  readonly expiresAt: number;
}

export const noticeCollection: CollectionDefinition = { name: 'notice', indexes: [['residentRef']] };

/** Long enough to be found when the next letter about the card comes. */
const keptMs = 400 * 24 * 3_600_000;

export function createNotices({ notices, now }: { notices: Collection<NoticeRecord>; now: () => number }) {
  async function notify(
    residentRef: string,
    kind: NoticeKind,
    { days }: { days?: number | undefined } = {},
  ): Promise<void> {
    const at = now();
    const id = `${String(at).padStart(15, '0')}-${randomBytes(9).toString('base64url')}`;
    await notices.insert({
      id,
      residentRef,
      kind,
      at,
      ...(days === undefined ? {} : { days }),
      expiresAt: at + keptMs,
    });
  }

  /** The latest first. */
  const list = (residentRef: string, limit = 20): Promise<Page<NoticeRecord>> =>
    notices.find({ where: { residentRef }, limit, descending: true });

  return { notify, list };
}

export type Notices = ReturnType<typeof createNotices>;

/** Facts around the card that its holder hears of; the others are everyday. */
export const noticeOfFact: Readonly<Partial<Record<CardFact['type'], NoticeKind>>> = {
  'card.clone-alarm': 'card-copied',
  'card.locked': 'pin-locked',
  'card.pin-changed': 'pin-changed',
  'card.activated': 'card-activated',
  'card.pin-reset': 'pin-reset',
  'card.code-refused': 'code-refused',
  'auth.card': 'without-pin',
};
