import { nameIdTuple, type QualifiedNameId } from '../federation/index.ts';
import { sha256 } from '../lib/bytes.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';

/** A NameID that a party was given in a session, as a hash: a party signs out by name, and may come without a browser. */
export interface SessionName extends StoredRecord {
  readonly name: string;
  readonly sessionId: string;
  readonly expiresAt: number;
}

export const sessionNameCollection: CollectionDefinition = { name: 'sso-session-name', indexes: [['name']] };

export interface SessionNamesOptions {
  readonly names: Collection<SessionName>;
  /** Our own, which stands for a NameQualifier that was left out. */
  readonly entityId: string;
}

/** From the exact NameID tuple of one party to the sessions it was given in, and from no other party's. */
export function createSessionNames({ names, entityId }: SessionNamesOptions) {
  const hashOf = (party: string, nameId: QualifiedNameId) =>
    sha256('sanuki-session-name:', nameIdTuple(nameId, { identityProvider: entityId, party }), '\n', party).toString(
      'base64url',
    );

  /** Stays after the session has ended, so that the party is told the truth about one that is over already. */
  async function note(
    { id: sessionId, expiresAt }: { readonly id: string; readonly expiresAt: number },
    party: string,
    nameId: QualifiedNameId,
  ): Promise<void> {
    const name = hashOf(party, nameId);
    const id = sha256('sanuki-session-name:', name, '\n', sessionId).toString('base64url');
    await insertOnce(names, { id, name, sessionId, expiresAt });
  }

  async function sessionIdsOf(party: string, nameId: QualifiedNameId): Promise<readonly string[]> {
    const { records } = await names.find({ where: { name: hashOf(party, nameId) }, limit: 1000 });
    return records.map(({ sessionId }) => sessionId);
  }

  return { note, sessionIdsOf };
}

export type SessionNames = ReturnType<typeof createSessionNames>;
