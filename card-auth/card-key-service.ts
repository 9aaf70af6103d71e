import { verify } from 'node:crypto';
import { equalBytes, fromBase64url, toBase64url } from '../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import { deriveCardKey } from './card-key.ts';
import { createCardKeyVersions, type SecretVersions } from './card-key-versions.ts';
import type { CardKeys, MacKey } from './card-keys.ts';
import { CardError } from './errors.ts';
import { readMac, sessionKey, writeMac } from './felica/lite-s-mac.ts';
import { createKeyIssuing, type IssuedKey } from './key-issuing.ts';
import { evaluate, oprfKey } from './oprf.ts';
import { createPinGenerations, demandAdopted, type PinCounter, publicKeyFrom } from './pin-generations.ts';
import { createStationKeys, type Station } from './stations.ts';

/** Which version of the PIN key a PIN generation hangs on; fixed by its first evaluation. */
export interface PinKeyVersion extends StoredRecord {
  readonly version: number;
}

export const pinKeyVersionCollection: CollectionDefinition = { name: 'card-pin-key-version', readMostly: true };

export const wrongMax = 5;
export const evaluationsMax = 10;

/** Possession as the card proved it: the MAC over ID, CKV and WCNT under one rc. Octets as on the card. */
export interface ReadProof {
  readonly id: Uint8Array;
  readonly ckv: number;
  readonly rc: Uint8Array;
  readonly blocks: readonly number[];
  readonly data: Uint8Array;
  readonly mac: Uint8Array;
}

export interface CardKeyServiceOptions {
  readonly keys: CardKeys;
  readonly counters: Collection<PinCounter>;
  readonly issued: Collection<IssuedKey>;
  /** None: only the local one. */
  readonly stations?: Pick<Collection<Station>, 'get'> | undefined;
  /** None: there is one version of each secret. */
  readonly versions?: Collection<SecretVersions> | undefined;
  readonly pinVersions?: Collection<PinKeyVersion> | undefined;
}

const stateBlock = 0x92;
const externallyAuthenticated = Uint8Array.from({ length: 16 }, (_, at) => (at === 0 ? 1 : 0));

/**
 * The card key service: uses the card keys and the PIN-hardening key and never returns one. The policy is in here, so
 * that whoever takes over the hub around it still cannot guess a PIN faster than the counters allow: every operation
 * that helps with a PIN asks for a good MAC of the same rc, and counts before it answers.
 */
