import type { LiveCopy } from '../copy.ts';
import { element } from './element.ts';
import { createPinForm } from './pin-form.ts';

type Stage = 'card' | 'liftFirst' | 'pin' | 'checking' | 'lift' | 'done';

const statusOf = {
  card: 'waiting',
  liftFirst: 'liftFirst',
  pin: 'found',
  checking: 'checking',
  lift: 'lift',
  done: 'done',
} as const;

/** The last step is done; checking belongs to the one before it, which is the PIN where there is one. */
const stepOf = (stage: Stage, steps: number): number =>
  ({ card: 0, liftFirst: 0, pin: 1, checking: steps - 2, lift: 0, done: steps - 1 })[stage];

/** Some refusals share their words. */
export const sameAs: Readonly<Record<string, keyof LiveCopy>> = {
  CHALLENGE_SPENT: 'TIME_OUT',
  OTHER_BROWSER: 'SIGN_IN_EXPIRED',
  FORGED_REQUEST: 'SIGN_IN_EXPIRED',
  TOO_MANY_REQUESTS: 'TOO_MANY',
  TOO_MANY_UNFINISHED: 'TOO_MANY',
  READER_TIMEOUT: 'CARD_LIFTED',
  KEY_SERVICE_UNAVAILABLE: 'OFFLINE',
};

/** What the program needs of the page: stages, problems in words, and the PIN. */
export function createView(root: HTMLElement) {
  const copy = JSON.parse(root.dataset.copy ?? '{}') as LiveCopy;
  const status = element('status', HTMLElement);
  const problemBox = element('problem', HTMLElement);
  const pinForm = root.dataset.level === 'card' ? undefined : createPinForm();
  const connect = element('connect', HTMLButtonElement);
  const keep = element('keep', HTMLElement);
  const steps = [...root.querySelectorAll('.steps li')];

  function show(stage: Stage): void {
    status.textContent = copy[statusOf[stage]];
    status.classList.toggle('waiting', stage === 'card' || stage === 'checking');
    pinForm?.show(stage === 'pin');
    keep.hidden = stage === 'lift' || stage === 'liftFirst' || stage === 'done';
    connect.hidden = true;
    for (const [at, step] of steps.entries()) {
      if (at === stepOf(stage, steps.length)) step.setAttribute('aria-current', 'step');
      else step.removeAttribute('aria-current');
    }
  }

  function problem(code: string, remainingTries?: number): void {
    const key = sameAs[code] ?? code;
    const words = copy[key as keyof LiveCopy] ?? copy.OTHER;
    const tries = remainingTries === undefined ? '' : `（${copy.remaining.replace('{n}', String(remainingTries))}）`;
    const box = document.createElement('p');
    box.className = 'notice notice-error';
    box.textContent = `✖ ${words}${tries}`;
    problemBox.dataset.code = code;
    problemBox.replaceChildren(box);
  }

  /** Resolves to the PIN that was typed. */
  function askPin(signal: AbortSignal): Promise<string> {
    if (!pinForm) throw new TypeError('this page asks for no PIN');
    show('pin');
    // What was wrong with another card is past; what was wrong with a PIN stays to be read.
    if (['CARD_OTHER', 'CARD_GONE'].includes(problemBox.dataset.code ?? '')) problemBox.replaceChildren();
    return pinForm.ask(signal, {
      onEmpty: () => problem('PIN_EMPTY'),
      onTyped: () => problemBox.replaceChildren(),
    });
  }

  /** A browser gives a USB device only after the holder's own press. */
  function askConnect(): Promise<void> {
    status.textContent = copy.press;
    pinForm?.show(false);
    connect.hidden = false;
    return new Promise((resolve) => connect.addEventListener('click', () => resolve(), { once: true }));
  }

  return {
    base: root.dataset.base ?? '',
    csrfToken: root.dataset.csrf ?? '',
    softwareReader: root.dataset.reader,
    asksPin: pinForm !== undefined,
    show,
    problem,
    askPin,
    askConnect,
  };
}

export type View = ReturnType<typeof createView>;
