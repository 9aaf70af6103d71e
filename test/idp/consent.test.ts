import { expect } from 'chai';
import { type AccountWorld, agreeTo, coverage, csrfIn, decline, returnTo, startAccountWorld } from './account-world.ts';
import { browser, signInAt } from './world.ts';

const day = 24 * 3600 * 1000;

describe('the consent page', () => {
  let world: AccountWorld;
  before(async () => {
    world = await startAccountWorld();
  });
  after(() => world.close());

  it('leads through the card and comes back to the question', async () => {
    const { open, signedIn } = world;
    const { page } = await open();
    const { at } = await signedIn('r1', page);
    expect(at.url).to.equal(page);
    expect(at.response.status).to.equal(200);
  });

  it('says who asks for what, from where, what for and for how long, with nothing ticked beforehand', async () => {
    const { open, signedIn } = world;
    const { page } = await open();
    const own = await signedIn();
    for (const [language, words] of [
      [
        'ja',
        [
          'ポータル',
          'portal.example',
          'ご本人が自分の情報を見るため',
          coverage.name.ja,
          coverage.contents.ja,
          '90日間',
          '高松市国保、協会けんぽ',
        ],
      ],
      [
        'en',
        [
          'Portal',
          'portal.example',
          'So that you can see your own records',
          coverage.contents.en,
          '90 days',
          'Takamatsu city, Kyokai Kenpo',
        ],
      ],
    ] as const) {
      const answer = await own.request(page, { headers: { 'accept-language': language } });
      const html = await answer.text();
      for (const word of words) expect(html).to.include(word);
      expect(html).to.match(/<form [^>]*data-hub-asks="consent"/);
      expect(html, 'nothing is chosen for the resident').to.not.match(/<input[^>]* checked/);
      expect(html).to.include('href="/account"');
      expect(answer.headers.get('content-security-policy')).to.include("form-action 'self' https://portal.example;");
      expect(answer.headers.get('cache-control')).to.equal('no-store');
    }
  });

  it('gives the consent that was chosen, and tells the party to ask again (ID-WSF SB, ResendMessage)', async () => {
    const { open, signedIn, answer, consentsOf, party } = world;
    const { page } = await open();
    const own = await signedIn();
    const sent = await answer(own, page, agreeTo('90-days', 'coverage'));
    expect([sent.status, sent.headers.get('location')]).to.deep.equal([
      303,
      `${returnTo}&ResendMessage=urn%3Auuid%3A5e1`,
    ]);
    const [consent] = await consentsOf();
    expect(consent).to.deep.include({ residentRef: 'r1', party, types: ['coverage'], state: 'given' });
    expect((consent?.until ?? 0) - (consent?.givenAt ?? 0)).to.equal(90 * day);
    expect(consent?.sessionId).to.equal(undefined);
    const [told] = (await world.credential.notices.list('r1')).records;
    expect(told, 'the resident is told').to.include({ kind: 'consent-given', party });
  });

  it('binds a consent for this sign-in to the session', async () => {
    const { open, signedIn, answer, consentsOf, sessions, sessionCookie, origin } = world;
    const own = await signedIn();
    await answer(own, (await open()).page, agreeTo('session', 'coverage', 'eligibility'));
    const cookies = await own.jar.getCookies(origin);
    const session = await sessions.byCookie(cookies.find(({ key }) => key === sessionCookie)?.value);
    const [consent] = await consentsOf();
    expect(consent?.sessionId).to.equal(session?.id);
    expect(consent?.until).to.equal(session?.expiresAt);
    expect(consent?.types).to.deep.equal(['coverage', 'eligibility']);
  });

  it('takes no for an answer, and tells the party not to ask again', async () => {
    const { open, signedIn, answer, consentsOf } = world;
    const before = (await consentsOf()).length;
    const own = await signedIn();
    const sent = await answer(own, (await open()).page, [...decline, ['types', 'coverage'], ['period', '1-year']]);
    expect(sent.headers.get('location')).to.equal(`${returnTo}&ResendMessage=0`);
    expect(await consentsOf()).to.have.length(before);
  });

  it('asks again for what is missing, keeps what was chosen, and leads to the place (WCAG 3.3.1)', async () => {
    const { open, signedIn, answer } = world;
    const { page } = await open();
    const own = await signedIn();
    const nothing = await answer(own, page, [['decision', 'agree']]);
    const html = await nothing.text();
    expect(nothing.status).to.equal(422);
    expect(html).to.match(/<title>エラー: /);
    expect(html).to.include('href="#types-0"').and.include('href="#period-0"');
    expect(html).to.match(/<input[^>]*id="types-0"[^>]*aria-invalid/);
    expect(html).to.match(/<fieldset[^>]*role="radiogroup"[^>]*aria-invalid/);
    const half = await (
      await answer(own, page, [
        ['decision', 'agree'],
        ['types', 'coverage'],
      ])
    ).text();
    expect(half).to.match(/<input[^>]*value="coverage"[^>]* checked/);
    expect(half).to.not.include('href="#types-0"');
    expect(half).to.include('href="#period-0"');
    expect(half, 'a display choice comes back to the question').to.include(`return=${encodeURIComponent('/consent/')}`);
    const sent = await answer(own, page, agreeTo('session', 'coverage'));
    expect(sent.status, 'the question was not used up').to.equal(303);
  });

  it('tells the party that the resident went away at the card', async () => {
    const { open, origin, post } = world;
    const own = browser();
    const prompt = await own.visit((await open()).page);
    const shown = await own.request(prompt.url);
    expect(shown.headers.get('content-security-policy')).to.include('https://portal.example;');
    const cancelled = await post(own, `${prompt.url}/cancel`, [['csrf', csrfIn(await shown.text())]]);
    expect(cancelled.headers.get('location')).to.equal(`${returnTo}&ResendMessage=0`);
    const account = await own.visit(`${origin}/account`);
    const home = await post(own, `${account.url}/cancel`, [['csrf', csrfIn(await account.response.text())]]);
    expect(home.headers.get('location'), 'nobody waits').to.equal('/');
  });

  describe('under attack', () => {
    const agreed = agreeTo('1-year', 'coverage');
    const untouched = async (work: (own: Awaited<ReturnType<AccountWorld['signedIn']>>) => Promise<void>) => {
      const before = (await world.consentsOf()).length;
      await work(await world.signedIn());
      expect(await world.consentsOf()).to.have.length(before);
    };

    it('refuses a form that another site sends: foreign, opaque or no Origin, no token, another question’s token', () =>
      untouched(async (own) => {
        const { open, answer, post } = world;
        const { page } = await open();
        for (const origin of ['https://evil.example', 'null', '', `${world.origin}.evil.example`]) {
          expect((await answer(own, page, agreed, { origin })).status, origin).to.equal(403);
        }
        const other = csrfIn(await (await own.request((await open()).page)).text());
        for (const token of ['', 'x', other]) {
          const sent = await post(own, page, [['csrf', token], ...agreed]);
          expect([sent.status, (await sent.text()).includes('FORGED_REQUEST')]).to.deep.equal([403, true]);
        }
      }));

    it('refuses the token of another browser of the same resident', () =>
      untouched(async (own) => {
        const { open, signedIn, post } = world;
        const { page } = await open();
        const stolen = csrfIn(await (await (await signedIn()).request(page)).text());
        expect((await post(own, page, [['csrf', stolen], ...agreed])).status).to.equal(403);
      }));

    it('asks another resident for the right card, keeps that sign-in, and never shows or takes the answer', () =>
      untouched(async (own) => {
        const { open, signedIn, post, cards } = world;
        const { page } = await open();
        const token = csrfIn(await (await own.request(page)).text());
        const other = await signedIn('r2');
        const prompt = await other.visit(page);
        expect(prompt.url).to.include('/sign-in/');
        const sent = await post(other, page, [['csrf', token], ...agreed]);
        expect(sent.headers.get('location')).to.match(/^\/sign-in\//);
        const again = await other.visit(await signInAt(other, prompt.url, cards.r2));
        expect(again.response.status).to.equal(403);
        expect(await again.response.text())
          .to.include('OTHER_RESIDENT')
          .and.not.include('ポータル');
        expect((await other.visit(`${world.origin}/account`)).response.status, 'r2 stays signed in').to.equal(200);
        const right = await other.visit(await signInAt(other, (await other.visit(page)).url, cards.r1));
        expect(right.url).to.equal(page);
      }));

    it('goes back only to an origin that the party registered, whatever the address looks like', () =>
      untouched(async (own) => {
        const { open, post, pageOf } = world;
        const { id, page } = await open();
        const fields = [['csrf', csrfIn(await (await own.request(page)).text())], ...agreed];
        for (const to of [
          'https://evil.example/',
          'http://portal.example/',
          'https://portal.example:8443/',
          'https://portal.example.evil.example/',
          'https://portal.example@evil.example/',
          'https://resident@portal.example/',
          'https://evil.example\\@portal.example/',
          'https://portal.example\\.evil.example/',
          'https://portal.example\t.evil.example/',
          ' https://portal.example/',
          'https://portal.exam\nple/',
          '//portal.example/',
          '/account',
          'https:portal.example/',
          'javascript:alert(1)',
          'data:text/html,x',
          'https://pörtal.example/',
          'https://portal.example./',
          `https://portal.example/?${'x'.repeat(2000)}`,
          '',
        ]) {
          for (const sent of [await own.request(pageOf(id, to)), await post(own, pageOf(id, to), fields)]) {
            expect([to, sent.status, sent.headers.get('location')]).to.deep.equal([to, 403, null]);
            expect(await sent.text(), to).to.include('RETURN_NOT_REGISTERED');
          }
        }
        const twice = `${pageOf(id)}&ReturnToURL=${encodeURIComponent('https://evil.example/')}`;
        expect((await own.request(twice)).status).to.equal(403);
        expect((await own.request(`${world.origin}/consent/${id}`)).status).to.equal(403);
        expect((await own.request(pageOf(id, 'HTTPS://PORTAL.example:443/x'))).status, 'the same origin').to.equal(200);
      }));

    it('overrides a ResendMessage that the address already claims', async () => {
      const { open, signedIn, answer, pageOf } = world;
      const { id } = await open();
      const page = pageOf(id, 'https://portal.example/x?ResendMessage=urn:uuid:forged&a=1&ResendMessage=2');
      const sent = await answer(await signedIn(), page, decline);
      const { searchParams } = new URL(sent.headers.get('location') ?? '');
      expect([searchParams.getAll('ResendMessage'), searchParams.get('a')]).to.deep.equal([['0'], '1']);
    });

    it('takes one decision: a replayed one, and the second of two at once, are refused', async () => {
      const { open, signedIn, post, consentsOf } = world;
      const { page } = await open();
      const own = await signedIn();
      const before = (await consentsOf()).length;
      const fields = [['csrf', csrfIn(await (await own.request(page)).text())], ...agreed];
      const sent = await Promise.all([post(own, page, fields), post(own, page, fields)]);
      expect(sent.map(({ status }) => status)).to.have.members([303, 404]);
      expect((await post(own, page, fields)).status).to.equal(404);
      expect((await own.request(page)).status).to.equal(404);
      expect(await consentsOf()).to.have.length(before + 1);
    });

    it('refuses an answer that the page does not offer', () =>
      untouched(async (own) => {
        const { open, answer } = world;
        const { page } = await open({ types: ['coverage'] });
        for (const fields of [
          agreeTo('1-year', 'coverage', 'eligibility'),
          agreeTo('1-year', 'pension'),
          agreeTo('for-ever', 'coverage'),
          [['decision', 'maybe']],
          [],
        ]) {
          expect((await answer(own, page, fields)).status).to.equal(400);
        }
      }));

    it('shows a script in a service name as text', async () => {
      const { open, signedIn } = world;
      const script = '<script>alert(1)</script>"\'';
      const { page } = await open({ partyName: { ja: script, en: script } });
      const html = await (await (await signedIn()).request(page)).text();
      expect(html).to.include('&lt;script>alert(1)').and.not.include('<script');
    });

    it('refuses a question whose time is over, and one that never was', () =>
      untouched(async (own) => {
        const { open, answer, pass, pageOf } = world;
        const { page } = await open();
        const token = csrfIn(await (await own.request(page)).text());
        pass(11 * 60_000);
        expect((await world.post(own, page, [['csrf', token], ...agreed])).status).to.equal(404);
        expect((await answer(own, pageOf('never'), agreed)).status).to.equal(404);
        expect((await browser().request(pageOf('never'))).status, 'no card is asked for in vain').to.equal(404);
      }));
  });
});
