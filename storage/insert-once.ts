import { type Collection, StorageError, type StoredRecord } from './collection.ts';

/**
 * Inserts a record that may be there already, from another process or from before a crash. Whether this call did it:
 * false where a record has this id or one of its unique values.
 */
export async function insertOnce<T extends StoredRecord>(
  into: Pick<Collection<T>, 'insert'>,
  record: T,
): Promise<boolean> {
  try {
    await into.insert(record);
    return true;
  } catch (error) {
    if (!(error instanceof StorageError && error.code === 'ALREADY_EXISTS')) throw error;
    return false;
  }
}
