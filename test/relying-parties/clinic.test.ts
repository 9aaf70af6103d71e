import { expect } from 'chai';
import { OidcRefusal } from '../../relying-parties/oidc-client.ts';
import { clinicScenes, eligibility, hostile, longName, staffScenes } from './scenes.ts';
import { receptionist, startTestClinic, type TestParty, visitorOf, wordsOf } from './world.ts';

const minute = 60_000;

describe('the clinic', () => {
  let clinic: TestParty;
  beforeEach(async () => {
    clinic = await startTestClinic();
    clinic.side.signedIn = receptionist;
    clinic.side.reply = eligibility({});
  });
  afterEach(() => clinic.close());

  async function atReception(language = 'ja') {
    const visitor = visitorOf(clinic.origin, language);
    await visitor.signIn();
    const check = (fields: Record<string, string> = {}) => visitor.post('/counter', fields);
    return { ...visitor, check };
  }

  const pathOf = (response: Response) => new URL(response.url).pathname;

  for (const [scene, reason] of [
    ['resident', '受付担当者としての登録を確かめられませんでした'],
    ['elsewhere', '登録されている医療機関が、この端末の医療機関と違います'],
  ] as const) {
    it(`is closed to others than its receptionists, at every address: ${scene} (R15)`, async () => {
      clinic.side.signedIn = staffScenes[scene];
      const visitor = await atReception();
      for (const response of [
        await visitor.get('/'),
        await visitor.check(),
        await visitor.get('/counter/callback?state=x'),
      ]) {
        expect(response.status).to.equal(403);
        expect(wordsOf(await response.text()))
          .to.include('受付担当者だけが使えます')
          .and.include(reason)
          .and.include('ログアウト');
      }
      expect(clinic.side.asked).to.deep.equal([]);
    });
  }

  it('takes a doctor who also sits at the reception', async () => {
    clinic.side.signedIn = { ...receptionist, staff: { ...receptionist.staff, roles: ['doctor', 'receptionist'] } };
    expect((await (await atReception()).get('/')).status).to.equal(200);
  });

  it('asks about today for the purpose of the counter, and shows the answer with its number (R22, R100, R122)', async () => {
    const visitor = await atReception();
    const response = await visitor.check();
    expect(pathOf(response)).to.match(/^\/patients\//);
    expect(clinic.side.asked).to.deep.equal([
      { type: 'eligibility', purpose: 'urn:x-sanuki:purpose:eligibility-check', date: '2026-10-01' },
    ]);
    const words = wordsOf(await response.text());
    for (const part of [
      '有効',
      'Q-20261001-000123',
      '羽巢 聖司',
      'バス セイジ',
      '昭和35年10月10日 （65歳）',
      '3割',
      '瀬戸内バス',
    ])
      expect(words).to.include(part);
    expect(words, 'no counter needs the address').to.not.include('番町1番地');
  });

  it('takes the date in any calendar and width, and the insurer of the last visit (R99)', async () => {
    const visitor = await atReception();
    for (const date of ['2026-04-01', '令和8年4月1日', 'Ｒ８．４．１', '1 April 2026']) await visitor.check({ date });
    await visitor.check({ date: '', insurer: '０１３７ ００１４' });
    expect(clinic.side.asked.map(({ date }) => date)).to.deep.equal([...Array(4).fill('2026-04-01'), '2026-10-01']);
    expect(clinic.side.asked.at(-1)?.insurerNumber).to.equal('01370014');
  });

  for (const [date, insurer, words] of [
    ['2026-10-02', '', 'C-502'],
    ['2021-09-30', '', 'C-502'],
    ['あした', '', '対象年月日を西暦または和暦で'],
    ['', '12345', '保険者番号は6桁か8桁'],
    [hostile, hostile, '入力を直してください'],
  ] as const) {
    it(`refuses the date "${date.slice(0, 12)}" and the insurer "${insurer.slice(0, 6)}" in words, and keeps what was typed`, async () => {
      const response = await (await atReception()).check({ date, insurer });
      expect(response.status).to.equal(400);
      const html = await response.text();
      expect(wordsOf(html)).to.include(words);
      expect(html).to.include('aria-invalid="true"').and.not.include(hostile);
      if (date && date !== hostile) expect(html).to.include(`value="${date}"`);
      expect(clinic.side.asked).to.deep.equal([]);
    });
  }

  for (const [scene, word, advice] of [
    ['valid', '有効', ''],
    ['invalid', '無効', '最後の資格'],
    ['new-coverage', '無効・新しい資格あり', '別の保険に新しい資格'],
    ['none', '該当資格なし', '記録はありません'],
    ['double', '複数該当', '患者さんへ'],
    ['pending', '有効（未登録）', '全国の登録'],
    ['unconfirmed', '未確認', '紙の確認書で確認してください'],
    ['hub-silent', '未確認', '紙の確認書で確認してください'],
    ['refused', '照会できませんでした', 'S-403'],
  ] as const) {
    it(`shows the result by its word: ${scene}`, async () => {
      clinic.side.reply = clinicScenes[scene]?.reply ?? clinic.side.reply;
      for (const language of ['ja', 'en']) {
        const words = wordsOf(await (await (await atReception(language)).check()).text());
        if (language === 'ja') expect(words).to.include(` ${word} `).and.include(advice);
        else expect(words).to.not.match(/[ぁ-ん]{4}/);
      }
    });
  }

  it('writes a very long name out in full (R101)', async () => {
    clinic.side.reply = clinicScenes.longest?.reply ?? clinic.side.reply;
    expect(await (await (await atReception()).check()).text()).to.include(longName);
  });

  it('lets no value out of its place in the page', async () => {
    clinic.side.reply = clinicScenes.hostile?.reply ?? clinic.side.reply;
    const html = await (await (await atReception()).check()).text();
    expect(html).to.include('&lt;script>alert(1)').and.not.include(hostile);
  });

  it('shows on an outage what it was told last, as unconfirmed and never as valid (R104)', async () => {
    const visitor = await atReception();
    await visitor.check();
    clinic.clock.now += 9 * 24 * 60 * minute;
    const later = await atReception();
    clinic.side.reply = clinicScenes['hub-silent']?.reply ?? clinic.side.reply;
    const html = await (await later.check()).text();
    expect(html).to.include('result-unknown').and.include('14422412').and.not.include('result-good');
    expect(wordsOf(html)).to.include('前回この医院で確認した内容（未確認）').and.include('令和8年10月1日 13:05');
    clinic.side.patient = 'patient-2';
    expect(await (await later.check()).text(), 'of another patient').to.not.include('14422412');
    clinic.side.patient = 'patient-1';
    clinic.clock.now += 22 * 24 * 60 * minute;
    expect(await (await (await atReception()).check()).text(), 'after thirty days').to.not.include('14422412');
  });

  it('takes neither an open answer nor one about an earlier day or a named insurer for what it knows', async () => {
    const visitor = await atReception();
    await visitor.check({ date: '2026-04-01' });
    await visitor.check({ insurer: '370015' });
    clinic.side.reply = clinicScenes.unconfirmed?.reply ?? clinic.side.reply;
    await visitor.check();
    clinic.side.reply = clinicScenes['hub-silent']?.reply ?? clinic.side.reply;
    expect(wordsOf(await (await visitor.check()).text())).to.not.include('前回この医院で');
  });

  it('has nothing of a patient in clear on its disk or in its log', async () => {
    await (await atReception()).check();
    const traces = await clinic.traces();
    expect(traces).to.include('last-known-eligibility');
    for (const value of ['14422412', '00051', '羽巢', '1960-10-10', 'patient-1'])
      expect(traces).to.not.include(Buffer.from(value).toString('latin1'));
  });

  it('asks about another day of the same patient, with a number of its own', async () => {
    const visitor = await atReception();
    const view = pathOf(await visitor.check());
    clinic.side.reply = eligibility({ validity: '2', date: '2026-04-01', reference: 'Q-20261001-000124' });
    const words = wordsOf(await (await visitor.post(`${view}/date`, { date: 'R8.4.1' })).text());
    expect(words).to.include('無効').and.include('Q-20261001-000124').and.include('令和8年4月1日');
    const faulty = await visitor.post(`${view}/date`, { date: '2027-01-01' });
    expect(wordsOf(await faulty.text())).to.include('C-502');
  });

  it('takes a patient off the screen after three minutes, without script, and for good', async () => {
    const visitor = await atReception();
    const response = await visitor.check();
    expect(response.headers.get('refresh')).to.equal('180; url=/?closed');
    expect(response.headers.get('cache-control')).to.equal('no-store');
    const view = pathOf(response);
    clinic.clock.now += 2 * minute;
    expect((await visitor.get(view)).headers.get('refresh')).to.equal('60; url=/?closed');
    await visitor.post(`${view}/extend`);
    clinic.clock.now += 2 * minute;
    expect((await visitor.get(view)).status, 'extended').to.equal(200);
    clinic.clock.now += minute;
    for (const over of [
      await visitor.get(view),
      await visitor.post(`${view}/extend`),
      await visitor.post(`${view}/date`),
    ]) {
      expect(over.status).to.equal(404);
      expect(wordsOf(await over.text()))
        .to.include('この患者の表示は終わりました')
        .and.not.include('羽巢');
    }
  });

  it('closes a patient at once, and tells the browser to forget', async () => {
    const visitor = await atReception();
    const view = pathOf(await visitor.check());
    const closing = await visitor.send(`${view}/close`, {
      method: 'POST',
      headers: { origin: clinic.origin, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(closing.headers.get('location')).to.equal('/?closed');
    expect(closing.headers.get('clear-site-data')).to.equal('"cache"');
    expect((await visitor.get(view)).status).to.equal(404);
  });

  it('shows a patient in no other session, not even of the same receptionist', async () => {
    const [mine, other] = [await atReception(), await atReception()];
    const view = pathOf(await mine.check());
    expect((await other.get(view)).status).to.equal(404);
    await other.post(`${view}/close`);
    expect((await mine.get(view)).status, 'nor can another close it').to.equal(200);
    await mine.signIn();
    expect((await mine.get(view)).status, 'nor after a new sign-in').to.equal(404);
  });

  it('takes the hub’s answer once, and only in the browser and session that asked (login CSRF)', async () => {
    const [mine, other] = [await atReception(), await atReception()];
    const begun = await mine.send('/counter', {
      method: 'POST',
      body: new URLSearchParams(),
      headers: { origin: clinic.origin },
    });
    const callback = begun.headers.get('location') ?? '';
    expect((await other.get(callback)).status, 'another browser').to.equal(403);
    expect((await mine.get(callback)).status, 'and then it is spent').to.equal(404);
    expect(clinic.side.asked).to.deep.equal([]);
    const again = await mine.send('/counter', {
      method: 'POST',
      body: new URLSearchParams(),
      headers: { origin: clinic.origin },
    });
    await mine.signIn();
    expect((await mine.get(again.headers.get('location') ?? '')).status, 'another session').to.equal(403);
  });

  it('leaves signed in who is signed in, whoever’s card was shown', async () => {
    const visitor = await atReception();
    await visitor.check();
    expect(await (await visitor.get('/')).text())
      .to.include('>staff-1<')
      .and.not.include('patient-1');
  });

  it('asks the patient for card and PIN, and takes no card alone for it (R97)', async () => {
    const visitor = await atReception();
    expect((await visitor.check()).status).to.equal(200);
    expect(clinic.side.level).to.equal('urn:x-sanuki:ac:card-pin');
    clinic.side.acr = 'urn:x-sanuki:ac:card';
    expect((await visitor.check()).status, 'a card that somebody found').to.equal(403);
    expect(clinic.side.asked).to.have.length(1);
    expect(clinic.side.identityChecks).to.deep.equal([]);
  });

  it('goes without the PIN only by a document and with a reason, and notes who answered for it (R98)', async () => {
    const visitor = await atReception();
    clinic.side.acr = 'urn:x-sanuki:ac:card';
    const refused = await visitor.check({ proof: 'document', date: '令和8年4月1日' });
    expect(refused.status).to.equal(400);
    const html = await refused.text();
    expect(wordsOf(html))
      .to.include('確認した書類を選んでください')
      .and.include('暗証番号を使わない理由を選んでください');
    expect(html).to.include('value="2026-04-01"');
    expect((await visitor.check({ proof: 'document', document: 'forged', reason: 'forgotten' })).status).to.equal(400);
    expect(clinic.side.asked).to.deep.equal([]);
    const answered = await visitor.check({ proof: 'document', document: 'licence', reason: 'forgotten' });
    expect(answered.status).to.equal(200);
    expect(clinic.side.level).to.equal('urn:x-sanuki:ac:card');
    expect(clinic.side.identityChecks).to.deep.equal([
      { officer: receptionist.pseudonym, document: 'licence', reason: 'forgotten', reference: 'Q-20261001-000123' },
    ]);
  });

  it('refuses a form from another site, and a level below the card', async () => {
    const visitor = await atReception();
    expect((await visitor.post('/counter', {}, { origin: 'https://evil.test' })).status).to.equal(403);
    clinic.side.acr = 'urn:x-sanuki:ac:other';
    expect((await visitor.check()).status).to.equal(403);
    expect(clinic.side.asked).to.deep.equal([]);
  });

  for (const [error, description, words] of [
    ['access_denied', undefined, '患者の確認をやめました'],
    ['access_denied', 'own card of the officer', 'C-503'],
    ['login_required', undefined, '患者のカードを確認できませんでした'],
  ] as const) {
    it(`says what to do when the hub answers ${error} (${description ?? 'no more words'})`, async () => {
      clinic.side.patient = new OidcRefusal(error, { description });
      expect(wordsOf(await (await (await atReception()).check()).text())).to.include(words);
    });
  }
});
