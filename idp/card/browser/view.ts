import { element } from '../../sign-in/browser/element.ts';
import { sameAs } from '../../sign-in/browser/view.ts';

type Stage = 'form' | 'waiting' | 'checking';

/** The fields as they were typed; a page without one of them has it empty. */
export interface Typed {
  readonly pin: string;
  readonly code: string;
  readonly newPin: string;
  readonly again: string;
}

/** What the program needs of the page: the form, stages, problems in words. The fields are empty once a PIN is set. */
export function createPinView(root: HTMLElement) {
  const copy = JSON.parse(root.dataset.copy ?? '{}') as Readonly<Record<string, string>>;
  const way = root.dataset.way === 'code' ? 'code' : 'change';
  const status = element('status', HTMLElement);
  const problemBox = element('problem', HTMLElement);
  const form = element('pin-form', HTMLFormElement);
  const inputs = [...form.querySelectorAll('input')];
  const secrets = inputs.filter(({ type }) => type === 'password');
  const reveal = element('show-pin', HTMLButtonElement);

  function mask(masked: boolean): void {
    for (const input of secrets) input.type = masked ? 'password' : 'text';
    reveal.setAttribute('aria-pressed', String(!masked));
  }

  reveal.addEventListener('click', () => mask(secrets.some(({ type }) => type === 'text')));

  function show(stage: Stage): void {
    status.textContent = copy[stage] ?? '';
    status.classList.toggle('waiting', stage !== 'form');
    for (const control of form.elements)
      if (!(control instanceof HTMLOutputElement)) control.toggleAttribute('disabled', stage !== 'form');
    if (stage !== 'form') problemBox.replaceChildren();
  }

  function problem(code: string, remainingTries?: number): void {
    if (code !== 'CARD_OTHER') show('form');
    const words = copy[code] ?? copy[sameAs[code] ?? ''] ?? copy.OTHER ?? '';
    const tries =
      remainingTries === undefined ? '' : `（${(copy.remaining ?? '').replace('{n}', String(remainingTries))}）`;
    const box = document.createElement('p');
    box.className = 'notice notice-error';
    box.textContent = `✖ ${words}${tries}`;
    problemBox.dataset.code = code;
    problemBox.replaceChildren(box);
    problemBox.focus();
  }

  function done(next: string): void {
    for (const input of inputs) input.value = '';
    show('form');
    form.hidden = true;
    status.textContent = copy[way === 'code' ? 'doneCode' : 'doneChange'] ?? '';
    if (way === 'change') location.assign(next);
  }

  const textIn = (id: string) => inputs.find((input) => input.id === id)?.value ?? '';

  /** One attempt at a time: while it lasts, the form is shut. */
  function onSubmit(act: (typed: Typed) => Promise<void>): void {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      mask(true);
      void act({ pin: textIn('pin'), code: textIn('code'), newPin: textIn('new-pin'), again: textIn('again') });
    });
  }

  return {
    way,
    base: root.dataset.base ?? '',
    csrfToken: root.dataset.csrf ?? '',
    digits: Number(root.dataset.digits),
    softwareReader: root.dataset.reader,
    /** The press of the form's button is the gesture that a browser wants before it gives a USB device. */
    askConnect: async () => undefined,
    show,
    problem,
    done,
    onSubmit,
  } as const;
}

export type PinView = ReturnType<typeof createPinView>;
