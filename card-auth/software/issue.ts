import { randomBytes, randomUUID } from 'node:crypto';
import { toBase64url } from '../../lib/bytes.ts';
import { type CardKeyService, field, stationRequest } from '../card-key-service.ts';
import type { CardPin } from '../card-registry.ts';
import { sha256 } from '../client/bytes.ts';
import { icTypeLiteS } from '../client/card-layout.ts';
import { type CardWord, personalise, type StationHub } from '../client/personalise.ts';
import {
  blindPin,
  finishEvaluation,
  iterationsMin,
  pinKey,
  publicKeyOf,
  sealSecret,
  signingSeed,
} from '../client/pin-secret.ts';
import { CardError } from '../errors.ts';
import { cardWordProof, type ThirdBlock } from '../proof.ts';
import { localStation } from '../stations.ts';
import { createSoftwareCard, type SoftwareCardMemory } from './card.ts';
import { readerHolding } from './in-hand.ts';
import { factoryMemory } from './lite-s.ts';
import { newTransitMemory } from './transit.ts';

const pmmLiteS = Uint8Array.from([0x00, icTypeLiteS, 0x00, 0x00, 0x00, 0x01, 0x43, 0x00]);

/** A card as it comes from the factory. */
export const blankSoftwareCard = (balanceYen = 0): SoftwareCardMemory => ({
  liteS: factoryMemory(Uint8Array.of(0x01, 0x2e, ...randomBytes(6)), pmmLiteS),
  transit: newTransitMemory(balanceYen),
});

export interface IssuedSoftwareCard {
  readonly memory: SoftwareCardMemory;
  /** The ID block: what the key service derives the card's key and index from. */
  readonly id: Uint8Array;
  readonly ckv: number;
  /** Undefined for a card whose holder chooses the first PIN at hand-over. */
  readonly pin: CardPin | undefined;
}

export interface IssueOptions {
  readonly keyService: Pick<
    CardKeyService,
    'cardId' | 'issueCk' | 'closeIssue' | 'verifyRead' | 'evaluateFirstPin' | 'registerPin'
  >;
  /** Signs with the key of the station beside the hub. */
  readonly sign: (request: Uint8Array) => Uint8Array;
  readonly ckv: number;
  /** A first PIN set by the station; without it the holder sets it with the hand-over code. */
  readonly pin?: string | undefined;
  readonly balanceYen?: number;
}

/**
 * What an issuing station does, on a software card: the very steps of silicon, over a reader in the same process. Where
 * the station sets the first PIN, its secret lies sealed in slot A.
 */
export async function issueSoftwareCard(options: IssueOptions): Promise<IssuedSoftwareCard> {
  const { keyService, sign, ckv, pin, balanceYen = 0 } = options;
  const card = createSoftwareCard({ memory: blankSoftwareCard(balanceYen), save: async () => undefined });
  const task = `software-${randomUUID()}`;
  let first: Awaited<ReturnType<typeof firstSecret>> | undefined;
  const id = await personalise({
    reader: readerHolding(card),
    hub: keyServiceAsHub(keyService, { task, ckv }),
    task,
    ckv,
    station: { id: localStation, sign: async (octets) => sign(octets) },
    slotA: async (block) => {
      if (pin !== undefined) first = await firstSecret({ keyService, sign, pin, id: block });
      return first?.sealed ?? randomBytes(16);
    },
  });
  const memory = card.memory();
  if (!first) return { memory, id, ckv, pin: undefined };
  await keyService.registerPin(id, 1, first.publicKey);
  const slotHash = Buffer.from(await sha256(first.sealed)).toString('base64url');
  return { memory, id, ckv, pin: { slot: 4, generation: 1, iterations: iterationsMin, slotHash } };
}

/** The hub's answers where there is no hub: the key service alone, in the process that seeds a trial. Gives the ID block. */
function keyServiceAsHub(
  keyService: IssueOptions['keyService'],
  { task, ckv }: { readonly task: string; readonly ckv: number },
): StationHub<Uint8Array> {
  let rc = new Uint8Array(randomBytes(16));
  async function heard(word: CardWord, third: ThirdBlock): Promise<Uint8Array> {
    const proof = cardWordProof(word, ckv, rc, third);
    if (word.ckv !== ckv || !(await keyService.verifyRead(proof)))
      throw new CardError('CARD_REFUSED', 'the card does not hold its key, ID or version');
    return proof.id;
  }
  return {
    key: async ({ id, recipient, signature }) => {
      const fields = { id: field(id, 16), ckv, recipient: field(recipient, 32) };
      const request = { purpose: 'issue', station: localStation, task, ...fields } as const;
      return { sealed: toBase64url(await keyService.issueCk(request, field(signature, 64))) };
    },
    tap: async () => {
      rc = new Uint8Array(randomBytes(16));
      return { rc: toBase64url(rc) };
    },
    verify: (word) => heard(word, 'wcnt'),
    record: async (word) => {
      const id = await heard(word, 'mc');
      await keyService.closeIssue(await keyService.cardId(id), ckv);
      return id;
    },
  };
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
