import { element } from './element.ts';

/** The PIN field of the page: it is empty before and after, and shows its digits only where the page offers that. */
export function createPinForm() {
  const form = element('pin-form', HTMLFormElement);
  const pin = element('pin', HTMLInputElement);
  const reveal = document.getElementById('show-pin');

  function mask(masked: boolean): void {
    pin.type = masked ? 'password' : 'text';
    reveal?.setAttribute('aria-pressed', String(!masked));
  }

  reveal?.addEventListener('click', () => {
    mask(pin.type !== 'password');
    pin.focus();
  });

  /** Resolves to the PIN that was typed; full-width digits count as digits. */
  function ask(
    signal: AbortSignal,
    { onEmpty, onTyped }: { onEmpty: () => void; onTyped: () => void },
  ): Promise<string> {
    pin.value = '';
    pin.focus();
    return new Promise((resolve) => {
      function submitted(event: SubmitEvent): void {
        event.preventDefault();
        const typed = pin.value.normalize('NFKC').replaceAll(/\s/g, '');
        if (!/^\d+$/.test(typed)) {
          onEmpty();
          return;
        }
        pin.value = '';
        mask(true);
        onTyped();
        resolve(typed);
      }
      form.addEventListener('submit', submitted, { signal });
    });
  }

  return {
    ask,
    show: (shown: boolean) => {
      form.hidden = !shown;
    },
  };
}
