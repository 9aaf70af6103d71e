import { type CollectionDefinition, type Storage, StorageError, type StoredRecord } from './collection.ts';
import { presenceCollection } from './presence.ts';
import { hasRows, peek } from './rows.ts';

/** In the target of a copy: where it comes from, and whether all of it is there. */
interface CopyMark extends StoredRecord {
  /** Names a file, or hosts and a database; no account and no password. */
  readonly source: string;
  readonly state: 'copying' | 'whole';
  readonly startedAt: number;
}

export const copyMarkCollection: CollectionDefinition = { name: 'store-copy' };
const markId = 'copy';

/** What says something about a store itself, and is not moved with its records. */
export const staysBehind = ({ name }: CollectionDefinition): boolean =>
  [copyMarkCollection.name, presenceCollection.name].includes(name);

const readMark = (storage: Storage) => peek<CopyMark>(storage, copyMarkCollection, markId);

export async function isUnfinishedCopy(storage: Storage): Promise<boolean> {
  return (await readMark(storage))?.state === 'copying';
}

/**
 * Before a hub works on the store: one that is half copied is refused, and one that is whole stops being a target, so
 * that no later copy takes away what the hub wrote.
 */
export async function putInService(storage: Storage): Promise<void> {
  const mark = await readMark(storage);
  if (!mark) return;
  if (mark.state === 'copying')
    throw new StorageError(
      'STORE_UNFINISHED',
      `not all records of ${mark.source} are in this store yet: run "sanuki storage copy" again, to its end`,
    );
  await storage.collection<CopyMark>(copyMarkCollection).take(markId);
}

export type TargetState = 'empty' | 'unfinished' | 'whole';

/** Whether the store may become a copy of this source. Writes nothing. */
export async function checkTarget(target: Storage, source: string): Promise<TargetState> {
  const mark = await readMark(target);
  if (mark) checkSameSource(mark, source);
  if (mark) return mark.state === 'whole' ? 'whole' : 'unfinished';
  for (const definition of await target.definitions())
    if (!staysBehind(definition) && (await hasRows(target, definition)))
      throw taken('name another target, or empty this one if nobody needs it; a hub that was started on it keeps it');
  return 'empty';
}

function checkSameSource(mark: CopyMark, source: string): void {
  if (mark.source !== source)
    throw taken(`it is a copy of ${mark.source}: go on with that one, or name another target`);
}

const taken = (remedy: string) => new StorageError('TARGET_TAKEN', `the target has records already: ${remedy}`);

/** From here on no hub starts on the target, and no other source is copied into it. */
export async function beginMark(target: Storage, { source, now }: { readonly source: string; readonly now: number }) {
  const marks = target.collection<CopyMark>(copyMarkCollection);
  // Of two that begin at once from different sources one is refused, here or by the insert.
  const begun = await marks.update(markId, (mark) => {
    checkSameSource(mark, source);
    return { ...mark, state: 'copying' };
  });
  if (!begun) await marks.insert({ id: markId, source, state: 'copying', startedAt: now });
}

export async function finishMark(target: Storage): Promise<void> {
  const marks = target.collection<CopyMark>(copyMarkCollection);
  await marks.update(markId, (mark) => ({ ...mark, state: 'whole' }));
}
