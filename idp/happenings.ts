import { createRisingIds } from '../lib/rising-id.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import type { AuditEvent } from './audit.ts';

/** What of the audit residents are shown of their own; the rest is the machine's business. */
const shownTypes = [
  'auth.ok',
  'auth.fail',
  'auth.card',
  'auth.passkey',
  'auth.bound',
  'authenticator.bind',
  'authenticator.remove',
  'card.activated',
  'card.clone-alarm',
  'card.code-refused',
  'card.expired',
  'card.locked',
  'card.pin-changed',
  'card.pin-reset',
  'card.replaced',
  'card.resumed',
  'card.revoked',
  'card.suspended',
  'card.tries-returned',
  'card.unfinished',
  'session.end',
  'sign-out',
] as const;
export type ShownType = (typeof shownTypes)[number];

/** One thing that happened with a card, for the page of its holder: no value, and nothing that names anybody. */
export interface Happening extends StoredRecord {
  /** Begins with the instant, so that ids rise with time. */
  readonly id: string;
  /** The card's index, as the audit has it. */
  readonly card: string;
  readonly at: number;
  readonly type: ShownType;
  readonly refused: boolean;
  readonly expiresAt: number;
}

export const happeningCollection: CollectionDefinition = { name: 'own-happening', indexes: [['card']] };

const keptMs = 400 * 24 * 3_600_000;
const alarms: readonly ShownType[] = [
  'auth.fail',
  'card.clone-alarm',
  'card.code-refused',
  'card.locked',
  'card.unfinished',
];

/**
 * The audit as its resident may see it: a view beside the journal, which is found by nobody's name and has no index
 * that could fail on a record that was tampered with. A sign-on by a session that is there leaves nothing here.
 */
export function createHappenings({
  happenings,
  now,
}: {
  readonly happenings: Collection<Happening>;
  readonly now: () => number;
}) {
  const newId = createRisingIds();

  async function note({ type, card, result }: AuditEvent): Promise<void> {
    const shown = shownTypes.find((one) => one === type);
    if (card === undefined || shown === undefined) return;
    const at = now();
    const refused = result === 'refused' || alarms.includes(shown);
    await happenings.insert({ id: newId(at), card, at, type: shown, refused, expiresAt: at + keptMs });
  }

  /** Of all these cards, the latest first. */
  async function listOf(
    cards: readonly string[],
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<{ readonly happenings: readonly Happening[]; readonly next: string | undefined }> {
    const place = { limit: limit + 1, descending: true, ...(after === undefined ? {} : { after }) };
    const found = await Promise.all(cards.map((card) => happenings.find({ where: { card }, ...place })));
    const all = found.flatMap(({ records }) => records).toSorted((one, other) => (one.id < other.id ? 1 : -1));
    const page = all.slice(0, limit);
    return { happenings: page, next: all.length > limit ? page.at(-1)?.id : undefined };
  }

  return { note, listOf };
}

export type Happenings = ReturnType<typeof createHappenings>;
