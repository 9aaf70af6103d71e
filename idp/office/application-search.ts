import { parseDate } from '../../web/index.ts';
import { type Application, type ApplicationState, type Applications, applicationStates } from './applications.ts';
import { type InsurerType, isInsurerType } from './insurer-types.ts';

/** What the list is narrowed by; everything together. */
export interface ApplicationFilter {
  readonly state: ApplicationState;
  readonly employer: string;
  readonly insurerType: InsurerType | '';
  /** A birth date however it is written, or the number of an application. */
  readonly sought: string;
}

/** `sought` comes in a form and never in an address, which would stay in histories and logs. */
export function filterIn(query: URLSearchParams, first: ApplicationState, sought = ''): ApplicationFilter {
  const insurerType = query.get('insurerType') ?? '';
  return {
    state: applicationStates.find((one) => one === query.get('state')) ?? first,
    employer: query.get('employer') ?? '',
    insurerType: isInsurerType(insurerType) ? insurerType : '',
    sought: sought.trim().slice(0, 100),
  };
}

export interface FoundApplications {
  readonly applications: readonly Application[];
  /** Where the list goes on. */
  readonly next?: string | undefined;
  /** What was sought is neither a birth date nor a number. */
  readonly unclear: boolean;
}

const perPage = 50;
/** So many are opened for one page; a rare employer is found over several. */
const mostOpened = 2000;

/**
 * What was written on the forms is under the seal, so it is compared here, page by page, and only a birth date leads to
 * its records directly.
 */
export async function searchApplications(
  applications: Pick<Applications, 'inState' | 'bornOn' | 'get'>,
  filter: ApplicationFilter,
  from: string | undefined,
): Promise<FoundApplications> {
  const isWanted = (one: Application) =>
    (filter.employer === '' || one.employer === filter.employer) &&
    (filter.insurerType === '' || one.insurerType === filter.insurerType);
  if (filter.sought !== '') {
    const found = await soughtIn(applications, filter.sought);
    return { applications: byTime((found ?? []).filter(isWanted)), unclear: found === undefined };
  }
  const wanted: Application[] = [];
  let [after, opened] = [from, 0];
  do {
    const page = await applications.inState(filter.state, { limit: perPage, ...(after ? { after } : {}) });
    wanted.push(...page.records.filter(isWanted));
    [after, opened] = [page.next, opened + page.records.length];
  } while (after && wanted.length < perPage && opened < mostOpened);
  return { applications: byTime(wanted), next: after, unclear: false };
}

/** In whatever state; undefined where the text can be neither. */
async function soughtIn(
  { bornOn, get }: Pick<Applications, 'bornOn' | 'get'>,
  sought: string,
): Promise<readonly Application[] | undefined> {
  const id = sought.normalize('NFKC').toUpperCase();
  if (/^F-[0-9A-F]{16}$/.test(id)) return [await get(id)].filter((one) => one !== undefined);
  const birthDate = parseDate(sought);
  return birthDate ? bornOn(birthDate) : undefined;
}

const byTime = (list: readonly Application[]) => list.toSorted((one, other) => one.at - other.at);
