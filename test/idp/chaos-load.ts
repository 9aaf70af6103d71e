import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ConsentRequest } from '../../attribute-service/index.ts';
import type { createClient } from '../bench/http.ts';
import { agreeTo, csrfIn } from './account-world.ts';
import type { GuessedCard, Ledger, SignInAttempt } from './chaos-ledger.ts';
import { codeOn } from './explain-world.ts';
import type { TestServices } from './test-services.ts';
import { browser, type issueCard, signInAt, type TestBrowser } from './world.ts';

export interface LoadOptions {
  readonly origin: string;
  readonly ports: readonly number[];
  readonly services: TestServices;
  readonly client: ReturnType<typeof createClient>;
  readonly ledger: Ledger;
  readonly sessionCookie: string;
  readonly openConsentRequest: (facts: Omit<ConsentRequest, 'id' | 'expiresAt'>) => Promise<ConsentRequest>;
  readonly goesOn: () => boolean;
}

type Card = Awaited<ReturnType<typeof issueCard>>;
const wrongPin = '739164';
const returnOrigin = 'https://portal.example';

/** What residents and services do meanwhile. Whatever breaks off is begun anew, as people do. */
export function createLoad(options: LoadOptions) {
  const { origin, ports, services, client, ledger, sessionCookie, goesOn } = options;

  /** Over and over with one card: sign-in, a code, a consent; each step at the hub whose turn it is. */
  async function residentLane(card: Card, residentRef: string): Promise<void> {
    while (goesOn())
      await unbroken(async () => {
        const own = browser();
        await signIn(own, card, residentRef);
        await redeemCode(own, residentRef);
        await agree(own, residentRef);
      });
  }

  /** A hub that dies leaves the request without an answer: that is no fault, and nothing was promised. */
  async function unbroken(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (isBroken(error)) ledger.broken += 1;
      else ledger.refusals.push(codeOf(error));
      await pause(150);
    }
  }

  async function signIn(own: TestBrowser, { card, pin }: Card, residentRef: string): Promise<void> {
    const { url, html } = await pageAt(own, await services.samlRequest(origin));
    const attempt: SignInAttempt = { trace: codeOn(html), residentRef };
    ledger.signIns.push(attempt);
    card.power();
    const answer = await pageAt(own, await signInAt(own, url, { card, pin, html }));
    if (!answer.html.includes('SAMLResponse')) throw new Error('NO_ANSWER');
    const cookies = await own.jar.getCookies(origin);
    attempt.cookie = cookies.find(({ key }) => key === sessionCookie)?.value ?? '';
  }

  async function pageAt(own: TestBrowser, address: string): Promise<{ url: string; html: string }> {
    const { url, response } = await own.visit(address);
    if (response.status === 502) throw new BrokenOff();
    if (response.status !== 200) throw new Error(`STATUS_${response.status}`);
    return { url, html: await response.text() };
  }

  /** Both hubs are asked for the same code at the same moment, and then each once more. */
  async function redeemCode(own: TestBrowser, residentRef: string): Promise<void> {
    const { url, redeem } = services.codeRequest(origin);
    const attempt = { residentRef, code: '', redeemed: 0, refused: 0, broken: 0 };
    ledger.codes.push(attempt);
    const { response, left = '' } = await own.visit(url);
    if (response.status === 502) throw new BrokenOff();
    attempt.code = URL.parse(left)?.searchParams.get('code') ?? '';
    if (attempt.code === '') throw new Error('NO_CODE');
    const { host } = new URL(origin);
    const { headers, ...request } = redeem(attempt.code);
    const ask = async (port: number) => {
      const sent = client.send(`http://127.0.0.1:${port}/oidc/token`, { ...request, headers: { ...headers, host } });
      await sent.then(
        ({ status }) => {
          if (status === 200) attempt.redeemed += 1;
          else attempt.refused += 1;
        },
        (error: unknown) => {
          if (!isBroken(error)) throw error;
          attempt.broken += 1;
        },
      );
    };
    for (let twice = 0; twice < 2; twice += 1) await Promise.all(ports.map(ask));
  }

  async function agree(own: TestBrowser, residentRef: string): Promise<void> {
    const attempt = { residentRef, party: `oidc:${randomUUID()}`, agreed: false };
    const { id } = await options.openConsentRequest({
      residentRef,
      party: attempt.party,
      partyName: { ja: 'ポータル', en: 'Portal' },
      types: ['coverage'],
      purpose: 'urn:x-sanuki:purpose:self-view',
      messageId: 'urn:uuid:5e1',
      returnOrigins: [returnOrigin],
    });
    ledger.consents.push(attempt);
    const page = `${origin}/consent/${id}?${new URLSearchParams({ ReturnToURL: `${returnOrigin}/x` })}`;
    const { html } = await pageAt(own, page);
    const answer = await own.request(page, {
      method: 'POST',
      body: new URLSearchParams([['csrf', csrfIn(html)], ...agreeTo('90-days', 'coverage')]).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin },
    });
    if (answer.status === 502) throw new BrokenOff();
    if (!answer.headers.get('location')?.includes('ResendMessage=urn')) throw new Error(`CONSENT_${answer.status}`);
    attempt.agreed = true;
  }

  /** Wrong PINs at one card after the other, until each is locked. */
  async function guessingLane(cards: readonly Card[], everyMs: number): Promise<void> {
    for (const card of cards) {
      const guessed: GuessedCard = { cardId: card.cardId, told: [], broken: 0, locked: false };
      ledger.guessed.push(guessed);
      while (goesOn() && !guessed.locked) {
        await guess(card, guessed);
        await pause(everyMs);
      }
    }
  }

  async function guess({ card }: Card, guessed: GuessedCard): Promise<void> {
    let asked = false;
    try {
      const own = browser();
      const { url, html } = await pageAt(own, await services.samlRequest(origin));
      card.power();
      asked = true;
      await signInAt(own, url, { card, pin: wrongPin, html });
      ledger.refusals.push('WRONG_PIN_TAKEN');
    } catch (error) {
      const { code, remainingTries } = error as { code?: string; remainingTries?: number };
      if (code === 'PIN_WRONG') guessed.told.push(remainingTries ?? Number.NaN);
      else if (code === 'PIN_LOCKED') guessed.locked = true;
      else if (isBroken(error)) guessed.broken += asked ? 1 : 0;
      else ledger.refusals.push(codeOf(error));
    }
  }

  return { residentLane, guessingLane };
}

/** The answer did not come: the hub was killed. */
class BrokenOff extends Error {}

/**
 * An empty 502 is no JSON; a connection that ended has a code of the system, or fetch's word for it. A card has five
 * seconds, and a machine that starts hubs beside may need longer.
 */
function isBroken(error: unknown): boolean {
  if (error instanceof BrokenOff || codeOf(error) === 'TIME_OUT') return true;
  if (error instanceof SyntaxError && /JSON/.test(error.message)) return true;
  const { cause } = error as { cause?: unknown };
  return [error, cause].some(
    (one) => one instanceof Error && 'code' in one && /^(E[A-Z]+|UND_ERR_\w+)$/.test(String(one.code)),
  );
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}
