import { type FelicaReader, waitForCard } from '../../../card-auth/client/index.ts';
import { connectReader } from '../../sign-in/browser/reader.ts';
import { knownStationKey, type StationKey } from './station-key.ts';
import type { StationView } from './station-view.ts';

/** How long a card may take to be placed. */
const cardMs = 60_000;

/** One press at an enrolled station, with a card on its reader; undefined after a refusal, which the page says. */
export async function withCardAtStation<T>(
  view: StationView,
  act: (reader: FelicaReader, station: StationKey) => Promise<T>,
): Promise<T | undefined> {
  try {
    const station = await knownStationKey();
    if (!station || !view.stations.includes(station.id))
      throw Object.assign(new Error('no enrolled station'), { code: 'NO_STATION' });
    const reader = await connectReader(view);
    try {
      view.show('waiting');
      const signal = AbortSignal.timeout(cardMs);
      await waitForCard(reader, { signal, onOther: () => view.problem('CARD_OTHER') });
      return await act(reader, station);
    } finally {
      await reader.close();
    }
  } catch (error) {
    view.problem(codeOf(error));
    return undefined;
  }
}

function codeOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'CARD_ABSENT';
  if (error instanceof DOMException && error.name === 'NotSupportedError') return 'KEYS_UNSUPPORTED';
  if (error instanceof TypeError) return 'OFFLINE';
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'OTHER';
}
