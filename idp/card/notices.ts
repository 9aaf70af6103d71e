import type { CardFact } from '../../card-auth/index.ts';
import { createRisingIds } from '../../lib/rising-id.ts';
import {
  type Collection,
  type CollectionDefinition,
  insertOnce,
  type Page,
  type StoredRecord,
} from '../../storage/index.ts';
import type { BrowserFamily } from '../browser-family.ts';
import type { NoticeKind } from './notice-copy.ts';

/** What some kinds say beside themselves; never personal data. */
export interface NoticeFacts {
  /** Days that are left. */
  readonly days?: number | undefined;
  /** How often it happened. */
  readonly count?: number | undefined;
  /** Registration id of the service it is about. */
  readonly party?: string | undefined;
  readonly browser?: BrowserFamily | undefined;
  /** Number that the resident knows the matter by. */
  readonly reference?: string | undefined;
}

/** Something the resident has to be told: the kind says it. */
export interface NoticeRecord extends StoredRecord, NoticeFacts {
  /** Begins with the instant, so that ids rise with time. */
  readonly id: string;
  readonly residentRef: string;
  readonly kind: NoticeKind;
  readonly at: number;
  readonly expiresAt: number;
}

/** How far a resident has read; one record for each. */
export interface NoticeReading extends StoredRecord {
  /** The resident. */
  readonly id: string;
  /** Id of the last notice that was read. */
  readonly readTo: string;
}

export const noticeCollection: CollectionDefinition = { name: 'notice', indexes: [['residentRef']] };

/** Long enough to be found when the next letter about the card comes. */
const keptMs = 400 * 24 * 3_600_000;
/** As far as unread ones are counted. */
export const unreadMost = 100;
export const noticeReadingCollection: CollectionDefinition = { name: 'notice-reading', readMostly: true };

export interface NoticesOptions {
  readonly notices: Collection<NoticeRecord>;
  readonly readings: Collection<NoticeReading>;
  readonly now: () => number;
}

export function createNotices({ notices, readings, now }: NoticesOptions) {
  /** What was read ends at an id. */
  const newId = createRisingIds();

  async function notify(residentRef: string, kind: NoticeKind, facts: NoticeFacts = {}): Promise<void> {
    const at = now();
    await notices.insert({ id: newId(at), residentRef, kind, at, ...facts, expiresAt: at + keptMs });
  }

  /** The latest first. */
  const list = (residentRef: string, page: { limit?: number; after?: string } = {}): Promise<Page<NoticeRecord>> =>
    notices.find({ where: { residentRef }, limit: 20, ...page, descending: true });

  /** Id of the last notice that the resident read; before the first one it is empty, which sorts before all. */
  const readTo = async (residentRef: string): Promise<string> => (await readings.get(residentRef))?.readTo ?? '';

  /** How many are unread, at most `unreadMost`. */
  async function unread(residentRef: string): Promise<number> {
    const [{ records }, last] = await Promise.all([list(residentRef, { limit: unreadMost }), readTo(residentRef)]);
    return records.filter(({ id }) => id > last).length;
  }

  /** Up to this one, and never back: what came after the page was opened stays unread. Only an own notice counts. */
  async function markRead(residentRef: string, id: string): Promise<void> {
    if ((await notices.get(id))?.residentRef !== residentRef) return;
    if (await insertOnce(readings, { id: residentRef, readTo: id })) return;
    await readings.update(residentRef, (current) => (current.readTo < id ? { ...current, readTo: id } : current));
  }

  return { notify, list, readTo, unread, markRead };
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
  'card.unfinished': 'unfinished',
  'auth.card': 'without-pin',
};
