import type { CardRegistry, CardTask, Resident, Residents } from '../../card-auth/index.ts';
import { countCards } from '../../card-auth/index.ts';
import { randomText } from '../../lib/random.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../../storage/index.ts';
import type { Application, Applications } from './applications.ts';
import { isAlike } from './comparison.ts';
import { OfficeError } from './errors.ts';
import type { RegisterEntry, ResidentRegister } from './register.ts';

/** Which resident of the hub a person of the register is; and whose application this person's card came by last. */
export interface RegisterLink extends StoredRecord {
  readonly residentRef: string;
  readonly application?: string | undefined;
}

export const registerLinkCollection: CollectionDefinition = { name: 'register-link' };

/** Something that is there already for the same person (R117). */
export interface Duplicate {
  /** another-card: the person has one, and the programme allows a further one. */
  readonly kind: 'live-card' | 'waiting-card' | 'another-card' | 'application' | 'resident';
  /** Number of the application, where it is one. */
  readonly application?: string | undefined;
}

/** What stands in the way of a card, instead of being a matter for an officer's eye. */
export const isBar = ({ kind }: Duplicate): boolean => kind === 'live-card' || kind === 'waiting-card';

export interface PersonsOptions {
  readonly links: Collection<RegisterLink>;
  readonly residents: Pick<Residents, 'get' | 'insert' | 'bornOn'>;
  readonly cards: Pick<CardRegistry, 'ofResident'>;
  readonly tasks: Collection<CardTask>;
  readonly applications: Pick<Applications, 'bornOn' | 'get'>;
  readonly register: Pick<ResidentRegister, 'id'>;
  /** How many cards one person may hold (R42). */
  readonly cardsPerPerson: number;
  /** Marks who is made in a trial. */
  readonly synthetic: boolean;
}

/** Who a person of the register is to the hub, and whether that person has a card or is about to get one. */
export function createPersons(options: PersonsOptions) {
  const { links, residents, cards, tasks, applications, register, cardsPerPerson, synthetic } = options;
  const linkId = (reference: string) => `${register.id}:${reference}`;

  /** Residents that were imported from the register have its own reference. */
  const refOf = async (reference: string): Promise<string | undefined> =>
    register.id === 'imported' ? reference : (await links.get(linkId(reference)))?.residentRef;

  /** The resident of an approved application; made where there was none, from what the register says. */
  async function ensure({ reference, ...basic }: RegisterEntry): Promise<string> {
    const id = linkId(reference);
    await insertOnce(links, { id, residentRef: (await refOf(reference)) ?? randomText(16, 'base64url') });
    const residentRef = (await links.get(id))?.residentRef;
    if (residentRef === undefined) throw new TypeError('a register link went away');
    if (!(await residents.get(residentRef))) await insertOnce(residents, { ...basic, id: residentRef, synthetic });
    return residentRef;
  }

  /** Of two applications that are approved for one person at once, one gets through. */
  async function claim({ id, chosen = '' }: Application, entry: RegisterEntry): Promise<string> {
    const residentRef = await ensure(entry);
    const held = (await links.get(linkId(chosen)))?.application;
    if (held === id) return residentRef;
    if (held !== undefined && ((await isUnderWay(held)) || (await hasAll(residentRef)))) throw duplicate();
    await links.update(linkId(chosen), (current) => {
      if (current.application !== held) throw duplicate();
      return { ...current, application: id };
    });
    return residentRef;
  }

  /** Approved and its task not opened yet: a card is coming although none is to be seen. */
  async function isUnderWay(id: string): Promise<boolean> {
    const other = await applications.get(id);
    return other?.state === 'forwarded' || (other?.state === 'approved' && other.settled !== true);
  }

  async function holdsCard(residentRef: string): Promise<Duplicate['kind'] | undefined> {
    const { records } = await tasks.find({ where: { residentRef }, limit: 100 });
    const { live, coming } = countCards(await cards.ofResident(residentRef), records);
    if (live + coming === 0) return undefined;
    if (live + coming < cardsPerPerson) return 'another-card';
    return live > 0 ? 'live-card' : 'waiting-card';
  }

  async function hasAll(residentRef: string): Promise<boolean> {
    const kind = await holdsCard(residentRef);
    return kind !== undefined && isBar({ kind });
  }

  /** Everything that looks like the applicant: by the register's link, by other applications, by variants of the name. */
  async function duplicatesOf(application: Application): Promise<readonly Duplicate[]> {
    const { basic, register: answer, chosen } = application;
    const entries = (answer?.entries ?? []).filter(({ reference }) => !chosen || reference === chosen);
    const refs = new Set<string>();
    for (const { reference } of entries) refs.add((await refOf(reference)) ?? '');
    const found: Duplicate[] = [];
    for (const ref of refs) {
      const kind = ref === '' ? undefined : await holdsCard(ref);
      if (kind) found.push({ kind });
    }
    const others = (await applications.bornOn(basic.birthDate)).filter((other) => isRival(other, application));
    found.push(...others.map(({ id }) => ({ kind: 'application' as const, application: id })));
    const alike = (await residents.bornOn(basic.birthDate)).filter((one) => !refs.has(one.id) && isAlike(one, basic));
    for (const { id } of alike) if (await holdsCard(id)) found.push({ kind: 'resident' });
    return found;
  }

  /** The residents whom an application may be about: who is among them decides nothing about it. */
  async function aboutOf({ basic, register: answer }: Pick<Application, 'basic' | 'register'>): Promise<string[]> {
    const linked = await Promise.all((answer?.entries ?? []).map(({ reference }) => refOf(reference)));
    const alike = (await residents.bornOn(basic.birthDate)).filter((one: Resident) => isAlike(one, basic));
    return [...linked.filter((ref) => ref !== undefined), ...alike.map(({ id }) => id)];
  }

  return { claim, duplicatesOf, aboutOf };
}

export type Persons = ReturnType<typeof createPersons>;

const duplicate = () => new OfficeError('DUPLICATE_CARD', 'this person has a card, or is about to get one');

const isRival = (other: Application, { id, basic, chosen }: Application): boolean =>
  other.id !== id &&
  ['received', 'forwarded', 'approved'].includes(other.state) &&
  (isAlike(other.basic, basic) || (chosen !== undefined && other.chosen === chosen));
