import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  createKeyMaterial,
  createKeyRing,
  createKeyRotation,
  type KeyPurpose,
  type KeyRecord,
  keyCollection,
  withoutPrivatePart,
} from '../../federation/index.ts';
import { createSeal } from '../../lib/seal.ts';
import { type Collection, createMemoryStorage, openEmbeddedStorage } from '../../storage/index.ts';

const purpose: KeyPurpose = 'oidc-es256';
const times = { announceMs: 10, activeMs: 100, retiredMs: 20 };

/** What one process has of the keys, on a store that may be another's too. */
function processOn(
  keys: Collection<KeyRecord>,
  { seal, now }: { seal: ReturnType<typeof createSeal>; now: () => number },
) {
  const making = { seal, commonName: 'id.example', now };
  const ring = createKeyRing({ ...making, keys, trial: false, purposes: [purpose] });
  const { make } = createKeyMaterial(making);
  const rotation = createKeyRotation({ rings: keys, make, erase: withoutPrivatePart, timesOf: () => times, now });
  return { ...ring, ...rotation, replace: (of: KeyPurpose) => rotation.rush(of, 'replace'), keys };
}

function setUp() {
  let time = 0;
  const world = { seal: createSeal(randomBytes(32), 'keys'), now: () => time };
  const keys = createMemoryStorage({ now: world.now }).collection<KeyRecord>(keyCollection);
  const start = () => processOn(keys, world);
  const at = (ms: number) => {
    time = ms;
  };
  return { keys, world, start, at };
}

const states = (record: KeyRecord | undefined) => record?.keys.map(({ id, state }) => `${id} ${state}`);

