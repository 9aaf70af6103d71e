import type { Programme } from '../card-auth/index.ts';
import type { Settings } from '../config/index.ts';
import { startOfDay } from '../lib/time.ts';

const dayMs = 24 * 3_600_000;
const dayAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + dayMs).toISOString().slice(0, 10);

/** The programme of the settings as instants: from the first moment of its first day to the end of its last one. */
export function programmeOf({ programme, service }: Pick<Settings, 'programme' | 'service'>): Programme {
  const { start, end, cardYears } = programme;
  return {
    start: start === undefined ? undefined : startOfDay(start, service.timeZone),
    end: end === undefined ? undefined : startOfDay(dayAfter(end), service.timeZone),
    cardYears,
  };
}
