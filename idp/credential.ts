import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  type CardChallenge,
  type CardRecord,
  type CardTask,
  cardChallengeCollection,
  cardCollection,
  cardTaskCollection,
  connectCardKeyService,
  createCardOffice,
  createCardRegistry,
  createCardSignIn,
  createCardTasks,
  createHandOverCodes,
  createPinSetting,
  createResidents,
  pinChallengeCollection,
  type Resident,
  residentCollection,
} from '../card-auth/index.ts';
import type { Settings } from '../config/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Audit } from './audit.ts';
import { createNotices, type NoticeRecord, noticeCollection } from './card/notices.ts';
import { createCardEvents } from './card/open.ts';
import type { DataFolder } from './data-folder.ts';
import { HubPageError } from './errors.ts';

export interface CredentialOptions {
  readonly settings: Settings;
  readonly folder: DataFolder;
  readonly storage: Storage;
  readonly audit: Audit;
  /** Key of the hashes of hand-over codes. */
  readonly codeKey: Uint8Array;
  /** Ends every sign-in made with a card. */
  readonly endSessionsOf: (cardId: string) => Promise<unknown>;
  readonly now: () => number;
}

/** The card half of the hub: residents, cards, the sign-in at the card, and the key service in its own worker. */
export async function openCredential(options: CredentialOptions) {
  const { settings, folder, storage, audit, codeKey, endSessionsOf, now } = options;
  const residents = createResidents({ residents: storage.collection<Resident>(residentCollection) });
  const cards = createCardRegistry({ cards: storage.collection<CardRecord>(cardCollection), now });
  if (settings.profile === 'production') await refuseTrialPeople(residents, cards);
  const worker = new Worker(new URL(`card-key-process.${import.meta.url.split('.').at(-1)}`, import.meta.url), {
    workerData: { keysFolder: folder.keys, store: folder.store, create: settings.keys.create },
    // It holds next to nothing: a large young generation would only be resident memory of an idle hub.
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
  });
  await once(worker, 'message');
  const keyService = connectCardKeyService(worker);
  const notices = createNotices({ notices: storage.collection<NoticeRecord>(noticeCollection), now });
  const codes = createHandOverCodes({ key: codeKey, now });
  const onActivated = async (cardId: string) => {
    const card = await cards.get(cardId);
    if (card) await office.settleReplacement(card);
  };
  const { onFact, onChange } = createCardEvents({ audit, notices, cards, endSessionsOf, onActivated });
  const office = createCardOffice({
    cards,
    codes,
    tasks: createCardTasks({ tasks: storage.collection<CardTask>(cardTaskCollection) }),
    returnTries: keyService.returnTries,
    onChange,
    now,
  });
  const {
    origin,
    signIn: { unfinishedPerHour },
  } = settings;
  const common = { cards, keyService, origin, unfinishedPerHour, onFact, now };
  const challenges = storage.collection<CardChallenge>(cardChallengeCollection);
  const signIn = createCardSignIn({ ...common, challenges });
  const pinChallenges = storage.collection<CardChallenge>(pinChallengeCollection);
  const pinSetting = createPinSetting({ ...common, codes, challenges: pinChallenges });

  async function close(): Promise<void> {
    const ended = once(worker, 'exit');
    worker.postMessage('close');
    await ended;
  }

  return { residents, cards, office, notices, signIn, pinSetting, close };
}

/** Demo people and software cards have no place in production, however they got into the store. */
async function refuseTrialPeople(
  residents: ReturnType<typeof createResidents>,
  cards: ReturnType<typeof createCardRegistry>,
): Promise<void> {
  if ((await residents.list({ synthetic: true })).length > 0)
    throw new HubPageError(
      'START_REFUSED',
      'production refuses the synthetic residents of a trial: use another data folder',
    );
  if ((await cards.list({ where: { software: true }, limit: 1 })).records.length > 0)
    throw new HubPageError('START_REFUSED', 'production refuses software cards: use another data folder');
}
