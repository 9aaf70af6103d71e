import type { CardRecord } from '../../card-auth/index.ts';

/** A card record as issuing leaves it, with what a test says otherwise. */
export function activeCard(more: Partial<CardRecord> & Pick<CardRecord, 'id' | 'residentRef'>): CardRecord {
  return {
    number: '1234567890123',
    ckv: 1,
    status: 'active',
    lastWcnt: 0,
    lastTapAt: 0,
    unfinished: [],
    issuedAt: 0,
    expiresOn: Date.now() + 1e10,
    software: true,
    ...more,
  };
}