export function createCardKeyService(options: CardKeyServiceOptions) {
  const { keys, counters, issued, stations, versions, pinVersions } = options;
  const seal = keys.sealFor('card-public-key');
  const generations = createPinGenerations({ counters, seal });
  const { secret, current, make } = createCardKeyVersions({ keys, versions });

  const cardIdOf = (id: Uint8Array): string => toBase64url(keys.index.mac(id));

  /** A number that two bytes do not hold would have a counter of its own beside the key of another generation. */
  function counterIdOf(id: Uint8Array, generation: number): string {
    if (!Number.isInteger(generation) || generation < 1 || generation > 0xffff)
      throw new CardError('CARD_REFUSED', 'a PIN generation is a number from 1 to 65535');
    return `${cardIdOf(id)}.${generation}`;
  }

  async function cardKey(id: Uint8Array, ckv: number): Promise<Uint8Array> {
    const master = await secret('card-master', ckv);
    if (!master) throw new CardError('CARD_REFUSED', 'no master key of this version');
    return deriveCardKey(master, id, ckv);
  }

  /** Whether the card that holds this ID's key made the MAC for this rc. */
  async function verifyRead(proof: ReadProof): Promise<boolean> {
    if (!(await secret('card-master', proof.ckv))) return false;
    return isGenuine(proof, await cardKey(proof.id, proof.ckv));
  }

  /** Returns the card's key: whoever asks for more derives it once. */
  async function demandGenuine(proof: ReadProof): Promise<Uint8Array> {
    const ck = await cardKey(proof.id, proof.ckv);
    if (!isGenuine(proof, ck)) throw new CardError('CARD_REFUSED', 'the MAC is not of this card and rc');
    return ck;
  }

  /** The one MAC that lets the card open its sealed blocks: over STATE=01 at the write count the card just proved. */
  async function authorise(proof: ReadProof, wcnt: number): Promise<Uint8Array> {
    const ck = await demandGenuine(proof);
    return writeMac(sessionKey(ck, proof.rc), proof.rc, wcnt, stateBlock, externallyAuthenticated);
  }

  /** One evaluation of a blinded PIN; counted before it leaves, refused when the tries are used up. */
  async function evaluatePin(proof: ReadProof, generation: number, blinded: Uint8Array): Promise<Uint8Array> {
    await demandGenuine(proof);
    const counterId = counterIdOf(proof.id, generation);
    const version = (await pinVersions?.get(counterId))?.version ?? 1;
    const evaluated = evaluate(oprfKey(await pinKey(version), proof.id, generation), blinded);
    await count(counterId, (counter) => ({ ...counter, evaluations: counter.evaluations + 1 }));
    return evaluated;
  }

  async function pinKey(version: number): Promise<MacKey> {
    const key = await secret('pin-oprf', version);
    if (!key) throw new CardError('CARD_REFUSED', 'no PIN key of this version');
    return key;
  }

  async function count(id: string, change: (counter: PinCounter) => PinCounter): Promise<PinCounter> {
    const counter = await counters.update(id, (current) => {
      demandAdopted(current);
      if (current.wrong >= wrongMax || current.evaluations >= evaluationsMax)
        throw new CardError('PIN_LOCKED', 'the tries of this PIN are used up');
      return change(current);
    });
    if (!counter) throw new CardError('CARD_NOT_ACTIVE', 'the card has no PIN of this generation');
    return counter;
  }

  /**
   * Whether the PIN's secret signed the transcript. The try is reserved before the signature is looked at, so that
   * parallel guesses are never evaluated more often than allowed; a right one clears both counts.
   */
  async function verifyProof(
    id: Uint8Array,
    generation: number,
    transcript: Uint8Array,
    proof: Uint8Array,
  ): Promise<{ readonly right: boolean; readonly remainingTries: number }> {
    const counterId = counterIdOf(id, generation);
    const counter = await count(counterId, (current) => ({ ...current, wrong: current.wrong + 1 }));
    const publicKey = publicKeyFrom(seal.open(counter.publicKey, counterId));
    if (proof.byteLength !== 64 || !verify(null, transcript, publicKey, proof))
      return { right: false, remainingTries: wrongMax - counter.wrong };
    await counters.update(counterId, (current) => ({ ...current, wrong: 0, evaluations: 0 }));
    return { right: true, remainingTries: wrongMax };
  }

  /**
   * The one evaluation of a new PIN: the generation is reserved before it leaves, so that it is never evaluated twice.
   * Only for a card that lies there opened, which means that a PIN or a hand-over code was right.
   */
  async function evaluateNewPin(opened: ReadProof, generation: number, blinded: Uint8Array): Promise<Uint8Array> {
    if (opened.blocks[0] !== stateBlock || opened.data[0] !== 1)
      throw new CardError('CARD_REFUSED', 'the card was not opened');
    await demandGenuine(opened);
    const counterId = counterIdOf(opened.id, generation);
    await generations.reserve(counterId);
    return evaluate(oprfKey(await pinKey(await versionForNew(counterId)), opened.id, generation), blinded);
  }

  /** Takes a reserved generation's key, with the new key's proof over what was agreed. */
  function adoptPin(
    id: Uint8Array,
    generation: number,
    publicKey: Uint8Array,
    { transcript, proof }: { readonly transcript: Uint8Array; readonly proof: Uint8Array },
  ): Promise<void> {
    return generations.adopt(counterIdOf(id, generation), publicKey, transcript, proof);
  }

  const retirePin = (card: string, generation: number): Promise<void> => generations.retire(`${card}.${generation}`);

  /** Registers the first PIN's key where an issuing station sets it; a generation has one key for ever. */
  async function registerPin(id: Uint8Array, generation: number, publicKey: Uint8Array): Promise<void> {
    const counterId = counterIdOf(id, generation);
    publicKeyFrom(publicKey);
    await counters.insert({ id: counterId, wrong: 0, evaluations: 0, publicKey: seal.seal(publicKey, counterId) });
  }

  /** An evaluation for a card's first PIN, at the issuing station only and before the generation is registered. */
  async function evaluateFirstPin(
    id: Uint8Array,
    generation: number,
    blinded: Uint8Array,
    signature: Uint8Array,
  ): Promise<Uint8Array> {
    demandLocal('first-pin', id, generation, signature);
    const counterId = counterIdOf(id, generation);
    if (await counters.get(counterId)) throw new CardError('CARD_REFUSED', 'this PIN generation is already in use');
    return evaluate(oprfKey(await pinKey(await versionForNew(counterId)), id, generation), blinded);
  }

  /** A PIN hangs on one version from its first evaluation on, whatever becomes active before it is registered. */
  async function versionForNew(counterId: string): Promise<number> {
    if (!pinVersions) return 1;
    const version = await current('pin-oprf');
    try {
      await pinVersions.insert({ id: counterId, version });
      return version;
    } catch (error) {
      const fixed = await pinVersions.get(counterId);
      if (!fixed) throw error;
      return fixed.version;
    }
  }

  function demandLocal(purpose: string, id: Uint8Array, number: number, signature: Uint8Array): void {
    if (!keys.station || !verify(null, stationRequest(purpose, id, number), keys.station, signature)) {
      throw new CardError('CARD_REFUSED', 'the request is not signed by the issuing station');
    }
  }

  async function cardId(id: Uint8Array): Promise<string> {
    return cardIdOf(id);
  }

  /** The version that an issuing station writes into a new card. */
  const issuingVersion = (): Promise<number> => current('card-master');

  const issuing = createKeyIssuing({
    issued,
    demandStation: createStationKeys({ stations, local: keys.station }).demandSigned,
    cardIdOf,
    cardKey,
    demandGenuine,
    issuingVersion: versions ? issuingVersion : undefined,
  });

  const forHub = { cardId, verifyRead, authorise, evaluatePin, verifyProof, evaluateNewPin, adoptPin, retirePin };
  return { ...forHub, ...issuing, makeVersion: make, registerPin, evaluateFirstPin, issuingVersion };
}

export type CardKeyService = ReturnType<typeof createCardKeyService>;

/** What the local station signs to set a first PIN. */
export function stationRequest(purpose: string, id: Uint8Array, number: number): Uint8Array {
  return Buffer.from(`sanuki-station-v1 ${purpose} ${toBase64url(id)} ${number}`);
}

const isGenuine = ({ rc, blocks, data, mac }: ReadProof, ck: Uint8Array): boolean =>
  equalBytes(readMac(sessionKey(ck, rc), rc, blocks, data), mac);

/** A field of a terminal's message: base64url of an exact length. */
export function field(text: string, length: number): Uint8Array {
  const bytes = fromBase64url(text);
  if (bytes?.length !== length)
    throw new CardError('READER_MESSAGE_MALFORMED', `a field of ${length} bytes is expected`);
  return bytes;
}
