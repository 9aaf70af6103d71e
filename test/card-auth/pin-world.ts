import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { changePin, type PinHub, setPinWithCode, signInWithCard } from '../../card-auth/client/index.ts';
import {
  type CardChallenge,
  type CardFact,
  type CardRecord,
  cardChallengeCollection,
  cardCollection,
  createCardKeyService,
  createCardRegistry,
  createCardSignIn,
  createHandOverCodes,
  createPinSetting,
  createSoftwareCard,
  createStopCodes,
  type IssuedKey,
  issuedKeyCollection,
  issueSoftwareCard,
  type PinCounter,
  type PinOwner,
  pinChallengeCollection,
  pinCounterCollection,
  type SoftwareCardMemory,
  softwareCardKeys,
  type Tear,
} from '../../card-auth/index.ts';
import { createMemoryStorage, type Storage } from '../../storage/index.ts';
import { activeCard } from './active-card.ts';
import { linkedReader } from './linked-reader.ts';

export const origin = 'https://idp.example';
export const [oldPin, newPin] = ['482100', '593817'];

const keyOf = (name: string) => createHash('sha256').update(`pin world ${name}`).digest();
const stationSeed = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), keyOf('station')]);
/** Of the station beside the hub. */
export const station = createPrivateKey({ key: stationSeed, format: 'der', type: 'pkcs8' });
export const keys = {
  cardMasters: new Map([
    [1, keyOf('master')],
    [2, keyOf('master 2')],
  ]),
  oprfMaster: keyOf('oprf'),
  indexKey: keyOf('index'),
  wrappingKey: keyOf('wrapping'),
  station: createPublicKey(station),
};

/** One process of the hub on a store that others may share. */
export function openProcess(storage: Storage, now: () => number, facts: CardFact[] = []) {
  const keyService = createCardKeyService({
    keys: softwareCardKeys(keys),
    counters: storage.collection<PinCounter>(pinCounterCollection),
    issued: storage.collection<IssuedKey>(issuedKeyCollection),
  });
  const cards = createCardRegistry({ cards: storage.collection<CardRecord>(cardCollection), now });
  const codes = createHandOverCodes({ key: keyOf('codes'), now });
  const stopCodes = createStopCodes({ key: keyOf('stop-codes') });
  const common = {
    cards,
    keyService,
    origin,
    now,
    unfinishedPerHour: 1000,
    onFact: async (fact: CardFact) => void facts.push(fact),
  };
  const challenges = storage.collection<CardChallenge>(cardChallengeCollection);
  const signIn = createCardSignIn({ ...common, challenges });
  const pinChallenges = storage.collection<CardChallenge>(pinChallengeCollection);
  const setting = createPinSetting({ ...common, codes, challenges: pinChallenges });
  return { keyService, cards, codes, stopCodes, signIn, setting };
}

export type Step = 'start' | 'tap' | 'prove' | 'proveCode' | 'confirm' | 'commit';

interface WorldOptions {
  readonly open?: (now: () => number) => Storage;
  readonly pinned?: boolean;
}

