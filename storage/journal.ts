import { createHash, type KeyObject, randomBytes, sign, verify as verifySignature } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Collection, Storage, StoredRecord } from './collection.ts';
import { type LatestQuery, latestOf } from './journal-latest.ts';

/** One entry as it is kept: its place in a chain, the hash of the entry before it, and its own. */
export interface JournalRecord extends StoredRecord {
  readonly chain: string;
  readonly sequence: number;
  /** ms since 1970 when it was appended. */
  readonly at: number;
  readonly previous: string;
  readonly hash: string;
  /** What the entry is found by, repeated from it for the index; `verify` holds it to the entry. */
  readonly key?: string | undefined;
  readonly entry: Readonly<Record<string, unknown>>;
}

/** The end of a chain at a moment, signed and kept outside the store, so that a cut tail is seen too. */
export interface JournalHead {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: string;
  readonly at: number;
  readonly signature: string;
}

export interface JournalFault {
  readonly chain: string;
  readonly sequence: number;
  readonly fault:
    | 'missing'
    | 'changed'
    | 'unlinked'
    | 'cut off'
    | 'head forged'
    | 'head does not match'
    | 'never signed';
}

export interface JournalReport {
  readonly chains: number;
  readonly records: number;
  readonly faults: readonly JournalFault[];
}

export interface JournalOptions {
  readonly storage: Storage;
  readonly name: string;
  /** Folder of signed heads, outside the store; all processes that write this journal share it. */
  readonly headsFolder: string;
  /** Ed25519 key that signs heads. */
  readonly headKey: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly headEveryMs?: number;
  /** The member of entries, a text, that `find` looks for. */
  readonly foundBy?: string;
  readonly now?: () => number;
}

export interface JournalPage {
  readonly records: readonly JournalRecord[];
  readonly next?: string;
}

export interface Journal {
  /** Appends; resolves when the entry is durable. */
  append(
    entry: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly chain: string; readonly sequence: number; readonly hash: string }>;
  /** Entries in the order of chain start and sequence. */
  read(page?: { readonly limit?: number; readonly after?: string }): Promise<JournalPage>;
  /** Entries of all chains, newest first. */
  latest(query: LatestQuery): Promise<JournalPage>;
  /** Entries whose `foundBy` member is this, in the same order. */
  find(value: string, page?: { readonly limit?: number; readonly after?: string }): Promise<JournalPage>;
  verify(): Promise<JournalReport>;
  close(): Promise<void>;
}

const genesis = '0'.repeat(64);
const sequenceDigits = 12;
const headSuffix = '.head.json';
/** A chain as young as this may be one whose first head is seen a moment after its first entry. */
const graceMs = 2_000;

/**
 * An append-only, hash-chained journal. Every process writes a chain of its own, so that processes need no lock between
 * them; the chain's id begins with its start time and sorts by it. Who can write the store but not sign heads can hide
 * no change, removal, reordering, cut or forged chain older than the last second.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { storage, name, headsFolder, headKey, headEveryMs = 1_000, foundBy, now = Date.now } = options;
  const records = storage.collection<JournalRecord>({
    name: `journal-${name}`,
    ordered: true,
    ...(foundBy === undefined ? {} : { indexes: [['key']] }),
  });
  const heads = await openHeads(headsFolder, headKey);
  let tail = newChain(now());
  let unsigned = false;
  // In every process, because each signs for its own chain and nobody else could.
  const timer = setInterval(() => {
    signHead().catch((error: unknown) => {
      // The next second tries again; until then verify() tells that the tail is not signed.
      unsigned = true;
      if (!(error instanceof Error)) throw error;
    });
  }, headEveryMs);
  timer.unref();
  let durable = tail;
  let signing: Promise<void> = Promise.resolve();
  let announced: { readonly chain: string; readonly written: Promise<void> } | undefined;

  /**
   * A chain is signed for before its first entry is there: a process that is killed before its first second is over
   * leaves a chain of ours, and not one that somebody could have put in.
   */
  function announce(chain: string): Promise<void> {
    if (announced?.chain !== chain)
      announced = { chain, written: heads.write({ chain, sequence: 0, hash: genesis, at: now() }) };
    return announced.written;
  }

  async function append(entry: Readonly<Record<string, unknown>>) {
    // A clock that is set back must not turn the order of a chain round.
    const at = Math.max(now(), tail.at);
    const place = { chain: tail.chain, sequence: tail.sequence + 1, at, previous: tail.hash };
    const hash = hashOf(place, entry);
    tail = { chain: place.chain, sequence: place.sequence, hash, at };
    const mine = tail;
    try {
      await announce(place.chain);
      const key = keyOf(entry, foundBy);
      await records.insert({ id: idOf(place), ...place, hash, ...(key === undefined ? {} : { key }), entry });
    } catch (error) {
      // The chain would have a hole: what follows begins a new one.
      if (tail.chain === place.chain) tail = newChain(now());
      throw error;
    }
    if (durable.chain !== mine.chain || durable.sequence < mine.sequence) durable = mine;
    unsigned = true;
    return mine;
  }

  /** One after another: two at once would write into the same draft. */
  function signHead(): Promise<void> {
    const turn = signing.then(async () => {
      if (!unsigned || durable.sequence === 0) return;
      unsigned = false;
      await heads.write({ ...durable, at: now() });
    });
    signing = turn.catch(() => undefined);
    return turn;
  }

  async function find(value: string, page: { limit?: number; after?: string } = {}): Promise<JournalPage> {
    if (foundBy === undefined) throw new TypeError(`the entries of journal ${name} are not found by any member`);
    const found = await records.find({ ...page, where: { key: value } });
    // The index is not hashed: an entry that was put under a foreign key is not told to its owner.
    return { ...found, records: found.records.filter(({ entry }) => keyOf(entry, foundBy) === value) };
  }

  return {
    append,
    read: (page = {}) => records.find(page),
    latest: (query) => latestOf(records, query),
    find,
    verify: () => verifyJournal(records, heads.read, { now: now(), foundBy }),
    async close() {
      clearInterval(timer);
      await signHead();
    },
  };
}

