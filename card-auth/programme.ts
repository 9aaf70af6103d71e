import type { CardRecord, CardRegistry } from './card-registry.ts';
import { CardError } from './errors.ts';
import { mayMove } from './life-cycle.ts';

/** R112: a programme has an end, and its cards end with it. Instants in ms since 1970; the end is exclusive. */
export interface Programme {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** How long a card is good for within it. */
  readonly cardYears: number;
}

/** Days before the end at which the holder is told (domain-details 11). */
export const noticeDays = [60, 30, 7] as const;
const dayMs = 24 * 3_600_000;

/** When a card made now ends: after its years, on the same day of the calendar, or with the programme. */
export function expiryOf(issuedAt: number, { end = Number.POSITIVE_INFINITY, cardYears }: Programme): number {
  const date = new Date(issuedAt);
  date.setUTCFullYear(date.getUTCFullYear() + cardYears);
  return Math.min(date.getTime(), end);
}

/** Whether a card may be made for the programme now. */
export const isOpen = (
  { start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY }: Programme,
  now: number,
): boolean => now >= start && now < end;

/** Applications are taken and cards are made within the programme alone. */
export function checkOpen(programme: Programme, now: number): void {
  if (!isOpen(programme, now)) throw new CardError('PROGRAMME_CLOSED', 'this is outside the days of the programme');
}

/**
 * Pure: the notice that is due for a card and was not given, as its number of days; the nearest one only, so that a
 * service that stood still for a month does not send three letters on one day.
 */
export function noticeDue(
  { expiresOn, noticedDays, noticedEnd = expiresOn }: Pick<CardRecord, 'expiresOn' | 'noticedDays' | 'noticedEnd'>,
  now: number,
): number | undefined {
  const left = expiresOn - now;
  if (left <= 0) return undefined;
  const due = noticeDays.findLast((days) => left <= days * dayMs);
  // What was told of another end, before the programme was prolonged or cut short, was not told of this one.
  const told = noticedEnd === expiresOn ? noticedDays : undefined;
  return due !== undefined && due < (told ?? Number.POSITIVE_INFINITY) ? due : undefined;
}

export interface ExpiryEvent {
  readonly type: 'expiring' | 'expired';
  readonly card: CardRecord;
  /** With `expiring`: at most this many days are left. */
  readonly days?: number;
  /** It ends with the programme, not by its own years. */
  readonly withProgramme: boolean;
}

export interface ExpiryOptions {
  readonly cards: CardRegistry;
  readonly onEvent: (event: ExpiryEvent) => Promise<void>;
  readonly programme?: Pick<Programme, 'end'>;
  readonly now?: () => number;
}

/**
 * One round over the cards in use: notices ahead, and the state of those that have ended. A card is refused from its
 * moment on whether or not this ran; it may run in several processes and again after a crash, and each event comes once.
 */
export function createExpiryRound({ cards, onEvent, programme = {}, now = Date.now }: ExpiryOptions) {
  async function run(): Promise<void> {
    for (const status of ['active', 'pin-locked', 'suspended', 'issued'] as const) {
      let after: string | undefined;
      do {
        const page = await cards.list({ where: { status }, limit: 1000, ...(after ? { after } : {}) });
        for (const card of page.records) await look(card);
        after = page.next;
      } while (after);
    }
  }

  async function look(card: CardRecord): Promise<void> {
    const withProgramme = card.expiresOn === programme.end;
    if (card.expiresOn <= now()) {
      if (!mayMove(card.status, 'expired', 'system')) return;
      const expired = await cards.move(card.id, 'expired', withProgramme ? 'TESTEND' : 'EXPIRY');
      if (expired) await onEvent({ type: 'expired', card: expired, withProgramme });
      return;
    }
    const days = noticeDue(card, now());
    if (days === undefined) return;
    let first = false;
    const noticed = await cards.update(card.id, (current) => {
      first = noticeDue(current, now()) === days;
      return first ? { ...current, noticedDays: days, noticedEnd: current.expiresOn } : current;
    });
    if (first && noticed) await onEvent({ type: 'expiring', card: noticed, days, withProgramme });
  }

  return run;
}
