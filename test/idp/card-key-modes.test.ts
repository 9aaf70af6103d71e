import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { sessionKey, writeMac } from '../../card-auth/felica/lite-s-mac.ts';
import {
  type SecretVersions,
  type Station,
  secretVersionsCollection,
  stationCollection,
} from '../../card-auth/index.ts';
import { KeyServiceSettings, type KeyTokenPlace, type Settings } from '../../config/index.ts';
import { makeInToken } from '../../idp/card-key-ceremony.ts';
import { cardKeyServiceOn } from '../../idp/card-key-service.ts';
import { startKeyService } from '../../idp/key-service.ts';
import { serveKeysOnSocket } from '../../idp/key-service-socket.ts';
import { openStorage } from '../../storage/index.ts';
import { askCk, askNextCk, saidBy } from '../card-auth/station.ts';
import { newStation } from '../card-auth/station-world.ts';
import { refusal } from '../refusal.ts';
import { root } from '../root.ts';
import { withSoftHsm } from '../softhsm.ts';

type Mode = Settings['cardKeys']['mode'];
const modes: readonly Mode[] = ['worker', 'process', 'socket'];

const card = new Uint8Array(16);
const proof = {
  id: card,
  ckv: 1,
  rc: card,
  blocks: [0x82, 0x86, 0x90],
  data: new Uint8Array(48),
  mac: new Uint8Array(8),
};

/** The service of this mode on a folder, with a way to end it from outside and, with a socket, to start it again. */
async function setUp(
  mode: Mode,
  folder: string,
  { profile = 'trial', pkcs11 }: { readonly profile?: Settings['profile']; readonly pkcs11?: KeyTokenPlace } = {},
) {
  const [keys, run, socket] = [join(folder, 'keys'), join(folder, 'run'), join(folder, 'run', 'keys.sock')];
  for (const path of [keys, run]) await mkdir(path, { recursive: true, mode: 0o750 });
  const file = join(folder, 'service.yaml');
  await writeFile(
    file,
    JSON.stringify({ profile, socket, keys: { folder: keys, create: true }, pkcs11, data: folder }),
  );
  const serve = async () => {
    const child = spawn(process.execPath, [join(root, 'cli/sanuki.mjs'), 'keys', 'serve', file, '--json']);
    await once(child.stdout, 'data');
    return child;
  };
  let served = mode === 'socket' ? await serve() : undefined;
  let worker: Worker | undefined;
  const seen = (one: Worker) => {
    worker ??= one;
  };
  process.on('worker', seen);
  const faults: unknown[] = [];
  const settings = {
    profile,
    keys: { create: true } as Settings['keys'],
    cardKeys: { mode, ...(mode === 'socket' ? { socket } : { pkcs11 }) },
    log: { level: 'silent' as const },
  };
  const place = { engine: 'embedded', file: join(folder, 'hub.sqlite') } as const;
  // A service of its own has a folder of its own.
  const hubKeys = mode === 'socket' ? join(folder, 'hub') : keys;
  const ground = { folder: { keys: hubKeys, heads: '', masterKey: Buffer.alloc(32) }, place };
  const started = await startKeyService(ground, {
    settings,
    log: { error: (fault: unknown) => void faults.push(fault) },
  });

  async function kill(): Promise<void> {
    if (mode === 'worker') return void (await worker?.terminate());
    const pid = served?.pid ?? (await childOf(process.pid));
    process.kill(pid, 'SIGKILL');
    if (served) await once(served, 'exit');
  }

  return {
    service: started.keyService,
    place,
    keys,
    socket,
    faults,
    kill,
    async startAgain() {
      if (mode === 'socket') served = await serve();
    },
    async close() {
      process.off('worker', seen);
      await started.close();
      if (served) {
        served.kill('SIGTERM');
        await once(served, 'exit');
      }
    },
  };
}

