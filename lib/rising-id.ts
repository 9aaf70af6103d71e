import { randomText } from './random.ts';

/**
 * Ids that rise with time: the instant in ms since 1970 first, then what nobody guesses. Of several in one millisecond
 * the later one of a process has the higher id, so that what is listed by id is listed as it happened.
 */
export function createRisingIds(): (at: number) => string {
  let place = 0;
  return (at) => {
    place = Math.max(at, place + 1);
    return `${String(place).padStart(15, '0')}-${randomText(9, 'base64url')}`;
  };
}
