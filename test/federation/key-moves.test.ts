import { expect } from 'chai';
import {
  announcementAt,
  dueMove,
  type KeyMove,
  type KeyState,
  keyMoves,
  moved,
  needsNewKey,
  plannedMoves,
  type RingKey,
} from '../../federation/index.ts';

const times = { announceMs: 10, activeMs: 100, retiredMs: 20 };
type Key = RingKey & { readonly sealed?: string };
const key = (id: string, state: KeyState, since: number, until?: number): Key => ({
  id,
  state,
  since,
  ...(until === undefined ? {} : { until }),
  sealed: `private ${id}`,
});
const erase = ({ sealed: _sealed, ...rest }: Key): Key => rest;
const move = (keys: readonly Key[], name: KeyMove, at: number) =>
  moved(keys, name, { times, at, erase, ...(needsNewKey(keys, name) ? { fresh: key('made', 'active', at) } : {}) });
const words = (keys: readonly Key[]) =>
  keys.map(
    ({ id, state, since, until, sealed }) => `${id} ${state} ${since}-${until ?? ''} ${sealed ? 'signs' : 'erased'}`,
  );

describe('moves of keys', () => {
  it('announce: a new key is published beside the active one, with the moment of its turn', () => {
    expect(words(move([key('a', 'active', 0)], 'announce', 90))).to.deep.equal([
      'a active 0- signs',
      'made next 90-100 signs',
    ]);
  });

  it('activate: the next key signs, the active one is retired in the same step and loses its private part', () => {
    expect(words(move([key('a', 'active', 0), key('b', 'next', 90, 100)], 'activate', 101))).to.deep.equal([
      'a retired 101-121 erased',
      'b active 101- signs',
    ]);
  });

  it('activate without an announced key changes nothing', () => {
    const keys = [key('a', 'active', 0)];
    expect(move(keys, 'activate', 50)).to.equal(keys);
  });

  it('remove: a retired key goes when its time is over, and no earlier', () => {
    const keys = [erase(key('a', 'retired', 100, 120)), erase(key('b', 'retired', 105, 125)), key('c', 'active', 105)];
    expect(words(move(keys, 'remove', 119))).to.deep.equal(words(keys));
    expect(words(move(keys, 'remove', 120))).to.deep.equal(words(keys.slice(1)));
  });

  it('replace: everything older goes at once; the announced key takes over, because partners know it', () => {
    const keys = [erase(key('a', 'retired', 1, 500)), key('b', 'active', 1), key('c', 'next', 5, 15)];
    expect(words(move(keys, 'replace', 7))).to.deep.equal(['c active 7- signs']);
  });

  it('replace without an announced key makes one that signs at once', () => {
    expect(words(move([key('a', 'active', 0)], 'replace', 7))).to.deep.equal(['made active 7- signs']);
  });

  it('hasten: the new key is active at once, and what is older stays as retired', () => {
    expect(words(move([key('a', 'active', 0)], 'hasten', 7))).to.deep.equal([
      'a retired 7-27 erased',
      'made active 7- signs',
    ]);
  });

  it('remove: not what is still needed', () => {
    const keys = [erase(key('a', 'retired', 100, 120)), key('b', 'active', 100)];
    const isNeeded = ({ id }: RingKey) => id === 'a';
    expect(moved(keys, 'remove', { times, at: 1000, erase, isNeeded })).to.deep.equal(keys);
    expect(dueMove(keys, { times, at: 150, isNeeded })).to.equal(undefined);
    expect(dueMove(keys, { times, at: 190, isNeeded }), 'nor does it hold up the others').to.equal('announce');
  });

  it('leave exactly one active key, from every ring that can be', () => {
    const states: KeyState[] = ['next', 'active', 'retired'];
    const rings = [['active'], ['active', 'next'], ['retired', 'active'], ['retired', 'active', 'next']] as const;
    for (const ring of rings)
      for (const name of Object.keys(keyMoves) as KeyMove[])
        for (const at of [0, 1000]) {
          const after = move(
            ring.map((state, nth) => key(`k${nth}`, state, 0, state === 'active' ? undefined : 100)),
            name,
            at,
          );
          expect(
            after.filter(({ state }) => state === 'active'),
            `${ring.join()} ${name}`,
          ).to.have.length(1);
          expect(after.filter(({ state }) => state === 'next').length, `${ring.join()} ${name}`).to.be.at.most(1);
          expect(after.every(({ state }) => states.includes(state))).to.equal(true);
        }
  });
});

describe('the schedule of keys', () => {
  const due = (keys: readonly Key[], at: number) => dueMove(keys, { times, at });

  it('announces so early that the new key signs when the active one has had its time', () => {
    expect(announcementAt(key('a', 'active', 5), times)).to.equal(95);
    expect(due([key('a', 'active', 5)], 94)).to.equal(undefined);
    expect(due([key('a', 'active', 5)], 95)).to.equal('announce');
  });

  it('activates at the announced moment, and not because times were changed meanwhile', () => {
    const keys = [key('a', 'active', 0), key('b', 'next', 90, 100)];
    expect(due(keys, 99)).to.equal(undefined);
    expect(due(keys, 100)).to.equal('activate');
  });

  it('removes before it does anything else', () => {
    expect(due([key('a', 'retired', 0, 20), key('b', 'active', 0), key('c', 'next', 0, 10)], 30)).to.equal('remove');
  });

  it('is told ahead, soonest first', () => {
    const keys = [key('a', 'retired', 0, 20), key('b', 'active', 0), key('c', 'next', 0, 10)];
    expect(plannedMoves(keys, times)).to.deep.equal([
      { move: 'activate', at: 10, key: 'c' },
      { move: 'remove', at: 20, key: 'a' },
    ]);
    expect(plannedMoves([key('b', 'active', 5)], times)).to.deep.equal([{ move: 'announce', at: 95 }]);
    expect(plannedMoves([key('b', 'active', 5)], { ...times, activeMs: Number.POSITIVE_INFINITY })).to.deep.equal([]);
  });

  it('never announces where the schedule is off', () => {
    const off = { ...times, activeMs: Number.POSITIVE_INFINITY };
    expect(dueMove([key('a', 'active', 0)], { times: off, at: Number.MAX_SAFE_INTEGER })).to.equal(undefined);
  });
});
