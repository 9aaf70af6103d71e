import { expect } from 'chai';
import {
  type CardTask,
  cardTaskCollection,
  countCards,
  createCardOffice,
  createCardTasks,
  newCardNumber,
} from '../../card-auth/index.ts';
import { refusal } from '../refusal.ts';
import { oldPin, openPinWorld } from './pin-world.ts';

const [one, two] = [
  { as: 'office', id: 'officer-1' },
  { as: 'office', id: 'officer-2' },
] as const;

async function setUp(cardsPerPerson: number) {
  const world = await openPinWorld();
  const tasks = createCardTasks({ tasks: world.storage.collection<CardTask>(cardTaskCollection) });
  const office = createCardOffice({ ...world, tasks, cardsPerPerson, returnTries: async () => undefined });
  /** A card of the person, from the task to the record. */
  async function make(taskId: string, id: string) {
    await office.approve(taskId, two);
    const made = { number: newCardNumber(), id, ckv: 1, software: true };
    return office.issue(taskId, made, one);
  }
  return { ...world, office, tasks, make };
}

describe('several cards of one person (R42)', () => {
  it('are refused beyond what the programme allows, a waiting one counted', async () => {
    const { office } = await setUp(1);
    expect(await refusal(office.apply('r1', one)), 'holds one').to.equal('CARD_LIMIT');
    await office.apply('r2', one);
    expect(await refusal(office.apply('r2', one)), 'waits for one').to.equal('CARD_LIMIT');
  });

  it('live side by side where it allows them: one is stopped, the other signs in', async () => {
    const { office, make, cards, signIn } = await setUp(2);
    const card = await make((await office.apply('r1', one)).id, 'second');
    expect(await refusal(office.apply('r1', one)), 'a third').to.equal('CARD_LIMIT');
    await cards.update(card.id, (current) => ({ ...current, status: 'active' }));
    await office.suspend(card.number, 'LOST', one);
    expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
    const states = (await cards.ofResident('r1')).map(({ status }) => status);
    expect(states).to.have.members(['active', 'suspended']);
  });

  it('are not raced past the limit: of two tasks of one moment the second is not agreed to', async () => {
    const { office, tasks } = await setUp(1);
    const { id, ...first } = await office.apply('r2', one);
    await tasks.open({ ...first, id: 'raced' });
    expect(await refusal(office.approve('raced', two))).to.equal('CARD_LIMIT');
    await office.decline(id, two);
    expect((await office.approve('raced', two)).task.state).to.equal('approved');
  });

  it('do not count a replacement: it is asked for and made beside the card whose place it takes', async () => {
    const { office, make, record } = await setUp(1);
    const { id } = await office.propose('replace', (await record()).number, 'LOST', one);
    expect((await make(id, 'successor')).supersedes).to.equal((await record()).id);
    expect(await refusal(office.apply('r1', one))).to.equal('CARD_LIMIT');
  });

  it('are counted over living cards and tasks for further ones only', () => {
    const card = (id: string, status: 'active' | 'revoked' | 'issued', supersedes?: string) => ({
      id,
      status,
      supersedes,
    });
    const cards = [card('a', 'active'), card('b', 'revoked'), card('c', 'issued', 'a'), card('d', 'active', 'b')];
    const tasks = (['open', 'approved', 'done', 'declined'] as const).flatMap((state) =>
      (['issue', 'replace'] as const).map((act) => ({ act, state })),
    );
    expect(countCards(cards, tasks)).to.deep.equal({ live: 2, coming: 2 });
  });
});
