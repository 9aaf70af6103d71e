import {
  type AuthenticatorScheme,
  type CardRecord,
  type CardTask,
  type CodeBatch,
  cardCollection,
  cardTaskCollection,
  codeBatchCollection,
  createAuthenticators,
  createCardOffice,
  createCardRegistry,
  createCardStop,
  createCardTasks,
  createCodeBatches,
  createExpiryRound,
  createHandOverCodes,
  createKeyCompromise,
  createStopCodes,
  liteSScheme,
  type PinCounter,
  type PinKeyVersion,
  pinCounterCollection,
  pinKeyVersionCollection,
  replacementTask,
  returnTries,
  type Schemes,
} from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import type { Audit } from '../audit.ts';
import type { Ground } from '../ground.ts';
import { createLetters, type Letter, letterCollection } from '../office/letters.ts';
import { programmeOf } from '../programme.ts';
import { type SsoSession, sessionCollection } from '../session.ts';
import { endBeside } from '../sign-out/beside.ts';
import { type ChangeRequest, changeRequestCollection, createChangeRequests } from './change-requests.ts';
import {
  createNotices,
  type NoticeReading,
  type NoticeRecord,
  noticeCollection,
  noticeReadingCollection,
} from './notices.ts';
import { createCardEvents } from './open.ts';
import { createOtherStop } from './other-stop.ts';

export interface OfficePartsOptions {
  readonly settings: Pick<Settings, 'programme' | 'service' | 'cardOffice'>;
  readonly ground: Pick<Ground, 'storage' | 'audit' | 'secret'>;
  /** A card was stopped: whoever is signed in with it is signed out, and the parties are told. */
  readonly onStopped?: ((cardId: string) => Promise<void>) | undefined;
  /** R43: kinds of cards beside the hub's own. */
  readonly otherSchemes?: readonly AuthenticatorScheme[] | undefined;
  readonly now: () => number;
}

/** The card office with everything that follows from its acts: audit, notices, the end of sign-ins. */
export function openCardOffice(options: OfficePartsOptions) {
  const { settings, ground, onStopped, otherSchemes = [], now } = options;
  const { storage, audit, secret } = ground;
  const programme = programmeOf(settings);
  const { cardsPerPerson } = settings.cardOffice;
  const cards = createCardRegistry({
    cards: storage.collection<CardRecord>(cardCollection),
    ...(onStopped ? { onStopped } : {}),
    programmeEnd: programme.end,
    now,
  });
  const notices = createNotices({
    notices: storage.collection<NoticeRecord>(noticeCollection),
    readings: storage.collection<NoticeReading>(noticeReadingCollection),
    now,
  });
  const schemes = audited(createAuthenticators([liteSScheme({ cards, now }), ...otherSchemes]), audit);
  const suspendOther = createOtherStop({ schemes, audit, notices, onStopped });
  const tasks = createCardTasks({ tasks: storage.collection<CardTask>(cardTaskCollection) });
  const codes = createHandOverCodes({ key: secret('hand-over-codes'), now });
  const stopCodes = createStopCodes({ key: secret('stop-codes') });
  const counters = storage.collection<PinCounter>(pinCounterCollection);
  const onActivated = async (cardId: string) => {
    const card = await cards.get(cardId);
    if (card) await office.settleReplacement(card);
  };
  const changeRequests = createChangeRequests({
    requests: storage.collection<ChangeRequest>(changeRequestCollection),
    now,
  });
  const letters = createLetters({ letters: storage.collection<Letter>(letterCollection), now });
  /** Its holder may not be able to sign in any more, so a letter says so; the office finds a task. */
  const onUnsafe = async (card: CardRecord) => {
    await letters.queue(card.id, card.residentRef, 'card-unsafe');
    if (card.reason === 'CLONE') await tasks.open(replacementTask(card, 'CLONE', { cause: 'clone-alarm', at: now() }));
  };
  const { onFact, onChange, onExpiry } = createCardEvents({
    audit,
    notices,
    cards,
    onStopped,
    onUnsafe,
    onActivated,
    survey: settings.programme.survey,
  });
  const office = createCardOffice({
    cards,
    tasks,
    codes,
    stopCodes,
    cardsPerPerson,
    async suspendOthers(residentRef, reason, by) {
      for (const other of await schemes.othersOf(residentRef)) await suspendOther(other, reason, by);
    },
    returnTries: (cardId, generation) => returnTries(counters, cardId, generation),
    onChange,
    programme,
    now,
  });
  const codeBatches = createCodeBatches({
    batches: storage.collection<CodeBatch>(codeBatchCollection),
    cards,
    codes,
    stopCodes,
    onChange,
    now,
  });
  const expiryRound = createExpiryRound({ cards, onEvent: onExpiry, programme, now });
  const stopByCode = createCardStop({ cards, stopCodes, suspend: office.suspend });
  const rounds = { expiryRound, programme, changeRequests };
  const events = { onFact, onChange, onUnsafe };
  return { schemes, suspendOther, stopByCode, cards, notices, tasks, codes, office, codeBatches, ...events, ...rounds };
}

/** The home scheme tells its own facts; of another one the sign-in is recorded here. */
function audited(schemes: Schemes, audit: Audit): Schemes {
  async function present(...asked: Parameters<Schemes['present']>) {
    const presented = await schemes.present(...asked);
    const [scheme] = asked;
    await audit.record({ type: 'auth.ok', result: 'ok', card: presented.cardId, detail: { scheme } });
    return presented;
  }
  return { ...schemes, present };
}

/** For a command beside the hub. */
export function openCardOfficeBeside(ground: Ground, settings: OfficePartsOptions['settings'], now: () => number) {
  const sessions = ground.storage.collection<SsoSession>(sessionCollection);
  return openCardOffice({ settings, ground, onStopped: (cardId) => endBeside(sessions, cardId, now), now });
}

/** For the command that is given when a key may be known; beside the hub. */
export function openKeyCompromise(ground: Ground, settings: OfficePartsOptions['settings'], now: () => number) {
  const { cards, tasks, notices, onChange, onUnsafe } = openCardOfficeBeside(ground, settings, now);
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
