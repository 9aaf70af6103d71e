import { expect } from 'chai';
import type { CardAuthentication } from '../../card-auth/index.ts';
import { type CounterPresentation, createCounterPresentations } from '../../idp/counter-presentations.ts';
import { createMemoryStorage } from '../../storage/index.ts';

describe('the presentation behind a counter’s tokens', () => {
  it('counts ten minutes, with its card and terminal in use, until it is ended', async () => {
    let time = 1_000_000;
    let [usable, terminal] = [true, true];
    const { open, live, end } = createCounterPresentations({
      presentations: createMemoryStorage({ now: () => time }).collection<CounterPresentation>({ name: 'p' }),
      isCardUsable: async () => usable,
      isTerminal: async () => terminal,
      now: () => time,
    });
    const shown: CardAuthentication = {
      residentRef: 'r1',
      cardId: 'c1',
      level: 'urn:x-sanuki:ac:card',
      amr: ['hwk'],
      at: time,
    };
    const { id } = await open('counter-1', shown);
    expect(await live(id)).to.include({ residentRef: 'r1', clientId: 'counter-1', level: 'urn:x-sanuki:ac:card' });
    usable = false;
    expect(await live(id)).to.equal(undefined);
    [usable, terminal] = [true, false];
    expect(await live(id)).to.equal(undefined);
    terminal = true;
    time += 599_999;
    expect(await live(id)).to.not.equal(undefined);
    time += 1;
    expect(await live(id)).to.equal(undefined);
    const ended = await open('counter-1', shown);
    await end(ended.id);
    expect(await live(ended.id)).to.equal(undefined);
    expect(await live('grant-of-a-session')).to.equal(undefined);
  });
});
