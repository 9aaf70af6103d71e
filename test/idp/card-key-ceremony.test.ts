import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type SecretVersions, secretVersionsCollection } from '../../card-auth/index.ts';
import {
  type CeremonyPlace,
  importToToken,
  lookAtToken,
  makeInToken,
  type TokenKeyState,
} from '../../idp/card-key-ceremony.ts';
import { cardKeyFiles } from '../../idp/card-keys.ts';
import { openStorage } from '../../storage/index.ts';
import { sanuki } from '../flows/trial.ts';
import { refusal } from '../refusal.ts';
import { withSoftHsm } from '../softhsm.ts';
import { browser, issueCard, signInAt, startTestHub, type TestHub } from './world.ts';

type Issued = Awaited<ReturnType<typeof issueCard>>;

/** The resident's own page, behind card and PIN. */
async function signsIn({ origin }: TestHub, issued: Issued): Promise<boolean> {
  const tab = browser();
  const prompt = await tab.visit(`${origin}/account`);
  issued.card.power();
  const { url, response } = await tab.visit(await signInAt(tab, prompt.url, issued));
  return response.status === 200 && new URL(url).pathname === '/account';
}

describe('card keys that move from files into a token', function () {
  this.timeout(60_000);
  const { makeToken } = withSoftHsm();
  let [folder, file] = ['', ''];
  let pkcs11: { module: string; token: string; pinFile: string };
  let pin = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-hub-'));
    file = join(folder, 'service.yaml');
    ({ pin, ...pkcs11 } = await makeToken());
    const keys = { folder: join(folder, 'keys') };
    await writeFile(file, JSON.stringify({ socket: join(folder, 'keys.sock'), keys, data: folder, pkcs11 }));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const states = (keys: readonly TokenKeyState[]) => keys.map(({ key, state }) => `${key} ${state}`);

  /** What the command does, without the time that a program takes to start. */
  async function ceremony(act: (place: CeremonyPlace) => Promise<readonly TokenKeyState[]>, at = pkcs11) {
    const storage = await openStorage({ engine: 'embedded', file: join(folder, 'hub.sqlite') });
    try {
      return states(await act({ pkcs11: at, folder: join(folder, 'keys'), storage }));
    } finally {
      await storage.close();
    }
  }
  const first = ['card-master-1', 'pin-oprf-1', 'card-index', 'card-wrapping'];
  let [old, newer]: Issued[] = [];

  it('are used in files before, a later version sealed in the store among them', async () => {
    const hub = await startTestHub({ folder });
    old = await issueCard(hub);
    await hub.rotating.find(({ purpose }) => purpose === 'card-master')?.rotate('once');
    newer = await issueCard(hub, { residentRef: 'r2', number: '1234567890124' });
    expect(await signsIn(hub, old)).to.equal(true);
    expect(await refusal(ceremony(importToToken)), 'not while a hub uses them').to.equal('STORE_IN_USE');
    await hub.close();
  });

  it('are taken by a command, which proves that they are the same; repeated it does nothing more', async () => {
    const all = [...first, 'card-master-2'];
    expect(await ceremony(lookAtToken)).to.deep.equal(all.map((key) => `${key} missing`));
    expect(await refusal(ceremony(makeInToken)), 'no new keys beside old ones').to.equal('START_REFUSED');
    const taken = await sanuki('keys', 'token', 'import', '--settings', file, '--json');
    expect([taken.code, taken.errors]).to.deep.equal([0, '']);
    expect(states(JSON.parse(taken.out))).to.deep.equal(all.map((key) => `${key} taken`));
    expect(taken.out).to.not.include(pin);
    expect(await ceremony(importToToken)).to.deep.equal(first.map((key) => `${key} there`));
    expect(await ceremony(lookAtToken)).to.deep.equal(all.map((key) => `${key} there`));
    const storage = await openStorage({ engine: 'embedded', file: join(folder, 'hub.sqlite') });
    const ring = await storage.collection<SecretVersions>(secretVersionsCollection).get('card-master');
    await storage.close();
    expect(
      ring?.keys.flatMap(({ sealed }) => sealed ?? []),
      'the store has nothing sealed any more',
    ).to.have.length(1);
    expect(ring?.keys.at(-1)?.sealed).to.match(/^pkcs11:/);
  });

  it('are the same for every card afterwards: whole sign-ins, new cards and a new version with keys that no file has', async () => {
    for (const name of Object.values(cardKeyFiles)) await rm(join(folder, 'keys', name));
    const hub = await startTestHub({ folder, more: { cardKeys: { mode: 'process', pkcs11 } } });
    try {
      for (const issued of [old, newer]) expect(issued && (await signsIn(hub, issued))).to.equal(true);
      await hub.rotating.find(({ purpose }) => purpose === 'card-master')?.rotate('once');
      const third = await issueCard(hub, { residentRef: 'r3', number: '1234567890125' });
      expect((await hub.credential.cards.get(third.cardId))?.ckv).to.equal(3);
      expect(await signsIn(hub, third)).to.equal(true);
      expect((await readdir(join(folder, 'keys'))).filter((name) => /^(card-|pin-)/.test(name))).to.deep.equal([]);
      expect(hub.logged.join('')).to.not.include(pin);
    } finally {
      await hub.close();
    }
  });

  it('cannot be made anew under cards that hang on them', async () => {
    const { pin: _, ...empty } = await makeToken();
    expect(await refusal(ceremony(makeInToken, empty))).to.equal('START_REFUSED');
  });
});

describe('card keys that are made in a token', function () {
  this.timeout(60_000);
  const { makeToken } = withSoftHsm();

  it('serve a new hub from its first card on, and are made once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sanuki-hub-'));
    const { pin: _, ...pkcs11 } = await makeToken();
    const file = join(folder, 'service.yaml');
    const keys = { folder: join(folder, 'keys') };
    await writeFile(file, JSON.stringify({ socket: join(folder, 'k'), keys, data: folder, pkcs11 }));
    const made = await sanuki('keys', 'token', 'make', '--settings', file);
    expect([made.code, made.errors]).to.deep.equal([0, '']);
    expect(made.out).to.match(/^card-master-1 +made in the token {2}id [0-9a-f]{32}$/m);
    const storage = await openStorage({ engine: 'embedded', file: join(folder, 'hub.sqlite') });
    const again = await makeInToken({ pkcs11, folder: join(folder, 'keys'), storage });
    await storage.close();
    expect(again.map(({ state }) => state)).to.deep.equal(['there', 'there', 'there', 'there']);
    for (const { id = 'none' } of again) expect(made.out).to.include(id);
    const hub = await startTestHub({ folder, more: { cardKeys: { pkcs11 } } });
    const issued = await issueCard(hub);
    expect(await signsIn(hub, issued)).to.equal(true);
    await hub.close();
    await rm(folder, { recursive: true });
  });
});
