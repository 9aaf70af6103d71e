import type { LiveCopy } from '../copy.ts';

type Stage = 'card' | 'pin' | 'checking' | 'lift' | 'done';

const statusOf = { card: 'waiting', pin: 'found', checking: 'checking', lift: 'lift', done: 'done' } as const;
const stepOf = { card: 0, pin: 1, checking: 1, lift: 0, done: 2 } as const;

/** Some refusals share their words. */
const sameAs: Readonly<Record<string, keyof LiveCopy>> = {
  CHALLENGE_SPENT: 'TIME_OUT',
  OTHER_BROWSER: 'SIGN_IN_EXPIRED',
  FORGED_REQUEST: 'SIGN_IN_EXPIRED',
  TOO_MANY_REQUESTS: 'TOO_MANY',
  TOO_MANY_UNFINISHED: 'TOO_MANY',
  READER_TIMEOUT: 'CARD_LIFTED',
  KEY_SERVICE_UNAVAILABLE: 'OFFLINE',
};

function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new TypeError(`the page lacks #${id}`);
  return found;
}

/** What the program needs of the page: stages, problems in words, and the PIN. */
export function createView(root: HTMLElement) {
  const copy = JSON.parse(root.dataset.copy ?? '{}') as LiveCopy;
  const status = element('status', HTMLElement);
  const problemBox = element('problem', HTMLElement);
  const form = element('pin-form', HTMLFormElement);
  const pin = element('pin', HTMLInputElement);
  const reveal = element('show-pin', HTMLButtonElement);
  const connect = element('connect', HTMLButtonElement);
  const keep = element('keep', HTMLElement);
  const steps = [...root.querySelectorAll('.steps li')];

  reveal.addEventListener('click', () => {
    const shown = pin.type === 'password';
    pin.type = shown ? 'text' : 'password';
    reveal.setAttribute('aria-pressed', String(shown));
    pin.focus();
  });

  function show(stage: Stage): void {
    status.textContent = copy[statusOf[stage]];
    status.classList.toggle('waiting', stage === 'card' || stage === 'checking');
    form.hidden = stage !== 'pin';
    keep.hidden = stage === 'lift' || stage === 'done';
    connect.hidden = true;
    for (const [at, step] of steps.entries()) {
      if (at === stepOf[stage]) step.setAttribute('aria-current', 'step');
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

  /** Resolves to the PIN that was typed; full-width digits count as digits. The field is empty afterwards. */
  function askPin(signal: AbortSignal): Promise<string> {
    show('pin');
    // What was wrong with another card is past; what was wrong with a PIN stays to be read.
    if (['CARD_OTHER', 'CARD_GONE'].includes(problemBox.dataset.code ?? '')) problemBox.replaceChildren();
    pin.value = '';
    pin.focus();
    return new Promise((resolve) => {
      function submitted(event: SubmitEvent): void {
        event.preventDefault();
        const typed = pin.value.normalize('NFKC').replaceAll(/\s/g, '');
        if (!/^\d+$/.test(typed)) {
          problem('PIN_EMPTY');
          return;
        }
        pin.value = '';
        pin.type = 'password';
        reveal.setAttribute('aria-pressed', 'false');
        problemBox.replaceChildren();
        resolve(typed);
      }
      form.addEventListener('submit', submitted, { signal });
    });
  }

  /** A browser gives a USB device only after the holder's own press. */
  function askConnect(): Promise<void> {
    status.textContent = copy.press;
    form.hidden = true;
    connect.hidden = false;
    return new Promise((resolve) => connect.addEventListener('click', () => resolve(), { once: true }));
  }

  return {
    base: root.dataset.base ?? '',
    csrfToken: root.dataset.csrf ?? '',
    softwareReader: root.dataset.reader,
    show,
    problem,
    askPin,
    askConnect,
  };
}

export type View = ReturnType<typeof createView>;
