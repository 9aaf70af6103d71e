import { randomInt } from 'node:crypto';
import type { Collection, CollectionDefinition, Page, Query, StoredRecord } from '../storage/index.ts';
import type { HandOverCode } from './hand-over-code.ts';
import { type CardActor, type CardStatus, mayMove, type ReasonCode } from './life-cycle.ts';

/** What the hub keeps of a card: no key of it, no PIN, no IDm in clear. */
export interface CardRecord extends StoredRecord {
  /** HMAC of the card's ID block under a key that only the card key service holds. */
  readonly id: string;
  /** 13 digits, as text; never derived from the IDm. */
  readonly number: string;
  readonly residentRef: string;
  /** Version of the card's key. */
  readonly ckv: number;
  /** A newer version that a station is writing: until the card has told that it holds it, either counts. */
  readonly nextCkv?: number | undefined;
  readonly status: CardStatus;
  readonly reason?: ReasonCode | undefined;
  /** Highest write count seen; a lower one later means a copy. */
  readonly lastWcnt: number;
  /** When the rc of the last good proof of possession was tapped; an older rc lost the race. */
  readonly lastTapAt: number;
  /** Instants of authorisations that no PIN proof followed, within the last hour. */
  readonly unfinished: readonly number[];
  /** Authorisations since the last sign-in that no PIN proof followed, neither a right nor a wrong one. */
  readonly unproven?: number | undefined;
  /** The holder was told of them before the next sign-in. */
  readonly unprovenTold?: true | undefined;
  readonly pin?: CardPin | undefined;
  /** The last PIN generation that was begun; each attempt takes a new one, so that none is evaluated for two PINs. */
  readonly lastGeneration?: number | undefined;
  /** Lets the holder set a PIN at a reader. */
  readonly handOver?: HandOverCode | undefined;
  /** Keyed hash of the code that stops this card; the latest letter's, and no other. */
  readonly stopCode?: string | undefined;
  /** R37: into whose hands it went and how; the code for the first PIN is made only then. */
  readonly handedOver?: HandedOver | undefined;
  /** The task that two agreed to and that it was made for; a card that was imported has none. */
  readonly madeFor?: string | undefined;
  readonly issuedAt: number;
  readonly expiresOn: number;
  /** The last notice of the coming end told of this many days. */
  readonly noticedDays?: number | undefined;
  /** The end that it told of. */
  readonly noticedEnd?: number | undefined;
  readonly replacedBy?: string | undefined;
  /** Id of the card whose place this one takes once it is active. */
  readonly supersedes?: string | undefined;
  /** When the support last gave all tries back. */
  readonly triesReturnedAt?: number | undefined;
  /** A software card: production refuses it. */
  readonly software: boolean;
}

export interface HandedOver {
  readonly at: number;
  readonly how: 'counter' | 'mail';
  /** Who gave it out or posted it. */
  readonly by: string;
  /** The batch of letters that it was posted with, and its run. */
  readonly batch?: string | undefined;
  readonly run?: number | undefined;
}

/** Made, and never given to anybody. */
export const isWaiting = ({ status, handedOver }: Pick<CardRecord, 'status' | 'handedOver'>): boolean =>
  status === 'issued' && handedOver === undefined;

export interface CardPin {
  /** Block of the card that holds the sealed secret: 4 or 5. */
  readonly slot: 4 | 5;
  /** Counts PIN changes. */
  readonly generation: number;
  readonly iterations: number;
  /** SHA-256 of the sealed block, so that a wiped one is told from a wrong PIN; base64url. */
  readonly slotHash: string;
}

export const cardCollection: CollectionDefinition = {
  name: 'card',
  unique: ['number'],
  indexes: [['residentRef'], ['status'], ['software'], ['ckv', 'status'], ['nextCkv', 'status'], ['stopCode']],
  readMostly: true,
};

export interface CardRegistryOptions {
  readonly cards: Collection<CardRecord>;
  /** Told when a card was moved to a status in which it cannot be used: its sessions are over. */
  readonly onStopped?: (cardId: string) => Promise<void>;
  /** R112: no card outlives the programme, whatever its record says. */
  readonly programmeEnd?: number | undefined;
  readonly now?: () => number;
}

export function createCardRegistry({ cards, onStopped, programmeEnd, now = Date.now }: CardRegistryOptions) {
  const end = programmeEnd ?? Number.POSITIVE_INFINITY;
  /** The record keeps the card's own years, so that a programme that is prolonged in time prolongs its cards. */
  const within = (card: CardRecord): CardRecord => (card.expiresOn > end ? { ...card, expiresOn: end } : card);
  const get = async (id: string) => {
    const card = await cards.get(id);
    return card && within(card);
  };

  async function list(query?: Query): Promise<Page<CardRecord>> {
    const page = await cards.find(query);
    return { ...page, records: page.records.map(within) };
  }

  async function update(id: string, change: (card: CardRecord) => CardRecord): Promise<CardRecord | undefined> {
    const card = await cards.update(id, (current) => {
      const shown = within(current);
      const changed = change(shown);
      if (changed === shown) return current;
      return changed.expiresOn === shown.expiresOn ? { ...changed, expiresOn: current.expiresOn } : changed;
    });
    return card && within(card);
  }

  async function byNumber(number: string): Promise<CardRecord | undefined> {
    return (await list({ where: { number }, limit: 1 })).records[0];
  }

  async function byStopCode(stopCode: string): Promise<CardRecord | undefined> {
    return (await list({ where: { stopCode }, limit: 1 })).records[0];
  }

  async function ofResident(residentRef: string): Promise<readonly CardRecord[]> {
    return (await list({ where: { residentRef }, limit: 100 })).records;
  }

  /** Moves a card; a move that the life cycle does not allow this actor leaves it as it is and gives undefined. */
  async function move(
    id: string,
    to: CardStatus,
    reason: ReasonCode,
    by: CardActor = 'system',
  ): Promise<CardRecord | undefined> {
    let moved = false;
    const card = await update(id, (current) => {
      moved = mayMove(current.status, to, by);
      return moved ? { ...current, status: to, reason } : current;
    });
    if (moved && to !== 'active') await onStopped?.(id);
    return moved ? card : undefined;
  }

  /** Whether sessions of this card may go on. */
  async function isUsable(id: string): Promise<boolean> {
    const card = await get(id);
    return card?.status === 'active' && card.expiresOn > now();
  }

  /** Cards that wait for their hand-over, so many at most. */
  async function waiting(limit: number, which: (card: CardRecord) => boolean = () => true): Promise<CardRecord[]> {
    const found: CardRecord[] = [];
    let after: string | undefined;
    do {
      const page = await list({ where: { status: 'issued' }, limit: 1000, ...(after ? { after } : {}) });
      found.push(...page.records.filter((card) => isWaiting(card) && which(card)));
      after = page.next;
    } while (after && found.length < limit);
    return found.slice(0, limit);
  }

  return {
    get,
    waiting,
    insert: (card: CardRecord) => cards.insert(card),
    update,
    list,
    byNumber,
    byStopCode,
    ofResident,
    move,
    isUsable,
  };
}

export type CardRegistry = ReturnType<typeof createCardRegistry>;

/** R28: 13 digits, random, so that nobody reads an order or a person out of them; never derived from the card itself. */
export const newCardNumber = (): string =>
  Array.from({ length: 13 }, (_, at) => (at === 0 ? randomInt(1, 10) : randomInt(10))).join('');
