import { AndFilter, type Entry, EqualityFilter, type Filter, FilterParser, ResultCodeError } from 'ldapts';
import { openLdap } from '../../lib/ldap.ts';
import { AttributeError } from '../errors.ts';
import { decideStaff, type Staff, type StaffEntry, type ValidityFormat } from '../staff.ts';

export interface LdapStaffOptions {
  /** ldap://host:port or ldaps://host:port. */
  readonly url: string;
  /** With ldap://: TLS before the password is sent, or no connection. */
  readonly startTls?: boolean;
  /** PEM of the authority that signed the directory's certificate; the system's own when absent. */
  readonly ca?: string | undefined;
  readonly bindDn: string;
  readonly password: string;
  readonly baseDn: string;
  /** RFC 4515; entries have to match it as well. */
  readonly filter: string;
  readonly referenceAttribute: string;
  readonly attributes: Readonly<Record<Exclude<keyof StaffEntry, 'reference'>, string>>;
  readonly validUntilFormat: ValidityFormat;
  /** The longest that one lookup takes, connecting included. */
  readonly deadlineMs: number;
  /** How long a directory that failed is left alone. */
  readonly retryAfterMs: number;
  readonly now: () => number;
}

/** More entries than a person can have; an answer cut there could lack the one that matters. */
const mostEntries = 20;

/**
 * Staff from an LDAP directory (RFC 4511), over one connection that is kept and opened again when it fails. `staffOf`
 * throws SOURCE_SILENT (no answer in time), SOURCE_REFUSED (the directory says no) or SOURCE_GARBLED; no value of an
 * entry is in an error. Throws a TypeError at once for settings that can never work.
 */
export function createLdapStaff(options: LdapStaffOptions) {
  const { deadlineMs, retryAfterMs, referenceAttribute, validUntilFormat, now } = options;
  const configured = parseFilter(options.filter);
  // RFC 4513 5.1.2: a bind without password succeeds as nobody.
  if (options.password === '') throw new TypeError('the password of the staff directory is empty');
  let current: Promise<Connection> | undefined;
  let silentUntil = Number.NEGATIVE_INFINITY;

  async function staffOf(reference: string): Promise<Staff | undefined> {
    // Some directories end the connection over an empty value.
    if (reference === '') return undefined;
    // A sign-in does not wait for what just failed, and our account is not locked by trying again and again.
    if (now() < silentUntil) throw new AttributeError('SOURCE_SILENT', 'the staff directory failed a moment ago');
    // The value travels as a member of the request, never as text of a filter: nothing in it becomes a wildcard or clause.
    const sought = new EqualityFilter({ attribute: referenceAttribute, value: reference });
    const entries = await entriesOf(new AndFilter({ filters: [configured, sought] }));
    if (entries.length >= mostEntries)
      throw new AttributeError('SOURCE_GARBLED', 'the staff directory has too many entries for one person');
    const read = entries.map((entry) => staffEntry(entry, options));
    return decideStaff(read, { reference, validUntilFormat, now: now() });
  }

  async function entriesOf(filter: Filter): Promise<readonly Entry[]> {
    const deadline = AbortSignal.timeout(deadlineMs);
    try {
      return await within(deadline, search(filter, deadline));
    } catch (error) {
      if (error instanceof SearchRefused)
        throw new AttributeError('SOURCE_REFUSED', `the staff directory refused the search: ${error.message}`);
      silentUntil = now() + retryAfterMs;
      drop(current);
      if (error instanceof ResultCodeError)
        throw new AttributeError('SOURCE_REFUSED', `the staff directory refused us: ${reasonOf(error)}`);
      throw new AttributeError('SOURCE_SILENT', `the staff directory does not answer: ${reasonOf(error)}`);
    }
  }

  /** A directory may end an idle connection at any moment, also in this one: then once more on a new one. */
  async function search(filter: Filter, deadline: AbortSignal): Promise<readonly Entry[]> {
    const connection = await connected();
    try {
      return await connection.search(filter);
    } catch (error) {
      if (error instanceof SearchRefused || deadline.aborted) throw error;
      connection.close();
      return (await connected()).search(filter);
    }
  }

  /** Of several lookups that find the connection closed, the first opens it and the others follow. */
  async function connected(): Promise<Connection> {
    const known = current;
    if (known && (await known).isOpen()) return known;
    if (current === known) current = connect(options);
    return current ?? connected();
  }

  function drop(connection: Promise<Connection> | undefined): void {
    if (current === connection) current = undefined;
    connection?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }

  return { staffOf, close: () => drop(current) };
}

/** A connection that has bound; it is never opened a second time. */
interface Connection {
  readonly search: (filter: Filter) => Promise<readonly Entry[]>;
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

/** The directory's refusal of one search; the connection is good. */
class SearchRefused extends Error {}

async function connect(options: LdapStaffOptions): Promise<Connection> {
  const { baseDn, deadlineMs } = options;
  const { client, isOpen, close } = await openLdap(options);
  const attributes = [options.referenceAttribute, ...Object.values(options.attributes)];
  const timeLimit = Math.ceil(deadlineMs / 1000);

  async function search(filter: Filter): Promise<readonly Entry[]> {
    try {
      const found = await client.search(baseDn, {
        scope: 'sub',
        filter,
        attributes,
        sizeLimit: mostEntries,
        timeLimit,
      });
      return found.searchEntries;
    } catch (error) {
      if (error instanceof ResultCodeError) throw new SearchRefused(reasonOf(error));
      throw error;
    }
  }

  return { search, isOpen, close };
}

/** Names of attributes have no case (RFC 4512 2.5), and a directory answers in its own. */
function staffEntry(entry: Entry, { referenceAttribute, attributes }: LdapStaffOptions): StaffEntry {
  const values = new Map(Object.entries(entry).map(([name, value]) => [name.toLowerCase(), value]));
  const valuesOf = (name: string): unknown[] => [values.get(name.toLowerCase()) ?? []].flat();
  return {
    reference: valuesOf(referenceAttribute),
    role: valuesOf(attributes.role),
    licence: valuesOf(attributes.licence),
    facilityCode: valuesOf(attributes.facilityCode),
    facilityName: valuesOf(attributes.facilityName),
    validUntil: valuesOf(attributes.validUntil),
  };
}

function parseFilter(filter: string): Filter {
  try {
    return FilterParser.parseString(filter);
  } catch (cause) {
    throw new TypeError('the filter of the staff directory is not one (RFC 4515)', { cause });
  }
}

function within<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    deadline.addEventListener('abort', () => reject(new Error('timeout')), { once: true });
    work.then(resolve, reject);
  });
}

/** For operators: the code of the result or of the system's error, never the directory's own words. */
function reasonOf(error: unknown): string {
  if (error instanceof ResultCodeError) return `LDAP result ${error.code}`;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error && error.message === 'timeout' ? 'no answer in time' : 'the connection failed';
}
