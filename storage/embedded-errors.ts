import { StorageError } from './collection.ts';

const [constraint, corrupt, noDatabase] = [19, 11, 26];

/** SQLite's primary result code; the extended ones are above it. */
function codeOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

export const isConstraint = (error: unknown): boolean => codeOf(error) === constraint;

/** A file that is cut, or is no database, as a refusal with its remedy; anything else stays as it is. */
export function asDamage(error: unknown): unknown {
  if (![corrupt, noDatabase].includes(codeOf(error) ?? 0)) return error;
  return damaged({ cause: error });
}

export const damaged = (options?: ErrorOptions): StorageError =>
  new StorageError(
    'STORE_DAMAGED',
    'the file of the store is cut or damaged, or is none of a hub: put back the last backup',
    options,
  );

/** What reads the file outside the writes of a collection. */
export function reading<R>(act: () => R): R {
  try {
    return act();
  } catch (error) {
    throw asDamage(error);
  }
}
