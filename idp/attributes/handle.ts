import type { Seal } from '../../lib/seal.ts';

/**
 * What stands behind the NameID of a token of ours: sealed, so that the party which carries the token learns no
 * identifier from it, and two parties (or one party twice) hold nothing that can be compared.
 */
export interface Handle {
  readonly residentRef: string;
  /** Registration id of the party that was given the token. */
  readonly party: string;
  /** The card that was presented: when it is suspended, its tokens die with it. */
  readonly cardId: string;
  /** URI of the level reached, and when (ms since 1970). */
  readonly level: string;
  readonly authenticatedAt: number;
  /** The SSO session behind it, or the presentation at a counter, which has no session: without either it is worth nothing. */
  readonly sessionId?: string | undefined;
  readonly presentationId?: string | undefined;
  /** ms since 1970. */
  readonly expiresAt: number;
  /** Id of the one attribute type, and the purpose, that a data token is good for; a bootstrap token has none. */
  readonly type?: string | undefined;
  readonly purpose?: string | undefined;
}

const context = 'attribute-handle';

export function createHandles({ seal, now }: { seal: Seal; now: () => number }) {
  const sealHandle = (handle: Handle): string => seal.seal(Buffer.from(JSON.stringify(handle)), context);

  /** The handle, or undefined when it is not one of ours or has expired. */
  function openHandle(text: string): Handle | undefined {
    let plain: Buffer;
    try {
      plain = seal.open(text, context);
    } catch (error) {
      if (error instanceof Error) return undefined;
      throw error;
    }
    const handle = JSON.parse(plain.toString()) as Handle;
    return handle.expiresAt > now() ? handle : undefined;
  }

  return { sealHandle, openHandle };
}

export type Handles = ReturnType<typeof createHandles>;
