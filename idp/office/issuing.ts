import {
  type CardChallenge,
  type CardFact,
  type CardOffice,
  type CardRegistry,
  type CardTasks,
  createIssuances,
  createRenewals,
  createStationKeys,
  createStations,
  type Issuance,
  type Issuances,
  issuanceCollection,
  type RemoteCardKeyService,
  type Renewals,
  renewalChallengeCollection,
  type Station,
  type Stations,
  stationCollection,
} from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import type { Storage } from '../../storage/index.ts';

export interface IssuingOptions {
  readonly storage: Pick<Storage, 'collection'>;
  readonly settings: Pick<Settings, 'cardOffice' | 'profile'>;
  readonly tasks: CardTasks;
  readonly cards: CardRegistry;
  readonly office: Pick<CardOffice, 'issue'>;
  readonly keyService: RemoteCardKeyService;
  readonly onFact: (fact: CardFact) => Promise<void>;
  readonly now: () => number;
}

export interface Issuing {
  readonly stations: Stations;
  readonly issuances: Issuances;
  readonly renewals: Renewals;
}

/** The issuing stations of the office, the cards that are being made at them, and those that get another key. */
export function openIssuing(options: IssuingOptions): Issuing {
  const { storage, settings, tasks, cards, office, keyService, onFact, now } = options;
  const stations = storage.collection<Station>(stationCollection);
  const { demandSigned } = createStationKeys({ stations });
  const issuances = createIssuances({
    issuances: storage.collection<Issuance>(issuanceCollection),
    tasks,
    cards,
    issue: office.issue,
    demandSigned,
    keyService,
    software: settings.profile === 'trial',
    now,
  });
  const renewals = createRenewals({
    challenges: storage.collection<CardChallenge>(renewalChallengeCollection),
    cards,
    keyService,
    demandSigned,
    onFact,
    now,
  });
  return { stations: createStations({ stations, now }), issuances, renewals };
}
