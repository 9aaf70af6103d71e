import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  ckRequestOctets,
  createRecipient,
  type IssuingStage,
  personalise,
  type StationHub,
  stationThumbprint,
} from '../../card-auth/client/index.ts';
import {
  blankSoftwareCard,
  type CardRecord,
  type CardTask,
  cardCollection,
  cardTaskCollection,
  createCardKeyService,
  createCardOffice,
  createCardRegistry,
  createCardTasks,
  createHandOverCodes,
  createIssuances,
  createSoftwareCard,
  createStationKeys,
  createStations,
  createStopCodes,
  type Issuance,
  type IssuedKey,
  issuanceCollection,
  issuedKeyCollection,
  type PinCounter,
  pinCounterCollection,
  type SecretVersions,
  type SoftwareCard,
  type SoftwareCardMemory,
  type Station,
  secretVersionsCollection,
  softwareCardKeys,
  stationCollection,
  type Tear,
} from '../../card-auth/index.ts';
import { createMemoryStorage, type Storage } from '../../storage/index.ts';
import { linkedReader } from './linked-reader.ts';

const secret = (name: string) => createHash('sha256').update(`station world ${name}`).digest();
export const masterKey = secret('master');
const officer = { as: 'office', id: 'officer' } as const;
export const second = { as: 'second-officer', id: 'second' } as const;

/** One process of the hub. */
function openProcess(storage: Storage, now: () => number) {
  const stationRecords = storage.collection<Station>(stationCollection);
  const versions = storage.collection<SecretVersions>(secretVersionsCollection);
  const keyService = createCardKeyService({
    keys: softwareCardKeys({
      cardMasters: new Map([[1, masterKey]]),
      oprfMaster: secret('oprf'),
      indexKey: secret('index'),
      wrappingKey: secret('wrapping'),
    }),
    counters: storage.collection<PinCounter>(pinCounterCollection),
    issued: storage.collection<IssuedKey>(issuedKeyCollection),
    stations: stationRecords,
    versions,
  });
  const cards = createCardRegistry({ cards: storage.collection<CardRecord>(cardCollection), now });
  const tasks = createCardTasks({ tasks: storage.collection<CardTask>(cardTaskCollection) });
  const codes = createHandOverCodes({ key: secret('codes'), now });
  const changes: string[] = [];
  const office = createCardOffice({
    cards,
    tasks,
    codes,
    stopCodes: createStopCodes({ key: secret('stop-codes') }),
    cardsPerPerson: 100,
    returnTries: async () => undefined,
    onChange: async ({ type, card }) => void changes.push(`${type} ${card.number}`),
    now,
  });
  const issuances = createIssuances({
    issuances: storage.collection<Issuance>(issuanceCollection),
    tasks,
    cards,
    issue: office.issue,
    demandSigned: createStationKeys({ stations: stationRecords }).demandSigned,
    keyService,
    software: true,
    now,
  });
  const stations = createStations({ stations: stationRecords, now });
  return { keyService, cards, tasks, office, issuances, stations, changes, versions };
}

/** A computer of the office with its key. */
export async function newStation() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const octets = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const id = await stationThumbprint(octets);
  return { id, publicKey: octets.toString('base64url'), privateKey };
}
export type TestStation = Awaited<ReturnType<typeof newStation>>;

export const signerOf = ({ id, privateKey }: { readonly id: string; readonly privateKey: KeyObject }) => ({
  id,
  sign: async (octets: Uint8Array) => sign(null, octets, privateKey),
});

/** The ID block of a card. */
export const idOn = (card: SoftwareCard): Uint8Array => card.memory().liteS.blocks.get(0x82) ?? new Uint8Array();

export type HubStep = keyof StationHub;

/** The card office, an enrolled station, a task that was agreed to, and a blank card that can be torn and swapped. */
export async function openStationWorld() {
  let ahead = 0;
  const now = () => 1_700_000_000_000 + ahead;
  const storage = createMemoryStorage({ now });
  const hub = openProcess(storage, now);
  const station = await newStation();
  await hub.stations.propose(station.publicKey, 'counter 1', officer.id);
  await hub.stations.decide(station.id, true, second.id);

  async function newTask(residentRef = 'r1'): Promise<string> {
    const { id } = await hub.office.apply(residentRef, officer);
    await hub.office.approve(id, { as: 'office', id: second.id });
    return id;
  }
  const task = await newTask();

  let tear: (block: number) => Tear | undefined = () => undefined;
  const play = (memory: SoftwareCardMemory = blankSoftwareCard()) =>
    createSoftwareCard({ memory, save: async () => undefined, tear: (block) => tear(block) });
  let lying: ReturnType<typeof play> | undefined = play();
  const frames: Uint8Array[] = [];
  const reader = await linkedReader(
    () => lying,
    (frame) => void frames.push(frame),
  ).reader;

  let lose: ((step: HubStep) => 'request' | 'answer' | undefined) | undefined;
  const messages: { step: HubStep; message: unknown; answer: unknown }[] = [];
  async function passed<T>(step: HubStep, message: unknown, act: () => Promise<T>): Promise<T> {
    const lost = lose?.(step);
    if (lost === 'request') throw new Error('the request was lost');
    const answer = await act();
    messages.push({ step, message, answer });
    if (lost === 'answer') throw new Error('the answer was lost');
    return answer;
  }
  const hubFor = (of: string, { issuances } = hub, by = station.id): StationHub<CardRecord> => ({
    key: (message) => passed('key', message, () => issuances.key(of, { ...message, station: by })),
    tap: () => passed('tap', {}, () => issuances.tap(of)),
    verify: (word) => passed('verify', word, () => issuances.verify(of, word)),
    record: (word) => passed('record', word, () => issuances.record(of, word, officer)),
  });

  /** One walk through the steps; the card is laid down anew, as after a try that failed. */
  async function make(given: { of?: string; as?: TestStation; onStage?: (stage: IssuingStage) => void } = {}) {
    const { of = task, as = station, onStage = () => undefined } = given;
    lying?.power();
    const ckv = await hub.issuances.versionFor(of);
    const begun = (await hub.issuances.get(of)) !== undefined;
    return personalise({ reader, hub: hubFor(of, hub, as.id), task: of, ckv, begun, station: signerOf(as), onStage });
  }

  /** What a station asks of the hub, without a card. */
  async function askFor(id: Uint8Array, of = task, as: TestStation = station) {
    const { recipient } = await createRecipient();
    const request = { purpose: 'issue' as const, station: as.id, task: of, id, ckv: 1, recipient };
    const signature = await signerOf(as).sign(ckRequestOctets(request));
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
    const message = { station: as.id, id: text(id), ckv: 1, recipient: text(recipient), signature: text(signature) };
    return hub.issuances.key(of, message);
  }

  return {
    ...hub,
    askFor,
    storage,
    station,
    task,
    newTask,
    make,
    messages,
    frames,
    play,
    reader,
    put: (card: typeof lying) => {
      lying = card;
    },
    card: () => lying ?? play(),
    another: () => openProcess(storage, now),
    hubFor,
    officer,
    tearAt: (how: typeof tear) => {
      tear = how;
    },
    loseAt: (how: typeof lose) => {
      lose = how;
    },
    pass: (ms: number) => {
      ahead += ms;
    },
  };
}

export type StationWorld = Awaited<ReturnType<typeof openStationWorld>>;
