import {
  type AuthenticatorScheme,
  type CardChallenge,
  type CardFact,
  type CardRegistry,
  cardChallengeCollection,
  createCardSignIn,
  createPinSetting,
  createResidents,
  pinChallengeCollection,
  type Resident,
  residentCollection,
} from '../card-auth/index.ts';
import type { Settings } from '../config/index.ts';
import type { Log } from '../lib/log.ts';
import { openCardOffice } from './card/office.ts';
import { HubPageError } from './errors.ts';
import type { Ground } from './ground.ts';
import { startKeyService } from './key-service.ts';
import { openIssuing } from './office/issuing.ts';
import { openCardKeyRotation } from './rotating-keys.ts';

export interface CredentialOptions {
  readonly settings: Settings;
  readonly ground: Ground;
  readonly log: Log;
  /** A card was stopped: whoever is signed in with it is signed out. */
  readonly onStopped: (cardId: string) => Promise<void>;
  /** R43: kinds of cards beside the hub's own. */
  readonly otherSchemes?: readonly AuthenticatorScheme[] | undefined;
  readonly now: () => number;
}

/** The card half of the hub: residents, cards, the sign-in at the card, and the key service apart from it. */
export async function openCredential({ settings, ground, log, onStopped, otherSchemes, now }: CredentialOptions) {
  const { storage } = ground;
  const residents = createResidents({ residents: storage.collection<Resident>(residentCollection) });
  const { codes, onFact: onCardFact, ...parts } = openCardOffice({ settings, ground, onStopped, otherSchemes, now });
  const { cards } = parts;
  const onFact = async (fact: CardFact) => {
    // The operator hears of it too: more than one within a week is no accident of single cards.
    if (fact.type === 'card.clone-alarm')
      log.warn({ event: fact.type }, 'a copy of a card was used; the card is stopped');
    await onCardFact(fact);
  };
  if (settings.profile === 'production') await refuseTrialPeople(residents, cards);
  const { keyService, close } = await startKeyService(ground, { settings, log });
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

  const { office, tasks } = parts;
  const issuing = openIssuing({ storage, settings, tasks, cards, office, keyService, onFact, now });

  return { ...parts, residents, signIn, pinSetting, rotation, ...issuing, close };
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
