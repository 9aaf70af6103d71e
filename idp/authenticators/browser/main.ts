import { startAuthentication, startRegistration, WebAuthnError } from '@simplewebauthn/browser';
import { element } from '../../sign-in/browser/element.ts';
import { HubRefusal } from '../../sign-in/browser/hub.ts';
import type { PasskeyLiveCopy } from '../copy.ts';

/** Some refusals share their words. */
const sameAs: Readonly<Record<string, keyof PasskeyLiveCopy>> = {
  ERROR_CEREMONY_ABORTED: 'CANCELLED',
  ERROR_PASSTHROUGH_SEE_CAUSE_PROPERTY: 'CANCELLED',
  ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED: 'ALREADY_BOUND',
  ERROR_AUTHENTICATOR_MISSING_DISCOVERABLE_CREDENTIAL_SUPPORT: 'UNSUPPORTED',
  ERROR_AUTHENTICATOR_MISSING_USER_VERIFICATION_SUPPORT: 'UNSUPPORTED',
  PASSKEY_TAKEN: 'ALREADY_BOUND',
  PASSKEY_NOT_ASKED: 'PASSKEY_NEEDS_CARD',
  PASSKEY_SPENT: 'SIGN_IN_EXPIRED',
  OTHER_BROWSER: 'SIGN_IN_EXPIRED',
  FORGED_REQUEST: 'SIGN_IN_EXPIRED',
};

/** What went wrong, as a key of the page's words. */
function codeOf(error: unknown): string {
  if (error instanceof HubRefusal || error instanceof WebAuthnError) return error.code;
  if (error instanceof DOMException) return 'CANCELLED';
  return error instanceof TypeError ? 'OFFLINE' : 'OTHER';
}

/** The passkey's program: one press, the device's own dialog, and on. */
function main(root: HTMLElement): void {
  const copy = JSON.parse(root.dataset.copy ?? '{}') as PasskeyLiveCopy;
  const status = element('passkey-status', HTMLElement);
  const problem = element('passkey-problem', HTMLElement);

  async function call<T>(act: string, message: object): Promise<T> {
    const response = await fetch(`${root.dataset.base}/${act}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'x-csrf-token': root.dataset.csrf ?? '',
      },
      body: JSON.stringify(message),
    });
    const answer = await response.json();
    if (!response.ok) throw new HubRefusal(String(answer.code), undefined);
    return answer;
  }

  function say(key: string): void {
    const box = document.createElement('p');
    box.className = 'notice notice-error';
    box.textContent = `✖ ${copy[(sameAs[key] ?? key) as keyof PasskeyLiveCopy] ?? copy.OTHER}`;
    problem.replaceChildren(box);
    status.textContent = copy.again;
  }

  /** One at a time: the buttons rest meanwhile. */
  async function go(ceremony: () => Promise<{ next: string }>): Promise<void> {
    const buttons = [...root.querySelectorAll('button')];
    for (const button of buttons) button.disabled = true;
    problem.replaceChildren();
    status.textContent = copy.asking;
    try {
      const { next } = await ceremony();
      status.textContent = copy.done;
      location.assign(next);
    } catch (error) {
      for (const button of buttons) button.disabled = false;
      say(codeOf(error));
    }
  }

  async function use(): Promise<{ next: string }> {
    const optionsJSON = await call<Parameters<typeof startAuthentication>[0]['optionsJSON']>('start', {});
    const answer = await startAuthentication({ optionsJSON });
    status.textContent = copy.checking;
    return call('finish', answer);
  }

  async function bind(name: string): Promise<{ next: string }> {
    const optionsJSON = await call<Parameters<typeof startRegistration>[0]['optionsJSON']>('bind-start', {});
    const answer = await startRegistration({ optionsJSON });
    status.textContent = copy.checking;
    return call('bind-finish', { name, answer });
  }

  if (!('PublicKeyCredential' in globalThis)) {
    say('UNSUPPORTED');
    status.hidden = true;
    return;
  }
  document.getElementById('passkey-use')?.addEventListener('click', () => void go(use));
  document.getElementById('passkey-bind')?.addEventListener('submit', (event) => {
    event.preventDefault();
    void go(() => bind(element('passkey-name', HTMLInputElement).value));
  });
}

const root = document.getElementById('passkey');
if (root) main(root);
