import {
  type CardOffice,
  type CardRegistry,
  type CardTasks,
  createIssuances,
  createStationKeys,
  createStations,
  type Issuance,
  type Issuances,
  issuanceCollection,
  type RemoteCardKeyService,
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
  readonly now: () => number;
}

const yearMs = 365 * 24 * 3_600_000;

/** The issuing stations of the office, and the cards that are being made at them. */
export function openIssuing(options: IssuingOptions): { readonly stations: Stations; readonly issuances: Issuances } {
  const { storage, settings, tasks, cards, office, keyService, now } = options;
  const stations = storage.collection<Station>(stationCollection);
  const issuances = createIssuances({
    issuances: storage.collection<Issuance>(issuanceCollection),
    tasks,
    cards,
    issue: office.issue,
    demandSigned: createStationKeys({ stations }).demandSigned,
    keyService,
    validMs: settings.cardOffice.cardYears * yearMs,
    software: settings.profile === 'trial',
    now,
  });
  return { stations: createStations({ stations, now }), issuances };
}
