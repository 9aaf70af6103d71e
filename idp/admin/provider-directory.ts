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
}

/** How old a search may be about what another process registered; what this console did is seen at once. */
const freshMs = 10_000;
const slice = 250;

const folded = (text: string) => text.normalize('NFKC').toLowerCase();

/** Names and keys of all providers in memory, read in slices between other requests: 5,000 are about two megabytes. */
export function createProviderDirectory({ registry, now }: DirectoryOptions) {
  let listed: readonly Listed[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    const at = now();
    const found: Listed[] = [];
    let after: string | undefined;
    do {
      const page = await registry.list({ limit: slice, ...(after === undefined ? {} : { after }) });
      found.push(...page.records.map(listedOf));
      after = page.next;
      if (after !== undefined) await setImmediate();
    } while (after !== undefined);
    [listed, readAt] = [found, at];
  }

  async function current(): Promise<readonly Listed[]> {
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
    for (const { id, words: text } of await current()) {
      if (id > after && words.every((word) => text.includes(word))) hits.push(id);
      if (hits.length > limit) break;
    }
    const ids = hits.slice(0, limit);
    return { ids, next: hits.length > limit ? ids.at(-1) : undefined };
  }

  const others = async (): Promise<readonly OtherRegistration[]> => (await current()).map(({ other }) => other);

  /** Something was written: the next look reads anew. */
  function forget(): void {
    readAt = Number.NEGATIVE_INFINITY;
  }

  return { search, others, forget };
}

export type ProviderDirectory = ReturnType<typeof createProviderDirectory>;

function listedOf(record: ProviderRecord): Listed {
  const { id, key, name } = record;
  return { id, words: folded(`${key} ${name.ja} ${name.en}`), other: otherRegistrationOf(record) };
}
