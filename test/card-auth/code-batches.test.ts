import { expect } from 'chai';
import {
  type CardChange,
  type CardPerson,
  type CardRecord,
  type CardTask,
  type CodeBatch,
  cardTaskCollection,
  codeBatchCollection,
  codeBatchMax,
  createCardOffice,
  createCardTasks,
  createCodeBatches,
} from '../../card-auth/index.ts';
import { refusal } from '../refusal.ts';
import { openPinWorld } from './pin-world.ts';

const asker = { as: 'office', id: 'officer-1' } as const;
const colleague = { as: 'office', id: 'officer-2' } as const;
const second: CardPerson = { as: 'second-officer', id: 'second-1' };
const all = async () => true;

/** Imported cards beside the one of the world, as a delivery leaves them. */
async function openBatches(count = 3) {
  const world = await openPinWorld();
  const changes: CardChange[] = [];
  let fault: Error | undefined;
  const onChange = async (change: CardChange) => {
    if (fault) throw fault;
    changes.push(change);
  };
  const common = { cards: world.cards, codes: world.codes, stopCodes: world.stopCodes, onChange, now: world.now };
  const batches = createCodeBatches({ ...common, batches: world.storage.collection<CodeBatch>(codeBatchCollection) });
  const tasks = createCardTasks({ tasks: world.storage.collection<CardTask>(cardTaskCollection) });
  const office = createCardOffice({ ...common, tasks, returnTries: async () => undefined });
  const ids = Array.from({ length: count }, (_, at) => `card-${at}`);
  for (const [at, id] of ids.entries()) await world.cards.insert(cardOf(id, at, world.now()));
  const opens = async (id: string, code: string) => {
    const { handOver } = (await world.cards.get(id)) ?? {};
    return handOver !== undefined && world.codes.isRight(id, handOver, code);
  };
  async function agreed(): Promise<string> {
    const { id } = await batches.ask(ids, asker);
    await batches.decide(id, true, second);
    return id;
  }
  const breakOff = (error?: Error) => {
    fault = error;
  };
  return { ...world, ids, batches, office, changes, opens, agreed, breakOff };
}

const cardOf = (id: string, at: number, now: number): CardRecord => ({
  id,
  number: String(3_000_000_000_000 + at),
  residentRef: `r${at}`,
  ckv: 1,
  status: 'issued',
  lastWcnt: 0,
  lastTapAt: 0,
  unfinished: [],
  issuedAt: now,
  expiresOn: now + 1e10,
  software: false,
});

