import { toBase64url } from '../lib/bytes.ts';
import type { Collection, CollectionDefinition } from '../storage/index.ts';
import { type CardKeyService, field } from './card-key-service.ts';
import type { CardRecord, CardRegistry } from './card-registry.ts';
import { type CardChallenge, createChallenges } from './challenge.ts';
import type { RenewalMessage, RenewalStep } from './client/renew.ts';
import { ckRequestOctets } from './client/station-request.ts';
import { CardError } from './errors.ts';
import { type CardFact, createPossession } from './possession.ts';
import { demandLiving } from './proof.ts';

export const renewalChallengeCollection: CollectionDefinition = { name: 'card-renewal-challenge' };

export interface RenewalsOptions {
  readonly challenges: Collection<CardChallenge>;
  readonly cards: CardRegistry;
  readonly keyService: Pick<
    CardKeyService,
    | 'cardId'
    | 'verifyRead'
    | 'authorise'
    | 'evaluatePin'
    | 'renewCk'
    | 'confirmVersion'
    | 'closeIssue'
    | 'issuingVersion'
  >;
  readonly demandSigned: (station: string, octets: Uint8Array, signature: Uint8Array) => Promise<void>;
  readonly onFact: (fact: CardFact) => Promise<void>;
  readonly now: () => number;
}

const level = 'urn:x-sanuki:ac:card';

/**
 * The key of a card in use becomes that of the active version, at an issuing station alone: the new key crosses reader
 * and air in clear (card-protocol 5, "CKV rotation"). In this order: the record names the next version, the key is
 * written with a MAC of the old one, the card proves the new one, the number is written with a MAC of that, and the card
 * proves both. What to do next is read off the card each time, so that a card that was lifted anywhere is finished by
 * doing it again; meanwhile it signs in with either key. ID, PIN and sealed secrets stay as they are.
 */
export function createRenewals(options: RenewalsOptions) {
  const { challenges, cards, keyService, demandSigned, onFact, now } = options;
  const turns = createChallenges({ challenges, now });
  const possession = createPossession({ cards, keyService, unfinishedPerHour: 0, onFact, now });

  /** The version that the card is to get; undefined where it has the active one. */
  async function versionFor({ ckv, nextCkv }: Pick<CardRecord, 'ckv' | 'nextCkv'>): Promise<number | undefined> {
    if (nextCkv !== undefined) return nextCkv;
    const active = await keyService.issuingVersion();
    return active === ckv ? undefined : active;
  }

  const start = (run: string) =>
    turns.start({ interactionId: run, protocol: 'hub', partyId: '', requestId: 'renew' }, level);

  const tap = (run: string, sid: string) => turns.tap(run, sid);

  /** The card's word under the rc, answered with the next write, or with the end. */
  async function next(run: string, cardId: string, message: RenewalMessage): Promise<RenewalStep> {
    const spent = await turns.spendRc(run, message.sid, level);
    const { station, target } = message;
    const [id, recipient] = [field(message.id, 16), field(message.recipient, 32)];
    const request = { purpose: 'renew', station, task: cardId, id, ckv: target, recipient } as const;
    const signature = field(message.signature, 64);
    await demandSigned(station, ckRequestOctets(request), signature);
    const demand = (card: CardRecord, at: number) => {
      if (card.id !== cardId) throw new CardError('OTHER_CARD', 'another card lies on the reader');
      demandLiving(card, at);
    };
    const { card, proof } = await possession.verify(spent, message, { level, demand });
    const { ckv, nextCkv } = card;
    // The verification itself settles a card that has both writes: it is done, now or before.
    if (nextCkv === undefined && ckv === target) {
      await keyService.closeIssue(cardId, ckv);
      return { step: 'done' };
    }
    if (proof.ckv === nextCkv) return { step: 'version', mac: toBase64url(await keyService.confirmVersion(proof)) };
    if ((await versionFor(card)) !== target)
      throw new CardError('VERSION_PASSED', 'the card is to get another version than the page knew');
    await mark(card, target);
    const { sealed, mac } = await keyService.renewCk(request, signature, proof);
    return { step: 'key', sealed: toBase64url(sealed), mac: toBase64url(mac) };
  }

  /** Before any key leaves: from now on either version counts, so that no card is ever without one. */
  async function mark({ id }: CardRecord, target: number): Promise<void> {
    const marked = await cards.update(id, (current) => ({ ...current, nextCkv: current.nextCkv ?? target }));
    if (marked?.nextCkv !== target) throw new CardError('VERSION_PASSED', 'another version is being written');
  }

  return { versionFor, start, tap, next };
}

export type Renewals = ReturnType<typeof createRenewals>;
