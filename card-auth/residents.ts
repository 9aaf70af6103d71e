import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';

/** The person a card is bound to: what the registration authority proofed, no more. Values stay exactly as received. */
export interface Resident extends StoredRecord {
  /** Random; stands for the person inside the hub and never leaves it. */
  readonly id: string;
  readonly name: {
    readonly kanji?: string | undefined;
    readonly kana?: string | undefined;
    readonly latin?: string | undefined;
    readonly alias?: string | undefined;
    readonly former?: string | undefined;
  };
  /** 1 male, 2 female, 3 not given. */
  readonly sex: 1 | 2 | 3;
  /** YYYY-MM-DD. */
  readonly birthDate: string;
  readonly address?:
    | { readonly postal: string; readonly municipality: string; readonly town: string; readonly block: string }
    | undefined;
  /** As of when name, sex, birth date and address are, ms since 1970; what is older does not replace them. */
  readonly basicAt?: number | undefined;
  /** R152: protected persons: their address is not shown at counters; their own view is closed. */
  readonly protection?: readonly ('hideAddress' | 'blockSelfView')[] | undefined;
  /** Synthetic persons of a trial carry the mark; production refuses them. */
  readonly synthetic: boolean;
}

export const residentCollection: CollectionDefinition = {
  name: 'resident',
  indexes: [['birthDate'], ['synthetic']],
  readMostly: true,
};

/** What a resident is greeted with: kana, else the Latin name or alias, else the name as written. */
export function displayNameOf({ name }: Pick<Resident, 'name'>): string {
  return name.alias ?? name.kana ?? name.latin ?? name.kanji ?? '';
}

/** R29: the one name that is printed on the card. */
export function faceNameOf({ name }: Pick<Resident, 'name'>): string {
  return name.kana ?? name.alias ?? name.latin ?? name.kanji ?? '';
}

/** Widths and spaces are no matter of a name. */
const folded = (text: string) => text.normalize('NFKC').replaceAll(/\s+/g, ' ').trim();

/** R35: what of two versions of a person's basic data is printed on the card and differs. */
export function faceChanges(before: Resident, after: Resident): readonly ('name' | 'birth-date' | 'sex')[] {
  return [
    ...(folded(faceNameOf(before)) === folded(faceNameOf(after)) ? [] : (['name'] as const)),
    ...(before.birthDate === after.birthDate ? [] : (['birth-date'] as const)),
    ...(before.sex === after.sex ? [] : (['sex'] as const)),
  ];
}

export function createResidents({ residents }: { residents: Collection<Resident> }) {
  async function displayName(id: string): Promise<string | undefined> {
    const resident = await residents.get(id);
    return resident && displayNameOf(resident);
  }

  /** Everybody who was born on this day. */
  async function bornOn(birthDate: string): Promise<readonly Resident[]> {
    return (await residents.find({ where: { birthDate }, limit: 1000 })).records;
  }

  return {
    bornOn,
    get: (id: string) => residents.get(id),
    insert: (resident: Resident) => residents.insert(resident),
    list: async (where: { synthetic: boolean }) => (await residents.find({ where, limit: 1000 })).records,
    displayName,
  };
}

export type Residents = ReturnType<typeof createResidents>;
