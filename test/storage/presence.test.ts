import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { announcePresence, createMemoryStorage, type Storage } from '../../storage/index.ts';
import { presenceCollection, presentHubs } from '../../storage/presence.ts';

const lastsMs = 300;

describe('the presence of a hub in its store', () => {
  const present = async (storage: Storage) => (await presentHubs(storage, Date.now())).map(({ pid }) => pid);

  it('lasts as long as the hub, and ends with it', async () => {
    const storage = createMemoryStorage();
    expect(await present(storage)).to.deep.equal([]);
    expect(await storage.definitions(), 'a look makes nothing').to.deep.equal([]);
    const hub = await announcePresence(storage, { now: Date.now, lastsMs });
    await pause(2 * lastsMs);
    expect(await present(storage)).to.deep.equal([process.pid]);
    await hub.close();
    expect(await present(storage)).to.deep.equal([]);
  });

  it('comes back after a host slept, and a store that is away does not end the hub', async () => {
    const storage = createMemoryStorage();
    const hub = await announcePresence(storage, { now: Date.now, lastsMs });
    const [slept] = await presentHubs(storage, Date.now());
    await storage.collection(presenceCollection).take(slept?.id ?? '');
    await pause(lastsMs);
    expect(await present(storage)).to.deep.equal([process.pid]);
    await hub.close();
    const other = createMemoryStorage();
    await announcePresence(other, { now: Date.now, lastsMs });
    await other.close();
    await pause(lastsMs);
  });
});
