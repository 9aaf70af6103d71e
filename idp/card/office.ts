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
  createKeyCompromise,
  type PinCounter,
  type PinKeyVersion,
  pinCounterCollection,
  pinKeyVersionCollection,
  replacementTask,
  returnTries,
} from '../../card-auth/index.ts';
import type { Ground } from '../ground.ts';
import { createLetters, type Letter, letterCollection } from '../office/letters.ts';
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
  const letters = createLetters({ letters: storage.collection<Letter>(letterCollection), now });
  /** Its holder may not be able to sign in any more, so a letter says so; the office finds a task. */
  const onUnsafe = async (card: CardRecord) => {
    await letters.queue(card.id, card.residentRef, 'card-unsafe');
    if (card.reason === 'CLONE') await tasks.open(replacementTask(card, 'CLONE', { cause: 'clone-alarm', at: now() }));
  };
  const { onFact, onChange, onExpiry } = createCardEvents({ audit, notices, cards, onStopped, onUnsafe, onActivated });
  const office = createCardOffice({
    cards,
    tasks,
    codes,
    returnTries: (cardId, generation) => returnTries(counters, cardId, generation),
    onChange,
    now,
  });
  const expiryRound = createExpiryRound({ cards, onEvent: onExpiry, now });
  return { cards, notices, tasks, codes, office, onFact, onChange, onUnsafe, expiryRound };
}

/** For a command beside the hub. */
export function openCardOfficeBeside(ground: Ground, now: () => number) {
  const sessions = ground.storage.collection<SsoSession>(sessionCollection);
  return openCardOffice({ ground, onStopped: (cardId) => endBeside(sessions, cardId, now), now });
}

/** For the command that is given when a key may be known; beside the hub. */
export function openKeyCompromise(ground: Ground, now: () => number) {
  const { cards, tasks, notices, onChange, onUnsafe } = openCardOfficeBeside(ground, now);
  const pinVersions = ground.storage.collection<PinKeyVersion>(pinKeyVersionCollection);
  const compromise = createKeyCompromise({ cards, tasks, pinVersions, onChange, onUnsafe, now });

  /** Once for each key, however often the command is given: the key stands on the notice. */
  async function askForNewPin(
    found: AsyncIterable<CardRecord>,
    key: string,
  ): Promise<{ asked: number; before: number }> {
    let [asked, before] = [0, 0];
    for await (const { residentRef } of found) {
      const known = (await notices.list(residentRef, { limit: 100 })).records;
      if (known.some(({ kind, reference }) => kind === 'pin-to-change' && reference === key)) before += 1;
      else {
        await notices.notify(residentRef, 'pin-to-change', { reference: key });
        asked += 1;
      }
    }
    return { asked, before };
  }

  return { ...compromise, askForNewPin };
}
