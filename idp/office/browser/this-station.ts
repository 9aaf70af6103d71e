import { shownThumbprint } from '../../../card-auth/client/index.ts';
import { element } from '../../sign-in/browser/element.ts';
import { knownStationKey, makeStationKey, type StationKey } from './station-key.ts';

/** The page of the stations: tells which one this computer is, and makes its key when it is proposed. */
export async function tellThisStation(root: HTMLElement): Promise<void> {
  const copy = JSON.parse(root.dataset.copy ?? '{}') as Readonly<Record<string, string>>;
  const states = JSON.parse(root.dataset.states ?? '{}') as Readonly<Record<string, string>>;
  const over = JSON.parse(root.dataset.over ?? '[]') as readonly string[];
  const own = element('own-key', HTMLElement);
  const form = element('propose', HTMLFormElement);
  const publicKey = element('public-key', HTMLInputElement);
  const known = await knownStationKey();

  const state = known && states[known.id];
  own.textContent = known
    ? `${copy.hasKey} ${shownThumbprint(known.id)}${state ? ` (${state})` : ''}`
    : (copy.noKey ?? '');
  // A key that was declined or revoked never comes back; one whose proposal got lost is proposed again.
  const usable = known && !over.includes(known.id) ? known : undefined;
  form.hidden = usable !== undefined && state !== undefined;
  form.addEventListener('submit', (event) => {
    if (publicKey.value !== '') return;
    event.preventDefault();
    void propose(usable);
  });

  async function propose(key: StationKey | undefined): Promise<void> {
    try {
      publicKey.value = (key ?? (await makeStationKey())).publicKey;
    } catch (error) {
      own.textContent = copy.unsupported ?? '';
      throw error;
    }
    form.submit();
  }
}
