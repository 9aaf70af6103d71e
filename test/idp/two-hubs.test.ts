import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { withMongo } from '../mongo-server.ts';
import { browser, issueCard, signInAt, startTestHub, type TestHub } from './world.ts';

describe('two hubs on one MongoDB', function () {
  this.timeout(120_000);
  const { url, database } = withMongo();
  let folder = '';
  let hubs: TestHub[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-two-hubs-'));
    const more = { storage: { engine: 'mongo', url: url(), database: database() } };
    hubs = [await startTestHub({ folder, more }), await startTestHub({ folder, more })];
  });
  after(async () => {
    await Promise.all(hubs.map((hub) => hub.close()));
    await rm(folder, { recursive: true, force: true });
  });

  it('know each other’s sessions, and end them with the card within a second', async () => {
    const [one, two] = hubs;
    if (!one || !two) throw new TypeError('two hubs');
    const issued = await issueCard(one);
    const tab = browser();
    const prompt = await tab.visit(`${one.origin}/account`);
    expect(new URL(prompt.url).pathname).to.match(/^\/sign-in\//);
    const account = await tab.visit(await signInAt(tab, prompt.url, issued));
    expect(new URL(account.url).pathname).to.equal('/account');
    // Cookies know no ports: the same tab, sent to the other hub by a proxy.
    const there = async () => new URL((await tab.visit(`${two.origin}/account`)).url).pathname;
    expect(await there()).to.equal('/account');
    await one.credential.cards.move(issued.cardId, 'suspended', 'LOST');
    await pause(1000);
    expect(await there()).to.match(/^\/sign-in\//);
  });

  it('keep no record in a file of the data folder, and say in the log what the store adds', async () => {
    expect(await readdir(folder)).to.not.include('hub.sqlite');
    const [one] = hubs;
    expect(one?.logged.join('')).to.match(/"guarantees":\{"replicated":(true|false),"retryableWrites":(true|false)\}/);
    expect(await readFile(join(folder, 'keys', 'master.key'))).to.have.length(32);
  });
});
