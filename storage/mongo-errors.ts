import { getSystemErrorMap } from 'node:util';
import { MongooseError, mongo } from 'mongoose';
import { StorageError } from './collection.ts';

const duplicateKey = 11_000;
const authenticationFailed = 18;
const unauthorized = 13;

export const isDuplicate = (error: unknown): boolean => codeOf(error) === duplicateKey;

/** Nothing was sent: there was no server to send it to. */
export const isUnsent = (error: unknown): boolean =>
  error instanceof mongo.MongoServerSelectionError || error instanceof mongo.MongoNotConnectedError;

/** What the driver threw, as one of our own; anything else (a refusal, a bug of a caller) stays as it is. */
export function asStorageError(error: unknown): unknown {
  if (!isOfDriver(error)) return error;
  return new StorageError('STORE_BUSY', 'the store could not be reached, or did not answer in time', { cause: error });
}

/** Why a store cannot be opened. The driver's own text is left out where it may repeat the address with its password. */
export function asOpeningError(error: unknown): unknown {
  if (isAboutAddress(error))
    return unsuitable('the address is not one of a MongoDB server: write mongodb://host:port or mongodb+srv://host');
  if (!isOfDriver(error)) return error;
  if ([authenticationFailed, unauthorized].includes(codeOf(error) ?? 0))
    return unsuitable('the server does not admit the account: check its name in the address, and the password file');
  if (isTooOld(error)) return unsuitable('the server is too old for the driver: it has to be MongoDB 5.0 or newer');
  return asStorageError(error);
}

export const unsuitable = (remedy: string, options?: ErrorOptions): StorageError =>
  new StorageError('STORE_UNSUITABLE', `the server cannot keep the hub's records: ${remedy}`, options);

const systemErrors = new Set([...getSystemErrorMap().values()].map(([name]) => name));

/** The driver passes on, as it is, what the system says of a name that the DNS does not know or of a socket just closed. */
const isOfDriver = (error: unknown): error is Error =>
  error instanceof mongo.MongoError ||
  error instanceof MongooseError ||
  (error instanceof Error && ('syscall' in error || ('code' in error && systemErrors.has(String(error.code)))));

/** By name, because the reader of addresses is a package with an error of its own under the driver's name. */
const isAboutAddress = (error: unknown): boolean =>
  error instanceof mongo.MongoAPIError ||
  (error instanceof Error && ['MongoParseError', 'MongoRuntimeError'].includes(error.name));

export function codeOf(error: unknown): number | undefined {
  return error instanceof mongo.MongoError && typeof error.code === 'number' ? error.code : undefined;
}

/** Said by the driver of every server it met, inside the error that it found none. */
function isTooOld(error: Error): boolean {
  const reason: unknown = 'reason' in error ? error.reason : undefined;
  const servers: unknown = typeof reason === 'object' && reason !== null && 'servers' in reason ? reason.servers : [];
  return (
    servers instanceof Map &&
    [...(servers as Map<string, { error?: unknown }>).values()].some(
      (server) => server.error instanceof mongo.MongoCompatibilityError,
    )
  );
}
