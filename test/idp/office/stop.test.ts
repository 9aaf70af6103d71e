import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { attributeIn, browser, type TestBrowser } from '../world.ts';
import { type OfficeWorld, startOfficeWorld } from './office-world.ts';

const number = '9876543210123';

describe('stopping a card from home, over HTTP (R44)', () => {
  let world: OfficeWorld;
  before(async () => {
    world = await startOfficeWorld();
    await world.holderCard();
  });
  after(() => world?.close());

  const status = async () => (await world.credential.cards.byNumber(number))?.status;
  const waiting = async () =>
    (await world.cardOffice.letters.inState('waiting')).filter(({ kind }) => kind === 'card-stopped');

  /** Two persons agree; what they asked for is done. */
  async function agreed(act: 'code' | 'resume') {
    const { office } = world.credential;
    const { id } = await office.propose(act, number, 'REQUEST', { as: 'office', id: 'a' });
    return id;
  }
  const resume = async () => world.credential.office.approve(await agreed('resume'), { as: 'second-officer', id: 'b' });

  /** The letter as the second officer prints it, and the code on it. */
  async function letter(): Promise<string> {
    const second = await world.signedIn('second');
    const tasks = '/admin/office/tasks';
    const decision = { task: await agreed('code'), outcome: 'approve' };
    const sent = await world.send(second, tasks, `${tasks}/decide`, decision, { accept: 'text/html' });
    const html = await sent.text();
    expect(html).to.include(`${world.origin}/card/stop`);
    return attributeIn(html, /id="stop-code">([\d ]+)</);
  }
  const enter = (own: TestBrowser, code: string, headers: object = {}) =>
    world.send(own, '/card/stop', '/card/stop', { code }, { accept: 'text/html', ...headers });

  it('takes the code of the letter, without card and sign-in; the holder is told on paper, and no code is kept', async () => {
    const code = await letter();
    const holder = browser();
    const sent = await enter(holder, code);
    expect([sent.status, sent.headers.get('location')]).to.deep.equal([303, '/card/stopped']);
    expect((await world.page(holder, '/card/stopped')).html).to.include('カードを止めました');
    expect(await status()).to.equal('suspended');
    expect((await waiting()).map(({ residentRef }) => residentRef)).to.deep.equal(['P004']);
    expect((await enter(holder, code)).status, 'again').to.equal(303);
    expect(await waiting(), 'and no second letter').to.have.length(1);
    const [audited] = await world.audited('card.suspended');
    expect(audited).to.deep.include({ actor: 'stop-code', detail: { as: 'holder', reason: 'LOST' } });
    const store = await Promise.all(['hub.sqlite', 'hub.sqlite-wal'].map((name) => readFile(join(world.data, name))));
    for (const text of [...store.map((bytes) => bytes.toString('latin1')), world.logged.join()])
      for (const form of [code, code.replaceAll(' ', '')]) expect(text).to.not.include(form);
    await resume();
  });

  it('says in words what is wrong, in both languages, and with a code for the telephone', async () => {
    for (const [language, words] of [
      ['ja', '番号に打ち間違いがあります'],
      ['en', 'There is a slip in the number'],
    ] as const) {
      const refused = await enter(browser(), '1234 5678', { 'accept-language': language });
      const html = await refused.text();
      expect(refused.status).to.equal(422);
      expect(html)
        .to.include(words)
        .and.match(/<code>[0-9A-F]{10}<\/code>/);
    }
    expect(world.logged.join()).to.include('STOP_CODE_MISTYPED');
  });

  describe('attacked', () => {
    const unknown = '0000000000000000';

    it('by a stranger who knows number, name and birth date, and lacks the letter: every guess is answered alike', async () => {
      const answers = new Set<string>();
      for (const guess of [unknown, '1234567890123452', '9999999999999995', '4242424242424242']) {
        const refused = await enter(browser(), guess);
        const html = await refused.text();
        answers.add(
          html
            .replaceAll(guess, '')
            .replaceAll(/name="csrf" value="[^"]+"/g, '')
            .replaceAll(/[0-9A-F]{10}<\/code>/g, ''),
        );
        expect(refused.status).to.equal(422);
      }
      expect([...answers]).to.have.length(1);
      expect(await status()).to.equal('active');
    });

    it('by a page of another site, which has a code but not the form: nothing is stopped', async () => {
      const code = await letter();
      const victim = browser();
      for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }])
        expect(await world.codeOf(await enter(victim, code, { accept: 'application/json', ...headers }))).to.equal(
          'FORGED_REQUEST',
        );
      const html = (await world.page(victim, '/card/stop')).html;
      const csrf = attributeIn(html, /name="csrf" value="([^"]+)"/);
      const other = await enter(browser(), code, { accept: 'application/json' });
      expect(other.status, 'the form of one’s own browser').to.equal(303);
      await resume();
      const stolen = await browser().request(`${world.origin}/card/stop`, {
        method: 'POST',
        body: new URLSearchParams({ csrf, code }).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
          origin: world.origin,
        },
      });
      expect(await world.codeOf(stolen)).to.equal('FORGED_REQUEST');
      expect(await status()).to.equal('active');
    });

    it('by the finder of a letter, who wants to know whose it is: no answer names card or person', async () => {
      const code = await letter();
      const finder = browser();
      await enter(finder, code);
      await world.page(finder, '/card/stopped');
      for (const secret of [number, '9876 5432 10123', '髙橋', 'タカハシ', 'P004'])
        expect(finder.traffic.join(), secret).to.not.include(secret);
      expect((await finder.request(`${world.origin}/account`)).headers.get('location'), 'and opens nothing').to.match(
        /^\/sign-in\//,
      );
      await resume();
    });

    it('with markup and overlong text instead of digits: refused as a slip, shown as text', async () => {
      const refused = await enter(browser(), `"><script>alert(1)</script>${'1'.repeat(2000)}`);
      const html = await refused.text();
      expect(refused.status).to.equal(422);
      expect(html).to.not.include('<script>alert').and.not.include('1'.repeat(100));
    });
  });
});