/** An enrolled station issues a card over the service, and renews its key under the next version. */
async function stationWorks({ service, place }: Pick<Awaited<ReturnType<typeof setUp>>, 'service' | 'place'>) {
  const storage = await openStorage(place);
  const [{ id, publicKey, privateKey }, stranger] = [await newStation(), await newStation()];
  const enrolled = {
    name: 'counter 1',
    state: 'enrolled',
    proposedBy: 'a',
    proposedAt: 0,
    decidedBy: 'b',
  } as const;
  await storage.collection<Station>(stationCollection).insert({ id, publicKey, ...enrolled });
  const blank = new Uint8Array(randomBytes(16));
  const asked = { id: blank, ckv: await service.issuingVersion(), station: id };
  expect(asked.ckv).to.equal(1);
  expect(await refusal(askCk(service, stranger.privateKey, asked))).to.equal('STATION_REFUSED');
  const ck = await askCk(service, privateKey, asked);
  const proof = saidBy({ id: blank, ckv: 1, ck, wcnt: 9 });
  expect(await service.verifyRead(proof)).to.equal(true);
  await service.closeIssue(await service.cardId(blank), 1);
  expect(await refusal(askCk(service, privateKey, asked))).to.equal('KEY_GIVEN_OUT');

  const versions = storage.collection<SecretVersions>(secretVersionsCollection);
  const keys = [
    { id: 'card-master-1', state: 'retired', since: 0 },
    { id: 'card-master-2', state: 'active', since: 0, sealed: await service.makeVersion('card-master', 2) },
  ] as const;
  await versions.insert({ id: 'card-master', version: 1, made: 2, keys });
  expect(await service.issuingVersion()).to.equal(2);
  const next = await askNextCk(service, privateKey, { ckv: 2, station: id, proof });
  const expected = writeMac(sessionKey(ck, proof.rc), proof.rc, 9, 0x87, next.ck);
  expect(Buffer.from(next.mac)).to.deep.equal(Buffer.from(expected));
  const renewed = saidBy({ id: blank, ckv: 2, ck: next.ck, wcnt: 10 });
  expect(await service.confirmVersion(renewed)).to.have.length(8);
  await storage.close();
}

/** The key service among the processes that a process started. */
async function childOf(parent: number): Promise<number> {
  const pids = (await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')).trim().split(' ');
  for (const pid of pids)
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('card-key-process')) return Number(pid);
  throw new Error('there is no process of the key service');
}

