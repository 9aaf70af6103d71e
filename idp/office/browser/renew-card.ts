import { type RenewalHub, renewKey } from '../../../card-auth/client/index.ts';
import { callerOver } from '../../sign-in/browser/hub.ts';
import { createStationView, type StationView } from './station-view.ts';
import { withCardAtStation } from './with-card.ts';

/** The page on which a card in use gets its next key: one press; whatever breaks off is said, and the next press goes on. */
export function offerRenewal(root: HTMLElement): void {
  const view = createStationView(root);
  view.onStart(async () => {
    const done = await withCardAtStation(view, async (reader, station) => {
      view.show('writing');
      const card = root.dataset.card ?? '';
      await renewKey({ reader, hub: hubOver(view), card, target: view.ckv, station });
      return true;
    });
    if (done) view.finish();
  });
}

function hubOver(view: StationView): RenewalHub {
  const call = callerOver(view.base, view.csrfToken);
  return {
    start: () => call('start', {}),
    tap: (message) => call('tap', message),
    next: (message) => call('next', message),
  };
}
