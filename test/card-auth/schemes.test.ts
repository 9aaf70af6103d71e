import { expect } from 'chai';
import { type AuthenticatorScheme, createAuthenticators, liteSScheme } from '../../card-auth/index.ts';
import { activeCard } from './active-card.ts';
import { openPinWorld } from './pin-world.ts';

/** Another card altogether: knows one token for each resident. */
function tokenScheme() {
  const stopped = new Set<string>();
  const scheme: AuthenticatorScheme = {
    name: 'token',
    ofResident: async (residentRef) => {
      const id = `token-${residentRef}`;
      return [{ scheme: 'token', id, residentRef, usable: !stopped.has(id), final: false }];
    },
    isUsable: async (id) => !stopped.has(id),
    suspend: async (id) => {
      stopped.add(id);
      return true;
    },
  };
  return scheme;
}

describe('authenticators of several schemes (R42, R43)', () => {
  async function setUp() {
    const world = await openPinWorld();
    const card = { residentRef: 'r1', number: '2', expiresOn: world.now() + 1 };
    await world.cards.insert(activeCard({ ...card, id: 'gone', status: 'revoked' }));
    const cards = liteSScheme({ cards: world.cards, now: world.now });
    return { ...world, all: createAuthenticators([cards, tokenScheme()]), scheme: cards };
  }

  it('are listed together, each with what its scheme says', async () => {
    const { all, cardId } = await setUp();
    const listed = await all.ofResident('r1');
    const told = listed.map(({ scheme, id, usable, final }) => [scheme, id, usable, final]);
    expect(told).to.have.deep.members([
      ['felica-lite-s', cardId, true, false],
      ['felica-lite-s', 'gone', false, true],
      ['token', 'token-r1', true, false],
    ]);
  });

  it('are stopped together when a person lost everything', async () => {
    const { all, cardId } = await setUp();
    const stopped = await all.suspendAll('r1', 'LOST', 'support');
    expect(stopped.map(({ id }) => id)).to.have.members([cardId, 'token-r1']);
    for (const [scheme, id] of [
      ['felica-lite-s', cardId],
      ['token', 'token-r1'],
    ] as const)
      expect(await all.isUsable(scheme, id), id).to.equal(false);
    expect(await all.isUsable('token', 'token-r2'), 'another person’s').to.equal(true);
  });

  it('of a scheme that is gone are not usable, and two schemes of one name are a fault', async () => {
    const { all, scheme } = await setUp();
    expect(await all.isUsable('paper', 'x')).to.equal(false);
    expect(() => createAuthenticators([scheme, scheme])).to.throw(TypeError);
  });
});
