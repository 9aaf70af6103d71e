import { type IssuingStage, personalise, type StationHub, waitForCard } from '../../../card-auth/client/index.ts';
import { callerOver } from '../../sign-in/browser/hub.ts';
import { connectReader } from '../../sign-in/browser/reader.ts';
import { createMakeView, type MadeCard, type MakeView } from './make-view.ts';
import { knownStationKey, type StationKey } from './station-key.ts';

/** How long a card may take to be placed. */
const cardMs = 60_000;

/** The page on which a card is made: one press, one card. Whatever breaks off is said, and the next press goes on. */
export function offerMaking(root: HTMLElement): void {
  const view = createMakeView(root);
  view.onStart(async () => {
    try {
      view.done(await attempt(view));
    } catch (error) {
      view.problem(codeOf(error));
    }
  });
}

async function attempt(view: MakeView): Promise<MadeCard> {
  const station = await knownStationKey();
  if (!station || !view.stations.includes(station.id))
    throw Object.assign(new Error('no enrolled station'), { code: 'NO_STATION' });
  const reader = await connectReader(view);
  try {
    view.show('waiting');
    const signal = AbortSignal.timeout(cardMs);
    await waitForCard(reader, { signal, onOther: () => view.problem('CARD_OTHER') });
    return await personalise({
      reader,
      hub: hubOver(view, station),
      task: view.task,
      ckv: view.ckv,
      station,
      onStage: (stage: IssuingStage) => view.show(stage),
    });
  } finally {
    await reader.close();
  }
}

/** The steps over HTTP. From the first key on there is a card that has to be finished, or destroyed. */
function hubOver(view: MakeView, station: StationKey): StationHub<MadeCard> {
  const call = callerOver(view.base, view.csrfToken);
  return {
    key: async (message) => {
      const given = await call<{ sealed: string }>('key', { ...message, station: station.id });
      view.begun();
      return given;
    },
    tap: () => call('tap', {}),
    verify: (word) => call('verify', word),
    record: (word) => call('record', word),
  };
}

function codeOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'CARD_ABSENT';
  if (error instanceof DOMException && error.name === 'NotSupportedError') return 'KEYS_UNSUPPORTED';
  if (error instanceof TypeError) return 'OFFLINE';
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'OTHER';
}
