import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { ckRequestOctets, createRecipient, personalise, shownThumbprint } from '../../../card-auth/client/index.ts';
import { blankSoftwareCard, createSoftwareCard } from '../../../card-auth/index.ts';
import { linkedReader } from '../../card-auth/linked-reader.ts';
import { newStation, signerOf, type TestStation } from '../../card-auth/station-world.ts';
import { setPinAt } from '../card-world.ts';
import { attributeIn, browser, type TestBrowser } from '../world.ts';
import { type OfficeWorld, startOfficeWorld } from './office-world.ts';
import { enrolStation, makingOver, openProgram } from './station-program.ts';

const home = '/admin/office/stations';
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
describe('issuing stations, over HTTP (A2)', () => {
  let world: OfficeWorld;
  let officer: TestBrowser;
  let second: TestBrowser;
  before(async () => {
    world = await startOfficeWorld();
    officer = await world.signedIn('officer');
    second = await world.signedIn('second');
  });
  after(() => world.close());

  const propose = (station: TestStation, by = officer, name = 'counter 1') =>
    world.send(by, home, `${home}/propose`, { publicKey: station.publicKey, name });
  const decide = ({ id }: TestStation, by = second) =>
    world.send(by, home, `${home}/decide`, { station: id, outcome: 'agree' });

  async function newTask(residentRef: string, state: 'open' | 'approved' = 'approved'): Promise<string> {
    const id = `task-${randomBytes(6).toString('hex')}`;
    const asked = { openedBy: 'x', openedAt: 0, dueAt: 0 };
    await world.credential.tasks.open({ id, act: 'issue', residentRef, reason: 'REQUEST', state, ...asked });
    return id;
  }

  const open = (own: TestBrowser, task: string) =>
    openProgram(world, own, `/admin/office/make/${encodeURIComponent(task)}`);
  const enrolled = () => enrolStation(world, officer, second);

  async function make(own: TestBrowser, task: string, station: TestStation) {
    const opened = await open(own, task);
    const card = createSoftwareCard({ memory: blankSoftwareCard(), save: async () => undefined });
    const reader = await linkedReader(() => card).reader;
    const { ckv } = opened;
    const made = await personalise({ reader, hub: makingOver(opened, station), task, ckv, station: signerOf(station) });
    return { made, card };
  }

  async function keyMessage(task: string, station: TestStation) {
    const { recipient } = await createRecipient();
    const request = {
      purpose: 'issue' as const,
      station: station.id,
      task,
      id: Uint8Array.from(randomBytes(16)),
      ckv: 1,
      recipient,
    };
    const signature = text(await signerOf(station).sign(ckRequestOctets(request)));
    return { station: station.id, id: text(request.id), ckv: 1, recipient: text(recipient), signature };
  }

  it('are proposed by one officer and agreed to by a second who compares the thumbprint; the rest may look', async () => {
    const station = await newStation();
    expect((await propose(station)).status).to.equal(303);
    expect(await world.codeOf(await propose(station)), 'twice').to.equal('STATION_DECIDED');
    const { html } = await world.page(second, home);
    expect(html).to.include(shownThumbprint(station.id)).and.include('目で確かめてください');
    expect(await world.codeOf(await decide(station, officer)), 'the officer').to.equal('ACT_NOT_ALLOWED');
    expect(await world.codeOf(await decide(await newStation())), 'unknown').to.equal('PAGE_MISSING');
    expect((await decide(station)).status).to.equal(303);
    expect(await world.codeOf(await decide(station)), 'again').to.equal('STATION_DECIDED');
    const support = await world.signedIn('support');
    const token = attributeIn((await world.page(support, '/admin/support')).html, /name="csrf" value="([^"]+)"/);
    const revoke = (by: TestBrowser, csrf: object = {}) =>
      world.send(by, home, `${home}/revoke`, { station: station.id, ...csrf });
    expect(await world.codeOf(await revoke(support, { csrf: token }))).to.equal('ACT_NOT_ALLOWED');
    expect((await revoke(officer)).status, 'one ends it').to.equal(303);
    expect(await world.codeOf(await propose(station)), 'and it never comes back').to.equal('STATION_DECIDED');
    const types = ['station.proposed', 'station.enrolled', 'station.revoked'];
    for (const type of types) expect(await world.audited(type), type).to.have.length(1);
  });

  it('says what is wrong with a name or a key, and takes neither', async () => {
    const station = await newStation();
    for (const name of ['', ' ', 'x'.repeat(41)]) {
      const refused = await propose(station, officer, name);
      expect(refused.status).to.equal(422);
      expect(await refused.text()).to.include('40文字まで');
    }
    for (const publicKey of ['', 'AAAA', '"><i>', 'x'.repeat(500)]) {
      const sent = await world.send(officer, home, `${home}/propose`, { publicKey, name: 'x' });
      expect(await world.codeOf(sent)).to.equal('STATION_MALFORMED');
    }
  });

  it('make the card of a task: written, locked, recorded, handed over, and used by its holder; then the next one', async () => {
    const station = await enrolled();
    const [task, next] = [await world.approvedTask(), await newTask('P006')];
    const { made, card } = await make(officer, task, station);
    expect(made.next).to.equal(`/admin/office/make/${next}`);
    const record = await world.credential.cards.byNumber(made.number);
    expect(record).to.include({ status: 'issued', residentRef: 'P004', ckv: 1 });
    expect((await open(officer, task)).status, 'the task waits for no card any more').to.equal(409);
    const letter = await world.send(
      officer,
      made.card,
      `${made.card}/hand-over`,
      { how: 'counter' },
      { accept: 'text/html' },
    );
    const code = attributeIn(await letter.text(), /id="hand-over-code">([\d ]+)</).replaceAll(' ', '');
    card.power();
    await setPinAt(browser(), `${world.origin}/card/activate`, { card, code, newPin: '593817' });
    expect((await world.credential.cards.byNumber(made.number))?.status).to.equal('active');
    const ck = card.memory().liteS.blocks.get(0x87) ?? new Uint8Array();
    for (const form of [text(ck), Buffer.from(ck).toString('hex')])
      for (const where of [officer.traffic.join('\n'), world.logged.join()]) expect(where).to.not.include(form);
    const given = (await world.audited('card.key-given')).at(-1);
    expect(given).to.deep.include({ result: 'ok', card: record?.id, actor: world.ids.get('officer') });
  });

  it('go on with a card after the page was closed in the middle, and let go of one that was destroyed', async () => {
    const station = await enrolled();
    const task = await newTask('P007');
    const { call } = await open(officer, task);
    expect((await call('key', await keyMessage(task, station))).status).to.equal(200);
    const opened = await open(officer, task);
    expect(opened.html).to.match(/<section id="broken" class="section">/);
    expect(await world.codeOf(await opened.call('key', await keyMessage(task, station)))).to.equal('OTHER_CARD');
    const gone = await world.send(officer, opened.path, `${opened.path}/discard`, {});
    expect(gone.headers.get('location')).to.equal(opened.path);
    expect(await world.audited('card.discarded')).to.have.length(1);
    expect(
      await world.codeOf(await world.send(officer, opened.path, `${opened.path}/discard`, {})),
      'nothing to destroy',
    ).to.equal('OTHER_CARD');
    expect((await make(officer, task, station)).made.number).to.match(/^\d{13}$/);
  });

  describe('against an attacker', () => {
    it('who took over an officer’s session but sits at another computer', async () => {
      const task = await newTask('P006');
      const stranger = await newStation();
      const { call } = await open(officer, task);
      expect(await world.codeOf(await call('key', await keyMessage(task, stranger)))).to.equal('STATION_REFUSED');
      const refused = (await world.audited('card.key-given')).at(-1);
      expect(refused).to.deep.include({ result: 'refused', code: 'STATION_REFUSED' });
    });

    it('who has a station’s key but no session, another role, another site, or no token of the page', async () => {
      const station = await enrolled();
      const task = await newTask('P006');
      const message = await keyMessage(task, station);
      const nobody = await open(browser(), task);
      expect(await world.codeOf(await nobody.call('key', message))).to.equal('SIGN_IN_EXPIRED');
      for (const name of ['second', 'support', 'auditor'] as const) {
        const { call, status } = await open(await world.signedIn(name), task);
        expect(status, name).to.equal(403);
        expect(await world.codeOf(await call('key', message)), name).to.equal('ACT_NOT_ALLOWED');
      }
      const { call } = await open(officer, task);
      expect(await world.codeOf(await call('key', message, { origin: 'https://evil.example' }))).to.equal(
        'FORGED_REQUEST',
      );
      expect(await world.codeOf(await call('key', message, { 'x-csrf-token': 'x' }))).to.equal('FORGED_REQUEST');
      expect(await world.credential.issuances.get(task), 'nothing was reserved').to.equal(undefined);
    });

    it('who is an officer at a station and wants a card of their own, or one that nobody agreed to', async () => {
      const station = await enrolled();
      const own = await newTask('officer');
      const { status } = await open(officer, own);
      expect(status).to.equal(403);
      const csrf = {
        'x-csrf-token': attributeIn((await open(officer, await newTask('P006'))).html, /data-csrf="([^"]+)"/),
      };
      const { call } = await open(officer, own);
      expect(await world.codeOf(await call('key', await keyMessage(own, station), csrf))).to.equal('OWN_CARD');
      const id = await newTask('P006', 'open');
      const waiting = await open(officer, id);
      expect(waiting.status).to.equal(409);
      expect(await world.codeOf(await waiting.call('key', await keyMessage(id, station), csrf))).to.equal(
        'TASK_DECIDED',
      );
    });

    it('who sends what no station sends: a clear refusal each time', async () => {
      const station = await enrolled();
      const task = await newTask('P006');
      const { call } = await open(officer, task);
      const message = await keyMessage(task, station);
      const bent = [
        {},
        { ...message, more: 1 },
        { ...message, id: 'AAAA' },
        { ...message, ckv: -1 },
        { ...message, recipient: '*' },
        { ...message, signature: text(randomBytes(63)) },
        [],
        'x',
      ];
      for (const one of bent)
        expect(await world.codeOf(await call('key', one)), JSON.stringify(one)).to.equal('READER_MESSAGE_MALFORMED');
      expect(await world.codeOf(await call('key', { ...message, ckv: 2 })), 'another version').to.equal(
        'STATION_REFUSED',
      );
      const word = { id: message.id, ckv: 1, third: text(randomBytes(16)), mac: text(randomBytes(8)) };
      for (const step of ['verify', 'record']) {
        expect(await world.codeOf(await call(step, word)), step).to.equal('CHALLENGE_SPENT');
        expect(await world.codeOf(await call(step, { ...word, third: 'A' })), step).to.not.match(/^status/);
      }
      expect(await world.codeOf(await call('tap', {})), 'no card was begun').to.equal('OTHER_CARD');
      // All recipients of small order (RFC 7748 6.1) would give everybody the key.
      const zero = new Uint8Array(32);
      const request = {
        purpose: 'issue' as const,
        station: station.id,
        task,
        id: Uint8Array.from(randomBytes(16)),
        ckv: 1,
        recipient: zero,
      };
      const signature = text(await signerOf(station).sign(ckRequestOctets(request)));
      const small = { ...message, id: text(request.id), recipient: text(zero), signature };
      expect(await world.codeOf(await call('key', small))).to.equal('READER_MESSAGE_MALFORMED');
    });
  });
});
