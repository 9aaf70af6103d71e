import { setImmediate } from 'node:timers/promises';
import {
  type OtherRegistration,
  otherRegistrationOf,
  type ProviderRecord,
  type ProviderRegistry,
} from '../../federation/index.ts';

export interface DirectoryOptions {
  readonly registry: Pick<ProviderRegistry, 'list'>;
  readonly now: () => number;
}

/** What is searched and compared; the records themselves stay in the store. */
interface Listed {
  readonly id: string;
  readonly words: string;
  readonly other: OtherRegistration;
  /** Tells one content of a registration from the next: what did not change is not looked at again. */
  readonly mark: string;
}

/** How old a search may be about what another process registered; what this console did is seen at once. */
const freshMs = 10_000;
const slice = 250;

const folded = (text: string) => text.normalize('NFKC').toLowerCase();

/** Names and keys of all providers in memory, read in slices between other requests: 5,000 are about two megabytes. */
export function createProviderDirectory({ registry, now }: DirectoryOptions) {
  let listed: ReadonlyMap<string, Listed> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let writes = 0;

  async function read(): Promise<void> {
    const [at, seen] = [now(), writes];
    const found = new Map<string, Listed>();
    let after: string | undefined;
    do {
      const page = await registry.list({ limit: slice, ...(after === undefined ? {} : { after }) });
      for (const record of page.records) found.set(record.id, listedOf(record, listed.get(record.id)));
      after = page.next;
      if (after !== undefined) await setImmediate();
    } while (after !== undefined);
    listed = found;
    // Something was written while this was read: good enough for who waits, not for the next one.
    if (writes === seen) readAt = at;
  }

  async function current(): Promise<ReadonlyMap<string, Listed>> {
    if (now() - readAt < freshMs) return listed;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    await reading;
    return listed;
  }

  /** Ids whose names or key hold the words, in the order of ids. */
  async function search(query: string, { limit, after = '' }: { limit: number; after?: string | undefined }) {
    const words = folded(query).split(/\s+/).filter(Boolean);
    const hits: string[] = [];
    for (const { id, words: text } of (await current()).values()) {
      if (id > after && words.every((word) => text.includes(word))) hits.push(id);
      if (hits.length > limit) break;
    }
    const ids = hits.slice(0, limit);
    return { ids, next: hits.length > limit ? ids.at(-1) : undefined };
  }

  const others = async (): Promise<readonly OtherRegistration[]> =>
    [...(await current()).values()].map(({ other }) => other);

  /** Something was written: the next look reads anew. */
  function forget(): void {
    writes += 1;
    readAt = Number.NEGATIVE_INFINITY;
  }

  return { search, others, forget };
}

export type ProviderDirectory = ReturnType<typeof createProviderDirectory>;

function listedOf(record: ProviderRecord, known: Listed | undefined): Listed {
  const { id, key, name, version, registeredAt } = record;
  const mark = `${registeredAt}.${version}`;
  if (known?.mark === mark) return known;
  return { id, mark, words: folded(`${key} ${name.ja} ${name.en}`), other: otherRegistrationOf(record) };
}