const newChain = (at: number) => ({
  chain: `${at.toString(36).padStart(9, '0')}-${randomBytes(9).toString('hex')}`,
  sequence: 0,
  hash: genesis,
  at,
});

const idOf = ({ chain, sequence }: { chain: string; sequence: number }) =>
  `${chain}.${String(sequence).padStart(sequenceDigits, '0')}`;

function keyOf(entry: JournalRecord['entry'], foundBy: string | undefined): string | undefined {
  const value = foundBy === undefined ? undefined : entry[foundBy];
  return typeof value === 'string' ? value : undefined;
}

function hashOf(place: { chain: string; sequence: number; at: number; previous: string }, entry: unknown): string {
  const { chain, sequence, at, previous } = place;
  return createHash('sha256')
    .update(canonicalJson([chain, sequence, at, previous, entry]))
    .digest('hex');
}

/** JSON with sorted keys and without undefined members: the same value gives the same bytes before and after storage. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

interface ReadHead extends JournalHead {
  readonly genuine: boolean;
}

/** One file per chain with its last signed head, replaced as a whole; 0600. */
async function openHeads(folder: string, { privateKey, publicKey }: JournalOptions['headKey']) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const signed = ({ chain, sequence, hash, at }: Omit<JournalHead, 'signature'>) =>
    Buffer.from(`sanuki-journal-head-v1 ${chain} ${sequence} ${hash} ${at}`);

  async function read(): Promise<ReadHead[]> {
    const names = (await readdir(folder)).filter((name) => name.endsWith(headSuffix));
    return Promise.all(names.map(async (name) => judge(name, await readFile(join(folder, name), 'utf8'))));
  }

  function judge(name: string, text: string): ReadHead {
    const head = parseHead(text);
    if (!head)
      return { chain: name.slice(0, -headSuffix.length), sequence: 0, hash: '', at: 0, signature: '', genuine: false };
    const genuine = verifySignature(null, signed(head), publicKey, Buffer.from(head.signature, 'base64url'));
    return { ...head, genuine: genuine && name === `${head.chain}${headSuffix}` };
  }

  async function write(head: Omit<JournalHead, 'signature'>): Promise<void> {
    const signature = sign(null, signed(head), privateKey).toString('base64url');
    const path = join(folder, `${head.chain}${headSuffix}`);
    const file = await open(`${path}.draft`, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify({ ...head, signature }));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(`${path}.draft`, path);
  }

  return { read, write };
}

function parseHead(line: string): JournalHead | undefined {
  try {
    const head = JSON.parse(line) as JournalHead;
    return typeof head.chain === 'string' && typeof head.signature === 'string' ? head : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function verifyJournal(
  records: Collection<JournalRecord>,
  readHeads: () => Promise<ReadHead[]>,
  { now, foundBy }: { now: number; foundBy: string | undefined },
): Promise<JournalReport> {
  const faults: JournalFault[] = [];
  const heads = await readHeads();
  for (const { chain, sequence, genuine } of heads)
    if (!genuine) faults.push({ chain, sequence, fault: 'head forged' });
  const lastHead = new Map(heads.filter((head) => head.genuine).map((head) => [head.chain, head]));
  const chains = new Map<string, JournalRecord>();
  let count = 0;
  for await (const record of allOf(records)) {
    count += 1;
    faults.push(...faultsOf(record, chains.get(record.chain), foundBy));
    const head = lastHead.get(record.chain);
    if (head?.sequence === record.sequence && head.hash !== record.hash)
      faults.push({ chain: record.chain, sequence: record.sequence, fault: 'head does not match' });
    chains.set(record.chain, record);
  }
  for (const [chain, head] of lastHead) {
    const reached = chains.get(chain)?.sequence ?? 0;
    if (reached < head.sequence) faults.push({ chain, sequence: reached + 1, fault: 'cut off' });
  }
  for (const [chain, last] of chains) {
    if (!lastHead.has(chain) && now - last.at > graceMs)
      faults.push({ chain, sequence: last.sequence, fault: 'never signed' });
  }
  return { chains: chains.size, records: count, faults };
}

function faultsOf(
  record: JournalRecord,
  before: JournalRecord | undefined,
  foundBy: string | undefined,
): JournalFault[] {
  const { chain, sequence } = record;
  const expected = (before?.sequence ?? 0) + 1;
  if (sequence !== expected) return [{ chain, sequence: expected, fault: 'missing' }];
  if (record.id !== idOf(record) || hashOf(record, record.entry) !== record.hash)
    return [{ chain, sequence, fault: 'changed' }];
  // Without this an entry could be hidden from whoever it is about, and the chain would still hold.
  if (record.key !== keyOf(record.entry, foundBy)) return [{ chain, sequence, fault: 'changed' }];
  if (record.previous !== (before?.hash ?? genesis)) return [{ chain, sequence, fault: 'unlinked' }];
  return [];
}

async function* allOf(records: Collection<JournalRecord>): AsyncGenerator<JournalRecord> {
  let after: string | undefined;
  do {
    const page = await records.find({ limit: 1000, ...(after === undefined ? {} : { after }) });
    yield* page.records;
    after = page.next;
  } while (after !== undefined);
}
