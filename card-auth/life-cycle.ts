/** States of a card (card-protocol 5, R39); revoked and expired are final. A replaced card is revoked and names its successor. */
export const cardStatuses = [
  'applied',
  'approved',
  'issued',
  'active',
  'pin-locked',
  'suspended',
  'revoked',
  'expired',
] as const;
export type CardStatus = (typeof cardStatuses)[number];

/**
 * Who moves a card. The holder acts at a reader or on the own page; support on the telephone; an office person alone;
 * a second officer by agreeing to what another one proposed; the system by itself, as for a copy or a date.
 */
export const cardActors = ['holder', 'support', 'office', 'second-officer', 'system'] as const;
export type CardActor = (typeof cardActors)[number];

export const reasonCodes = [
  'CLONE',
  'KEY',
  'LOST',
  'STOLEN',
  'DAMAGED',
  'NAME',
  'BIRTHDATE',
  'SEX',
  'RESIDENCE',
  'DEATH',
  'FRAUD',
  'REQUEST',
  'EXPIRY',
  'TESTEND',
  'PIN',
  'HANDOVER',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

type Moves = Partial<Record<CardStatus, readonly CardActor[]>>;

const stops: readonly CardActor[] = ['holder', 'support', 'office', 'second-officer', 'system'];
/** For good: two persons, or an event that leaves nothing to decide, as a death. */
const ends: readonly CardActor[] = ['second-officer', 'system'];

/**
 * Every allowed move and who may make it; what is not here does not happen. To stop a card one person is enough, to
 * let it go on takes two (card-protocol 5): a caller who plays the holder can do no more than stop a card.
 */
const moves: Readonly<Record<CardStatus, Moves>> = {
  applied: { approved: ['second-officer'], revoked: ['office', 'second-officer', 'system'] },
  approved: { issued: ['office', 'second-officer'], revoked: ends },
  issued: { active: ['holder'], revoked: ends, expired: ['system'] },
  active: { 'pin-locked': ['system'], suspended: stops, revoked: ends, expired: ['system'] },
  'pin-locked': {
    // The holder with a code that two officers let out, or with the PIN after the tries were given back.
    active: ['holder', 'support', 'second-officer'],
    suspended: stops,
    revoked: ends,
    expired: ['system'],
  },
  suspended: { active: ['second-officer'], revoked: ends, expired: ['system'] },
  revoked: {},
  expired: {},
};

export const mayMove = (from: CardStatus, to: CardStatus, by: CardActor): boolean =>
  moves[from][to]?.includes(by) ?? false;

export const isFinal = (status: CardStatus): boolean => Object.keys(moves[status]).length === 0;
