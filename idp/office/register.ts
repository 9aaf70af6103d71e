import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Resident, Residents } from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import { OutgoingError, postBytes } from '../../lib/outgoing.ts';
import { isDay } from '../../lib/time.ts';
import { HubPageError } from '../errors.ts';
import { type BasicData as Basic, isAlike } from './comparison.ts';
import { OfficeError } from './errors.ts';

/** A person of the resident register; the reference is the register's own. */
export interface RegisterEntry extends Basic {
  readonly reference: string;
}

/**
 * The resident register (R34), whatever it speaks. Asked with a birth date alone: names are folded here, so that no
 * register needs to know variants, and one that answers too much is cut down before anybody sees it.
 */
export interface ResidentRegister {
  /** Stands beside references, so that two registers never share one. */
  readonly id: string;
  /** Rejects with REGISTER_SILENT or REGISTER_GARBLED. */
  readonly bornOn: (birthDate: string) => Promise<readonly RegisterEntry[]>;
}

/** Those who may be the person: nobody is shown because they were merely born on the same day. */
export async function candidatesOf(
  register: ResidentRegister,
  person: Pick<Basic, 'name' | 'birthDate'>,
): Promise<readonly RegisterEntry[]> {
  const born = await register.bornOn(person.birthDate);
  return born.filter((entry) => isAlike(person, entry)).slice(0, 10);
}

type RegisterSettings = Settings['cardOffice']['register'];

/** The register that the settings name; asks nobody yet. */
export async function openRegister(
  settings: RegisterSettings,
  { residents, trial }: { readonly residents: Pick<Residents, 'bornOn'>; readonly trial: boolean },
): Promise<ResidentRegister> {
  if (settings.kind === 'imported') return importedRegister(residents);
  if (settings.kind === 'ldap') {
    const { ldapRegister } = await import('./register-ldap.ts');
    const password = (await textOf(settings.passwordFile)).trim();
    return ldapRegister({ ...settings, password, ca: await textIn(settings.caFile), isPerson });
  }
  const token = (await textIn(settings.tokenFile))?.trim();
  return jsonRegister({ ...settings, token, trial });
}

const textIn = async (file: string | undefined) => (file === undefined ? undefined : textOf(file));

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new HubPageError('START_REFUSED', 'a file that cardOffice.register names cannot be read', { cause });
  }
}

/** What `sanuki import residents` read from the register's CSV or JSON file: the hub's own residents. */
export function importedRegister(residents: Pick<Residents, 'bornOn'>): ResidentRegister {
  const withAddress = ({ id: reference, address, ...rest }: Resident): RegisterEntry[] =>
    address ? [{ reference, name: rest.name, sex: rest.sex, birthDate: rest.birthDate, address }] : [];
  return {
    id: 'imported',
    bornOn: async (birthDate) => (await residents.bornOn(birthDate)).flatMap(withAddress),
  };
}

const text = (most: number) => z.string().max(most);
const name = text(150).min(1).optional();

/** Basic data as registers write them. */
export const BasicData = z.object({
  name: z.object({ kanji: name, kana: name, latin: name, alias: name, former: name }),
  sex: z.literal([1, 2, 3]),
  birthDate: z.string().refine(isDay),
  address: z.object({ postal: text(8), municipality: text(100), town: text(200), block: text(200) }),
});

const Person = BasicData.extend({ reference: z.string().regex(/^[\w.-]{1,100}$/) });

const isPerson = (said: unknown): said is RegisterEntry => Person.safeParse(said).success;

/** The answer as it is agreed; whatever else stands in it is left unread. */
const Answer = z.object({ persons: z.array(Person).max(1000) });

/** `POST {birthDate}` under a bearer token; the answer is `{persons}` with the names of `RegisterEntry`. */
export function jsonRegister({
  address,
  token,
  deadlineMs,
  trial,
}: Extract<RegisterSettings, { kind: 'json' }> & {
  readonly token: string | undefined;
  readonly trial: boolean;
}): ResidentRegister {
  async function bornOn(birthDate: string): Promise<readonly RegisterEntry[]> {
    const body = await postBytes(address, {
      body: JSON.stringify({ birthDate }),
      contentType: 'application/json',
      headers: { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      // The address stands in the operator's own settings.
      allowLoopback: trial,
      allowPrivate: true,
      timeoutMs: deadlineMs,
    }).catch((error: unknown) => {
      if (!(error instanceof OutgoingError)) throw error;
      throw new OfficeError('REGISTER_SILENT', `the resident register does not answer: ${error.code}`);
    });
    const persons = personsIn(body);
    // One of another day was not asked for.
    if (persons.some((person) => person.birthDate !== birthDate)) throw garbled();
    return persons;
  }
  return { id: 'json', bornOn };
}

function personsIn(body: Buffer): readonly RegisterEntry[] {
  try {
    return Answer.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))).persons;
  } catch {
    // Without the cause: it would repeat a piece of the answer.
    throw garbled();
  }
}

const garbled = () =>
  new OfficeError('REGISTER_GARBLED', 'the answer of the resident register has not the agreed form');
