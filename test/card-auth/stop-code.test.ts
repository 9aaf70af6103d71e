import { createHash } from 'node:crypto';
import { expect } from 'chai';
import {
  type CardChange,
  type CardTask,
  cardTaskCollection,
  createCardOffice,
  createCardStop,
  createCardTasks,
  createStopCodes,
  isStopCode,
} from '../../card-auth/index.ts';
import { refusal } from '../refusal.ts';
import { activeCard } from './active-card.ts';
import { oldPin, openPinWorld } from './pin-world.ts';

const number = '1234567890123';
const [one, two] = [
  { as: 'office', id: 'officer-1' },
  { as: 'office', id: 'officer-2' },
] as const;

async function setUp() {
  const world = await openPinWorld();
  const changes: CardChange[] = [];
  const office = createCardOffice({
    ...world,
    tasks: createCardTasks({ tasks: world.storage.collection<CardTask>(cardTaskCollection) }),
    returnTries: async () => undefined,
    onChange: async (change) => void changes.push(change),
  });
  const stop = createCardStop({ ...world, suspend: office.suspend });
  async function agree(act: 'code' | 'resume', of = number) {
    const { id } = await office.propose(act, of, 'REQUEST', one);
    return (await office.approve(id, two)).made;
  }
  const letter = async (of = number) => (await agree('code', of))?.stopCode ?? '';
  return { ...world, office, stop, agree, letter, changes };
}

/** Another code that has no slip in it. */
function guessBeside(code: string): string {
  for (let at = 1; at < 100; at += 1) {
    const guess = String(BigInt(code) + BigInt(at)).padStart(16, '0');
    if (isStopCode(guess)) return guess;
  }
  throw new Error('none found');
}

describe('stop codes (R44)', () => {
  it('stop their card, however the digits are grouped, and as often as they are entered', async () => {
    const { stop, letter, signIn, record, changes } = await setUp();
    const code = await letter();
    expect(code).to.match(/^\d{16}$/);
    expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
    const typed = ` ${code.replaceAll(/(\d{4})(?=\d)/g, '$1-')}`;
    expect(await stop(typed, 'line')).to.include({ outcome: 'stopped', moved: true });
    expect(await refusal(signIn(oldPin))).to.equal('CARD_SUSPENDED');
    expect(await stop(code, 'line'), 'again').to.include({ outcome: 'stopped', moved: false });
    expect((await record()).reason).to.equal('LOST');
    const [told] = changes.filter(({ type }) => type === 'suspended');
    expect(told?.by).to.deep.equal({ as: 'holder', id: 'line' });
  });

  it('stop a card whose PIN is locked, and tell of one that is not in use that nobody signs in with it', async () => {
    const { cards, stop, stopCodes } = await setUp();
    const { code, hash } = stopCodes.make();
    const put = (status: 'issued' | 'pin-locked' | 'revoked') =>
      cards.insert(activeCard({ id: status, number: status, residentRef: 'r9', status, stopCode: hash }));
    for (const [status, outcome] of [
      ['issued', 'not-in-use'],
      ['revoked', 'not-in-use'],
      ['pin-locked', 'stopped'],
    ] as const) {
      await put(status);
      expect(await stop(code, 'line'), status).to.include({ outcome });
      await cards.update(status, (card) => ({ ...card, stopCode: undefined }));
    }
    expect((await cards.get('issued'))?.status).to.equal('issued');
  });

  it('tell a slip of the finger from a code that is none', async () => {
    const { stop, letter } = await setUp();
    const code = await letter();
    const slip = `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`;
    for (const wrong of ['', slip, code.slice(1), `${code}0`, '１２', 'abc', "' OR 1=1 --"])
      expect(await refusal(stop(wrong, 'line')), wrong).to.equal('STOP_CODE_MISTYPED');
    expect(await refusal(stop(guessBeside(code), 'line'))).to.equal('STOP_CODE_UNKNOWN');
  });

  describe('attacked', () => {
    it('by a guesser who knows card, number and every other code: nothing stops, and no try is used up for the holder', async () => {
      const { stop, letter, agree, record, signIn } = await setUp();
      const code = await letter();
      const handOver = (await agree('code'))?.code ?? '';
      for (const known of [number, handOver, (await record()).id])
        expect(await refusal(stop(known, 'x'))).to.equal('STOP_CODE_MISTYPED');
      const latest = await letter();
      let guess = guessBeside(latest);
      for (let at = 0; at < 50; at += 1, guess = guessBeside(guess))
        expect(await refusal(stop(guess, 'x'))).to.equal('STOP_CODE_UNKNOWN');
      expect(await signIn(oldPin)).to.equal('urn:x-sanuki:ac:card-pin');
      expect(await refusal(stop(code, 'x')), 'the code of an older letter').to.equal('STOP_CODE_UNKNOWN');
      expect(await stop(latest, 'holder')).to.include({ outcome: 'stopped' });
    });

    it('by whoever copied the database: no code can be read or worked out of it without the key of the hub', async () => {
      const { letter, record, stopCodes } = await setUp();
      const code = await letter();
      const kept = await record();
      expect(JSON.stringify(kept)).to.not.include(code);
      expect(kept.stopCode).to.equal(stopCodes.hashOf(code));
      const other = createStopCodes({ key: createHash('sha256').update('another hub').digest() });
      expect(other.hashOf(code)).to.not.equal(kept.stopCode);
      expect(createHash('sha256').update(code).digest('base64url')).to.not.equal(kept.stopCode);
    });

    it('by the finder of one letter who wants to stop everybody: one card stops, the person’s second one goes on', async () => {
      const { cards, cardId, stop, letter } = await setUp();
      await cards.insert(activeCard({ id: 'second', number: '2', residentRef: 'r1' }));
      await cards.insert(activeCard({ id: 'other', number: '3', residentRef: 'r2' }));
      await stop(await letter(), 'x');
      const states = await Promise.all([cardId, 'second', 'other'].map(async (id) => (await cards.get(id))?.status));
      expect(states).to.deep.equal(['suspended', 'active', 'active']);
    });

    it('by whoever holds the letter and wants more: the code sets no PIN and lets no card go on', async () => {
      const { stop, letter, setWithCode, agree, signIn } = await setUp();
      const code = await letter();
      expect(await refusal(setWithCode(code, { to: '719305' }))).to.equal('CODE_WRONG');
      await stop(code, 'x');
      await stop(code, 'x');
      expect(await refusal(signIn(oldPin))).to.equal('CARD_SUSPENDED');
      await agree('resume');
      expect(await signIn(oldPin), 'two persons, and nobody else').to.equal('urn:x-sanuki:ac:card-pin');
    });
  });
});
