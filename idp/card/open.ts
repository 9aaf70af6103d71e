import type { CardChange, CardFact, CardRecord, CardRegistry, ExpiryEvent } from '../../card-auth/index.ts';
import type { Audit } from '../audit.ts';
import type { NoticeKind } from './notice-copy.ts';
import { type Notices, noticeOfFact } from './notices.ts';

const noticeOfChange: Readonly<Partial<Record<CardChange['type'], NoticeKind>>> = {
  suspended: 'card-suspended',
  resumed: 'card-resumed',
  'handed-over': 'card-handed-over',
  'code-made': 'code-made',
  revoked: 'card-revoked',
  replaced: 'card-replaced',
  'tries-returned': 'tries-returned',
  expired: 'card-expired',
};

export interface CardEventsOptions {
  readonly audit: Audit;
  readonly notices: Notices;
  readonly cards: Pick<CardRegistry, 'get'>;
  /** Signs out whoever is signed in with the card; every move of a card does so by itself. */
  readonly onStopped?: ((cardId: string) => Promise<void>) | undefined;
  /** It was stopped because a copy may exist, and its holder needs a new one. */
  readonly onUnsafe: (card: CardRecord) => Promise<void>;
  /** A card took the place of another one. */
  readonly onActivated: (cardId: string) => Promise<void>;
  /** R113: the address of the programme's anonymous survey. */
  readonly survey?: string | undefined;
}

/** What follows from whatever happens to a card: its record in the audit, the holder's notice, the end of its sign-ins. */
export function createCardEvents(options: CardEventsOptions) {
  const { audit, notices, cards, onStopped, onUnsafe, onActivated, survey } = options;

  async function onFact({ type, cardId, code, count }: CardFact): Promise<void> {
    await audit.record({
      type,
      result: code ? 'refused' : 'ok',
      card: cardId,
      code,
      detail: count ? { count } : undefined,
    });
    const kind = noticeOfFact[type];
    const card = kind && (await cards.get(cardId));
    if (kind && card) await notices.notify(card.residentRef, kind, count === undefined ? {} : { count });
    // The alarm is raised in the step that finds it, which is no move.
    if (type === 'card.clone-alarm') {
      await onStopped?.(cardId);
      if (card) await onUnsafe(card);
    }
    if (type === 'card.activated') await onActivated(cardId);
  }

  /** By id of the acting person, never by name; the card by its index. */
  async function onChange({ type, card, reason, by }: CardChange): Promise<void> {
    await audit.record({
      type: `card.${type}`,
      result: 'ok',
      card: card.id,
      actor: by.id,
      detail: { as: by.as, reason },
    });
    const unsafe = reason === 'KEY' && (type === 'suspended' || type === 'revoked');
    const kind = unsafe ? 'card-key-known' : noticeOfChange[type];
    if (kind) await notices.notify(card.residentRef, kind);
    if (unsafe) await onUnsafe(card);
  }

  async function onExpiry({ type, card, days, withProgramme }: ExpiryEvent): Promise<void> {
    if (type === 'expired') {
      const reason = card.reason ?? 'EXPIRY';
      return onChange({ type, card, reason, by: { as: 'system', id: withProgramme ? 'programme' : 'expiry' } });
    }
    await notices.notify(card.residentRef, withProgramme ? 'programme-ending' : 'card-expiring', { days });
    // The same address for everybody: who answers is nobody's here.
    if (withProgramme && survey && days !== 60) await notices.notify(card.residentRef, 'survey', { reference: survey });
  }

  return { onFact, onChange, onExpiry };
}
