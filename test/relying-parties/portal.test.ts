import { expect } from 'chai';
import { AttributeError } from '../../attribute-service/index.ts';
import { consentAddress } from '../../relying-parties/portal/coverage.ts';
import { hostile, portalScenes } from './scenes.ts';
import { hubOrigin, startTestPortal, type TestParty, visitorOf, wordsOf } from './world.ts';

describe('the portal', () => {
  let portal: TestParty;
  before(async () => {
    portal = await startTestPortal();
  });
  after(() => portal.close());

  async function see(scene: keyof typeof portalScenes, language = 'ja'): Promise<{ html: string; words: string }> {
    const { reply, path = '/coverage' } = portalScenes[scene] ?? {};
    if (reply) portal.side.reply = reply;
    const visitor = visitorOf(portal.origin, language);
    await visitor.signIn();
    const response = await visitor.get(path);
    expect(response.status).to.equal(200);
    const html = await response.text();
    return { html, words: wordsOf(html) };
  }

  it('greets by name and leads to the coverage and to the hub’s account page (R67, R76)', async () => {
    portal.side.signedIn = { ...portal.side.signedIn, name: 'バス セイジ' };
    const html = await (await visitorOf(portal.origin).signIn()).text();
    expect(wordsOf(html)).to.include('ようこそ バス セイジ 様');
    expect(html).to.include('href="/coverage"').and.include(`href="${hubOrigin}/account"`);
  });

  it('asks for a sign-in before it shows a page of a resident', async () => {
    const response = await visitorOf(portal.origin).get('/coverage');
    expect(response.status).to.equal(403);
    expect(wordsOf(await response.text())).to.include('ログインしてください');
  });

  it('shows the form of national health insurance, its source and its day (R73, R78)', async () => {
    const { words } = await see('nhi');
    expect(words).to.include('国民健康保険の加入情報').and.include('令和8年10月1日現在 提供: 高松市国保');
    for (const part of ['香川1', '3000999', '平成2年11月30日', '平成22年2月22日', '3割', '370015', '瓦町40番地'])
      expect(words).to.include(part);
    expect(words).to.include('この画面は資格確認書ではありません').and.not.include('事業所名称');
  });

  it('shows a past coverage in a tab of its own, in the form of employees’ insurance (R79)', async () => {
    const { html, words } = await see('past');
    expect(html).to.include('href="/coverage?tab=2" aria-current="page"');
    for (const part of [
      '本人・家族の別',
      '事業所名称',
      '事業所所在地',
      '保険者所在地',
      '資格喪失年月日',
      '他の保険への加入',
    ])
      expect(words).to.include(part);
  });

  it('says why a value is missing (R80)', async () => {
    const { words } = await see('dependant');
    expect(words)
      .to.match(/記号 - （未登録）/)
      .and.match(/住所 - （非開示）/)
      .and.match(/事業所名称 - （対象外）/);
    expect(words).to.include('被保険者の氏名');
  });

  for (const [scene, expected] of [
    ['none', '該当する記録はありません'],
    ['one-silent', '協会けんぽから応答がありません'],
    ['one-refused', '協会けんぽは提供しませんでした'],
    ['one-garbled', '協会けんぽの応答は確認できなかったため'],
    ['all-silent', '高松市国保から応答がありません'],
    ['consent', '提供に同意すると表示されます'],
    ['declined', '同意されなかったため'],
    ['hub-silent', '情報の取り次ぎ先から応答がありません'],
    ['refused', '加入情報は提供されませんでした'],
    ['overlap', '2つの保険が重なっています'],
    ['gap', '保険に入っていない期間があります'],
  ] as const) {
    it(`says so in words: ${scene}`, async () => {
      expect((await see(scene)).words).to.include(expected);
      expect((await see(scene, 'en')).words).to.not.match(/[ぁ-ん]{4}/);
    });
  }

  for (const scene of ['one-silent', 'one-refused', 'one-garbled'] as const) {
    it(`goes on showing what another body answered: ${scene}`, async () => {
      expect((await see(scene)).words).to.include('3000999');
    });
  }

  it('reports no gap while a body has not answered (R120)', async () => {
    const { reply } = portalScenes.gap ?? {};
    if (!(reply && 'coverage' in reply && reply.coverage)) throw new TypeError('the scene has an answer');
    const [first, ...rest] = reply.coverage.sources;
    if (!first) throw new TypeError('the scene has a source');
    portal.side.reply = {
      ...reply,
      coverage: { ...reply.coverage, sources: [{ ...first, state: 'silent' }, ...rest] },
    };
    const visitor = visitorOf(portal.origin);
    await visitor.signIn();
    expect(wordsOf(await (await visitor.get('/coverage')).text())).to.not.include('保険に入っていない期間');
  });

  it('lets no value out of its place in the page', async () => {
    const { html } = await see('hostile');
    expect(html).to.not.include('<script>alert').and.not.include(hostile);
    expect(html).to.include('&lt;script>alert(1)');
    expect(html).to.not.match(/onload="x/);
  });

  it('leads to the hub’s consent page with the way back, and asks again after it (SOAP Binding 2.0, RedirectRequest)', async () => {
    const { html } = await see('consent');
    const back = encodeURIComponent(`${portal.origin}/coverage/return`);
    expect(html).to.include(`href="${hubOrigin}/consent/c1?ReturnToURL=${back}"`);
    const visitor = visitorOf(portal.origin);
    await visitor.signIn();
    const messageId = 'urn:uuid:6f1d4c3e-8d1e-4f5b-9c59-3a1f6a1e2b3c';
    portal.side.asked.length = 0;
    await visitor.get(`/coverage/return?ResendMessage=${messageId}`);
    await visitor.get('/coverage/return?ResendMessage=anything');
    expect(portal.side.asked.map(({ resendOf }) => resendOf)).to.deep.equal([messageId, undefined]);
    const declined = await visitor.get('/coverage/return?ResendMessage=0');
    expect(wordsOf(await declined.text())).to.include('同意されなかったため');
  });

  for (const address of ['https://evil.test/consent/c1', 'javascript:alert(1)', 'nonsense']) {
    it(`does not send a resident to ${address} for their consent`, () => {
      expect(() => consentAddress(address, { hubOrigin, returnTo: 'https://portal.test/' }))
        .to.throw(AttributeError)
        .with.property('code', 'HUB_GARBLED');
    });
  }

  it('asks the hub at every view and keeps nothing of what it showed, in its store or its log', async () => {
    portal.side.reply = portalScenes.employee?.reply ?? portal.side.reply;
    const visitor = visitorOf(portal.origin);
    await visitor.signIn();
    portal.side.asked.length = 0;
    for (const _view of [1, 2]) expect(await (await visitor.get('/coverage')).text()).to.include('14422412');
    expect(portal.side.asked).to.deep.equal(
      Array(2).fill({ type: 'coverage', purpose: 'urn:x-sanuki:purpose:self-view', redirect: true }),
    );
    const traces = await portal.traces();
    expect(traces, 'the store is looked at').to.include('p-1');
    for (const value of ['14422412', '00051', '01370014', '瀬戸内バス', '羽巢', '1960-10-10'])
      expect(traces).to.not.include(Buffer.from(value).toString('latin1'));
  });
});
