import { personalise, type StationHub } from '../../../card-auth/client/index.ts';
import { element } from '../../sign-in/browser/element.ts';
import { callerOver } from '../../sign-in/browser/hub.ts';
import type { StationKey } from './station-key.ts';
import { createStationView, type StationView } from './station-view.ts';
import { withCardAtStation } from './with-card.ts';

/** The hub's last word: the card is on record. */
interface MadeCard {
  readonly number: string;
  readonly card: string;
  readonly next?: string;
}

/** The page on which a card is made: one press, one card. Whatever breaks off is said, and the next press goes on. */
export function offerMaking(root: HTMLElement): void {
  const view = createStationView(root);
  const broken = element('broken', HTMLElement);
  view.onStart(async () => {
    const made = await withCardAtStation(view, (reader, station) => {
      const hub = hubOver(view, station, () => {
        broken.hidden = false;
      });
      const task = root.dataset.task ?? '';
      const begun = !broken.hidden;
      return personalise({ reader, hub, task, ckv: view.ckv, begun, station, onStage: view.show });
    });
    if (!made) return;
    broken.hidden = true;
    view.finish();
    tell(made);
  });
}

/** The steps over HTTP. From the first key on there is a card that has to be finished, or destroyed. */
function hubOver(view: StationView, station: StationKey, onBegun: () => void): StationHub<MadeCard> {
  const call = callerOver(view.base, view.csrfToken);
  return {
    key: async (message) => {
      const given = await call<{ sealed: string }>('key', { ...message, station: station.id });
      onBegun();
      return given;
    },
    tap: () => call('tap', {}),
    verify: (word) => call('verify', word),
    record: (word) => call('record', word),
  };
}

function tell({ number, card, next }: MadeCard): void {
  element('number', HTMLElement).textContent = number.replace(/^(\d{4})(\d{4})/, '$1 $2 ');
  const link = (id: string, href: string) => element(id, HTMLAnchorElement).setAttribute('href', href);
  link('card', card);
  link('face', `${card}/face.pdf`);
  if (next !== undefined) link('next', next);
  element('next', HTMLAnchorElement).hidden = next === undefined;
  element('made', HTMLElement).hidden = false;
  element(next === undefined ? 'face' : 'next', HTMLAnchorElement).focus();
}
