import type { IssuingStage } from '../../../card-auth/client/index.ts';
import { element } from '../../sign-in/browser/element.ts';
import { sameAs } from '../../sign-in/browser/view.ts';

type Stage = 'ready' | 'waiting' | IssuingStage | 'done';

/** The hub's last word: the card is on record. */
export interface MadeCard {
  readonly number: string;
  readonly card: string;
  readonly next?: string;
}

const stepOf: Readonly<Record<Stage, number>> = {
  ready: 0,
  waiting: 0,
  writing: 1,
  verifying: 2,
  locking: 3,
  checking: 4,
  done: 5,
};

/** What the program needs of the page: stages, problems in words, and the end. */
export function createMakeView(root: HTMLElement) {
  const copy = JSON.parse(root.dataset.copy ?? '{}') as Readonly<Record<string, string>>;
  const status = element('status', HTMLElement);
  const problemBox = element('problem', HTMLElement);
  const start = element('start', HTMLButtonElement);
  const broken = element('broken', HTMLElement);
  const steps = [...root.querySelectorAll('.steps li')];

  function show(stage: Stage): void {
    status.textContent = copy[stage] ?? '';
    status.classList.toggle('waiting', stage !== 'ready' && stage !== 'done');
    start.disabled = stage !== 'ready';
    for (const [at, step] of steps.entries()) {
      if (at === stepOf[stage]) step.setAttribute('aria-current', 'step');
      else step.removeAttribute('aria-current');
    }
    if (stage !== 'ready') problemBox.replaceChildren();
  }

  function problem(code: string): void {
    if (code !== 'CARD_OTHER') show('ready');
    const box = document.createElement('p');
    box.className = 'notice notice-error';
    box.textContent = `✖ ${copy[code] ?? copy[sameAs[code] ?? ''] ?? copy.OTHER ?? ''}`;
    problemBox.dataset.code = code;
    problemBox.replaceChildren(box);
    problemBox.focus();
  }

  function done({ number, card, next }: MadeCard): void {
    show('done');
    start.hidden = true;
    broken.hidden = true;
    element('number', HTMLElement).textContent = number.replace(/^(\d{4})(\d{4})/, '$1 $2 ');
    const link = (id: string, href: string) => element(id, HTMLAnchorElement).setAttribute('href', href);
    link('card', card);
    link('face', `${card}/face`);
    if (next !== undefined) link('next', next);
    element('next', HTMLAnchorElement).hidden = next === undefined;
    element('made', HTMLElement).hidden = false;
  }

  return {
    base: root.dataset.base ?? '',
    csrfToken: root.dataset.csrf ?? '',
    task: root.dataset.task ?? '',
    ckv: Number(root.dataset.ckv),
    stations: JSON.parse(root.dataset.stations ?? '[]') as readonly string[],
    softwareReader: root.dataset.reader,
    /** The press of the button is the gesture that a browser wants before it gives a USB device. */
    askConnect: async () => undefined,
    begun: () => {
      broken.hidden = false;
    },
    onStart: (act: () => Promise<void>) => start.addEventListener('click', () => void act()),
    show,
    problem,
    done,
  } as const;
}

export type MakeView = ReturnType<typeof createMakeView>;
