/** next: announced, does not sign yet; active: signs; retired: still announced for what it signed. */
export type KeyState = 'next' | 'active' | 'retired';

/** A key as a ring holds it, without what only its maker knows. */
export interface RingKey {
  readonly id: string;
  readonly state: KeyState;
  /** Since when it is in this state, ms since 1970. */
  readonly since: number;
  /** When it leaves the state: a next key becomes active, a retired one is removed. An active one has no such promise. */
  readonly until?: number | undefined;
}

/** How long a key is in each state, in ms. */
export interface KeyTimes {
  readonly announceMs: number;
  readonly activeMs: number;
  readonly retiredMs: number;
}

/**
 * announce, activate and remove go by schedule. Without a lead time: replace, for a key that somebody else may hold, and
 * hasten, where what is older has to stay.
 */
export type KeyMove = 'announce' | 'activate' | 'remove' | 'replace' | 'hasten';

type Fate = KeyState | 'removed';

/** What becomes of the keys of a ring by each move. Where a next key is missing, all but `activate` and `remove` add one; `remove` takes only what is overdue. */
export const keyMoves: Readonly<Record<KeyMove, Readonly<Record<KeyState, Fate>>>> = {
  announce: { next: 'next', active: 'active', retired: 'retired' },
  activate: { next: 'active', active: 'retired', retired: 'retired' },
  remove: { next: 'next', active: 'active', retired: 'removed' },
  replace: { next: 'active', active: 'removed', retired: 'removed' },
  hasten: { next: 'active', active: 'retired', retired: 'retired' },
};

interface Moment {
  readonly times: KeyTimes;
  readonly at: number;
  /** Retired keys that are still needed, whatever the times say. */
  readonly isNeeded?: (key: RingKey) => boolean;
}

const neverNeeded = () => false;

const isOver = ({ until }: RingKey, at: number) => until !== undefined && until <= at;
const inState = <K extends RingKey>(keys: readonly K[], state: KeyState) => keys.find((key) => key.state === state);

/** When the key after the active one is to be announced. */
export function announcementAt(active: RingKey, { activeMs, announceMs }: KeyTimes): number {
  return active.since + Math.max(0, activeMs - announceMs);
}

/** The move that the schedule asks for at this moment, the safest first. */
export function dueMove(keys: readonly RingKey[], { times, at, isNeeded = neverNeeded }: Moment): KeyMove | undefined {
  if (keys.some((key) => key.state === 'retired' && isOver(key, at) && !isNeeded(key))) return 'remove';
  const [next, active] = [inState(keys, 'next'), inState(keys, 'active')];
  if (next) return isOver(next, at) ? 'activate' : undefined;
  return active && announcementAt(active, times) <= at ? 'announce' : undefined;
}

/** Whether a key has to be made for the move. A replacement takes the announced one, because partners know it already. */
export function needsNewKey(keys: readonly RingKey[], move: KeyMove): boolean {
  return move !== 'activate' && move !== 'remove' && !inState(keys, 'next');
}

/**
 * The ring after a move: one active key before, one active key after. A move that was made meanwhile, by whomever,
 * changes nothing. `fresh` is the key that was made for it; `erase` takes the private part of a key that signs no more.
 */
export function moved<K extends RingKey>(
  keys: readonly K[],
  move: KeyMove,
  {
    times,
    at,
    isNeeded = neverNeeded,
    fresh,
    erase,
  }: Moment & { readonly fresh?: K | undefined; readonly erase: (key: K) => K },
): readonly K[] {
  if (move === 'activate' && !inState(keys, 'next')) return keys;
  const ring = needsNewKey(keys, move) ? [...keys, announced(fresh, { times, at })] : keys;
  const after = ring.flatMap((key) => {
    const fate = move === 'remove' && (!isOver(key, at) || isNeeded(key)) ? key.state : keyMoves[move][key.state];
    if (fate === 'removed') return [];
    if (fate === key.state) return [key];
    const { until: _until, ...rest } = key;
    const stated = { ...rest, state: fate, since: at } as K;
    return [fate === 'retired' ? erase({ ...stated, until: at + times.retiredMs }) : stated];
  });
  return after.length === keys.length && after.every((key, nth) => key === keys[nth]) ? keys : after;
}

function announced<K extends RingKey>(fresh: K | undefined, { times, at }: Moment): K {
  if (!fresh) throw new TypeError('the move needs a new key');
  return { ...fresh, state: 'next', since: at, until: at + times.announceMs };
}

export interface PlannedMove {
  readonly move: KeyMove;
  readonly at: number;
  /** The key that it is about; a key to be announced has no name yet. */
  readonly key?: string | undefined;
}

/** What the schedule will do with these keys, soonest first. */
export function plannedMoves(keys: readonly RingKey[], times: KeyTimes): readonly PlannedMove[] {
  const [next, active] = [inState(keys, 'next'), inState(keys, 'active')];
  const planned = keys.flatMap(({ id, state, until }): PlannedMove[] => {
    if (until === undefined || state === 'active') return [];
    return [{ move: state === 'next' ? 'activate' : 'remove', at: until, key: id }];
  });
  const announcement = !next && active ? announcementAt(active, times) : Number.POSITIVE_INFINITY;
  if (Number.isFinite(announcement)) planned.push({ move: 'announce', at: announcement });
  return planned.sort((one, other) => one.at - other.at);
}
