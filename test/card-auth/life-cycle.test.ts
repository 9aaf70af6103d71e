import { expect } from 'chai';
import { type CardActor, type CardStatus, cardActors, cardStatuses, isFinal, mayMove } from '../../card-auth/index.ts';

/** The paper, written down a second time: who may make each move. Pairs that are not here nobody may make. */
const allowed: Readonly<Record<string, readonly CardActor[]>> = {
  'applied approved': ['second-officer'],
  'applied revoked': ['office', 'second-officer', 'system'],
  'approved issued': ['office', 'second-officer'],
  'approved revoked': ['second-officer', 'system'],
  'issued active': ['holder'],
  'issued revoked': ['second-officer', 'system'],
  'issued expired': ['system'],
  'active pin-locked': ['system'],
  'active suspended': ['holder', 'support', 'office', 'second-officer', 'system'],
  'active revoked': ['second-officer', 'system'],
  'active expired': ['system'],
  'pin-locked active': ['holder', 'support', 'second-officer'],
  'pin-locked suspended': ['holder', 'support', 'office', 'second-officer', 'system'],
  'pin-locked revoked': ['second-officer', 'system'],
  'pin-locked expired': ['system'],
  'suspended active': ['second-officer'],
  'suspended revoked': ['second-officer', 'system'],
  'suspended expired': ['system'],
};

describe('the life of a card (card-protocol 5, R39)', () => {
  for (const from of cardStatuses)
    for (const to of cardStatuses) {
      const may = allowed[`${from} ${to}`] ?? [];
      it(`${from} → ${to}: ${may.join(', ') || 'nobody'}`, () => {
        expect(cardActors.filter((by) => mayMove(from, to, by))).to.deep.equal(may);
      });
    }

  it('ends for good when it is revoked or expired', () => {
    expect(cardStatuses.filter(isFinal)).to.deep.equal(['revoked', 'expired'] satisfies CardStatus[]);
  });
});