describe('keys that roll', () => {
  it('by schedule from the first to the second, and every process reads the same', async () => {
    const { keys, start, at } = setUp();
    const [one, other] = [start(), start()];
    await Promise.all([one.ensure(), other.ensure()]);
    for (const [moment, expected] of [
      [89, ['oidc-es256-1 active']],
      [90, ['oidc-es256-1 active', 'oidc-es256-2 next']],
      [99, ['oidc-es256-1 active', 'oidc-es256-2 next']],
      [100, ['oidc-es256-1 retired', 'oidc-es256-2 active']],
      [119, ['oidc-es256-1 retired', 'oidc-es256-2 active']],
      [120, ['oidc-es256-2 active']],
    ] as const) {
      at(moment);
      await one.advance(purpose);
      expect(states(await keys.get(purpose)), String(moment)).to.deep.equal(expected);
      await other.load();
      expect(other.active(purpose).id).to.equal(moment < 100 ? 'oidc-es256-1' : 'oidc-es256-2');
      expect(other.published(purpose).map(({ id }) => id)).to.deep.equal(expected.map((text) => text.split(' ')[0]));
    }
  });

  it('leave a retired key without anything to sign with, in the store and in memory', async () => {
    const { keys, start, at } = setUp();
    const hub = start();
    await hub.ensure();
    await hub.announce(purpose);
    at(10);
    await hub.advance(purpose);
    const record = await keys.get(purpose);
    expect(record?.keys[0]).to.include({ state: 'retired' });
    expect(record?.keys[0]).to.not.have.property('sealed');
    await hub.load();
    expect(hub.published(purpose)[0]?.privateKey).to.equal(undefined);
    expect(hub.active(purpose).id).to.equal('oidc-es256-2');
  });

  it('never rest in clear: the store holds sealed private parts only', async () => {
    const { keys, start } = setUp();
    const hub = start();
    await hub.ensure();
    await hub.announce(purpose);
    await hub.load();
    const text = JSON.stringify(await keys.get(purpose));
    for (const { privateKey } of hub.published(purpose)) {
      const { d = '' } = privateKey?.export({ format: 'jwk' }) ?? {};
      expect(d).to.have.length(43);
      expect(text).to.not.include(d);
      const der = privateKey?.export({ format: 'der', type: 'pkcs8' });
      for (const encoding of ['base64', 'base64url', 'hex'] as const)
        expect(text).to.not.include(der?.toString(encoding));
    }
  });

  it('of two processes that announce at once, one makes the one next key', async () => {
    const { keys, start } = setUp();
    const hubs = [start(), start(), start()];
    await Promise.all(hubs.map((hub) => hub.ensure()));
    const made = await Promise.all(hubs.map((hub) => hub.announce(purpose)));
    expect(made.filter((move) => move)).to.have.length(1);
    expect(states(await keys.get(purpose))).to.deep.equal(['oidc-es256-1 active', 'oidc-es256-2 next']);
    expect(await hubs[0]?.announce(purpose), 'and a second time nothing').to.equal(undefined);
  });

  it('of two processes that replace at once, one does, and no id is used twice', async () => {
    const { keys, start } = setUp();
    const hubs = [start(), start()];
    await Promise.all(hubs.map((hub) => hub.ensure()));
    await Promise.all(hubs.map((hub) => hub.replace(purpose)));
    expect(states(await keys.get(purpose))).to.deep.equal(['oidc-es256-2 active']);
    await hubs[0]?.replace(purpose);
    expect(states(await keys.get(purpose))).to.deep.equal(['oidc-es256-3 active']);
  });

  it('announce what was asked for, also when the schedule moves another key in between', async () => {
    const { keys, world, start, at } = setUp();
    const hub = start();
    await hub.ensure();
    await hub.announce(purpose);
    at(10);
    await hub.advance(purpose);
    at(30);
    let writes = 0;
    const interrupted: Collection<KeyRecord> = {
      ...keys,
      update: async (id, change) => {
        writes += 1;
        if (writes === 1) expect((await hub.advance(purpose))?.move).to.equal('remove');
        return keys.update(id, change);
      },
    };
    expect((await processOn(interrupted, world).announce(purpose))?.move).to.equal('announce');
    expect(states(await keys.get(purpose))).to.deep.equal(['oidc-es256-2 active', 'oidc-es256-3 next']);
    expect(writes).to.equal(2);
  });

  it('show a reader one active key at every moment while two processes on one file roll them', async function () {
    this.timeout(30_000);
    const folder = await mkdtemp(join(tmpdir(), 'sanuki-keys-'));
    const world = { seal: createSeal(randomBytes(32), 'keys'), now: Date.now };
    const stores = [0, 1, 2].map(() => openEmbeddedStorage({ file: join(folder, 'hub.sqlite') }));
    const [one, other, reader] = stores.map((storage) =>
      processOn(storage.collection<KeyRecord>(keyCollection), world),
    );
    if (!one || !other || !reader) throw new TypeError('three processes');
    await one.ensure();
    let rolling = true;
    const roll = async (hub: typeof one) => {
      for (let round = 0; round < 15; round += 1) {
        await hub.announce(purpose);
        for (let wait = 0; wait < 20; wait += 1) {
          await hub.advance(purpose);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
    };
    const work = Promise.all([roll(one), roll(other)]).finally(() => {
      rolling = false;
    });
    const seen = new Set<string>();
    let looks = 0;
    await reader.load();
    while (rolling) {
      await reader.load();
      expect(reader.published(purpose).filter(({ state }) => state === 'active')).to.have.length(1);
      seen.add(reader.active(purpose).id);
      looks += 1;
      await new Promise(setImmediate);
    }
    await work;
    expect(seen.size, 'it saw them roll').to.be.at.least(5);
    expect(looks).to.be.at.least(100);
    await Promise.all(stores.map((storage) => storage.close()));
    await rm(folder, { recursive: true });
  });

  it('keep the key of a store from before they could roll, and erase its old record', async () => {
    const { keys, world, start } = setUp();
    const { sealed, publicKey } = await createKeyMaterial({ ...world, commonName: 'x' }).make(purpose, 1);
    const lone = { id: 'oidc-es256-1', purpose, state: 'active', sealed, trial: false, createdAt: 0 };
    await keys.insert(lone as unknown as KeyRecord);
    const hub = start();
    await hub.ensure();
    expect(hub.active(purpose).publicKey.export({ format: 'der', type: 'spki' }).toString('base64')).to.equal(
      publicKey,
    );
    expect((await keys.find()).records.map(({ id }) => id)).to.deep.equal([purpose]);
    await hub.announce(purpose);
    expect(states(await keys.get(purpose))).to.deep.equal(['oidc-es256-1 active', 'oidc-es256-2 next']);
  });
});

describe('keys that roll when the process dies', () => {
  /** A store that takes so many writes and then no more: before the write, or after it without an answer. */
  function dying(keys: Collection<KeyRecord>, writes: number, { after }: { after: boolean }): Collection<KeyRecord> {
    let left = writes;
    const write = async <R>(act: () => Promise<R>): Promise<R> => {
      if (left === 0 && !after) throw new Error('killed');
      const result = await act();
      if (left === 0) throw new Error('killed');
      left -= 1;
      return result;
    };
    return {
      ...keys,
      insert: (record) => write(() => keys.insert(record)),
      update: (id, change) => write(() => keys.update(id, change)),
      take: (id) => write(() => keys.take(id)),
    };
  }

  /** All that happens to keys in their life. */
  async function life({ ensure, advance, announce, replace }: ReturnType<typeof processOn>, at: (ms: number) => void) {
    await ensure();
    for (const ms of [90, 100, 120]) {
      at(ms);
      await advance(purpose);
    }
    await announce(purpose);
    at(130);
    await advance(purpose);
    await replace(purpose);
  }

  for (const after of [false, true])
    it(`between any two writes (${after ? 'written, never told' : 'not written'}): one active key that opens, and the next start goes on`, async () => {
      let writes = 0;
      for (; writes < 20; writes += 1) {
        const { keys, world, at, start } = setUp();
        const died = await life(processOn(dying(keys, writes, { after }), world), at).then(
          () => false,
          (error: Error) => error.message === 'killed',
        );
        const restarted = start();
        await restarted.ensure();
        const record = await keys.get(purpose);
        expect(
          record?.keys.filter(({ state }) => state === 'active'),
          `${writes}`,
        ).to.have.length(1);
        expect(restarted.active(purpose).privateKey.type).to.equal('private');
        at(1000);
        for (let moves = 0; moves < 3; moves += 1) await restarted.advance(purpose);
        at(2000);
        for (let moves = 0; moves < 3; moves += 1) await restarted.advance(purpose);
        await restarted.load();
        expect(restarted.active(purpose).privateKey.type).to.equal('private');
        expect(new Set(record?.keys.map(({ id }) => id)).size).to.equal(record?.keys.length);
        if (!died) break;
      }
      expect(writes, 'every write of that life was a point to die at').to.equal(7);
    });
});
