import { type Entry, EqualityFilter } from 'ldapts';
import type { Settings } from '../../config/index.ts';
import { openLdap } from '../../lib/ldap.ts';
import { OfficeError } from './errors.ts';
import type { RegisterEntry, ResidentRegister } from './register.ts';

type LdapSettings = Extract<Settings['cardOffice']['register'], { kind: 'ldap' }>;

export interface LdapRegisterOptions extends Omit<LdapSettings, 'kind' | 'passwordFile' | 'caFile'> {
  readonly password: string;
  readonly ca: string | undefined;
  /** Whether an entry as it was read has the form of a person of a register. */
  readonly isPerson: (said: unknown) => said is RegisterEntry;
}

/** Born on one day of a century: more of them is no answer but a cut one. */
const mostEntries = 1000;

/** The resident register in an LDAP directory (RFC 4511). A comparison is rare, so each opens a connection of its own. */
export function ldapRegister(options: LdapRegisterOptions): ResidentRegister {
  const { attributes, birthDateFormat, deadlineMs, isPerson } = options;
  // RFC 4513 5.1.2: a bind without password succeeds as nobody.
  if (options.password === '') throw new TypeError('the password of the resident register is empty');

  async function bornOn(birthDate: string): Promise<readonly RegisterEntry[]> {
    const value = birthDateFormat === 'YYYYMMDD' ? birthDate.replaceAll('-', '') : birthDate;
    const entries = await within(deadlineMs, () => search(options, value));
    const persons = entries.map((entry) => personOf(entry, attributes, birthDate));
    if (entries.length >= mostEntries || !persons.every(isPerson))
      throw new OfficeError('REGISTER_GARBLED', 'the resident register has entries that cannot be used');
    return persons;
  }
  return { id: 'ldap', bornOn };
}

/** For operators: the time or the library's word for it, never a value of an entry. */
async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  let stop: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_settle, reject) => {
    stop = setTimeout(() => reject(new Error('no answer in time')), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    throw new OfficeError('REGISTER_SILENT', `the resident register does not answer: ${reason}`);
  } finally {
    clearTimeout(stop);
  }
}

async function search(options: LdapRegisterOptions, birthDate: string): Promise<readonly Entry[]> {
  const { baseDn, attributes } = options;
  const { client, close } = await openLdap(options);
  try {
    // The value travels as a member of the request: nothing in it becomes a wildcard or a clause.
    const filter = new EqualityFilter({ attribute: attributes.birthDate, value: birthDate });
    const wanted = Object.values(attributes).filter((name) => name !== undefined);
    const how = { scope: 'sub', filter, attributes: wanted, sizeLimit: mostEntries } as const;
    return (await client.search(baseDn, how)).searchEntries;
  } finally {
    close();
  }
}

/** Names of attributes have no case (RFC 4512 2.5); what has two values says nothing certain. */
function personOf(entry: Entry, attributes: LdapSettings['attributes'], birthDate: string): object {
  const values = new Map(Object.entries(entry).map(([name, value]) => [name.toLowerCase(), [value].flat()]));
  const one = (name: string | undefined): string | undefined => {
    const [first, ...others] = (name === undefined ? undefined : values.get(name.toLowerCase())) ?? [];
    return first === undefined || others.length > 0 ? undefined : String(first);
  };
  const of = (item: keyof LdapSettings['attributes']) => one(attributes[item]);
  const name = Object.fromEntries((['kanji', 'kana', 'latin'] as const).map((item) => [item, of(item)]));
  const address = { postal: of('postal'), municipality: of('municipality'), town: of('town'), block: of('block') };
  return { reference: of('reference'), name, sex: Number(of('sex')), birthDate, address };
}
