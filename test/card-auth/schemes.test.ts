import { expect } from 'chai';
import { createAuthenticators, liteSScheme } from '../../card-auth/index.ts';
import { refusal } from '../refusal.ts';
import { activeCard } from './active-card.ts';
import { openPinWorld } from './pin-world.ts';
import { tokenAnswer, tokenScheme } from './token-scheme.ts';

describe('authenticators of several schemes (R42, R43)', () => {
  async function setUp() {
    const world = await openPinWorld();
    const card = { residentRef: 'r1', number: '2', expiresOn: world.now() + 1 };
    await world.cards.insert(activeCard({ ...card, id: 'gone', status: 'revoked' }));
    const home = liteSScheme({ cards: world.cards, now: world.now });
    return { ...world, all: createAuthenticators([home, tokenScheme(['r1', 'r2'])]), home };
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
    expect((await all.othersOf('r1')).map(all.refOf)).to.deep.equal(['token:token-r1']);
  });

  it('are stopped one by one, whichever scheme they are of', async () => {
    const { all, cardId } = await setUp();
    for (const ref of [cardId, 'token:token-r1']) {
      expect(await all.isUsable(ref), ref).to.equal(true);
      expect(await all.suspend(ref, 'LOST', 'support'), ref).to.equal(true);
      expect(await all.isUsable(ref), ref).to.equal(false);
    }
    expect(await all.isUsable('token:token-r2'), 'another person’s').to.equal(true);
  });

  it('prove themselves by their own scheme, once, and under a name that no other scheme gives', async () => {
    const { all } = await setUp();
    const proof = tokenAnswer('r1', 'i1');
    expect(await all.present('token', 'i1', proof)).to.include({ residentRef: 'r1', cardId: 'token:token-r1' });
    expect(await refusal(all.present('token', 'i1', proof)), 'replayed').to.equal('CARD_REFUSED');
    expect(await refusal(all.present('token', 'i2', proof)), 'in another sign-in').to.equal('CARD_REFUSED');
    expect(await refusal(all.present('felica-lite-s', 'i3', tokenAnswer('r1', 'i3')))).to.equal('CARD_REFUSED');
    await all.suspend('token:token-r1', 'LOST', 'holder');
    expect(await refusal(all.present('token', 'i4', tokenAnswer('r1', 'i4')))).to.equal('CARD_SUSPENDED');
  });

  it('of a scheme that is gone are not usable, and two schemes of one name are a fault', async () => {
    const { all, home } = await setUp();
    expect(await all.isUsable('paper:x')).to.equal(false);
    expect(await all.suspend('paper:x', 'LOST', 'holder')).to.equal(false);
    expect(await refusal(all.present('paper', 'i1', {}))).to.equal('CARD_REFUSED');
    expect(() => createAuthenticators([home, home])).to.throw(TypeError);
  });
});
