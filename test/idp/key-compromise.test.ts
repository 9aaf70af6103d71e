import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { createSoftwareCard, fromSavedCard, toSavedCard } from '../../card-auth/index.ts';
import { writeHubFile } from '../../cli/hub-file.ts';
import { createLetters, type Letter, letterCollection } from '../../idp/office/letters.ts';
import { openStorage } from '../../storage/index.ts';
import { sanuki } from '../flows/trial.ts';
import { refusal } from '../refusal.ts';
import { seconds } from './key-world.ts';
import { browser, issueCard, signInAt, startTestHub, type TestBrowser, type TestHub } from './world.ts';

type Issued = Pick<Awaited<ReturnType<typeof issueCard>>, 'card' | 'pin'>;

/** A browser that is signed in, or the code of the refusal. */
async function signIn({ origin }: TestHub, issued: Issued): Promise<TestBrowser | string> {
  const tab = browser();
  const prompt = await tab.visit(`${origin}/account`);
  issued.card.power();
  const next = await signInAt(tab, prompt.url, issued).catch(({ code }: { code: string }) => ({ code }));
  if (typeof next !== 'string') return next.code;
  await tab.visit(next);
  return tab;
}

async function isSignedIn({ origin }: TestHub, tab: TestBrowser | string): Promise<boolean> {
  if (typeof tab === 'string') throw new Error(`the sign-in was refused: ${tab}`);
  return new URL((await tab.visit(`${origin}/account`)).url).pathname === '/account';
}

async function waitingLetters({ hub }: TestHub): Promise<readonly string[]> {
  const storage = await openStorage(hub.place);
  const letters = createLetters({ letters: storage.collection<Letter>(letterCollection), now: Date.now });
  const waiting = (await letters.inState('waiting')).map(({ kind, residentRef }) => `${kind} ${residentRef}`).sort();
  await storage.close();
  return waiting;
}

/** The act happened in another process. */
async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (await holds()) return;
    await pause(50);
  }
  throw new Error(`it never came to this: ${what}`);
}

