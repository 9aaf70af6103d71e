import {
  type CardRecord,
  type CardTask,
  cardCollection,
  cardTaskCollection,
  createCardOffice,
  createCardRegistry,
  createCardTasks,
  createExpiryRound,
  createHandOverCodes,
  type PinCounter,
  pinCounterCollection,
  returnTries,
} from '../../card-auth/index.ts';
import type { Ground } from '../ground.ts';
import {
  createSessions,
  type SessionCookie,
  type SsoSession,
  sessionCollection,
  sessionCookieCollection,
} from '../session.ts';
import { createNotices, type NoticeRecord, noticeCollection } from './notices.ts';
import { createCardEvents } from './open.ts';

export interface OfficePartsOptions {
  readonly ground: Pick<Ground, 'storage' | 'audit' | 'secret'>;
  /** Ends every sign-in made with a card, and tells the parties where that can be done. */
  readonly endSessionsOf: (cardId: string) => Promise<unknown>;
  readonly now: () => number;
}

/** The card office with everything that follows from its acts: audit, notices, the end of sign-ins. */
export function openCardOffice({ ground: { storage, audit, secret }, endSessionsOf, now }: OfficePartsOptions) {
  const cards = createCardRegistry({ cards: storage.collection<CardRecord>(cardCollection), now });
  const notices = createNotices({ notices: storage.collection<NoticeRecord>(noticeCollection), now });
  const tasks = createCardTasks({ tasks: storage.collection<CardTask>(cardTaskCollection) });
  const codes = createHandOverCodes({ key: secret('hand-over-codes'), now });
  const counters = storage.collection<PinCounter>(pinCounterCollection);
  const onActivated = async (cardId: string) => {
    const card = await cards.get(cardId);
    if (card) await office.settleReplacement(card);
  };
  const { onFact, onChange, onExpiry } = createCardEvents({ audit, notices, cards, endSessionsOf, onActivated });
  const office = createCardOffice({
    cards,
    tasks,
    codes,
    returnTries: (cardId, generation) => returnTries(counters, cardId, generation),
    onChange,
    now,
  });
  const expiryRound = createExpiryRound({ cards, onEvent: onExpiry, now });
  return { cards, notices, tasks, codes, office, onFact, expiryRound };
}

/** For a command beside the hub: sessions end in the store, and every process sees it at its next request. */
export function openCardOfficeBeside(ground: Ground, now: () => number) {
  const sessions = createSessions({
    sessions: ground.storage.collection<SsoSession>(sessionCollection),
    cookies: ground.storage.collection<SessionCookie>(sessionCookieCollection),
    isCardUsable: async () => false,
    absoluteMs: 0,
    idleMs: 0,
    now,
  });
  return openCardOffice({ ground, endSessionsOf: sessions.endOfCard, now });
}
