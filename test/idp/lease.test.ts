import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLeases, type Lease, type LeaseRecord, leaseCollection } from '../../idp/lease.ts';
import { createMemoryStorage, openEmbeddedStorage, type Storage } from '../../storage/index.ts';
import { openMongoStorage } from '../../storage/mongo.ts';
import { withMongo } from '../mongo-server.ts';

const [termMs, marginMs] = [10_000, 2_000];

interface Store {
  readonly open: (now: () => number) => Promise<Storage>;
  readonly clean: () => Promise<void>;
}

/** Processes with clocks of their own on one store. */
const engines: Record<string, () => () => Promise<Store>> = {
  memory: () => async () => {
    let shared: Storage | undefined;
    return {
      open: async (now) => {
        shared ??= createMemoryStorage({ now });
        return shared;
      },
      clean: async () => undefined,
    };
  },
  embedded: () => async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sanuki-lease-'));
    const opened: Storage[] = [];
    return {
      open: async (now) => {
        const storage = openEmbeddedStorage({ file: join(folder, 'store'), now });
        opened.push(storage);
        return storage;
      },
      async clean() {
        for (const storage of opened) await storage.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  mongo: () => {
    const { url, database } = withMongo();
    return async () => {
      const name = database();
      const opened: Storage[] = [];
      return {
        open: async (now) => {
          const storage = await openMongoStorage({ url: url(), database: name, now, sweepEveryMs: 0 });
          opened.push(storage);
          return storage;
        },
        async clean() {
          for (const storage of opened) await storage.close();
        },
      };
    };
  },
};

for (const [engine, prepare] of Object.entries(engines)) {
  describe(`a lease on the ${engine} engine`, function () {
    this.timeout(60_000);
    const make = prepare();
    let time = 1_000_000;
    let store: Store;
    const now = () => time;
    const pass = (ms: number) => {
      time += ms;
    };
    const process = async () => {
      const leases = (await store.open(now)).collection<LeaseRecord>(leaseCollection);
      return createLeases({ leases, termMs, marginMs, now });
    };
    beforeEach(async () => {
      store = await make();
    });
    afterEach(() => store.clean());

    it('has one holder, and is free when that one lets go', async () => {
      const [one, other] = [await process(), await process()];
      const held = await one.acquire('fold');
      expect(held?.isHeld()).to.equal(true);
      expect(await other.acquire('fold')).to.equal(undefined);
      expect(await one.acquire('fold'), 'nor twice by the same process').to.equal(undefined);
      expect(await other.acquire('something else')).to.not.equal(undefined);
      await held?.release();
      expect(held?.isHeld()).to.equal(false);
      expect((await other.acquire('fold'))?.isHeld()).to.equal(true);
    });

    it('goes to one of many that ask at the same moment', async () => {
      const processes = await Promise.all(Array.from({ length: 6 }, process));
      const held = await Promise.all(processes.map(({ acquire }) => acquire('fold')));
      expect(held.filter((lease) => lease !== undefined)).to.have.length(1);
    });

    it('is free after its term when its holder died, and not before', async () => {
      await (await process()).acquire('fold');
      const other = await process();
      pass(termMs - 1);
      expect(await other.acquire('fold')).to.equal(undefined);
      pass(1);
      expect((await other.acquire('fold'))?.isHeld()).to.equal(true);
    });

    it('lasts as long as it is renewed', async () => {
      const [one, other] = [await process(), await process()];
      const held = await one.acquire('fold');
      for (let nth = 0; nth < 5; nth += 1) {
        pass(termMs - marginMs - 1);
        expect(await held?.renew()).to.equal(true);
        expect(await other.acquire('fold')).to.equal(undefined);
      }
    });

    it('is lost for a slow holder before anybody else has it, and takes nothing from the next one', async () => {
      const [one, other] = [await process(), await process()];
      const slow = await one.acquire('fold');
      pass(termMs - marginMs);
      expect(slow?.isHeld(), 'the clock alone tells').to.equal(false);
      expect(await other.acquire('fold'), 'nobody has it yet').to.equal(undefined);
      pass(marginMs);
      const next = await other.acquire('fold');
      expect(await slow?.renew()).to.equal(false);
      await slow?.release();
      expect(await next?.renew(), 'the late one released nothing of ours').to.equal(true);
      expect(await slow?.renew(), 'lost for good').to.equal(false);
    });

    it('never has two holders, whatever processes do and however long they are held up', async () => {
      const processes = await Promise.all(Array.from({ length: 3 }, process));
      const held: Lease[] = [];
      let state = 42;
      const next = (below: number) => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return (state >>> 8) % below;
      };
      let acquired = 0;
      for (let step = 0; step < 400; step += 1) {
        pass(next(4_000));
        const lease = await processes[next(3)]?.acquire('fold');
        if (lease) {
          acquired += 1;
          held.push(lease);
        }
        const one = held[next(held.length)];
        if (next(3) === 0) await one?.renew();
        else if (next(6) === 0) await one?.release();
        expect(held.filter((one) => one.isHeld()).length, `step ${step}`).to.be.at.most(1);
      }
      expect(acquired).to.be.above(20);
    });
  });
}
