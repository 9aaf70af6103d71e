import { type CollectionDefinition, type RawRecord, type Storage, StorageError } from './collection.ts';
import { beginMark, checkTarget, finishMark, isUnfinishedCopy, staysBehind, type TargetState } from './copy-mark.ts';
import { inUse, presentHubs } from './presence.ts';
import { hasRows, isLiveAt, rowPages } from './rows.ts';
import { type Digest, digestOf } from './store-digest.ts';

export interface CopyOptions {
  readonly source: Storage;
  /** Stands in the target: the same store has the same name every time. */
  readonly sourceName: string;
  readonly target: Storage;
  /** Tells what would be done, and writes nothing. */
  readonly dryRun?: boolean;
  readonly now?: () => number;
  readonly onCollection?: (copied: CopiedCollection) => Promise<void> | void;
}

export interface CopiedCollection {
  readonly name: string;
  /** Live records of the source. */
  readonly records: number;
  /** Of them, those that the target did not have as they are. */
  readonly written: number;
  /** Of the target's, those that the source has no more, or has otherwise. */
  readonly removed: number;
}

export interface CopyReport {
  /** As the target was found. */
  readonly target: TargetState;
  readonly collections: readonly (CopiedCollection & Partial<Digest>)[];
  /** Collections that were different at the end: somebody wrote to the source or the target meanwhile. */
  readonly different: readonly string[];
}

/**
 * Makes the target hold what the source holds, found by comparing both: a run that was cut off at whatever moment is
 * simply run again. What is gone or different is removed first and the rest put after, so that no unique value is in
 * the way. At the end both are read once more, and only when they agree the target is a store that a hub may use.
 */
export async function copyStore(options: CopyOptions): Promise<CopyReport> {
  const { source, target, sourceName, dryRun = false, now = Date.now, onCollection } = options;
  await checkSource(source, now());
  const state = await checkTarget(target, sourceName);
  await checkUnused('the target', target, now());
  if (!dryRun) await beginMark(target, { source: sourceName, now: now() });
  const collections: CopiedCollection[] = [];
  for (const definition of await definitionsOf(source, target)) {
    const copied = await copyCollection(definition, { source, target, now: now(), dryRun });
    collections.push(copied);
    await onCollection?.(copied);
  }
  if (dryRun) return { target: state, collections, different: [] };
  const verified = await verify(collections, options);
  await checkUnused('the source', source, now());
  await checkUnused('the target', target, now());
  if (verified.different.length === 0) await finishMark(target);
  return { target: state, ...verified };
}

async function checkSource(source: Storage, now: number): Promise<void> {
  await source.examine?.();
  if (await isUnfinishedCopy(source))
    throw new StorageError('STORE_UNFINISHED', 'the source is itself a copy that was not finished: finish that one');
  const definitions = await source.definitions();
  const filled = await Promise.all(definitions.filter((one) => !staysBehind(one)).map((one) => hasRows(source, one)));
  if (!filled.includes(true))
    throw new StorageError('SOURCE_EMPTY', 'the source has no records of a hub: check its name');
  await checkUnused('the source', source, now);
}

async function checkUnused(what: string, storage: Storage, now: number): Promise<void> {
  const hubs = await presentHubs(storage, now);
  if (hubs.length > 0) throw inUse(what, hubs);
}

/** As the source has them; what only the target has is from an earlier run, and goes. */
async function definitionsOf(source: Storage, target: Storage): Promise<CollectionDefinition[]> {
  const [ours, theirs] = await Promise.all([source.definitions(), target.definitions()]);
  const names = new Set(ours.map(({ name }) => name));
  return [...ours, ...theirs.filter(({ name }) => !names.has(name))].filter((one) => !staysBehind(one));
}

interface CopyContext {
  readonly source: Storage;
  readonly target: Storage;
  readonly now: number;
  readonly dryRun: boolean;
}

async function copyCollection(definition: CollectionDefinition, context: CopyContext): Promise<CopiedCollection> {
  const { source, target, now, dryRun } = context;
  const [from, to] = [source.raw(definition), target.raw(definition)];
  let [records, written, removed] = [0, 0, 0];
  // Made with its indexes even where it is empty: the target has what the source has.
  if (!dryRun) await to.put([]);
  for await (const rows of rowPages(target, definition)) {
    const wanted = byId((await from.get(rows.map(({ id }) => id))).filter((row) => isLiveAt(now, row)));
    const gone = rows.filter((row) => !isSame(row, wanted.get(row.id)));
    if (gone.length > 0 && !dryRun) await to.remove(gone.map(({ id }) => id));
    removed += gone.length;
  }
  for await (const rows of rowPages(source, definition)) {
    const live = rows.filter((row) => isLiveAt(now, row));
    const known = byId(await to.get(live.map(({ id }) => id)));
    const missing = live.filter((row) => !isSame(row, known.get(row.id)));
    if (missing.length > 0 && !dryRun) await to.put(missing);
    records += live.length;
    written += missing.length;
  }
  return { name: definition.name, records, written, removed };
}

const byId = (rows: readonly RawRecord[]) => new Map(rows.map((row) => [row.id, row]));

const isSame = (row: RawRecord, other: RawRecord | undefined): boolean =>
  row.body === other?.body && row.expiresAt === other.expiresAt;

/** Both stores are read again, and compared at one moment: what ends meanwhile ends in both. */
async function verify(
  collections: readonly CopiedCollection[],
  { source, target, now = Date.now }: CopyOptions,
): Promise<Pick<CopyReport, 'collections' | 'different'>> {
  const at = now();
  const different: string[] = [];
  const read: (CopiedCollection & Digest)[] = [];
  const known = new Map(collections.map((copied) => [copied.name, copied]));
  for (const definition of await definitionsOf(source, target)) {
    const { name } = definition;
    const [theirs, ours] = [await digestOf(source, definition, at), await digestOf(target, definition, at)];
    if (theirs.records !== ours.records || theirs.digest !== ours.digest) different.push(name);
    read.push({ name, written: 0, removed: 0, ...known.get(name), ...ours });
  }
  return { collections: read, different };
}
