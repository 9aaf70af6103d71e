import { randomBytes } from 'node:crypto';
import type { CardKeyService } from '../card-key-service.ts';
import { stationRequest } from '../card-key-service.ts';
import type { CardPin } from '../card-registry.ts';
import { sha256 } from '../client/bytes.ts';
import {
  blindPin,
  finishEvaluation,
  iterationsMin,
  pinKey,
  publicKeyOf,
  sealSecret,
  signingSeed,
} from '../client/pin-secret.ts';
import type { SoftwareCardMemory } from './card.ts';
import { blockNumbers, createLiteS, factoryMemory } from './lite-s.ts';
import { newTransitMemory } from './transit.ts';

/** MC of an issued card: only the two slots stay writable, behind external authentication; STATE and keys need a MAC. */
export const issuedMc = Uint8Array.from([0x30, 0, 0, 0, 7, 1, 0x30, 0, 0x30, 0, 0, 0, 1, 0, 0, 0]);
const icTypeLiteS = Uint8Array.from([0x00, 0xf1, 0x00, 0x00, 0x00, 0x01, 0x43, 0x00]);
const layoutVersion = Uint8Array.from([0x53, 0x53, 0x43, 0x01, ...new Uint8Array(12)]);
const readWrite = [0x0009];

export interface IssuedSoftwareCard {
  readonly memory: SoftwareCardMemory;
  /** The ID block: what the key service derives the card's key and index from. */
  readonly id: Uint8Array;
  readonly ckv: number;
  /** Undefined for a card whose holder chooses the first PIN at hand-over. */
  readonly pin: CardPin | undefined;
}

export interface IssueOptions {
  readonly keyService: Pick<CardKeyService, 'issueCk' | 'evaluateFirstPin' | 'registerPin'>;
  /** Signs the station's requests to the key service. */
  readonly sign: (request: Uint8Array) => Uint8Array;
  readonly ckv: number;
  /** A first PIN set by the station; without it the holder sets it with the hand-over code. */
  readonly pin?: string | undefined;
  readonly balanceYen?: number;
}

/**
 * What an issuing station does, on a software card: serial and key written, where the station sets the first PIN its
 * secret sealed into slot A, then the memory locked for good. The same steps as on silicon, through the card's own write rules.
 */
export async function issueSoftwareCard({
  keyService,
  sign,
  ckv,
  pin,
  balanceYen = 0,
}: IssueOptions): Promise<IssuedSoftwareCard> {
  const idm = Uint8Array.of(0x01, 0x2e, ...randomBytes(6));
  const card = createLiteS(factoryMemory(idm, icTypeLiteS));
  const id = Uint8Array.of(...idm, 0x00, 0x00, ...randomBytes(6));
  const ck = await keyService.issueCk(id, ckv, sign(stationRequest('issue', id, ckv)));
  const first = pin === undefined ? undefined : await firstSecret({ keyService, sign, pin, id });
  const write = (block: number, data: Uint8Array) => {
    const { status } = card.write(readWrite, [{ service: 0, access: 0, block }], data);
    if (status.sf1 !== 0) throw new TypeError(`a new card refused block ${block}`);
  };
  const version = new Uint8Array(16);
  version.set([ckv & 0xff, ckv >> 8]);
  write(blockNumbers.id, id);
  write(0, layoutVersion);
  write(4, first?.sealed ?? randomBytes(16));
  write(5, randomBytes(16));
  write(blockNumbers.ck, ck);
  write(blockNumbers.ckv, version);
  write(blockNumbers.mc, issuedMc);
  const memory = { liteS: card.memory(), transit: newTransitMemory(balanceYen) };
  if (!first) return { memory, id, ckv, pin: undefined };
  await keyService.registerPin(id, 1, first.publicKey);
  const slotHash = Buffer.from(await sha256(first.sealed)).toString('base64url');
  return { memory, id, ckv, pin: { slot: 4, generation: 1, iterations: iterationsMin, slotHash } };
}

/** The holder's terminal makes the secret and its key; the station's key service helps once. */
async function firstSecret({
  keyService,
  sign,
  pin,
  id,
}: Pick<IssueOptions, 'keyService' | 'sign'> & { id: Uint8Array; pin: string }) {
  const generation = { id, generation: 1 };
  const { blind, blinded } = blindPin(pin);
  const evaluated = await keyService.evaluateFirstPin(id, 1, blinded, sign(stationRequest('first-pin', id, 1)));
  const secret = Uint8Array.from(randomBytes(16));
  const key = await pinKey(finishEvaluation(pin, blind, evaluated), generation, iterationsMin);
  const publicKey = publicKeyOf(await signingSeed(secret, generation));
  return { sealed: sealSecret(secret, key), publicKey };
}
