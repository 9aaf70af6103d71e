import {
  type CardRecord,
  type CardTask,
  type CodeBatch,
  cardCollection,
  cardTaskCollection,
  codeBatchCollection,
  createCardOffice,
  createCardRegistry,
  createCardTasks,
  createCodeBatches,
  createExpiryRound,
  createHandOverCodes,
  type PinCounter,
  pinCounterCollection,
  returnTries,
} from '../../card-auth/index.ts';
import type { Ground } from '../ground.ts';
import { type SsoSession, sessionCollection } from '../session.ts';
import { endBeside } from '../sign-out/beside.ts';
import {
  createNotices,
  type NoticeReading,
  type NoticeRecord,
  noticeCollection,
  noticeReadingCollection,
} from './notices.ts';
import { createCardEvents } from './open.ts';

export interface OfficePartsOptions {
  readonly ground: Pick<Ground, 'storage' | 'audit' | 'secret'>;
  /** A card was stopped: whoever is signed in with it is signed out, and the parties are told. */
  readonly onStopped?: ((cardId: string) => Promise<void>) | undefined;
  readonly now: () => number;
}

/** The card office with everything that follows from its acts: audit, notices, the end of sign-ins. */
export function openCardOffice({ ground: { storage, audit, secret }, onStopped, now }: OfficePartsOptions) {
  const cards = createCardRegistry({
    cards: storage.collection<CardRecord>(cardCollection),
    ...(onStopped ? { onStopped } : {}),
    now,
  });
  const notices = createNotices({
    notices: storage.collection<NoticeRecord>(noticeCollection),
    readings: storage.collection<NoticeReading>(noticeReadingCollection),
    now,
  });
  const tasks = createCardTasks({ tasks: storage.collection<CardTask>(cardTaskCollection) });
  const codes = createHandOverCodes({ key: secret('hand-over-codes'), now });
  const counters = storage.collection<PinCounter>(pinCounterCollection);
  const onActivated = async (cardId: string) => {
    const card = await cards.get(cardId);
    if (card) await office.settleReplacement(card);
  };
  const { onFact, onChange, onExpiry } = createCardEvents({ audit, notices, cards, onStopped, onActivated });
  const office = createCardOffice({
    cards,
    tasks,
    codes,
    returnTries: (cardId, generation) => returnTries(counters, cardId, generation),
    onChange,
    now,
  });
  const codeBatches = createCodeBatches({
    batches: storage.collection<CodeBatch>(codeBatchCollection),
    cards,
    codes,
    onChange,
    now,
  });
  const expiryRound = createExpiryRound({ cards, onEvent: onExpiry, now });
  return { cards, notices, tasks, codes, office, codeBatches, onFact, expiryRound };
}

/** For a command beside the hub. */
export function openCardOfficeBeside(ground: Ground, now: () => number) {
  const sessions = ground.storage.collection<SsoSession>(sessionCollection);
  return openCardOffice({ ground, onStopped: (cardId) => endBeside(sessions, cardId, now), now });
}
