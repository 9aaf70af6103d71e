import type { Context } from 'koa';
import type { CardOffice, CardRecord, CardRegistry, CardTasks, Resident, Residents } from '../../card-auth/index.ts';
import type { OwnForms } from '../account/own-form.ts';
import type { Administrators } from '../admin/administrators.ts';
import type { Door } from '../admin/door.ts';
import type { Audit } from '../audit.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';

/** What all pages of the office have in common. */
export interface OfficePagesOptions {
  readonly door: Door;
  readonly forms: OwnForms;
  readonly frame: PageFrame;
  readonly administrators: Pick<Administrators, 'get'>;
  readonly audit: Audit;
  readonly residents: Pick<Residents, 'get' | 'bornOn' | 'displayName'>;
  readonly cards: CardRegistry;
  readonly tasks: CardTasks;
  readonly office: CardOffice;
  readonly timeZone: string;
  readonly now: () => number;
}

/** The card that the address of a page names. */
export async function cardIn(ctx: Context, { cards }: Pick<OfficePagesOptions, 'cards'>): Promise<CardRecord> {
  const card = await cards.get(String(ctx.params.id));
  if (!card) throw new HubPageError('PAGE_MISSING', 'there is no such card');
  return card;
}

export async function residentOf(ref: string, { residents }: Pick<OfficePagesOptions, 'residents'>): Promise<Resident> {
  const resident = await residents.get(ref);
  if (!resident) throw new HubPageError('PAGE_MISSING', 'the person is gone');
  return resident;
}

/** Who an officer is, for colleagues. */
export async function namesIn(
  ids: readonly string[],
  { administrators, residents }: Pick<OfficePagesOptions, 'administrators' | 'residents'>,
): Promise<(id: string) => string> {
  const names = new Map<string, string>();
  for (const id of new Set(ids)) {
    const account = await administrators.get(id);
    names.set(id, (account && (await residents.displayName(account.residentRef))) ?? id);
  }
  return (id) => names.get(id) ?? id;
}
