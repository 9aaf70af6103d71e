import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Log } from '../../lib/log.ts';
import { fetchText, OutgoingError } from '../../lib/outgoing.ts';
import type { Audit } from '../audit.ts';
import type { Trace } from '../traces/trace.ts';

/**
 * Why nothing was fetched, in as few kinds as help the person who typed the address. A name that nobody knows, an inner
 * network and a door that stays shut are one kind: the hub is nobody's eye inside its network.
 */
export type FetchRefusal =
  | 'FETCH_ADDRESS_REFUSED'
  | 'FETCH_NOT_REACHED'
  | 'FETCH_ANSWER_REFUSED'
  | 'FETCH_TOO_LARGE'
  | 'FETCH_NOT_TEXT'
  | 'FETCH_TOO_OFTEN';

export interface FetchProblem {
  readonly code: FetchRefusal;
  /** Leads to the log. */
  readonly trace: string;
  readonly status: number;
}

/** Whatever is behind the address: it is the form that has to be sent again, so never a failure of this server. */
const statusOf: Readonly<Record<FetchRefusal, number>> = {
  FETCH_ADDRESS_REFUSED: 422,
  FETCH_NOT_REACHED: 422,
  FETCH_ANSWER_REFUSED: 422,
  FETCH_TOO_LARGE: 422,
  FETCH_NOT_TEXT: 422,
  FETCH_TOO_OFTEN: 429,
};

export interface FetcherOptions {
  /** Trial: parties live on loopback. */
  readonly allowLoopback: boolean;
  readonly audit: Audit;
  readonly log: Log;
  readonly now: () => number;
}

export interface Fetched {
  readonly text: string;
  /** ms since 1970. */
  readonly at: number;
}

/** An administrator who looks for an address tries it a few times; who looks for addresses tries more. */
const perMinute = 20;
const addressMax = 2000;

/** Fetches metadata from an address that an administrator typed, under the guard of `lib/outgoing`; audited, by host. */
export function createMetadataFetcher({ allowLoopback, audit, log, now }: FetcherOptions) {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });

  async function fetch(
    address: string,
    by: string,
    steps: Pick<Trace, 'keep' | 'note'>,
  ): Promise<Fetched | { problem: FetchProblem }> {
    const refused = await attempt(address, by);
    const code = typeof refused === 'string' ? undefined : refused.code;
    const host = URL.canParse(address) ? new URL(address).host.slice(0, 255) : '';
    const result = code === undefined ? 'ok' : 'refused';
    const trace = steps.keep();
    await audit.record({ type: 'provider.fetch', result, actor: by, code, trace, detail: { host } });
    if (typeof refused === 'string') return { text: refused, at: now() };
    // The reason would tell what is inside the network; it is for whoever reads the log.
    steps.note('refused', { code: refused.code, told: 'page' });
    log.info({ trace, code: refused.code, reason: refused.reason }, 'refused');
    return { problem: { code: refused.code, trace, status: statusOf[refused.code] } };
  }

  async function attempt(address: string, by: string): Promise<string | { code: FetchRefusal; reason: string }> {
    if (!(await mayTry(by))) return { code: 'FETCH_TOO_OFTEN', reason: 'more than the limit allows' };
    if (address.length > addressMax || !isHttp(address))
      return { code: 'FETCH_ADDRESS_REFUSED', reason: 'this is no address of metadata' };
    try {
      return asFormText(await fetchText(address, { allowLoopback }));
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      return { code: refusalOf(error, address), reason: error.message };
    }
  }

  async function mayTry(by: string): Promise<boolean> {
    try {
      await limiter.consume(by);
      return true;
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      return false;
    }
  }

  return fetch;
}

export type MetadataFetcher = ReturnType<typeof createMetadataFetcher>;

/** Written as it could be called at all; whether it may be is decided where it is called. */
function isHttp(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return /^https?:$/.test(url?.protocol ?? '') && url?.username === '' && url.password === '';
}

function refusalOf({ code }: OutgoingError, address: string): FetchRefusal {
  if (code === 'ANSWER_NOT_OK') return 'FETCH_ANSWER_REFUSED';
  if (code === 'ANSWER_TOO_LARGE') return 'FETCH_TOO_LARGE';
  if (code === 'ANSWER_NOT_TEXT') return 'FETCH_NOT_TEXT';
  return code === 'ADDRESS_REFUSED' && address.startsWith('http:') ? 'FETCH_ADDRESS_REFUSED' : 'FETCH_NOT_REACHED';
}

/** As a text field hands it back (HTML 4.10.11: line ends, and no line end at its beginning). */
export const asFormText = (text: string): string => text.replaceAll(/\r\n?/g, '\n').replace(/^\n+/, '');
