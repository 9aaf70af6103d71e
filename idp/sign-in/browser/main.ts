import {
  type CardOnReader,
  cardOnReader,
  presentCard,
  signInWithCard,
  waitForCard,
  waitForLift,
} from '../../../card-auth/client/index.ts';
import { HubRefusal, hubOver } from './hub.ts';
import { canConnect, connectReader } from './reader.ts';
import { createView, type View } from './view.ts';

/** Codes after which another try with this card makes no sense: it has to go before the next begins. */
const final = new Set([
  'PIN_LOCKED',
  'CARD_REFUSED',
  'CARD_NOT_ACTIVE',
  'CARD_REVOKED',
  'CARD_EXPIRED',
  'CARD_SUSPENDED',
  'CARD_DAMAGED',
]);

/** The sign-in page's program: reader, card, PIN, done; every refusal is said and leads back to a step that helps. */
async function main(view: View): Promise<void> {
  const hub = hubOver(view.base, view.csrfToken);
  for (;;) {
    try {
      const reader = await connectReader(view);
      try {
        for (;;) await attempt(view, hub, reader);
      } finally {
        await reader.close();
      }
    } catch (error) {
      const code = codeOf(error);
      view.problem(code);
      if (code === 'READER_UNSUPPORTED') return;
      await (canConnect(view) ? pause(2_000) : Promise.resolve());
    }
  }
}

/** One card, and one PIN where the page asks for it. Returns after a refusal that a next try may mend; leaves the page after success. */
async function attempt(view: View, hub: ReturnType<typeof hubOver>, reader: Awaited<ReturnType<typeof connectReader>>) {
  if (!view.asksPin) await untilReaderIsFree(view, reader);
  view.show('card');
  const card = await waitForCard(reader, { onOther: () => view.problem('CARD_OTHER') });
  const pin = view.asksPin ? await pinWhileCardLies(view, reader, card) : undefined;
  if (view.asksPin && pin === undefined) return view.problem('CARD_GONE');
  view.show('checking');
  try {
    const { next } =
      pin === undefined
        ? await presentCard({ reader, hub })
        : await signInWithCard({ reader, hub, pin, origin: location.origin });
    view.show('done');
    location.assign(next);
    await new Promise(() => undefined);
  } catch (error) {
    const code = codeOf(error);
    view.problem(code, error instanceof HubRefusal ? error.remainingTries : undefined);
    if (code === 'READER_ABSENT') throw error;
    if (!final.has(code)) return;
    view.show('lift');
    await waitForLift(reader, card, new AbortController().signal);
  }
}

/**
 * Where no PIN follows, placing the card is the holder's whole word: a card that lies there from before was not placed
 * for what this page says.
 */
async function untilReaderIsFree(view: View, reader: Awaited<ReturnType<typeof connectReader>>): Promise<void> {
  const lying = await cardOnReader(reader);
  if (!lying) return;
  view.show('liftFirst');
  await waitForLift(reader, lying, new AbortController().signal);
}

/** The PIN, or undefined when the card was taken away before it was entered. */
async function pinWhileCardLies(
  view: View,
  reader: Awaited<ReturnType<typeof connectReader>>,
  card: CardOnReader,
): Promise<string | undefined> {
  const stop = new AbortController();
  const lifted = waitForLift(reader, card, stop.signal);
  const asked = view.askPin(stop.signal);
  try {
    return await Promise.race([asked, lifted.then(() => undefined)]);
  } finally {
    stop.abort();
    // The reader does one thing at a time: its last look has to be over before the card is used.
    await lifted;
  }
}

function codeOf(error: unknown): string {
  if (error instanceof TypeError) return 'OFFLINE';
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'OTHER';
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const root = document.getElementById('sign-in');
if (root) void main(createView(root));