describe('the card key service', function () {
  this.timeout(30_000);
  for (const mode of modes)
    describe(`as a ${mode}`, () => {
      let at: Awaited<ReturnType<typeof setUp>>;
      let own = '';
      before(async () => {
        own = await mkdtemp(join(tmpdir(), 'sanuki-keys-'));
        at = await setUp(mode, own);
      });
      after(async () => {
        await at.close();
        await rm(own, { recursive: true });
      });

      it('has keys of its own, private to its account, and never offers the hub to set a first PIN', async () => {
        expect(await at.service.cardId(card)).to.match(/^[\w-]{43}$/);
        expect(await at.service.verifyRead(proof)).to.equal(false);
        expect(await refusal(at.service.authorise(proof, 0))).to.equal('CARD_REFUSED');
        expect(at.service).to.not.have.any.keys('registerPin', 'evaluateFirstPin');
        const files = (await readdir(at.keys)).filter((name) => name.endsWith('.key'));
        expect(files, 'that of the trial’s station is one of them').to.have.length(5);
        for (const name of files) expect((await stat(join(at.keys, name))).mode & 0o777).to.equal(0o600);
      });

      it('gives the key of a card to an enrolled station alone, and the next key once the card has proved the one it has', () =>
        stationWorks(at));

      it('knows no station of its own in production', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'sanuki-keys-'));
        const real = await setUp(mode, folder, { profile: 'production' });
        const { privateKey } = generateKeyPairSync('ed25519');
        expect(await refusal(askCk(real.service, privateKey, { id: card, ckv: 1 }))).to.equal('STATION_REFUSED');
        expect(await readdir(real.keys))
          .to.have.length(4)
          .and.not.include('issuing-station.key');
        await real.close();
        await rm(folder, { recursive: true });
      });

      it('is killed and comes back by itself: calls are refused meanwhile, and no try of a PIN is lost', async () => {
        const generation = 1;
        const storage = await openStorage(at.place);
        const station = await cardKeyServiceOn(storage, { folder: at.keys, create: false, trial: true });
        const holder = generateKeyPairSync('ed25519');
        const raw = holder.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
        await station.registerPin(card, generation, raw);
        await storage.close();
        const transcript = randomBytes(32);
        const guess = () => at.service.verifyProof(card, generation, transcript, randomBytes(64));
        const id = await at.service.cardId(card);
        expect(await guess()).to.deep.equal({ right: false, remainingTries: 4 });
        const underWay = guess().then(
          ({ remainingTries }) => remainingTries,
          (error: { code: string }) => error.code,
        );
        await at.kill();
        const outcome = await underWay;
        expect(outcome).to.be.oneOf([3, 'KEY_SERVICE_UNAVAILABLE']);
        expect(await refusal(at.service.cardId(card))).to.equal('KEY_SERVICE_UNAVAILABLE');
        await at.startAgain();
        let back: string | undefined;
        while (back === undefined)
          back = await at.service.cardId(card).catch(async ({ code }: { code: string }) => {
            expect(code).to.equal('KEY_SERVICE_UNAVAILABLE');
            await pause(20);
            return undefined;
          });
        expect(back, 'with the same keys').to.equal(id);
        expect(at.faults, 'and the operator reads of it').to.not.be.empty;
        // What was under way counted or did not; what was answered did.
        const { remainingTries } = await guess();
        expect(remainingTries).to.be.oneOf(outcome === 3 ? [2] : [2, 3]);
        const right = sign(null, transcript, holder.privateKey);
        expect((await at.service.verifyProof(card, generation, transcript, right)).right).to.equal(true);
      });

      it('does not do what a hub in wrong hands sends in another shape', async () => {
        const call = (operation: 'verifyRead' | 'evaluatePin' | 'makeVersion', ...args: unknown[]) =>
          refusal((at.service[operation] as (...given: unknown[]) => Promise<unknown>)(...args));
        for (const wrong of ['', [], { ...proof, id: 'text' }, { ...proof, data: new Uint8Array(5000) }, undefined])
          expect(await call('verifyRead', wrong)).to.equal('KEY_SERVICE_UNAVAILABLE');
        expect(await call('evaluatePin', proof, '1', card)).to.equal('KEY_SERVICE_UNAVAILABLE');
        expect(await call('makeVersion', 'issuing-station', 2)).to.equal('KEY_SERVICE_UNAVAILABLE');
        expect(await at.service.cardId(card), 'and goes on').to.match(/^[\w-]{43}$/);
      });
    });

  describe('on a socket', () => {
    let folder = '';
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sanuki-keys-'));
    });
    after(() => rm(folder, { recursive: true }));
    const settingsAt = (socket: string) =>
      KeyServiceSettings.parse({ socket, keys: { folder, create: true }, data: folder, log: { level: 'silent' } });
    const silent = { error: () => undefined };

    it('lets in the account and the group of its folder, and takes away what a killed one left', async () => {
      const path = join(folder, 'keys.sock');
      const service = await serveKeysOnSocket(settingsAt(path), silent);
      expect((await stat(path)).mode & 0o777).to.equal(0o660);
      expect(await refusal(serveKeysOnSocket(settingsAt(path), silent)), 'one is enough').to.equal('START_REFUSED');
      await service.close();
      const left = spawn(process.execPath, [
        '-e',
        `require('node:net').createServer().listen(${JSON.stringify(path)},()=>process.kill(process.pid,'SIGKILL'))`,
      ]);
      await once(left, 'exit');
      expect((await stat(path)).isSocket(), 'left behind').to.equal(true);
      await (await serveKeysOnSocket(settingsAt(path), silent)).close();
    });

    it('is not put where everybody may put another one in its place', async () => {
      const open = join(folder, 'open');
      await mkdir(open);
      await chmod(open, 0o777);
      expect(await refusal(serveKeysOnSocket(settingsAt(join(open, 'keys.sock')), silent))).to.equal('START_REFUSED');
      expect(await readdir(open)).to.deep.equal([]);
    });
  });
});

