import { expect } from 'chai';
import { createKeyUses, type KeyUse, keyUseCollection } from '../../idp/key-use.ts';
import { createMemoryStorage } from '../../storage/index.ts';

const hour = 3_600_000;

describe('the note of which key was last used', () => {
  function setUp() {
    let time = 1_000_000_000;
    const now = () => time;
    const collection = createMemoryStorage({ now }).collection<KeyUse>(keyUseCollection);
    const writes: string[] = [];
    const faults: unknown[] = [];
    let broken = false;
    const uses: typeof collection = {
      ...collection,
      update: async (id, change) => {
        if (broken) throw new Error('the store is gone');
        writes.push(id);
        return collection.update(id, change);
      },
    };
    const open = () => createKeyUses({ uses, onFault: (error) => faults.push(error), now });
    const pass = (ms: number) => {
      time += ms;
    };
    const breakStore = (is: boolean) => {
      broken = is;
    };
    return { open, pass, writes, faults, now, breakStore };
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('costs one write per key and hour, however often it is used, and is exact in this process', async () => {
    const { open, pass, writes, now } = setUp();
    const uses = open();
    for (let nth = 0; nth < 1000; nth += 1) uses.note('saml:a', 'old');
    uses.note('saml:a', 'new');
    await settle();
    expect(writes).to.deep.equal(['saml:a old', 'saml:a new']);
    pass(hour - 1);
    uses.note('saml:a', 'old');
    await settle();
    expect(writes).to.have.length(2);
    expect(await uses.of('saml:a')).to.deep.equal(
      new Map([
        ['new', now() - hour + 1],
        ['old', now()],
      ]),
    );
    pass(1);
    uses.note('saml:a', 'old');
    await settle();
    expect(writes).to.have.length(3);
    expect(await uses.of('saml:b')).to.deep.equal(new Map());
  });

  it('names the key that was used last, also before it is written and from another process', async () => {
    const { open, pass } = setUp();
    const [uses, other] = [open(), open()];
    expect(await uses.latest('saml:a', ['old', 'new'])).to.equal(undefined);
    uses.note('saml:a', 'old');
    expect(await uses.latest('saml:a', ['old', 'new'])).to.equal('old');
    pass(1000);
    uses.note('saml:a', 'new');
    expect(await uses.latest('saml:a', ['old', 'new'])).to.equal('new');
    await settle();
    expect(await other.latest('saml:a', ['old', 'new'])).to.equal('new');
    expect(await uses.latest('saml:a', ['old']), 'what is registered no more is not named').to.equal('old');
    expect(await uses.latest('saml:b', ['old', 'new'])).to.equal(undefined);
  });

  it('is known after a restart, and to another process, and never goes back', async () => {
    const { open, pass, now } = setUp();
    const [one, other] = [open(), open()];
    one.note('saml:a', 'key');
    pass(60_000);
    other.note('saml:a', 'key');
    await settle();
    expect(await open().of('saml:a')).to.deep.equal(new Map([['key', now()]]));
  });

  it('tells of a store that fails, holds nobody up, and tries again with the next use', async () => {
    const { open, faults, breakStore } = setUp();
    const uses = open();
    breakStore(true);
    uses.note('saml:a', 'key');
    await settle();
    expect(faults.map(String)).to.deep.equal(['Error: the store is gone']);
    breakStore(false);
    uses.note('saml:a', 'key');
    await settle();
    expect(await uses.of('saml:a')).to.have.keys('key');
  });
});
