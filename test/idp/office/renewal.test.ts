import { expect } from 'chai';
import { type RenewalHub, renewKey } from '../../../card-auth/client/index.ts';
import type { SoftwareCard } from '../../../card-auth/index.ts';
import { linkedReader } from '../../card-auth/linked-reader.ts';
import { newStation, signerOf, type TestStation } from '../../card-auth/station-world.ts';
import { browser, signInAt, type TestBrowser } from '../world.ts';
import { type OfficeWorld, startOfficeWorld } from './office-world.ts';
import { enrolStation, openProgram } from './station-program.ts';

describe('renewing the key of a card in use, over HTTP (A2)', () => {
  let world: OfficeWorld;
  before(async () => {
    world = await startOfficeWorld();
  });
  after(() => world.close());

  it('takes the card’s own word at an enrolled station, and leaves its holder the PIN', async () => {
    const [officer, second] = [await world.signedIn('officer'), await world.signedIn('second')];
    const station = await enrolStation(world, officer, second);
    const { card, cardId, pin } = await world.holderCard();
    const record = () => world.credential.cards.get(cardId);
    const at = `/admin/office/cards/${cardId}`;
    expect((await world.page(officer, at)).html, 'nothing newer').to.not.include(`${at}/renew`);
    await world.rotating.find(({ purpose }) => purpose === 'card-master')?.rotate('once');
    expect((await world.page(officer, at)).html).to.include(`${at}/renew`);
    const { asked, ckv } = await openProgram(world, officer, `${at}/renew`);
    expect(ckv).to.equal(2);
    const hubFor = (by: TestBrowser): RenewalHub => ({
      start: () => asked('start', {}, by),
      tap: (message) => asked('tap', message, by),
      next: (message) => asked('next', message, by),
    });
    async function renew(by: TestBrowser, as: TestStation, lying: SoftwareCard = card): Promise<string | undefined> {
      lying.power();
      const reader = await linkedReader(() => lying).reader;
      return renewKey({ reader, hub: hubFor(by), card: cardId, target: 2, station: signerOf(as) }).then(
        () => 'renewed',
        ({ code }: { code?: string }) => code,
      );
    }
    expect(await renew(browser(), station), 'without a session').to.equal('SIGN_IN_EXPIRED');
    expect(await renew(second, station), 'in another role').to.equal('ACT_NOT_ALLOWED');
    expect(await renew(officer, await newStation()), 'at another computer').to.equal('STATION_REFUSED');
    const other = world.cards.get('colleague');
    if (!other) throw new Error('no other card');
    expect(await renew(officer, station, other.card), 'the card of somebody else').to.equal('OTHER_CARD');
    expect(await record())
      .to.include({ ckv: 1 })
      .and.not.have.property('nextCkv');
    expect(await renew(officer, station)).to.equal('renewed');
    expect(await record()).to.include({ ckv: 2 });
    expect(await world.audited('card.key-renewed')).to.have.length(1);
    expect((await world.page(officer, `${at}/renew`)).html).to.include('いちばん新しい版');
    card.power();
    const tab = browser();
    const prompt = await tab.visit(`${world.origin}/account`);
    expect((await tab.visit(await signInAt(tab, prompt.url, { card, pin }))).url).to.equal(`${world.origin}/account`);
  });
});
