import type { IssuingStage } from '../../../card-auth/client/index.ts';
import { element } from '../../sign-in/browser/element.ts';
import { sameAs } from '../../sign-in/browser/view.ts';

type Stage = 'ready' | 'waiting' | IssuingStage | 'done';

const stepOf: Readonly<Record<Stage, number>> = {
  ready: 0,
  waiting: 0,
  writing: 1,
  verifying: 2,
  locking: 3,
  checking: 4,
  done: 5,
};

/** What a program at a station needs of its page: one button, stages, problems in words. */
export function createStationView(root: HTMLElement) {
  const copy = JSON.parse(root.dataset.copy ?? '{}') as Readonly<Record<string, string>>;
  const status = element('status', HTMLElement);
  const problemBox = element('problem', HTMLElement);
  const start = element('start', HTMLButtonElement);
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

  function finish(): void {
    show('done');
    start.hidden = true;
    // The button that had the focus is gone.
    status.tabIndex = -1;
    status.focus();
  }

  return {
    base: root.dataset.base ?? '',
    csrfToken: root.dataset.csrf ?? '',
    ckv: Number(root.dataset.ckv),
    stations: JSON.parse(root.dataset.stations ?? '[]') as readonly string[],
    softwareReader: root.dataset.reader,
    /** The press of the button is the gesture that a browser wants before it gives a USB device. */
    askConnect: async () => undefined,
    onStart: (act: () => Promise<void>) => start.addEventListener('click', () => void act()),
    show,
    problem,
    finish,
  } as const;
}

export type StationView = ReturnType<typeof createStationView>;