describe('a master key of cards that may be known, by the procedure of docs/cards.md', function () {
  this.timeout(60_000);
  let hub: TestHub;
  let [one, two]: Awaited<ReturnType<typeof issueCard>>[] = [];
  before(async () => {
    const card = { announceDays: seconds(1), retiredDays: seconds(0.1) };
    hub = await startTestHub({ more: { keys: { rotation: { automatic: false, card } } } });
    await writeHubFile(hub.settings);
    one = await issueCard(hub);
    two = await issueCard(hub, { residentRef: 'r2', number: '1234567890124' });
  });
  after(() => hub.close());

  async function command(...args: string[]): Promise<Record<string, unknown>> {
    const { code, out, errors } = await sanuki('keys', 'compromise', ...args, '--data', hub.data);
    expect([code, errors]).to.deep.equal([0, '']);
    return JSON.parse(out);
  }
  const versions = async () =>
    (await hub.rotating.find(({ purpose }) => purpose === 'card-master')?.look())?.map(
      ({ id, state }) => `${id} ${state}`,
    );
  const issuedCards = () => [one, two].filter((issued) => issued !== undefined);

  it('stops every card of it with one command: sign-ins end, new cards get another key, holders and office are told', async () => {
    const [first] = issuedCards();
    const tab = first ? await signIn(hub, first) : '';
    expect(await isSignedIn(hub, tab)).to.equal(true);
    expect(await command('card-master-1', '--dry-run')).to.deep.equal({
      key: 'card-master-1',
      cards: 2,
      done: 'nothing',
    });
    expect(await isSignedIn(hub, tab), 'a dry run stops nothing').to.equal(true);
    expect(await command('card-master-1')).to.deep.equal({
      key: 'card-master-1',
      keys: ['card-master-1 retired', 'card-master-2 active'],
      stopped: 2,
      before: 0,
    });
    await until(async () => !(await isSignedIn(hub, tab)), 'the sign-in ended');
    for (const issued of issuedCards()) expect(await signIn(hub, issued)).to.equal('CARD_SUSPENDED');
    expect(await waitingLetters(hub)).to.deep.equal(['card-unsafe r1', 'card-unsafe r2']);
    const notices = (await hub.credential.notices.list('r2')).records.map(({ kind }) => kind);
    expect(notices).to.deep.equal(['card-key-known']);
    const { code, errors } = await sanuki('keys', 'compromise', 'card-master-7', '--data', hub.data);
    expect([code, errors]).to.deep.equal([1, 'sanuki: there is no card-master-7 (any more): see "sanuki keys list"\n']);
  });

  it('gives each holder a new card by two persons; the known key goes when its last card has ended, and serves nobody', async () => {
    const { cards, tasks, office } = hub.credential;
    const open = (await tasks.inState('open')).records;
    expect(open.map(({ act, reason }) => `${act} ${reason}`)).to.deep.equal(['replace KEY', 'replace KEY']);
    for (const [nth, task] of open.entries()) {
      const { task: agreed } = await office.approve(task.id, { as: 'second-officer', id: 'A-second' });
      expect(agreed.state).to.equal('approved');
      const made = await issueCard(hub, { residentRef: `made ${nth}`, number: String(2_234_567_890_120 + nth) });
      const { cardId: old = '', residentRef } = task;
      await cards.update(made.cardId, (card) => ({ ...card, residentRef, supersedes: old }));
      await office.settleReplacement({ id: made.cardId, supersedes: old });
      expect((await cards.get(made.cardId))?.ckv).to.equal(2);
      expect((await cards.get(old))?.status).to.equal('revoked');
      expect(await isSignedIn(hub, await signIn(hub, made))).to.equal(true);
    }
    await until(async () => (await versions())?.join() === 'card-master-2 active', 'the known key is gone');
    for (const issued of issuedCards()) expect(await signIn(hub, issued)).to.equal('CARD_REFUSED');
  });

  it('asks holders for a new PIN when it is the key of PINs, each once', async () => {
    const told = await command('pin-oprf-1');
    expect(told).to.deep.include({ keys: ['pin-oprf-1 retired', 'pin-oprf-2 active'], asked: 2, before: 0 });
    expect(await command('pin-oprf-1')).to.deep.include({ asked: 0, before: 2 });
    expect((await hub.credential.notices.list('r1')).records.map(({ kind }) => kind)).to.include('pin-to-change');
  });
});

describe('a copy of a card', () => {
  let hub: TestHub;
  before(async () => {
    hub = await startTestHub();
  });
  after(() => hub.close());

  it('stops the card and its sign-ins, tells holder, office and operator, and is never let go on', async () => {
    const issued = await issueCard(hub);
    const copy = createSoftwareCard({
      memory: fromSavedCard(toSavedCard(issued.card.memory())),
      save: async () => undefined,
    });
    const tab = await signIn(hub, issued);
    expect(await isSignedIn(hub, tab)).to.equal(true);
    expect(await signIn(hub, { card: copy, pin: issued.pin })).to.equal('CARD_SUSPENDED');
    expect(await isSignedIn(hub, tab)).to.equal(false);
    const { cards, notices, tasks, office } = hub.credential;
    expect(await cards.get(issued.cardId)).to.include({ status: 'suspended', reason: 'CLONE' });
    expect((await notices.list('r1')).records.map(({ kind }) => kind)).to.include('card-copied');
    const [task, ...more] = (await tasks.inState('open')).records;
    expect(more).to.deep.equal([]);
    expect(task).to.include({ act: 'replace', reason: 'CLONE', cardId: issued.cardId });
    expect(await waitingLetters(hub)).to.deep.equal(['card-unsafe r1']);
    expect(hub.logged.filter((line) => line.includes('a copy of a card was used'))).to.have.length(1);
    const number = (await cards.get(issued.cardId))?.number ?? '';
    const resumed = office.propose('resume', number, 'REQUEST', { as: 'office', id: 'A-officer' });
    expect(await refusal(resumed)).to.equal('MOVE_REFUSED');
  });
});
