import { setImmediate } from 'node:timers/promises';
import {
  type OtherRegistration,
  otherRegistrationOf,
  type ProviderRecord,
  type ProviderRegistry,
  type RegisteredKeys,
  registeredKeysOf,
} from '../../federation/index.ts';

export interface DirectoryOptions {
  readonly registry: Pick<ProviderRegistry, 'list' | 'get'>;
  /** Another number after every write of the registry, by whatever process. */
  readonly mark: () => Promise<number>;
  /** A reading in the background failed; the next look begins another one. */
  readonly onFault: (error: unknown) => void;
  readonly now: () => number;
}

/** What is searched and compared; of the records nothing else is kept. */
interface Listed {
  readonly id: string;
  /** Tells one content of a registration from the next: what did not change is not looked at again. */
  readonly mark: string;
  readonly words: string;
  readonly name: ProviderRecord['name'];
  readonly status: ProviderRecord['status'];
  /** Keys are read when somebody first compares: that takes far longer than a name. */
  keys: ListedKeys | (() => ListedKeys);
}

interface ListedKeys {
  readonly other: OtherRegistration;
  readonly dated: RegisteredKeys;
}

/** A provider with its keys, for the calendar. */
export interface DatedProvider extends Pick<Listed, 'id' | 'name' | 'status' | 'words'> {
  readonly keys: RegisteredKeys;
}

/**
 * After this long a look starts another reading and does not wait for it: sooner where the registry was written since,
 * here or by another process. Many writes one after the other are read together.
 */
const [freshMs, changedMs] = [10_000, 500];
const slice = 250;
const comparedAtOnce = 25;

/** Whether every word of a query stands in the words of a provider. */
export function wordsMatcher(query: string): (words: string) => boolean {
  const sought = folded(query).split(/\s+/).filter(Boolean);
  return (words) => sought.every((word) => words.includes(word));
}

const folded = (text: string) => text.normalize('NFKC').toLowerCase();

/**
 * Names and keys of all providers in memory, read in slices between other requests: 5,000 are a few megabytes. Only the
 * first look waits for the reading; what this console writes it notices at once.
 */
export function createProviderDirectory({ registry, mark, onFault, now }: DirectoryOptions) {
  let listed: ReadonlyMap<string, Listed> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let readMark = 0;
  let reading: Promise<void> | undefined;

  async function read(marked: number): Promise<void> {
    const at = now();
    const found = new Map<string, Listed>();
    let after: string | undefined;
    do {
      const page = await registry.list({ limit: slice, ...(after === undefined ? {} : { after }) });
      for (const record of page.records) found.set(record.id, listedOf(record, listed.get(record.id)));
      after = page.next;
      await setImmediate();
    } while (after !== undefined);
    [listed, readAt, readMark] = [found, at, marked];
  }

  async function current(): Promise<ReadonlyMap<string, Listed>> {
    const marked = await mark();
    if (now() - readAt >= (marked === readMark ? freshMs : changedMs))
      reading ??= read(marked).finally(() => {
        reading = undefined;
      });
    if (readAt === Number.NEGATIVE_INFINITY) await reading;
    else reading?.catch(onFault);
    return listed;
  }

  /** Ids whose names or key hold the words, in the order of ids. */
  async function search(
    query: string,
    { limit, after = '', only }: { limit: number; after?: string | undefined; only?: ReadonlySet<string> | undefined },
  ) {
    const matches = wordsMatcher(query);
    const hits: string[] = [];
    for (const { id, words } of (await current()).values()) {
      if (id > after && matches(words) && (only?.has(id) ?? true)) hits.push(id);
      if (hits.length > limit) break;
    }
    const ids = hits.slice(0, limit);
    return { ids, next: hits.length > limit ? ids.at(-1) : undefined };
  }

  /** Every provider with its keys, in the order of ids; only the first look after a change reads any. */
  async function withKeys(): Promise<readonly (Listed & { readonly keys: ListedKeys })[]> {
    const found: (Listed & { readonly keys: ListedKeys })[] = [];
    let fresh = 0;
    for (const one of (await current()).values()) {
      if (typeof one.keys === 'function') {
        one.keys = one.keys();
        fresh += 1;
        if (fresh % comparedAtOnce === 0) await setImmediate();
      }
      found.push(one as Listed & { readonly keys: ListedKeys });
    }
    return found;
  }

  /** All registrations as the linter compares them. */
  const others = async (): Promise<readonly OtherRegistration[]> => (await withKeys()).map(({ keys }) => keys.other);

  /** All registrations as the calendar lists them. */
  const dated = async (): Promise<readonly DatedProvider[]> =>
    (await withKeys()).map(({ id, name, status, words, keys }) => ({ id, name, status, words, keys: keys.dated }));

  /** A provider was written here. */
  async function notice({ id, protocol, key }: Pick<ProviderRecord, 'id' | 'protocol' | 'key'>): Promise<void> {
    await reading?.catch(onFault);
    const record = await registry.get(protocol, key);
    const changed = new Map(listed);
    if (record) changed.set(id, listedOf(record, undefined));
    else changed.delete(id);
    listed = new Map([...changed].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** Somebody came to the list, and will search, or register: reads what that takes, in nobody's way. */
  const warm = (): void => {
    others().catch(onFault);
  };

  return { search, others, dated, notice, warm };
}

export type ProviderDirectory = ReturnType<typeof createProviderDirectory>;

function listedOf(record: ProviderRecord, known: Listed | undefined): Listed {
  const { id, key, name, status, version, registeredAt } = record;
  const mark = `${registeredAt}.${version}`;
  if (known?.mark === mark) return known;
  const words = folded(`${key} ${name.ja} ${name.en}`);
  const keys = () => ({ other: otherRegistrationOf(record), dated: registeredKeysOf(record) });
  return { id, mark, words, name, status, keys };
}
