import { type KeyTimes, type PlannedMove, plannedMoves, type RingKey } from '../../federation/index.ts';
import { type DateStyle, formatMoment, Records } from '../../web/index.ts';
import type { RotatingKey } from '../rotating-keys.ts';
import { moveNames, ownKeyCopy, purposeNames, retiredVersion, stateNames, whileNeeded } from './own-key-copy.ts';

interface OwnRing extends Pick<RotatingKey, 'use' | 'purpose'> {
  readonly times: KeyTimes;
  readonly keys: readonly RingKey[];
}

/** The rings as they are in the store at this moment. */
export const lookAtRings = (rotating: readonly RotatingKey[]): Promise<readonly OwnRing[]> =>
  Promise.all(rotating.map(async ({ use, purpose, times, look }) => ({ use, purpose, times, keys: await look() })));

/** Every key of the hub with its state, and what the schedule does with it next. */
export function OwnKeys({ rings, ...style }: DateStyle & { readonly rings: readonly OwnRing[] }) {
  const { language } = style;
  const say = (key: keyof typeof ownKeyCopy) => ownKeyCopy[key][language];
  return (
    <section class="section">
      <h2 id="own-keys">{say('title')}</h2>
      <p>{say('lead')}</p>
      <Records
        label="own-keys"
        columns={(['purpose', 'key', 'state', 'since', 'planned'] as const).map(say)}
        rows={rings.flatMap((ring) => ring.keys.map((key) => ({ key: key.id, cells: cellsOf(ring, key, style) })))}
      />
    </section>
  );
}

function cellsOf(ring: OwnRing, key: RingKey, style: DateStyle) {
  const { language } = style;
  const state = ring.use === 'card' && key.state === 'retired' ? retiredVersion : stateNames[key.state];
  return [
    purposeNames[ring.purpose]?.[language] ?? ring.purpose,
    <code key="id">{key.id}</code>,
    state[language],
    <time key="since" datetime={new Date(key.since).toISOString()}>
      {formatMoment(key.since, style)}
    </time>,
    plannedWords(ring, key, style),
  ];
}

function plannedWords({ use, times, keys }: OwnRing, key: RingKey, style: DateStyle): string {
  const { language } = style;
  if (use === 'card' && key.state === 'retired') return whileNeeded[language];
  // What is announced next has no row yet: it stands at the key that it follows.
  const concerns = ({ key: id }: PlannedMove) => (id === undefined ? key.state === 'active' : id === key.id);
  const plan = plannedMoves(keys, times).find(concerns);
  return plan
    ? moveNames[plan.move][language].replace('{at}', formatMoment(plan.at, style))
    : ownKeyCopy.nothing[language];
}