describe('a production hub whose card keys are said to be elsewhere', () => {
  it('does not start while copies of them lie in its own folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sanuki-keys-'));
    await writeFile(join(folder, 'card-master-1.key'), randomBytes(32));
    const place = { engine: 'embedded', file: join(folder, 'hub.sqlite') } as const;
    const ground = { folder: { keys: folder, heads: '', masterKey: Buffer.alloc(32) }, place };
    const pkcs11 = { module: '/nowhere.so', token: 'sanuki', pinFile: '/nowhere' };
    for (const cardKeys of [
      { mode: 'process', pkcs11 },
      { mode: 'socket', socket: join(folder, 'k') },
    ] as const) {
      const keys = { create: true } as Settings['keys'];
      const settings = { profile: 'production', keys, cardKeys, log: { level: 'silent' } } as const;
      const started = startKeyService(ground, { settings, log: { error: () => undefined } });
      const said = await started.then(
        () => 'started',
        ({ code, message }) => `${code}: ${message}`,
      );
      expect(said).to.match(/^START_REFUSED: .* still has card-master-1\.key: take these files away/);
    }
    await rm(folder, { recursive: true });
  });
});

describe('the card key service on a token', function () {
  this.timeout(30_000);
  const { makeToken } = withSoftHsm();
  for (const mode of modes)
    it(`gives keys of cards to enrolled stations, and has none in files (${mode})`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sanuki-keys-'));
      const { pin: _, ...pkcs11 } = await makeToken();
      const storage = await openStorage({ engine: 'embedded', file: join(folder, 'hub.sqlite') });
      await makeInToken({ pkcs11, folder, storage });
      await storage.close();
      const at = await setUp(mode, folder, { profile: 'production', pkcs11 });
      await stationWorks(at);
      expect(await readdir(at.keys)).to.deep.equal([]);
      await at.close();
      await rm(folder, { recursive: true });
    });
});

describe('a token that the card key service cannot use', function () {
  this.timeout(30_000);
  const { makeToken } = withSoftHsm();
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-keys-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const mode of ['worker', 'process'] as const)
    it(`refuses the start of the hub, naming what is missing and what to do (${mode})`, async () => {
      const { pin: _, ...token } = await makeToken();
      const place = { engine: 'embedded', file: join(folder, 'hub.sqlite') } as const;
      const ground = { folder: { keys: folder, heads: '', masterKey: Buffer.alloc(32) }, place };
      await writeFile(join(folder, 'issuing-station.key'), randomBytes(32));
      await writeFile(join(folder, 'wrong'), '0000-0001');
      async function startedWith(pkcs11: object): Promise<string> {
        const cardKeys = { mode, pkcs11: { ...token, ...pkcs11 } };
        const settings = {
          profile: 'trial',
          keys: { create: true } as Settings['keys'],
          cardKeys,
          log: { level: 'silent' },
        } as const;
        const started = startKeyService(ground, { settings, log: { error: () => undefined } });
        return started.then(
          () => 'started',
          ({ code, message }) => `${code}: ${message}`,
        );
      }
      const said = (code: string) => new RegExp(`^START_REFUSED: .*\\(${code}\\)$`, 's');
      if (mode === 'process')
        expect(await startedWith({ pinFile: join(folder, 'wrong') })).to.match(said('PKCS11_PIN_REFUSED'));
      const missing = await startedWith({});
      expect(missing)
        .to.match(said('PKCS11_KEY_MISSING'))
        .and.include('card-master-1')
        .and.include('sanuki keys token');
      expect(
        (await readdir(folder)).filter((name) => /^(card-|pin-)/.test(name)),
        'it makes none itself',
      ).to.deep.equal([]);
    });
});
