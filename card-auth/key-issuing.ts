import { createCipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto';
import { equalBytes } from '../lib/bytes.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';
import type { ReadProof } from './card-key-service.ts';
import { ckvBlockOf } from './client/card-layout.ts';
import { blocks } from './client/lite-s.ts';
import { type CkRequest, ckRequestOctets, ckSealInfo } from './client/station-request.ts';
import { CardError } from './errors.ts';
import { sessionKey, writeMac } from './felica/lite-s-mac.ts';

/** The key of a card and version was given to this station for this task; until it is closed, to it alone again. */
export interface IssuedKey extends StoredRecord {
  readonly task?: string | undefined;
  readonly station?: string | undefined;
  /** The card is on record, or was thrown away: never again. */
  readonly closed?: boolean | undefined;
}

export const issuedKeyCollection: CollectionDefinition = { name: 'card-key-issued' };

export interface KeyIssuingOptions {
  readonly issued: Collection<IssuedKey>;
  readonly demandStation: (station: string, octets: Uint8Array, signature: Uint8Array) => Promise<void>;
  readonly cardIdOf: (id: Uint8Array) => string;
  readonly cardKey: (id: Uint8Array, ckv: number) => Promise<Uint8Array>;
  /** Gives the card's key. */
  readonly demandGenuine: (proof: ReadProof) => Promise<Uint8Array>;
  /** The version for new cards; none where there is but one. */
  readonly issuingVersion: (() => Promise<number>) | undefined;
}

/** A new key for a card in use, sealed to the station, and the MAC of its write under the old one. */
export interface RenewedKey {
  readonly sealed: Uint8Array;
  readonly mac: Uint8Array;
}

/** The part of the key service that gives card keys away: to an enrolled station, once, and sealed to its request. */
export function createKeyIssuing(options: KeyIssuingOptions) {
  const { issued, demandStation, cardIdOf, cardKey, demandGenuine, issuingVersion } = options;

  /**
   * Gives a card its key, once per card and version. "Once" means one card for one task at one station: until it is
   * closed the same station may ask again, because a card that broke off in the middle has to be finished. The answer
   * opens only with the private half of the request's recipient: a request that is sent again by somebody else, and
   * the hub that passes it on, learn nothing.
   */
  async function issueCk(request: CkRequest, signature: Uint8Array): Promise<Uint8Array> {
    if (request.purpose !== 'issue') throw new CardError('STATION_REFUSED', 'this is no request for a blank card');
    const ck = await keyFor(request, signature);
    try {
      return sealTo(request, ck);
    } finally {
      ck.fill(0);
    }
  }

  /**
   * The next version's key for a card that lies there and proved the one it has; beside it the MAC with which the card
   * takes it, at the write count of the proof.
   */
  async function renewCk(request: CkRequest, signature: Uint8Array, proof: ReadProof): Promise<RenewedKey> {
    if (request.purpose !== 'renew' || !equalBytes(request.id, proof.id) || proof.ckv === request.ckv)
      throw new CardError('STATION_REFUSED', 'this is no request to renew the key of this card');
    const { key: old, wcnt } = await demandCounted(proof);
    const ck = await keyFor(request, signature);
    try {
      return { sealed: sealTo(request, ck), mac: writeMac(old, proof.rc, wcnt, blocks.ck, ck) };
    } finally {
      ck.fill(0);
    }
  }

  /** The MAC with which a card takes the version of the key that it just proved; no other one. */
  async function confirmVersion(proof: ReadProof): Promise<Uint8Array> {
    const { key, wcnt } = await demandCounted(proof);
    return writeMac(key, proof.rc, wcnt, blocks.ckv, ckvBlockOf(proof.ckv));
  }

  /** Session key and WCNT of a good MAC over ID, CKV and WCNT. */
  async function demandCounted(proof: ReadProof) {
    if (proof.blocks[2] !== blocks.wcnt) throw new CardError('CARD_REFUSED', 'the card did not tell its write count');
    const key = sessionKey(await demandGenuine(proof), proof.rc);
    const [low = 0, middle = 0, high = 0] = proof.data.slice(32, 35);
    return { key, wcnt: low + middle * 0x100 + high * 0x1_00_00 };
  }

  /** The policy for every key that leaves: signed by an enrolled station, of the active version, for one purpose. */
  async function keyFor(request: CkRequest, signature: Uint8Array): Promise<Uint8Array> {
    const { station, task, id, ckv } = request;
    await demandStation(station, ckRequestOctets(request), signature);
    const ck = await cardKey(id, ckv);
    const key = `${cardIdOf(id)}.${ckv}`;
    const known = await issued.get(key);
    if (known) demandSame(known, request);
    else {
      if (issuingVersion && ckv !== (await issuingVersion()))
        throw new CardError('VERSION_PASSED', 'cards are issued with the active version of the master key only');
      await reserve(key, { task, station }, request);
    }
    return ck;
  }

  /** Of two that ask at once, one reserves. */
  async function reserve(id: string, by: Pick<IssuedKey, 'task' | 'station'>, request: CkRequest): Promise<void> {
    if (!(await insertOnce(issued, { id, ...by }))) demandSame(await issued.get(id), request);
  }

  /** A card in use proves each time that it lies there, so it may be finished at another station than it was begun at. */
  function demandSame(known: IssuedKey | undefined, { purpose, task, station }: CkRequest): void {
    const sameStation = purpose === 'renew' || known?.station === station;
    if (!known || known.closed || known.task !== task || !sameStation)
      throw new CardError('KEY_GIVEN_OUT', 'the key of this card and version was already given out');
  }

  /** The card is on record, or was thrown away. */
  async function closeIssue(cardId: string, ckv: number): Promise<void> {
    const id = `${cardId}.${ckv}`;
    const known = await issued.update(id, (current) => ({ ...current, closed: true }));
    // Thrown away before its key was asked for: it must not be asked for later.
    if (!known) await issued.insert({ id, closed: true });
  }

  return { issueCk, renewCk, confirmVersion, closeIssue };
}

/** ECIES with X25519 (RFC 7748), HKDF-SHA-256 and AES-256-GCM: `ephemeral public key | ciphertext | tag`. */
function sealTo(request: CkRequest, ck: Uint8Array): Uint8Array {
  if (request.recipient.byteLength !== 32) throw new CardError('READER_MESSAGE_MALFORMED', 'a recipient has 32 bytes');
  const ephemeral = generateKeyPairSync('x25519');
  const publicKey = createPublicKey({ key: Buffer.concat([spki, request.recipient]), format: 'der', type: 'spki' });
  const shared = agreed({ privateKey: ephemeral.privateKey, publicKey });
  const key = Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(0), ckSealInfo(request), 32));
  // The key is used once, so the nonce may be fixed.
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12));
  const own = ephemeral.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return Uint8Array.from(Buffer.concat([own, cipher.update(ck), cipher.final(), cipher.getAuthTag()]));
}

/** RFC 7748 6.1: a recipient of small order gives zeros, which everybody knows; OpenSSL refuses it. */
function agreed(keys: Parameters<typeof diffieHellman>[0]): Buffer {
  try {
    return diffieHellman(keys);
  } catch (cause) {
    throw new CardError('READER_MESSAGE_MALFORMED', 'the recipient is no key', { cause });
  }
}

const spki = Buffer.from('302a300506032b656e032100', 'hex');
