import type { CardHub } from '../../../card-auth/client/index.ts';

/** A refusal of the hub, as its problem details tell it. */
export class HubRefusal extends Error {
  readonly code: string;
  readonly remainingTries: number | undefined;

  constructor(code: string, remainingTries: number | undefined) {
    super(code);
    this.code = code;
    this.remainingTries = remainingTries;
  }
}

/** A call of the hub for each step; a refusal is thrown with its code. */
export function callerOver(base: string, csrfToken: string) {
  return async function call<T>(step: string, message: object): Promise<T> {
    const response = await fetch(`${base}/${step}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'x-csrf-token': csrfToken },
      body: JSON.stringify(message),
    });
    const answer = await response.json();
    if (!response.ok) throw new HubRefusal(String(answer.code), answer.remainingTries);
    return answer;
  };
}

/** The four steps of the card over HTTP. */
export function hubOver(base: string, csrfToken: string): CardHub {
  const call = callerOver(base, csrfToken);
  return {
    start: () => call('start', {}),
    tap: (message) => call('tap', message),
    prove: (message) => call('prove', message),
    finish: (message) => call('finish', message),
    present: (message) => call('present', message),
  };
}
