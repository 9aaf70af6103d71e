import { expect } from 'chai';
import type { Access } from '../../attribute-service/index.ts';
import { type AdminWorld, csrfIn, startAdminWorld } from './admin-world.ts';
import type { TestBrowser } from './world.ts';

const script = '<script>alert(1)</script>';

describe('reports of accesses that a resident knows nothing of', function () {
  this.timeout(60_000);
  let world: AdminWorld;
  before(async () => {
    world = await startAdminWorld();
  });
  after(() => world.close());

  /** An access in the log; resolves to the entry's id. */
  async function access(about = 'resident', more: Partial<Access> = {}): Promise<string> {
    await world.attributes.accessLog.record({
      about,
      party: 'saml:https://clinic.example',
      partyName: { ja: '佐々木医院', en: 'Sasaki clinic' },
      purpose: 'urn:x-sanuki:purpose:eligibility-check',
      types: ['eligibility'],
      result: 'released',
      sources: [],
      level: 'urn:x-sanuki:ac:card',
      ...more,
    });
    const { accesses } = await world.attributes.accessLog.accessesOf(about, { limit: 1000 });
    return accesses[0]?.id ?? '';
  }

  const report = (entry: string) => `/account/accesses/report?entry=${encodeURIComponent(entry)}`;

  /** The page's own form, filled in and sent. */
  async function send(own: TestBrowser, path: string, fields: Record<string, string>) {
    return world.post(own, path, { csrf: csrfIn(await world.textOf(own, path)), ...fields });
  }

  async function reported(words = '', entry?: string) {
    const own = await world.signedIn('resident', `${world.origin}/account`);
    const id = entry ?? (await access());
    expect((await send(own, report(id), { words })).status).to.equal(303);
    const html = await world.textOf(own, report(id));
    return { own, id, html, number: /R-\d{8}-\d{6}/.exec(html)?.[0] ?? expect.fail('no number') };
  }

  it('are sent from the entry, have a number, and are sent once', async () => {
    const id = await access();
    const own = await world.signedIn('resident', `${world.origin}/account`);
    expect(await world.textOf(own, '/account'))
      .to.include(`entry=${id}`)
      .and.include('心当たりがない');
    const { number, html } = await reported('病院には行っていません\n本当です', id);
    for (const words of ['佐々木医院', '病院には行っていません', '調べています']) expect(html).to.include(words);
    expect(await world.textOf(own, '/account')).to.include(`お知らせいただきました ${number}`);
    const csrf = csrfIn(await world.textOf(own, report(await access())));
    expect((await world.post(own, report(id), { csrf, words: 'もう一度' })).status).to.equal(303);
    const again = await world.textOf(own, report(id));
    expect(again).to.include(number).and.not.include('もう一度');
    expect((await world.audited('report.open')).map(({ detail }) => detail)).to.deep.include({ report: number });
  });

  it('of one access sent twice at once are one', async () => {
    const own = await world.signedIn('resident', `${world.origin}/account`);
    const id = await access();
    const csrf = csrfIn(await world.textOf(own, report(id)));
    const before = (await world.audited('report.open')).length;
    await Promise.all([1, 2, 3].map(() => world.post(own, report(id), { csrf, words: '' })));
    expect((await world.audited('report.open')).length).to.equal(before + 1);
  });

  it('are read and answered by support and privacy officer; the resident reads the answer, and is told', async () => {
    const { own, id, number } = await reported('行っていません');
    const [support, privacy] = [await world.signedIn('support'), await world.signedIn('privacy')];
    for (const office of [support, privacy]) {
      expect(await world.textOf(office, '/admin')).to.include('href="/admin/reports"');
      expect(await world.textOf(office, '/admin/reports'))
        .to.include(number)
        .and.not.include('バス セイジ');
      const html = await world.textOf(office, `/admin/reports/${number}`);
      expect(html).to.include('行っていません').and.include('佐々木医院').and.not.include('バス セイジ');
    }
    const empty = await send(support, `/admin/reports/${number}`, { answer: ' ' });
    expect(empty.status).to.equal(422);
    const csrf = csrfIn(await world.textOf(privacy, `/admin/reports/${number}`));
    expect((await send(support, `/admin/reports/${number}`, { answer: '医院の入力誤りでした。' })).status).to.equal(
      303,
    );
    const late = await world.post(privacy, `/admin/reports/${number}`, { csrf, answer: '別の答え' });
    expect(late.status, 'of two answers one counts').to.equal(409);
    const html = await world.textOf(own, report(id));
    expect(html).to.include('医院の入力誤りでした。').and.include('お答えしました').and.not.include('別の答え');
    expect(await world.textOf(own, '/account/notices')).to.include(`受付番号 ${number}`);
    expect(await world.textOf(support, '/admin/reports')).to.not.include(number);
    expect(await world.textOf(support, '/admin/reports?state=answered')).to.include(number);
    const [answered] = (await world.audited('report.answer')).filter(({ result }) => result === 'ok');
    expect(answered).to.deep.include({ actor: world.ids.get('support'), detail: { report: number } });
  });

  describe('under attack', () => {
    it('are never of another resident’s access, nor of one that is not there', async () => {
      const foreign = await access('auditor');
      const own = await world.signedIn('resident', `${world.origin}/account`);
      const csrf = csrfIn(await world.textOf(own, report(await access())));
      for (const id of [foreign, 'x', '']) {
        expect((await own.request(world.origin + report(id))).status, id).to.equal(404);
        expect((await world.post(own, report(id), { csrf, words: '' })).status, id).to.equal(404);
      }
    });

    it('of another resident are shown to nobody by their entry', async () => {
      const { id } = await reported('ひみつ');
      const other = await world.signedIn('auditor', `${world.origin}/account`);
      const response = await other.request(world.origin + report(id));
      expect(response.status).to.equal(404);
      expect(await response.text()).to.not.include('ひみつ');
    });

    it('are not sent by another site, without a token or with another sign-in’s, nor by a stranger', async () => {
      const id = await access();
      const [own, second] = [
        await world.signedIn('resident', `${world.origin}/account`),
        await world.signedIn('resident', `${world.origin}/account`),
      ];
      const csrf = csrfIn(await world.textOf(own, report(id)));
      const others = csrfIn(await world.textOf(second, report(id)));
      for (const [fields, headers] of [
        [{ csrf }, { origin: 'https://evil.example' }],
        [{ csrf: '' }, {}],
        [{ csrf: others }, {}],
      ] as const)
        expect((await world.post(own, report(id), fields, headers)).status).to.equal(403);
      expect(await world.textOf(own, report(id))).to.not.include('id="reported"');
    });

    it('show a script in words and answer as text, and drop what cannot be seen', async () => {
      const { own, id, number, html } = await reported(`${script}\u202e\u0000行`);
      expect(html).to.include('&lt;script>alert(1)&lt;/script>行').and.not.include('<script>alert');
      const support = await world.signedIn('support');
      expect(await world.textOf(support, `/admin/reports/${number}`)).to.not.include('<script>alert');
      await send(support, `/admin/reports/${number}`, { answer: script });
      expect(await world.textOf(own, report(id))).to.not.include('<script>alert');
    });

    it('take no more than 500 characters, and give back what was typed', async () => {
      const own = await world.signedIn('resident', `${world.origin}/account`);
      const path = report(await access());
      const sent = await send(own, path, { words: 'あ'.repeat(501) });
      expect(sent.status).to.equal(422);
      expect(await sent.text())
        .to.include('500文字までに')
        .and.include('あ'.repeat(501));
      expect((await send(own, path, { words: 'あ'.repeat(20_000) })).status).to.equal(413);
      expect((await send(own, path, { words: 'あ'.repeat(500) })).status).to.equal(303);
    });

    it('are closed to every other role, to residents, and to a forged number', async () => {
      const { number } = await reported('ひみつ');
      for (const person of ['operator', 'auditor', 'registrar', 'approver', 'manager', 'resident'] as const) {
        const own = await world.signedIn(person);
        for (const path of ['/admin/reports', `/admin/reports/${number}`]) {
          const response = await own.request(world.origin + path);
          expect(response.status, person).to.equal(person === 'resident' ? 404 : 403);
          expect(await response.text()).to.not.include('ひみつ');
        }
      }
      const support = await world.signedIn('support');
      for (const forged of ['R-20260101-000000', 'x', encodeURIComponent(script)])
        expect((await support.request(`${world.origin}/admin/reports/${forged}`)).status).to.equal(404);
      const csrf = csrfIn(await world.textOf(support, `/admin/reports/${number}`));
      const path = `/admin/reports/${number}`;
      const from = { origin: 'https://evil.example' };
      expect((await world.post(support, path, { csrf, answer: 'x' }, from)).status).to.equal(403);
      expect((await world.post(support, path, { csrf: '', answer: 'x' })).status).to.equal(403);
    });

    it('are not looked into by whom they are about', async () => {
      const own = await world.signedIn('support', `${world.origin}/account`);
      const id = await access('support');
      await send(own, report(id), { words: '' });
      const number = /R-\d{8}-\d{6}/.exec(await world.textOf(own, report(id)))?.[0] ?? '';
      const office = await world.signedIn('support');
      expect((await office.request(`${world.origin}/admin/reports/${number}`)).status).to.equal(403);
    });

    it('leave no word in the log or in the audit', async () => {
      const words = 'カミナリウドンノヒミツ';
      const { number } = await reported(words);
      const support = await world.signedIn('support');
      await send(support, `/admin/reports/${number}`, { answer: words });
      expect(world.logged.join('')).to.not.include(words);
      for (const type of ['report.open', 'report.read', 'report.answer'])
        expect(JSON.stringify(await world.audited(type))).to.not.include(words);
    });
  });
});
