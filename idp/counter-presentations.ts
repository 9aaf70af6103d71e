import { randomBytes } from 'node:crypto';
import type { CardAuthentication } from '../card-auth/index.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';

/**
 * A patient's card shown at one counter terminal for one request: what stands behind the tokens of that request, where
 * other tokens have a session. Its id is the id of the grant that the tokens hang on.
 */
export interface CounterPresentation extends StoredRecord, CardAuthenticationFacts {
  readonly clientId: string;
  readonly expiresAt: number;
}

type CardAuthenticationFacts = Pick<CardAuthentication, 'residentRef' | 'cardId' | 'level' | 'at'>;

export const counterPresentationCollection: CollectionDefinition = { name: 'counter-presentation', readMostly: true };

/** Long enough to ask what the card was shown for, and not for the patient's next errand. */
export const counterSeconds = 600;

/** Ids of grants of sessions are base64url, so the two kinds never meet. */
const prefix = 'counter:';
export const isCounterGrant = (grantId: unknown): boolean => typeof grantId === 'string' && grantId.startsWith(prefix);

export interface CounterPresentationsOptions {
  readonly presentations: Collection<CounterPresentation>;
  readonly isCardUsable: (cardId: string) => Promise<boolean>;
  /** Whether the client still is an approved counter terminal. */
  readonly isTerminal: (clientId: string) => Promise<boolean>;
  readonly now?: () => number;
}

export function createCounterPresentations({
  presentations,
  isCardUsable,
  isTerminal,
  now = Date.now,
}: CounterPresentationsOptions) {
  async function open(
    clientId: string,
    { residentRef, cardId, level, at }: CardAuthentication,
  ): Promise<CounterPresentation> {
    const id = `${prefix}${randomBytes(16).toString('base64url')}`;
    const expiresAt = now() + counterSeconds * 1000;
    const presentation = { id, clientId, residentRef, cardId, level, at, expiresAt };
    await presentations.insert(presentation);
    return presentation;
  }

  /** The presentation while it counts: in its time, with card and terminal still in use. */
  async function live(id: string | undefined): Promise<CounterPresentation | undefined> {
    if (id === undefined || !isCounterGrant(id)) return undefined;
    const presentation = await presentations.get(id);
    if (!presentation || presentation.expiresAt <= now()) return undefined;
    const [usable, terminal] = await Promise.all([
      isCardUsable(presentation.cardId),
      isTerminal(presentation.clientId),
    ]);
    return usable && terminal ? presentation : undefined;
  }

  /** Ends it before its time, as when its code was used twice. */
  async function end(id: string): Promise<void> {
    await presentations.take(id);
  }

  return { open, live, end };
}

export type CounterPresentations = ReturnType<typeof createCounterPresentations>;
