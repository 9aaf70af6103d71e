import { randomBytes } from 'node:crypto';
import { type Collection, type CollectionDefinition, StorageError, type StoredRecord } from '../../storage/index.ts';
import { PasskeyError } from './errors.ts';

/** A passkey that a resident bound: a public key and what is known of its use. No secret of it is here. */
export interface Authenticator extends StoredRecord {
  /** Random: names the record on pages and in the audit. */
  readonly id: string;
  /** WebAuthn 4, credential ID; base64url. */
  readonly credentialId: string;
  readonly residentRef: string;
  /** WebAuthn 5.4.3, user handle that the authenticator keeps; base64url. No provider ever sees it. */
  readonly userHandle: string;
  /** The resident's own name for it. */
  readonly name: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  /** WebAuthn 6.1.1, signature counter; 0 for passkeys that are kept on several devices. */
  readonly counter: number;
  readonly transports: readonly string[];
  readonly createdAt: number;
  readonly lastUsedAt?: number | undefined;
  /** Its counter went back: a copy exists, and neither is good any more. */
  readonly copiedAt?: number | undefined;
}

export const authenticatorCollection: CollectionDefinition = {
  name: 'authenticator',
  unique: ['credentialId'],
  indexes: [['residentRef']],
  readMostly: true,
};

/** More than anybody has devices; a bound for the list and for the options that name them all. */
const mostPerResident = 10;
const longestName = 40;

export interface AuthenticatorsOptions {
  readonly authenticators: Collection<Authenticator>;
  /** A copy was found, for the first time: from here on the passkey says nothing any more. */
  readonly onCopied?: ((authenticator: Authenticator) => Promise<void>) | undefined;
  readonly now: () => number;
}

/** The records of bound passkeys. Who may bind or use one is decided in `ceremonies.ts`. */
export function createAuthenticators({ authenticators, onCopied, now }: AuthenticatorsOptions) {
  async function ofResident(residentRef: string): Promise<readonly Authenticator[]> {
    const { records } = await authenticators.find({ where: { residentRef }, limit: 100 });
    return records.toSorted((one, other) => one.createdAt - other.createdAt);
  }

  /** Those that still say something. */
  const usableOf = async (residentRef: string) => (await ofResident(residentRef)).filter(isGood);

  async function byCredential(credentialId: string): Promise<Authenticator | undefined> {
    return (await authenticators.find({ where: { credentialId }, limit: 1 })).records[0];
  }

  /** The bound may be passed by as many as are bound at one moment; it is no security. */
  async function bind(made: Omit<Authenticator, 'id' | 'createdAt'>): Promise<Authenticator> {
    if ((await ofResident(made.residentRef)).length >= mostPerResident)
      throw new PasskeyError('PASSKEY_LIMIT', `a resident has at most ${mostPerResident} passkeys`);
    const authenticator = { ...made, id: randomBytes(16).toString('base64url'), createdAt: now() };
    try {
      await authenticators.insert(authenticator);
    } catch (cause) {
      if (!(cause instanceof StorageError && cause.code === 'ALREADY_EXISTS')) throw cause;
      throw new PasskeyError('PASSKEY_TAKEN', 'the credential is bound already', { cause });
    }
    return authenticator;
  }

  /**
   * WebAuthn 7.2, step 22: notes a use whose signature was right. A counter that did not grow means a copy; it is
   * judged and written in one step, so that of two uses with one count the second is found out.
   */
  async function use(id: string, counter: number): Promise<Authenticator> {
    let [copied, found] = [false, false];
    const used = await authenticators.update(id, (current) => {
      copied = current.copiedAt !== undefined || ((counter > 0 || current.counter > 0) && counter <= current.counter);
      found = copied && current.copiedAt === undefined;
      if (copied) return { ...current, copiedAt: current.copiedAt ?? now() };
      return { ...current, counter, lastUsedAt: now() };
    });
    if (!used) throw new PasskeyError('PASSKEY_UNKNOWN', 'the passkey was removed meanwhile');
    if (found) await onCopied?.(used);
    if (copied) throw new PasskeyError('PASSKEY_COPIED', 'the counter went back: a copy of the passkey exists');
    return used;
  }

  /** Another resident's is not there. */
  async function remove(residentRef: string, id: string): Promise<Authenticator> {
    if ((await authenticators.get(id))?.residentRef !== residentRef)
      throw new PasskeyError('PASSKEY_UNKNOWN', 'the resident has no such passkey');
    const removed = await authenticators.take(id);
    if (!removed) throw new PasskeyError('PASSKEY_UNKNOWN', 'the passkey was removed meanwhile');
    return removed;
  }

  /** Whether sessions that were made with it may go on. */
  async function isUsable(id: string): Promise<boolean> {
    const known = await authenticators.get(id);
    return known !== undefined && isGood(known);
  }

  return { ofResident, usableOf, byCredential, bind, use, remove, isUsable };
}

export type Authenticators = ReturnType<typeof createAuthenticators>;

const isGood = ({ copiedAt }: Authenticator) => copiedAt === undefined;

/** A name as it was typed, without what cannot be seen. */
export function nameOf(typed: string): string {
  const name = typed.normalize('NFC').replaceAll(/\p{C}/gu, '').trim();
  if (name === '' || name.length > longestName)
    throw new PasskeyError('PASSKEY_NAME', `a name has 1 to ${longestName} characters`);
  return name;
}
