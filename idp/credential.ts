import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  type CardChallenge,
  type CardRegistry,
  cardChallengeCollection,
  connectCardKeyService,
  createCardSignIn,
  createPinSetting,
  createResidents,
  pinChallengeCollection,
  type Resident,
  residentCollection,
} from '../card-auth/index.ts';
import type { Settings } from '../config/index.ts';
import { openCardOffice } from './card/office.ts';
import { HubPageError } from './errors.ts';
import type { Ground } from './ground.ts';
import { openCardKeyRotation } from './rotating-keys.ts';

export interface CredentialOptions {
  readonly settings: Settings;
  readonly ground: Ground;
  /** A card was stopped: whoever is signed in with it is signed out. */
  readonly onStopped: (cardId: string) => Promise<void>;
  readonly now: () => number;
}

/** The card half of the hub: residents, cards, the sign-in at the card, and the key service in its own worker. */
export async function openCredential({ settings, ground, onStopped, now }: CredentialOptions) {
  const { storage } = ground;
  const residents = createResidents({ residents: storage.collection<Resident>(residentCollection) });
  const { cards, notices, codes, office, codeBatches, tasks, expiryRound, onFact } = openCardOffice({
    ground,
    onStopped,
    now,
  });
  if (settings.profile === 'production') await refuseTrialPeople(residents, cards);
  const { keyService, close } = await startKeyService(ground, settings);
  const rotation = await openCardKeyRotation({ storage, settings, makeVersion: keyService.makeVersion, now });
  const {
    origin,
    signIn: { unfinishedPerHour },
  } = settings;
  const common = { cards, keyService, origin, unfinishedPerHour, onFact, now };
  const challenges = storage.collection<CardChallenge>(cardChallengeCollection);
  const signIn = createCardSignIn({ ...common, challenges });
  const pinChallenges = storage.collection<CardChallenge>(pinChallengeCollection);
  const pinSetting = createPinSetting({ ...common, codes, challenges: pinChallenges });

  return { residents, cards, office, codeBatches, tasks, expiryRound, notices, signIn, pinSetting, rotation, close };
}

/** The key service in a worker of its own, which alone opens the card keys. */
export async function startKeyService(
  { folder, place }: Pick<Ground, 'folder' | 'place'>,
  { keys }: Pick<Settings, 'keys'>,
) {
  const worker = new Worker(new URL(`card-key-process.${import.meta.url.split('.').at(-1)}`, import.meta.url), {
    workerData: { keysFolder: folder.keys, place, create: keys.create },
    // It holds next to nothing: a large young generation would only be resident memory of an idle hub.
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
  });
  await once(worker, 'message');

  async function close(): Promise<void> {
    const ended = once(worker, 'exit');
    worker.postMessage('close');
    await ended;
  }

  return { keyService: connectCardKeyService(worker), close };
}

/** Demo people and software cards have no place in production, however they got into the store. */
async function refuseTrialPeople(
  residents: ReturnType<typeof createResidents>,
  cards: Pick<CardRegistry, 'list'>,
): Promise<void> {
  if ((await residents.list({ synthetic: true })).length > 0)
    throw new HubPageError(
      'START_REFUSED',
      'production refuses the synthetic residents of a trial: use another data folder',
    );
  if ((await cards.list({ where: { software: true }, limit: 1 })).records.length > 0)
    throw new HubPageError('START_REFUSED', 'production refuses software cards: use another data folder');
}