describe('hand-over codes in bulk (R37, R40)', () => {
  it('are asked for by one, agreed to by another once, and posted as what is on record', async () => {
    const { batches, ids, cards, changes, opens, agreed } = await openBatches();
    const id = await agreed();
    const made = await batches.run(id, asker, all);
    expect(made.map(({ card }) => card.id)).to.deep.equal(ids);
    for (const { card, code } of made) {
      expect(await opens(card.id, code)).to.equal(true);
      expect((await cards.get(card.id))?.handedOver).to.include({ how: 'mail', by: asker.id, batch: id, run: 1 });
    }
    expect(changes.map(({ type }) => type)).to.deep.equal(ids.map(() => 'handed-over'));
    await batches.posted(id, asker);
    expect(await refusal(batches.run(id, asker, all))).to.equal('AGREEMENT_USED');
    const kept = JSON.stringify([await batches.get(id), await Promise.all(ids.map((one) => cards.get(one)))]);
    for (const { code } of made) expect(kept).to.not.include(code);
  });

  it('an officer alone, with the imported cards in hand, gets no code of any: neither one by one nor as a batch', async () => {
    const { batches, office, ids, cards } = await openBatches();
    expect(await refusal(office.handOver(ids[0] ?? '', 'counter', asker))).to.equal('SECOND_PERSON_NEEDED');
    const { id } = await batches.ask(ids, asker);
    expect(await refusal(batches.run(id, asker, all))).to.equal('SECOND_PERSON_NEEDED');
    expect(await refusal(batches.decide(id, true, asker))).to.equal('SECOND_PERSON_NEEDED');
    await batches.decide(id, false, second);
    expect(await refusal(batches.run(id, asker, all)), 'after a no').to.equal('SECOND_PERSON_NEEDED');
    expect(await refusal(batches.askAgain(id, asker)), 'a no is a no').to.equal('MOVE_REFUSED');
    for (const one of ids) expect((await cards.get(one))?.handOver).to.equal(undefined);
  });

  it('a colleague, and the one who agreed, get no code of a batch that another one asked for', async () => {
    const { batches, agreed } = await openBatches();
    const id = await agreed();
    for (const by of [colleague, second]) {
      expect(await refusal(batches.run(id, by, all))).to.equal('BATCH_OF_OTHER');
      expect(await refusal(batches.posted(id, by))).to.equal('BATCH_OF_OTHER');
    }
    expect((await batches.get(id))?.runs).to.equal(0);
    await batches.askAgain(id, colleague);
    expect(await refusal(batches.run(id, colleague, all)), 'who takes it over').to.equal('SECOND_PERSON_NEEDED');
  });

  it('whoever has a copy of the first file holds nothing once it was made again', async () => {
    const { batches, opens, agreed } = await openBatches();
    const id = await agreed();
    const first = await batches.run(id, asker, all);
    const again = await batches.run(id, asker, all);
    for (const [at, { card, code }] of again.entries()) {
      expect(await opens(card.id, first[at]?.code ?? '')).to.equal(false);
      expect(await opens(card.id, code)).to.equal(true);
    }
  });

  it('an old agreement makes no codes: after an hour, or once posted, a second person agrees anew', async () => {
    const { batches, pass, agreed, opens } = await openBatches();
    const id = await agreed();
    await batches.run(id, asker, all);
    pass(3_600_000);
    expect(await refusal(batches.run(id, asker, all))).to.equal('AGREEMENT_USED');
    await batches.askAgain(id, asker);
    expect(await refusal(batches.run(id, asker, all))).to.equal('SECOND_PERSON_NEEDED');
    await batches.decide(id, true, second);
    for (const { card, code } of await batches.run(id, asker, all)) expect(await opens(card.id, code)).to.equal(true);
  });

  it('of two runs at once only one tells codes, and all of those are good', async () => {
    const { batches, opens, agreed } = await openBatches(120);
    const id = await agreed();
    const runs = await Promise.allSettled([batches.run(id, asker, all), batches.run(id, asker, all)]);
    const told = runs.flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []));
    expect(told).to.have.length(1);
    expect(told[0]).to.have.length(120);
    for (const { card, code } of told[0] ?? []) expect(await opens(card.id, code)).to.equal(true);
    const lost = runs.find((run) => run.status === 'rejected');
    expect(lost?.reason).to.include({ code: 'RUN_OVERTAKEN' });
  });

  it('broken off in the middle tells nothing, and the repeat makes the code of every card', async () => {
    const { batches, breakOff, opens, agreed, ids } = await openBatches();
    const id = await agreed();
    breakOff(new Error('killed'));
    expect(await batches.run(id, asker, all).catch(({ message }: Error) => message)).to.equal('killed');
    breakOff();
    const made = await batches.run(id, asker, all);
    expect(made.map(({ card }) => card.id)).to.deep.equal(ids);
    for (const { card, code } of made) expect(await opens(card.id, code)).to.equal(true);
  });

  it('leaves alone what is active, stopped for good or handed over otherwise by then, and what cannot be printed', async () => {
    const { batches, office, cards, agreed, opens, ids } = await openBatches(4);
    const id = await agreed();
    const first = await batches.run(id, asker, all);
    await cards.update('card-0', (card) => ({ ...card, status: 'active', handOver: undefined }));
    await cards.move('card-1', 'revoked', 'DEATH', 'system');
    const again = await batches.run(id, asker, async (card) => card.id !== 'card-2');
    expect(again.map(({ card }) => card.id)).to.deep.equal(['card-3']);
    expect(await opens('card-2', first[2]?.code ?? ''), 'the letter of before stays good').to.equal(true);
    const other = await openBatches(1);
    const { id: task } = await other.office.propose('code', '3000000000000', 'PIN', asker);
    const { id: late } = await other.batches.ask(['card-0'], asker);
    const { made } = await other.office.approve(task, second);
    await other.batches.decide(late, true, second);
    expect(await other.batches.run(late, asker, all), 'it has its letter').to.deep.equal([]);
    expect(await other.opens('card-0', made?.code ?? '')).to.equal(true);
    expect(await refusal(office.handOver(ids[3] ?? '', 'mail', asker))).to.equal('MOVE_REFUSED');
  });

  it('are for cards that wait, some but not too many', async () => {
    const { batches, ids, cardId, agreed } = await openBatches(codeBatchMax + 1);
    for (const list of [[], ids, ['guessed'], [cardId]])
      expect(await refusal(batches.ask(list, asker))).to.equal('BATCH_UNSUITABLE');
    expect((await batches.ask(['card-0', 'card-0'], asker)).cards).to.deep.equal(['card-0']);
    expect(await refusal(agreed())).to.equal('BATCH_UNSUITABLE');
    expect(await refusal(batches.run('guessed', asker, all))).to.equal('TASK_DECIDED');
  });
});
