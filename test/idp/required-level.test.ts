import { expect } from 'chai';
import { card, cardPin, cardPinBound, passkey } from '../../federation/index.ts';
import { type CounterWorld, claimsFor, openCounter, request } from './counter-world.ts';
import { authorizationUrl, demand, openParties, type Parties, samlAnswer, samlUrl, sp } from './sign-on-world.ts';
import { browser, signInAt, type TestBrowser } from './world.ts';

const acrClaim = (value: string) => ({ claims: claimsFor(value) });

describe('the level that a registration demands', () => {
  describe('of a session below it, which an attacker may hold who found a card without its PIN', () => {
    let world: Parties;
    before(async () => {
      world = await openParties();
      await demand(world.hub, 'saml', sp.entityId, cardPin);
      await demand(world.hub, 'oidc', 'phr', cardPin);
    });
    after(() => world.hub.close());

    /** He has the card and a session of its level; he lacks the PIN. */
    async function withCardAlone(): Promise<TestBrowser> {
      const presentation = {
        residentRef: 'r1',
        cardId: world.issued.cardId,
        level: card,
        amr: ['hwk'],
        at: Date.now(),
      };
      const { cookie } = await world.hub.sessions.start(presentation);
      const tab = browser();
      await tab.jar.setCookie(`sanuki-hub-session=${cookie}; Path=/`, world.hub.origin);
      return tab;
    }

    it('gives no SAML assertion by it, whichever class and comparison the request names', async () => {
      const tab = await withCardAlone();
      for (const comparison of ['exact', 'minimum', 'maximum'] as const) {
        const requestedAuthnContext = { comparison, classRefs: [card] };
        const { url, response } = await tab.visit(await samlUrl(world, { requestedAuthnContext }));
        expect(new URL(url).pathname, comparison).to.match(/^\/sign-in\//);
        expect(await response.text(), 'and it asks for the PIN').to.include('id="pin-form"');
      }
      const passive = await tab.visit(await samlUrl(world, { isPassive: true }));
      expect(samlAnswer(await passive.response.text()))
        .to.include('status:NoPassive')
        .and.not.include('Assertion ');
    });

    it('gives no OIDC code by it, whichever acr the request names', async () => {
      const tab = await withCardAlone();
      const [phr] = world.clients;
      if (!phr) throw new TypeError('no client');
      for (const more of [{}, { acr_values: card }, acrClaim(card), { max_age: '99999' }]) {
        const { url, left } = await tab.visit((await authorizationUrl(phr, more)).url);
        expect([new URL(url).pathname.split('/')[1], left], JSON.stringify(more)).to.deep.equal(['sign-in', undefined]);
      }
      const { left = '' } = await tab.visit((await authorizationUrl(phr, { prompt: 'none' })).url);
      expect(new URL(left).searchParams.get('error')).to.equal('login_required');
    });

    it('is stepped up by card and PIN, and then both parties are answered', async () => {
      const tab = await withCardAlone();
      const [phr] = world.clients;
      if (!phr) throw new TypeError('no client');
      const asked = await authorizationUrl(phr, acrClaim(card));
      const prompt = await tab.visit(asked.url);
      const { left = '' } = await tab.visit(await signInAt(tab, prompt.url, world.issued));
      expect((await asked.redeem(left)).claims()?.amr).to.deep.equal(['hwk', 'pin']);
      const { response } = await tab.visit(await samlUrl(world));
      expect(samlAnswer(await response.text())).to.include(`AuthnContextClassRef>${cardPin}<`);
    });

    it('asks nothing of other parties: the one without a required level is answered as before', async () => {
      const tab = await withCardAlone();
      const [, clinic] = world.clients;
      if (!clinic) throw new TypeError('no client');
      const asked = await authorizationUrl(clinic);
      const { left = '' } = await tab.visit(asked.url);
      expect((await asked.redeem(left)).claims()?.acr).to.equal(card);
    });
  });

  describe('that card and PIN do not reach', () => {
    let world: Parties;
    before(async () => {
      world = await openParties();
    });
    after(() => world.hub.close());

    it('leads both protocols to the card and then to the passkey, whatever the request asks for', async () => {
      await demand(world.hub, 'saml', sp.entityId, cardPinBound);
      await demand(world.hub, 'oidc', 'phr', cardPinBound);
      const [phr] = world.clients;
      if (!phr) throw new TypeError('no client');
      const urls = [await samlUrl(world), (await authorizationUrl(phr)).url];
      for (const more of [{ acr_values: cardPin }, acrClaim(cardPin)])
        urls.push((await authorizationUrl(phr, more)).url);
      for (const url of urls) {
        const tab = browser();
        const prompt = await tab.visit(url);
        const { left, response } = await tab.visit(await signInAt(tab, prompt.url, world.issued));
        expect(left).to.equal(undefined);
        expect(await response.text()).to.include('id="passkey-bind"');
      }
    });

    it('is refused where another kind is named that does not meet it, and no card is asked for', async () => {
      const requestedAuthnContext = { comparison: 'exact', classRefs: [passkey] } as const;
      const saml = await browser().visit(await samlUrl(world, { requestedAuthnContext }));
      expect(samlAnswer(await saml.response.text()))
        .to.include('status:Responder')
        .and.include('status:NoAuthnContext');
    });

    it('counts at once: a request that was parked before is answered by what is demanded now', async () => {
      await demand(world.hub, 'saml', sp.entityId, undefined);
      await demand(world.hub, 'oidc', 'phr', undefined);
      const [phr] = world.clients;
      if (!phr) throw new TypeError('no client');
      for (const [protocol, key, url] of [
        ['saml', sp.entityId, await samlUrl(world)],
        ['oidc', 'phr', (await authorizationUrl(phr)).url],
      ] as const) {
        const tab = browser();
        const prompt = await tab.visit(url);
        const html = await prompt.response.text();
        await demand(world.hub, protocol, key, cardPinBound);
        const { left, response } = await tab.visit(await signInAt(tab, prompt.url, { ...world.issued, html }));
        expect([left, (await response.text()).includes('id="passkey-bind"')]).to.deep.equal([undefined, true]);
      }
    });
  });

  describe('of a counter', () => {
    let world: CounterWorld;
    before(async () => {
      world = await openCounter();
    });
    after(() => world.hub.close());

    it('asks for the PIN although the terminal’s own request wants the card alone', async () => {
      const before = await world.ask(browser(), world.first, { acr_values: card });
      expect(before.html, 'without a required level').to.not.include('id="pin-form"');
      await demand(world.hub, 'oidc', 'counter-1', cardPin);
      const tab = browser();
      const asked = await world.ask(tab, world.first, { acr_values: card });
      expect(asked.html).to.include('id="pin-form"');
      const { left = '' } = await tab.visit(await signInAt(tab, asked.page, world.patient));
      expect((await asked.redeem(left)).claims()?.amr).to.deep.equal(['hwk', 'pin']);
    });

    it('answers no card alone that was asked for before the PIN was demanded', async () => {
      await demand(world.hub, 'oidc', 'counter-2', undefined);
      const tab = browser();
      const asked = await world.ask(tab, world.second, { acr_values: card });
      await demand(world.hub, 'oidc', 'counter-2', cardPin);
      const { left = '' } = await tab.visit(await signInAt(tab, asked.page, world.patient));
      const answer = new URL(left).searchParams;
      expect([answer.get('error'), answer.get('code')]).to.deep.equal(['unmet_authentication_requirements', null]);
    });

    it('is refused where it cannot be reached at a counter', async () => {
      await demand(world.hub, 'oidc', 'counter-2', cardPinBound);
      for (const more of [{}, { acr_values: card }, { claims: claimsFor(card) }]) {
        const { left = '' } = await browser().visit((await request(world.second, more)).url);
        expect(new URL(left).searchParams.get('error')).to.equal('unmet_authentication_requirements');
      }
    });
  });
});
