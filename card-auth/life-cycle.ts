/** States of a card; revoked and expired are final. */
export type CardStatus = 'issued' | 'active' | 'pin-locked' | 'suspended' | 'revoked' | 'expired';

export const reasonCodes = [
  'CLONE',
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

/** Every allowed move; what is not here does not happen. */
const moves: Readonly<Record<CardStatus, readonly CardStatus[]>> = {
  issued: ['active', 'revoked', 'expired'],
  active: ['suspended', 'pin-locked', 'revoked', 'expired'],
  'pin-locked': ['active', 'suspended', 'revoked', 'expired'],
  suspended: ['active', 'revoked', 'expired'],
  revoked: [],
  expired: [],
};

export const mayMove = (from: CardStatus, to: CardStatus): boolean => moves[from].includes(to);
