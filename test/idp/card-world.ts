import { changePin, type PinHub, setPinWithCode } from '../../card-auth/client/index.ts';
import type { SoftwareCard } from '../../card-auth/index.ts';
import { linkedReader } from '../card-auth/linked-reader.ts';
import { attributeIn, type TestBrowser } from './world.ts';

interface Typed {
  readonly card: SoftwareCard;
  readonly newPin: string;
  readonly pin?: string;
  readonly code?: string;
  readonly headers?: object;
}

/** Does at a page that sets a PIN what its program does, over HTTP and a reader. Returns where it leads. */
export async function setPinAt(
  { request }: Pick<TestBrowser, 'request'>,
  pageUrl: string,
  { card, newPin, pin = '', code, headers = {} }: Typed,
): Promise<string> {
  const { origin } = new URL(pageUrl);
  const html = await (await request(pageUrl)).text();
  const base = new URL(attributeIn(html, /data-base="([^"]+)"/), pageUrl).href;
  const token = attributeIn(html, /data-csrf="([^"]+)"/);
  const call = async (step: string, message: object) => {
    const response = await request(`${base}/${step}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        origin,
        'x-csrf-token': token,
        ...headers,
      },
      body: JSON.stringify(message),
    });
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(answer.code), answer);
    return answer;
  };
  const hub: PinHub = {
    start: () => call('start', {}),
    tap: (message) => call('tap', message),
    prove: (message) => call('prove', message),
    proveCode: (message) => call('prove-code', message),
    confirm: (message) => call('confirm', message),
    commit: (message) => call('commit', message),
  };
  card.power();
  const reader = await linkedReader(() => card).reader;
  const common = { reader, hub, newPin, origin };
  const { next } = code === undefined ? await changePin({ ...common, pin }) : await setPinWithCode({ ...common, code });
  return new URL(next, pageUrl).href;
}
