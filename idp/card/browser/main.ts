import {
  changePin,
  isHandOverCode,
  isSuitablePin,
  type PinHub,
  setPinWithCode,
  typedDigits,
  waitForCard,
} from '../../../card-auth/client/index.ts';
import { callerOver, HubRefusal } from '../../sign-in/browser/hub.ts';
import { connectReader } from '../../sign-in/browser/reader.ts';
import { createPinView, type PinView, type Typed } from './view.ts';

/** How long a card may take to be placed. */
const cardMs = 60_000;

/** The steps of setting a PIN over HTTP. */
function hubOver(base: string, csrfToken: string): PinHub {
  const call = callerOver(base, csrfToken);
  return {
    start: () => call('start', {}),
    tap: (message) => call('tap', message),
    prove: (message) => call('prove', message),
    proveCode: (message) => call('prove-code', message),
    confirm: (message) => call('confirm', message),
    commit: (message) => uncertainWhenCut(call('commit', message)),
  };
}

/** What the hub says when it broke off itself: perhaps before the new PIN counted, perhaps behind it. */
const undecided = new Set(['UNEXPECTED', 'STORE_BUSY', 'STORE_CLOSED', 'KEY_SERVICE_UNAVAILABLE']);

/** Without an answer to the last word nobody here can know which PIN counts; one of the two does. */
async function uncertainWhenCut<T>(commit: Promise<T>): Promise<T> {
  try {
    return await commit;
  } catch (error) {
    if (error instanceof HubRefusal && !undecided.has(error.code)) throw error;
    throw Object.assign(new Error('no answer to the last word', { cause: error }), { code: 'PIN_UNCERTAIN' });
  }
}

/** Why what was typed will not do, told before the card is asked for and before any try is counted. */
function faultOf({ way, digits }: PinView, { pin, code, newPin, again }: Typed): string | undefined {
  if (way === 'code' && !isHandOverCode(code)) return 'CODE_SLIP';
  if (way === 'change' && !/^\d+$/.test(pin)) return 'PIN_EMPTY';
  if (!/^\d+$/.test(newPin) || newPin.length < digits || newPin.length > 12) return 'PIN_LENGTH';
  if (!isSuitablePin(newPin, digits)) return 'PIN_WEAK';
  if (newPin !== again) return 'PIN_DIFFERENT';
  return way === 'change' && newPin === pin ? 'PIN_SAME' : undefined;
}

async function attempt(view: PinView, typed: Typed): Promise<void> {
  const fault = faultOf(view, typed);
  if (fault) return view.problem(fault);
  view.show('waiting');
  const reader = await connectReader(view);
  try {
    const signal = AbortSignal.timeout(cardMs);
    await waitForCard(reader, { signal, onOther: () => view.problem('CARD_OTHER') });
    view.show('checking');
    const { pin, code, newPin } = typed;
    const common = { reader, hub: hubOver(view.base, view.csrfToken), newPin, origin: location.origin };
    const { next } =
      view.way === 'change' ? await changePin({ ...common, pin }) : await setPinWithCode({ ...common, code });
    view.done(next);
  } finally {
    await reader.close();
  }
}

function codeOf(error: unknown): string {
  if (error instanceof TypeError) return 'OFFLINE';
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'CARD_ABSENT';
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'OTHER';
}

function main(view: PinView): void {
  view.onSubmit(async (entered) => {
    const { pin, code, newPin, again } = entered;
    const typed = {
      pin: typedDigits(pin),
      code: typedDigits(code),
      newPin: typedDigits(newPin),
      again: typedDigits(again),
    };
    try {
      await attempt(view, typed);
    } catch (error) {
      view.problem(codeOf(error), error instanceof HubRefusal ? error.remainingTries : undefined);
    }
  });
}

const root = document.getElementById('card-pin');
if (root) main(createPinView(root));
