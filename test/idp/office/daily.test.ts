import { expect } from 'chai';
import { createLeases, type LeaseRecord, leaseCollection } from '../../../idp/lease.ts';
import { createDaily } from '../../../idp/office/daily.ts';
import { createMemoryStorage } from '../../../storage/index.ts';
import { type OfficeWorld, people, startOfficeWorld } from './office-world.ts';

describe('the round of the card office', () => {
  function setUp() {
    const storage = createMemoryStorage();
    const done: string[] = [];
    const faults: unknown[] = [];
    const note = (what: string) => async () => void done.push(what);
    const make = (sweep: () => Promise<number>) =>
      createDaily({
        leases: createLeases({ leases: storage.collection<LeaseRecord>(leaseCollection), now: Date.now }),
        approvals: { settleAll: note('settled') },
        evidence: { sweep },
        expiryRound: note('expiry'),
        settleReplacements: note('replacements'),
        events: { settleAll: note('events') },
        settleDue: note('due'),
        audit: { record: note('audit') },
        onFault: (error) => faults.push(error),
      });
    return { make, done, faults };
  }

  it('is one process’s at a time', async () => {
    const { make, done } = setUp();
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const slow = make(() => held.then(() => 2));
    const other = make(async () => 0);
    const first = slow.run();
    await new Promise((later) => setTimeout(later, 20));
    await other.run();
    expect(done, 'the other one went on without').to.deep.equal(['settled']);
    go();
    await first;
    expect(done).to.deep.equal(['settled', 'audit', 'events', 'due', 'expiry', 'replacements']);
    await other.run();
    expect(done, 'nothing was deleted, so nothing is on record').to.have.length(11);
    await Promise.all([slow.close(), other.close()]);
  });

  it('tells of a fault and lets the next round begin', async () => {
    const { make, faults, done } = setUp();
    const broken = make(() => Promise.reject(new Error('disk')));
    await broken.run();
    expect(faults).to.have.length(1);
    const next = make(async () => 0);
    await next.run();
    expect(done).to.include('replacements');
    await Promise.all([broken.close(), next.close()]);
  });
});

describe('an approval that a crash cut off', () => {
  let world: OfficeWorld;
  before(async () => {
    world = await startOfficeWorld();
  });
  after(() => world.close());

  it('is finished by the next round: task, proofing, letter and the end of the pictures, each once', async () => {
    const { applications, proofings, letters, round } = world.cardOffice;
    const [person] = people;
    if (!person?.address) throw new Error('no person');
    const basic = { ...person, address: person.address };
    const { id } = await applications.enter({ basic, channel: 'public', insurers: [] }, 'A-1');
    await applications.compared(id, { by: 'A-1', seen: 1 }, [{ ...basic, reference: person.id }]);
    await applications.forward(id, { by: 'A-1', seen: 2 }, { chosen: person.id, evidence: 'passport' });
    await applications.decide(id, { by: 'A-2', seen: 3, reason: 'x', from: 'forwarded' }, 'approved');
    expect(await world.credential.tasks.get(`application.${id}`), 'cut off here').to.equal(undefined);
    await round();
    await round();
    const task = await world.credential.tasks.get(`application.${id}`);
    expect(task).to.include({ state: 'approved', openedBy: 'A-1', decidedBy: 'A-2' });
    expect(await proofings.get(id)).to.include({ secondOfficer: 'A-2', match: 'same' });
    expect(await letters.inState('waiting')).to.have.length(1);
    expect((await applications.get(id))?.settled).to.equal(true);
  });
});
