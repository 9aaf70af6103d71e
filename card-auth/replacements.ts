import type { CardOfficeOptions } from './card-office.ts';
import type { CardRecord } from './card-registry.ts';

interface ReplacementsOptions extends Pick<CardOfficeOptions, 'cards'> {
  readonly onChange: NonNullable<CardOfficeOptions['onChange']>;
}

/** What becomes of a card when another one has taken its place. */
export function createReplacements({ cards, onChange }: ReplacementsOptions) {
  /** Once the new card is in its holder's hand and active, the old one ends; repeated after a crash it does nothing more. */
  async function settleReplacement({ id, supersedes }: Pick<CardRecord, 'id' | 'supersedes'>): Promise<void> {
    if (supersedes === undefined || (await cards.get(supersedes))?.replacedBy === id) return;
    const by = { as: 'system', id: 'replacement' } as const;
    const old = await cards.move(supersedes, 'revoked', 'REQUEST', by.as);
    const named = await cards.update(supersedes, (current) => ({ ...current, replacedBy: id }));
    if (old && named) await onChange({ type: 'replaced', card: named, reason: 'REQUEST', by });
  }

  /** Those that a crash left half done, found again by the daily round. */
  async function settleReplacements(): Promise<void> {
    let after: string | undefined;
    do {
      const page = await cards.list({ where: { status: 'active' }, limit: 1000, ...(after ? { after } : {}) });
      for (const card of page.records) await settleReplacement(card);
      after = page.next;
    } while (after);
  }

  return { settleReplacement, settleReplacements };
}
