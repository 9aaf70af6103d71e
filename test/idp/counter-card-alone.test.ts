import { expect } from 'chai';
import { card as cardAlone, cardPin, smartcard } from '../../federation/index.ts';
import { type CounterWorld, claimsFor, openCounter, request } from './counter-world.ts';
import { browser, signInAt, type TestBrowser } from './world.ts';

describe('the card alone at a counter', () => {
  let world: CounterWorld;
  before(async () => {
    world = await openCounter();
  });
  after(() => world.hub.close());

  const alone = { claims: claimsFor(cardAlone) };

  it('is enough at a counter that asks for that level by its name, and says so in acr and amr', async () => {
    const { tab } = await world.signedIn();
    const before = await world.sessions();
    const { html, left, redeem } = await world.check(tab, world.first, alone);
    expect(html).to.not.include('id="pin"').and.not.include('id="pin-form"');
    const claims = (await redeem(left)).claims();
    expect(claims?.acr).to.equal(cardAlone);
    expect(claims?.amr).to.deep.equal(['hwk']);
    expect(await world.sessions(), 'and no session comes of it').to.deep.equal(before);
  });

  it('is asked for by no other wish: PIN for Smartcard, for PIN first, for nothing; an unknown level is refused', async () => {
    for (const more of [{}, { acr_values: smartcard }, { acr_values: `${cardPin} ${cardAlone}` }])
      expect((await world.ask(browser(), world.first, more)).html, JSON.stringify(more)).to.include(
        'data-level="card-pin"',
      );
    expect((await world.ask(browser(), world.first, { acr_values: `${cardAlone} ${cardPin}` })).html).to.include(
      'data-level="card"',
    );
    for (const value of ['urn:x-sanuki:ac:card-pin-bound', 'constructor']) {
      const { url } = await request(world.first, { claims: claimsFor(value) });
      const { left = '' } = await browser().visit(url);
      expect(new URL(left).searchParams.get('error'), value).to.equal('unmet_authentication_requirements');
    }
  });

  it('is nothing anywhere else: other parties ask for the PIN, and the step is refused to them', async () => {
    const tab = browser();
    const asked = await world.ask(tab, world.clinic, alone);
    expect(asked.html).to.include('data-level="card-pin"');
    const before = await world.sessions();
    expect(await stepRefusal(tab, asked)).to.equal('LEVEL_REFUSED');
    expect(await world.sessions()).to.deep.equal(before);
  });

  it('and the steps of card and PIN keep apart at the counter too, so no card is opened without a PIN', async () => {
    const pinPage = browser();
    expect(await stepRefusal(pinPage, await world.ask(pinPage))).to.equal('LEVEL_REFUSED');
    const cardPage = browser();
    expect(await stepRefusal(cardPage, await world.ask(cardPage, world.first, alone))).to.equal('LEVEL_REFUSED');
  });

  /** What a terminal hears that takes the other way than the page says. */
  async function stepRefusal(tab: TestBrowser, { page, html }: { page: string; html: string }) {
    const swapped = html.includes('data-level="card-pin"')
      ? html.replace('data-level="card-pin"', 'data-level="card"')
      : html.replace('data-level="card"', 'data-level="card-pin"');
    return signInAt(tab, page, { ...world.patient, html: swapped }).then(
      () => 'none',
      (error: { code?: string }) => error.code,
    );
  }
});
