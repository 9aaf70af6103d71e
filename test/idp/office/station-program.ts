import type { StationHub } from '../../../card-auth/client/index.ts';
import { newStation, type TestStation } from '../../card-auth/station-world.ts';
import { attributeIn, type TestBrowser } from '../world.ts';
import type { OfficeWorld } from './office-world.ts';

const home = '/admin/office/stations';

/** Proposed by one and agreed to by the other. */
export async function enrolStation(
  { send }: OfficeWorld,
  officer: TestBrowser,
  second: TestBrowser,
): Promise<TestStation> {
  const station = await newStation();
  await send(officer, home, `${home}/propose`, { publicKey: station.publicKey, name: 'counter 1' });
  await send(second, home, `${home}/decide`, { station: station.id, outcome: 'agree' });
  return station;
}

/** A page of a station as its program sees it: the token, the key version, and calls of the steps. */
export async function openProgram({ origin, page }: OfficeWorld, own: TestBrowser, path: string) {
  const { html, status } = await page(own, path);
  const token = attributeIn(html, /data-csrf="([^"]+)"/);
  const call = (step: string, message: unknown, headers: object = {}, by = own) =>
    by.request(`${origin}${path}/${step}`, {
      method: 'POST',
      body: JSON.stringify(message),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        origin,
        'x-csrf-token': token,
        ...headers,
      },
    });
  /** The answer; a refusal is thrown with its code. */
  async function asked<T>(step: string, message: object, by = own): Promise<T> {
    const response = await call(step, message, {}, by);
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(answer.code), answer);
    return answer;
  }
  return { html, status, path, ckv: Number(attributeIn(html, /data-ckv="(\d+)"/)), call, asked };
}

interface Made {
  readonly number: string;
  readonly card: string;
  readonly next?: string;
}

/** The steps of making a card, over HTTP. */
export const makingOver = (
  { asked }: Pick<Awaited<ReturnType<typeof openProgram>>, 'asked'>,
  { id }: TestStation,
): StationHub<Made> => ({
  key: (message) => asked('key', { ...message, station: id }),
  tap: () => asked('tap', {}),
  verify: (word) => asked('verify', word),
  record: (word) => asked('record', word),
});
