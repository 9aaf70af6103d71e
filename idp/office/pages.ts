import type { CardOffice, CardRegistry, CardTasks, Residents } from '../../card-auth/index.ts';
import type { OwnForms } from '../account/own-form.ts';
import type { Administrators } from '../admin/administrators.ts';
import type { Door } from '../admin/door.ts';
import type { Audit } from '../audit.ts';
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
