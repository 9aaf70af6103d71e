import {
  type Collection,
  type CollectionDefinition,
  insertOnce,
  type Page,
  type StoredRecord,
} from '../../storage/index.ts';
import { HubPageError } from '../errors.ts';

/** What a holder may say has changed; the new value is on papers that the office looks at, and never typed here. */
export const changedItems = ['name', 'address', 'birth-date-or-sex'] as const;
export type ChangedItem = (typeof changedItems)[number];

/** R35: a holder tells that something changed. One record for each person, so that there is one open request at most. */
export interface ChangeRequest extends StoredRecord {
  /** The resident. */
  readonly id: string;
  readonly items: readonly ChangedItem[];
  readonly state: 'open' | 'settled';
  readonly at: number;
  readonly settledBy?: string | undefined;
  readonly expiresAt: number;
}

export const changeRequestCollection: CollectionDefinition = { name: 'card-change-request', indexes: [['state']] };

const dayMs = 24 * 3_600_000;
const keptMs = 400 * dayMs;

export interface ChangeRequestsOptions {
  readonly requests: Collection<ChangeRequest>;
  readonly now: () => number;
}

export function createChangeRequests({ requests, now }: ChangeRequestsOptions) {
  /** One is open at a time, and one a day is taken: whoever holds a sign-in cannot bury the office in them. */
  async function ask(residentRef: string, items: readonly ChangedItem[]): Promise<void> {
    const at = now();
    const asked: ChangeRequest = { id: residentRef, items, state: 'open', at, expiresAt: at + keptMs };
    if (await insertOnce(requests, asked)) return;
    await requests.update(residentRef, (kept) => {
      if (kept.state === 'open' || kept.at + dayMs > at)
        throw new HubPageError('CHANGE_TOLD', 'a change was told already, and is open or less than a day old');
      return asked;
    });
  }

  const waiting = (limit: number): Promise<Page<ChangeRequest>> => requests.find({ where: { state: 'open' }, limit });

  const settle = (id: string, by: string) =>
    requests.update(id, (kept) => (kept.state === 'open' ? { ...kept, state: 'settled', settledBy: by } : kept));

  return { ask, waiting, settle, get: (id: string) => requests.get(id) };
}

export type ChangeRequests = ReturnType<typeof createChangeRequests>;