/** A card issued by the station on a reader, and a hub; every message passes as JSON, as over HTTP, and may get lost. */
export async function openPinWorld({ open = (now) => createMemoryStorage({ now }), pinned = true }: WorldOptions = {}) {
  let ahead = 0;
  const now = () => 1_700_000_000_000 + ahead;
  const storage = open(now);
  const facts: CardFact[] = [];
  const hub = openProcess(storage, now, facts);
  const issued = await issueSoftwareCard({
    keyService: hub.keyService,
    sign: (request) => sign(null, request, station),
    ckv: 1,
    ...(pinned ? { pin: oldPin } : {}),
  });
  const cardId = await hub.keyService.cardId(issued.id);
  await hub.cards.insert(
    activeCard({
      id: cardId,
      residentRef: 'r1',
      expiresOn: now() + 1e10,
      ...(issued.pin ? { pin: issued.pin } : { status: 'issued' as const }),
    }),
  );

  let tear: (block: number) => Tear | undefined = () => undefined;
  const play = (memory: SoftwareCardMemory) =>
    createSoftwareCard({ memory, save: async () => undefined, tear: (block) => tear(block) });
  let card = play(issued.memory);
  const reader = await linkedReader(() => card).reader;
  const messages: { step: string; message: unknown; answer: unknown }[] = [];
  let lose: ((step: Step) => 'request' | 'answer' | undefined) | undefined;

  async function passed<T>(step: Step, message: unknown, act: () => Promise<T>): Promise<T> {
    ahead += 1;
    const lost = lose?.(step);
    if (lost === 'request') throw new Error('the request was lost');
    const answer = JSON.parse(JSON.stringify(await act())) as T;
    messages.push({ step, message, answer });
    if (lost === 'answer') throw new Error('the answer was lost');
    return answer;
  }

  const owner: PinOwner = { key: 's1', residentRef: 'r1' };
  const pinHub = (way: 'change' | 'code', { setting } = hub, of = owner): PinHub => ({
    start: () => passed('start', {}, () => setting.start(way, of)),
    tap: (message) => passed('tap', message, () => setting.tap(way, of, message.sid)),
    prove: (message) => passed('prove', message, () => setting.proveOld(of, message)),
    proveCode: (message) => passed('proveCode', message, () => setting.proveCode(of, message)),
    confirm: (message) => passed('confirm', message, () => setting.confirm(way, of, message)),
    commit: (message) =>
      passed('commit', message, () => setting.commit(way, of, message).then(({ purpose }) => ({ next: purpose }))),
  });

  /** The card lies anew, as after a try that failed. */
  const lay = () => card.power();
  let visits = 0;
  async function signIn(pin: string, { signIn: server } = hub): Promise<string> {
    lay();
    ahead += 1;
    const interactionId = `i${++visits}`;
    const binding = { interactionId, protocol: 'oidc', partyId: 'phr', requestId: '' } as const;
    const unused = () => Promise.reject(new TypeError('not asked here'));
    const { next } = await signInWithCard({
      reader,
      pin,
      origin,
      hub: {
        start: () => server.start(binding),
        tap: ({ sid }) => server.tap(interactionId, sid),
        prove: (message) => server.prove(interactionId, message),
        finish: async (message) => ({ next: (await server.finish(interactionId, message)).level }),
        present: unused,
      },
    });
    return next;
  }

  async function change({ pin = oldPin, to = newPin, at = origin, process = hub, of = owner } = {}) {
    lay();
    return changePin({ reader, hub: pinHub('change', process, of), pin, newPin: to, origin: at });
  }

  async function setWithCode(code: string, { to = newPin, process = hub } = {}) {
    lay();
    return setPinWithCode({ reader, hub: pinHub('code', process), code, newPin: to, origin });
  }

  /** A code for the card, as the office gives it out. */
  async function giveCode(purpose: 'activate' | 'reset'): Promise<string> {
    const { code, kept } = hub.codes.make(cardId, purpose);
    await hub.cards.update(cardId, (current) => ({ ...current, handOver: kept }));
    return code;
  }

  return {
    ...hub,
    hub,
    storage,
    facts,
    issued,
    cardId,
    reader,
    messages,
    now,
    owner,
    pinHub,
    play,
    signIn,
    change,
    setWithCode,
    giveCode,
    lay,
    put: (next: typeof card) => {
      card = next;
    },
    card: () => card,
    tearAt: (how: typeof tear) => {
      tear = how;
    },
    loseAt: (how: typeof lose) => {
      lose = how;
    },
    pass: (ms: number) => {
      ahead += ms;
    },
    record: async () => (await hub.cards.get(cardId)) as CardRecord,
    counter: (generation: number) =>
      storage.collection<PinCounter>(pinCounterCollection).get(`${cardId}.${generation}`),
  };
}

export type PinWorld = Awaited<ReturnType<typeof openPinWorld>>;
