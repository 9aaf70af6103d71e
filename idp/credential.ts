import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  type CardChallenge,
  type CardFact,
  type CardRecord,
  cardChallengeCollection,
  cardCollection,
  connectCardKeyService,
  createCardRegistry,
  createCardSignIn,
  createResidents,
  type Resident,
  residentCollection,
} from '../card-auth/index.ts';
import type { Settings } from '../config/index.ts';
import type { Storage, StoragePlace } from '../storage/index.ts';
import type { Audit } from './audit.ts';
import type { DataFolder } from './data-folder.ts';
import { HubPageError } from './errors.ts';
import { openCardKeyRotation } from './rotating-keys.ts';

export interface CredentialOptions {
  readonly settings: Settings;
  readonly folder: DataFolder;
  readonly place: StoragePlace;
  readonly storage: Storage;
  readonly audit: Audit;
  /** A card was stopped: whoever is signed in with it is signed out. */
  readonly onStopped: (cardId: string) => Promise<void>;
  readonly now: () => number;
}

/** The card half of the hub: residents, cards, the sign-in at the card, and the key service in its own worker. */
export async function openCredential(options: CredentialOptions) {
  const { settings, folder, place, storage, audit, onStopped, now } = options;
  const residents = createResidents({ residents: storage.collection<Resident>(residentCollection) });
  const cards = createCardRegistry({ cards: storage.collection<CardRecord>(cardCollection), onStopped, now });
  if (settings.profile === 'production') await refuseTrialPeople(residents, cards);
  const worker = new Worker(new URL(`card-key-process.${import.meta.url.split('.').at(-1)}`, import.meta.url), {
    workerData: { keysFolder: folder.keys, place, create: settings.keys.create },
    // It holds next to nothing: a large young generation would only be resident memory of an idle hub.
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
  });
  await once(worker, 'message');
  const keyService = connectCardKeyService(worker);
  const rotation = await openCardKeyRotation({ storage, settings, makeVersion: keyService.makeVersion, now });
  const signIn = createCardSignIn({
    challenges: storage.collection<CardChallenge>(cardChallengeCollection),
    cards,
    keyService,
    origin: settings.origin,
    unfinishedPerHour: settings.signIn.unfinishedPerHour,
    onFact: ({ type, cardId, code }: CardFact) =>
      audit.record({ type, result: code ? 'refused' : 'ok', card: cardId, code }),
    now,
  });

  async function close(): Promise<void> {
    const ended = once(worker, 'exit');
    worker.postMessage('close');
    await ended;
  }

  return { residents, cards, signIn, rotation, close };
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
