import { expect } from 'chai';
import { type AccountWorld, agreeTo, coverage, csrfIn, startAccountWorld } from './account-world.ts';
import { browser, signInAt } from './world.ts';

describe('the resident’s own page', () => {
  let world: AccountWorld;
  before(async () => {
    world = await startAccountWorld();
  });
  after(() => world.close());

  const pageOf = async (own: Pick<ReturnType<typeof browser>, 'request'>, query = '', language = 'ja') =>
    (await own.request(`${world.origin}/account${query}`, { headers: { 'accept-language': language } })).text();

  /** A consent of the resident, given on the consent page. */
  async function consented(own: Awaited<ReturnType<AccountWorld['signedIn']>>, period = '90-days') {
    await world.answer(own, (await world.open()).page, agreeTo(period, 'coverage'));
    const [consent] = await world.consentsOf();
    return { id: consent?.id ?? '', url: `${world.origin}/account/consents/${consent?.id}/withdraw` };
  }

  it('is linked from the first page, asks for the card, and comes back', async () => {
    const own = browser();
    expect(await (await own.request(world.origin)).text()).to.include('href="/account"');
    const { at } = await world.signedIn();
    expect(at.url).to.equal(`${world.origin}/account`);
    const html = await at.response.text();
    for (const words of [
      'バス セイジ 様',
      'カードと暗証番号',
      '該当する記録はありません',
      '今、同意しているものはありません',
    ])
      expect(html).to.include(words);
  });

  it('lists a consent and withdraws it, saying what that means and what it does not', async () => {
    const own = await world.signedIn();
    const { id, url } = await consented(own);
    const html = await pageOf(own);
    for (const words of ['ポータル', coverage.name.ja, 'ご本人が自分の情報を見るため', '撤回する'])
      expect(html).to.include(words);
    expect(html).to.match(/令和\d+年\d+月\d+日 \d+:\d\d/);
    expect(await pageOf(own, '', 'en')).to.match(/\d+ \w+ 20\d\d at \d\d:\d\d/);
    const sent = await world.post(own, url, [['csrf', csrfIn(html)]]);
    expect([sent.status, sent.headers.get('location')]).to.deep.equal([303, `/account?withdrawn=${id}`]);
    const done = await pageOf(own, `?withdrawn=${id}`);
    expect(done).to.include('次の要求から提供されません').and.include('過去の同意');
    expect(done).to.include('すでに渡した情報は取り消せません').and.not.include('撤回する</button>');
    const question = { residentRef: 'r1', party: world.party, purpose: 'urn:x-sanuki:purpose:self-view' };
    const found = await world.attributes.consents.find({ ...question, type: 'coverage' });
    expect(found.state, 'with effect on the next request').to.equal('withdrawn');
    expect((await world.post(own, url, [['csrf', csrfIn(html)]])).status, 'twice is no fault').to.equal(303);
    const told = (await world.credential.notices.list('r1')).records.filter(({ kind }) => kind === 'consent-withdrawn');
    expect(
      told.map(({ party }) => party),
      'and told once',
    ).to.deep.equal([world.party]);
  });

  it('says so when another consent still allows the same', async () => {
    const own = await world.signedIn();
    const [first, second] = [await consented(own), await consented(own, '1-year')];
    const csrf = csrfIn(await pageOf(own));
    await world.post(own, first.url, [['csrf', csrf]]);
    const still = await pageOf(own, `?withdrawn=${first.id}`);
    expect(still).to.include('提供は続きます').and.not.include('次の要求から提供されません');
    await world.post(own, second.url, [['csrf', csrf]]);
    expect(await pageOf(own, `?withdrawn=${second.id}`)).to.include('次の要求から提供されません');
  });

  it('shows a consent for one sign-in as over when that sign-in is', async () => {
    const first = await world.signedIn();
    await consented(first, 'session');
    expect(await pageOf(first)).to.include('今回のログインの間だけ');
    const cookies = await first.jar.getCookies(world.origin);
    const session = await world.sessions.byCookie(cookies.find(({ key }) => key === world.sessionCookie)?.value);
    await world.sessions.forget(session?.id ?? '');
    expect(await pageOf(await world.signedIn())).to.include('そのときのログインが終わったため');
  });

  it('tells each access in plain words, newest first and in pages', async () => {
    const own = await world.signedIn('r2');
    const about = 'r2';
    for (let at = 0; at < 12; at++) await world.record({ about, place: { ja: `窓口${at}`, en: `Counter ${at}` } });
    await world.record({ about, result: 'partial', sources: [{ id: 'kyokai', state: 'silent' }] });
    await world.record({ about, result: 'withheld', code: 'CONSENT_MISSING' });
    await world.record({
      about,
      partyName: { ja: '佐々木医院', en: 'Sasaki clinic' },
      purpose: 'urn:x-sanuki:purpose:eligibility-check',
      types: ['eligibility'],
      reference: 'Q-20261001-000123',
      level: 'urn:x-sanuki:ac:card',
    });
    const html = await pageOf(own);
    const rows = [...html.matchAll(/<tr role="row">(.*?)<\/tr>/gs)].slice(1).map(([, row = '']) => row);
    expect(rows).to.have.length(10);
    for (const words of [
      '佐々木医院',
      '医療機関の窓口で',
      '提供しました',
      'Q-20261001-000123',
      '窓口でのカードの提示',
      '暗証番号なし',
    ])
      expect(rows[0]).to.include(words);
    expect(rows[1]).to.include('提供していません').and.include('同意がないため');
    expect(rows[2]).to.include('一部だけ提供しました').and.include('協会けんぽから回答がありませんでした');
    expect(rows[3]).to.include('窓口11').and.not.include('暗証番号なし');
    const older = /href="(\/account\?after=[^"]+)#accesses"/.exec(html)?.[1] ?? '';
    const second = await (await own.request(world.origin + older)).text();
    expect([...second.matchAll(/窓口\d+\)/g)].map(([words]) => words)).to.deep.equal(
      [4, 3, 2, 1, 0].map((at) => `窓口${at})`),
    );
    expect(second).to.include('新しい記録に戻る').and.not.include('前の記録を見る');
  });

  describe('under attack', () => {
    it('shows a resident the own records only', async () => {
      const own = await world.signedIn('r1');
      const { id } = await consented(own);
      await world.record({ partyName: { ja: '内科', en: 'internist' } });
      const foreign = await world.signedIn('r2');
      const html = await pageOf(foreign, `?withdrawn=${id}`);
      expect(html).to.not.include(`consent-${id}`).and.not.include('内科').and.not.include('取り消せません');
      expect(await pageOf(own))
        .to.include(`consent-${id}`)
        .and.include('内科');
    });

    it('refuses to withdraw another resident’s consent as if there were none', async () => {
      const own = await world.signedIn('r1');
      const { id, url } = await consented(own);
      const foreign = await world.signedIn('r2');
      const csrf = csrfIn(await pageOf(foreign)) || (await tokenOf(foreign));
      const [sent, missing] = await Promise.all([
        world.post(foreign, url, [['csrf', csrf]]),
        world.post(foreign, url.replace(id, '0'.repeat(32)), [['csrf', csrf]]),
      ]);
      expect([sent.status, missing.status]).to.deep.equal([404, 404]);
      expect(await sent.text()).to.include('PAGE_MISSING');
      expect((await world.consentsOf()).find((consent) => consent.id === id)?.state).to.equal('given');
    });

    it('refuses a forged withdrawal: another site, no token, another sign-in’s token; and asks a stranger for the card', async () => {
      const own = await world.signedIn('r1');
      const { id, url } = await consented(own);
      const csrf = csrfIn(await pageOf(own));
      const others = csrfIn(await pageOf(await world.signedIn('r1')));
      for (const [token, headers] of [
        [csrf, { origin: 'https://evil.example' }],
        [csrf, { origin: 'null' }],
        ['', {}],
        [others, {}],
      ] as const)
        expect((await world.post(own, url, [['csrf', token]], headers)).status).to.equal(403);
      const stranger = await world.post(browser(), url, [['csrf', csrf]]);
      expect(stranger.headers.get('location')).to.match(/^\/sign-in\//);
      expect((await world.consentsOf()).find((consent) => consent.id === id)?.state).to.equal('given');
    });

    it('refuses the token of an earlier sign-in in the same browser', async () => {
      const own = await world.signedIn('r1');
      const { url } = await consented(own);
      const csrf = csrfIn(await pageOf(own));
      await own.visit(
        await signInAt(own, (await own.visit((await world.open({ residentRef: 'r2' })).page)).url, world.cards.r2),
      );
      const back = await own.visit((await world.open()).page);
      await own.visit(await signInAt(own, back.url, world.cards.r1));
      expect((await world.post(own, url, [['csrf', csrf]])).status).to.equal(403);
      expect((await world.post(own, url, [['csrf', csrfIn(await pageOf(own))]])).status).to.equal(303);
    });

    it('announces no withdrawal that did not happen', async () => {
      const own = await world.signedIn('r1');
      const { id } = await consented(own);
      expect(await pageOf(own, `?withdrawn=${id}`)).to.not.include('取り消せません');
    });

    it('shows a script in a name as text', async () => {
      const script = '<script>alert(1)</script>';
      await world.record({
        partyName: { ja: script, en: script },
        place: { ja: script, en: script },
        purpose: script,
        types: [script],
      });
      expect(await pageOf(await world.signedIn('r1')))
        .to.include('&lt;script>')
        .and.not.include('<script');
    });

    it('writes no name of a person into the log or the audit', async () => {
      expect(world.logged.join('')).to.not.include('セイジ');
    });
  });

  /** A resident without a consent has no form: the token comes with the first one. */
  async function tokenOf(own: Awaited<ReturnType<AccountWorld['signedIn']>>): Promise<string> {
    await world.answer(own, (await world.open({ residentRef: 'r2' })).page, agreeTo('90-days', 'coverage'));
    return csrfIn(await pageOf(own));
  }
});
