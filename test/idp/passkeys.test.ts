import { expect } from 'chai';
import { cardPin, cardPinBound, passkey } from '../../federation/index.ts';
import { bindAt, callAt, cardAt, device, pageAt, panelIn, removeAll, useAt } from './passkey-world.ts';
import { authorizationUrl, demand, openParties, type Parties, samlAnswer, samlUrl, sp } from './sign-on-world.ts';
import { browser, issueCard, type TestBrowser } from './world.ts';

describe('passkeys', () => {
  let world: Parties;
  let second: Awaited<ReturnType<typeof issueCard>>;
  let ahead = 0;
  before(async () => {
    world = await openParties({
      now: () => Date.now() + ahead,
      more: { limits: { signIn: { points: 5000, seconds: 60 } } },
    });
    second = await issueCard(world.hub, { residentRef: 'r2', number: '1234567890124', pin: '593811' });
    await demand(world.hub, 'saml', sp.entityId, cardPinBound);
    await demand(world.hub, 'oidc', 'phr', passkey);
  });
  after(() => world.hub.close());

  afterEach(() => removeAll(world.hub));

  const saml = () => samlUrl(world, { now: Date.now() + ahead });
  const account = () => `${world.hub.origin}/account/authenticators`;
  const phr = () => world.clients[0] ?? expect.fail('no client');
  const sessionOf = async ({ jar }: Pick<TestBrowser, 'jar'>) => {
    const cookies = await jar.getCookies(world.hub.origin);
    return cookies.find(({ key }) => key === 'sanuki-hub-session')?.value;
  };

  /** A browser whose resident presented card and PIN at the account page and bound a passkey there. */
  async function bound(issued: Pick<Awaited<ReturnType<typeof issueCard>>, 'card' | 'pin'> = world.issued) {
    const [tab, own] = [browser(), device()];
    await bindAt(tab, await cardAt(tab, await pageAt(tab, account()), issued), own);
    return { tab, own };
  }

  /** The page of a sign-in that has card and PIN and asks for the key. */
  async function keyPage(
    tab: TestBrowser,
    issued: Pick<Awaited<ReturnType<typeof issueCard>>, 'card' | 'pin'> = world.issued,
  ) {
    const page = await pageAt(tab, await saml());
    return page.html.includes('id="sign-in"') ? cardAt(tab, page, issued) : page;
  }

  const passkeyPage = async (tab: TestBrowser) => pageAt(tab, (await authorizationUrl(phr())).url);

  describe('at a service that demands card, PIN and key', () => {
    it('is bound on the way by somebody who has none, and answers with both', async () => {
      const [tab, own] = [browser(), device()];
      const binding = await keyPage(tab);
      expect(panelIn(binding.html)).to.include({ uses: false, binds: true });
      const before = await sessionOf(tab);
      const using = await bindAt(tab, binding, own);
      expect(panelIn(using.html), 'binding alone is no answer').to.include({ uses: true });
      expect(await sessionOf(tab)).to.equal(before);
      const answered = await useAt(tab, using, own);
      expect(samlAnswer(answered.html)).to.include(`AuthnContextClassRef>${cardPinBound}<`);
      expect(await sessionOf(tab), 'a new cookie').to.not.equal(before);
      expect(own.key()?.userHandle).to.not.equal('r1');
      expect(samlAnswer(answered.html)).to.not.include(own.key()?.userHandle ?? '');
    });

    it('asks somebody with a recent card for the key alone, and later for both', async () => {
      const { tab, own } = await bound();
      expect(panelIn((await keyPage(tab)).html).uses).to.equal(true);
      ahead += 16 * 60_000;
      const page = await pageAt(tab, await saml());
      expect(page.html).to.include('id="sign-in"');
      const answered = await useAt(tab, await cardAt(tab, page, world.issued), own);
      expect(samlAnswer(answered.html)).to.include(cardPinBound);
    });

    it('takes no session of a passkey alone: card and PIN are asked for first', async () => {
      const { own } = await bound();
      const tab = browser();
      const { left } = await useAt(tab, await passkeyPage(tab), own);
      expect(left).to.include('code=');
      const page = await pageAt(tab, await saml());
      expect(page.html).to.include('id="pin-form"');
      expect((await callAt(tab, { ...page, html: (await passkeyPage(browser())).html }, 'start', {})).status).to.equal(
        403,
      );
    });
  });

  describe('at a service that accepts a passkey', () => {
    it('signs in by it alone, tells level and methods, and nothing of the card', async () => {
      const { own } = await bound();
      const tab = browser();
      const asked = await authorizationUrl(phr());
      const { left = '' } = await useAt(tab, await pageAt(tab, asked.url), own);
      const claims = (await asked.redeem(left)).claims();
      expect(claims).to.deep.include({ acr: passkey, amr: ['pop', 'user', 'mfa'] });
      expect(JSON.stringify(claims)).to.not.include(own.key()?.userHandle ?? '');
    });

    it('offers it beside the card where both do', async () => {
      const [, clinic] = world.clients;
      const asked = await authorizationUrl(clinic ?? phr(), { acr_values: `${cardPin} ${passkey}` });
      const { own } = await bound();
      const tab = browser();
      const page = await pageAt(tab, asked.url);
      expect(page.html).to.include('id="pin-form"').and.include('?with=passkey');
      const { left = '' } = await useAt(tab, await pageAt(tab, `${page.url}?with=passkey`), own);
      expect((await asked.redeem(left)).claims()?.acr).to.equal(passkey);
    });

    it('is a wish where acr_values name it, which somebody without one does without (OIDC Core 5.5.1.1)', async () => {
      const [, clinic = phr()] = world.clients;
      for (const [wish, then] of [
        [passkey, 'card'],
        [cardPinBound, 'answer'],
      ] as const) {
        const asked = await authorizationUrl(clinic, { acr_values: wish });
        const tab = browser();
        let page = await pageAt(tab, asked.url);
        if (wish === cardPinBound) page = await cardAt(tab, page, world.issued);
        expect(panelIn(page.html).base, wish).to.not.equal('');
        expect((await send(tab, `${page.url}/without-passkey`, '')).status, 'a forged form').to.equal(403);
        expect((await send(tab, `${page.url}/without-passkey`, page.html)).status).to.equal(303);
        const next = await pageAt(tab, page.url);
        const { left = '' } = then === 'card' ? await cardAt(tab, next, world.issued) : next;
        expect((await asked.redeem(left)).claims()?.acr, wish).to.equal(cardPin);
      }
      const demanded = await keyPage(browser());
      expect(demanded.html).to.not.include('without-passkey');
      const essential = { claims: JSON.stringify({ id_token: { acr: { essential: true, value: passkey } } }) };
      const tab = browser();
      const page = await pageAt(tab, (await authorizationUrl(clinic, essential)).url);
      expect((await send(tab, `${page.url}/without-passkey`, page.html)).status).to.equal(404);
    });

    it('is not offered where nobody named it', async () => {
      const [, clinic] = world.clients;
      const page = await pageAt(browser(), (await authorizationUrl(clinic ?? phr())).url);
      expect(page.html).to.not.include('with=passkey');
      expect((await pageAt(browser(), `${page.url}?with=passkey`)).html).to.not.include('id="passkey"');
    });
  });

  describe('on the account page', () => {
    it('are named, listed with times, and removed; sessions made with them end, and the page stays', async () => {
      const { tab, own } = await bound();
      const signed = await useAt(tab, await keyPage(tab), own);
      expect(samlAnswer(signed.html)).to.include(cardPinBound);
      const other = browser();
      expect((await useAt(other, await passkeyPage(other), own)).left).to.include('code=');
      const page = await pageAt(tab, account());
      expect(page.html).to.include('最後に使った日時');
      for (const action of [...page.html.matchAll(/action="(\/account\/authenticators\/[^"]+)"/g)].map(
        ([, to]) => to,
      )) {
        const html = await (await tab.request(account())).text();
        const removed = await send(tab, `${world.hub.origin}${action}`, html);
        expect(removed.status).to.equal(303);
      }
      expect((await pageAt(tab, account())).html).to.include('まだ登録していません');
      expect((await passkeyPage(other)).left, 'the other browser’s session is over').to.equal(undefined);
      expect(panelIn((await keyPage(tab)).html)).to.include({ uses: false, binds: true });
    });

    it('are not removed by a form of another site, without its token, or by another resident', async () => {
      const { tab } = await bound();
      const page = await (await tab.request(account())).text();
      const action = `${world.hub.origin}${/action="(\/account\/authenticators\/[^"]+)"/.exec(page)?.[1]}`;
      expect((await send(tab, action, page, { origin: 'https://evil.example' })).status).to.equal(403);
      expect((await send(tab, action, '')).status).to.equal(403);
      const theirs = await bound(second);
      expect((await send(theirs.tab, action, await (await theirs.tab.request(account())).text())).status).to.equal(404);
    });

    it('are ten at most', async () => {
      const { tab } = await bound();
      for (let count = 1; count < 10; count++) await bindAt(tab, await pageAt(tab, account()), device());
      const page = await pageAt(tab, account());
      const { body: options } = await callAt(tab, page, 'bind-start', {});
      const message = { name: 'eleventh', answer: device().bind(options, world.hub.origin) };
      expect((await callAt(tab, page, 'bind-finish', message)).body.code).to.equal('PASSKEY_LIMIT');
    });

    it('open only to a card of a moment ago', async () => {
      const { tab } = await bound();
      const page = await pageAt(tab, account());
      ahead += 16 * 60_000;
      expect((await pageAt(tab, account())).html).to.include('id="pin-form"');
      expect(await callAt(tab, page, 'bind-start', {})).to.deep.include({ status: 403 });
      const { own } = await bound();
      const alone = browser();
      await useAt(alone, await passkeyPage(alone), own);
      expect((await pageAt(alone, account())).html, 'a passkey binds no other').to.include('id="pin-form"');
    });
  });

  async function send({ request }: Pick<TestBrowser, 'request'>, url: string, html: string, headers: object = {}) {
    const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    return request(url, {
      method: 'POST',
      body: new URLSearchParams({ csrf }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: world.hub.origin, ...headers },
    });
  }
});
