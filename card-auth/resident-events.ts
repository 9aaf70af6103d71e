import { createHash } from 'node:crypto';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';
import type { CardTask, ChangeEvent } from './card-tasks.ts';
import type { Resident } from './residents.ts';

/** Basic data of a person as the register has them after the change. */
export type BasicAfter = Pick<Resident, 'name' | 'sex' | 'birthDate' | 'address'>;

/** R36: a change as its sender tells it. The id is the sender's own; with it again nothing happens twice. */
export interface ToldChange {
  readonly id: string;
  readonly kind: ChangeEvent['kind'];
  /** Of the person, in the sender's own terms. */
  readonly resident: string;
  /** When it happened, ms since 1970. */
  readonly at: number;
  readonly leftArea?: boolean | undefined;
  readonly person?: BasicAfter | undefined;
}

/** Who tells: `source` is the namespace of its ids and references, `by` who it was for the audit. */
export interface Teller {
  readonly source: string;
  readonly by: string;
  readonly byRegister: boolean;
}

/** What became of a told change. unknown: nobody here is meant; it is kept and tried again. */
export type ToldOutcome = 'noted' | 'repeated' | 'unknown' | 'EVENT_DIFFERS' | 'EVENT_OUTDATED' | 'EVENT_IN_FUTURE';

export interface ResidentEvent extends StoredRecord {
  /** Of source and the sender's id, so that no sender can use up the ids of another. */
  readonly id: string;
  readonly source: string;
  readonly reference: string;
  readonly kind: ChangeEvent['kind'];
  readonly leftArea?: boolean | undefined;
  readonly at: number;
  readonly by: string;
  readonly byRegister: boolean;
  /** Of all that was told: the same id with something else in it is no repetition. */
  readonly digest: string;
  /** Kept until it is done, and never of somebody unknown. */
  readonly person?: BasicAfter | undefined;
  readonly state: 'received' | 'unknown' | 'done';
  readonly residentRef?: string | undefined;
  readonly toldAt: number;
  readonly expiresAt: number;
}

export const residentEventCollection: CollectionDefinition = {
  name: 'resident-event',
  indexes: [['state'], ['residentRef']],
};

const dayMs = 24 * 3_600_000;
/** An event this old is refused, and its record is kept for longer: so none is ever told a second time as new. */
const oldestMs = 365 * dayMs;
const keptMs = 400 * dayMs;
/** Somebody unknown may be about to get a card; longer than this the reference is not kept. */
const unknownMs = 90 * dayMs;
const clockMs = dayMs;
/** So long somebody else may be at it. */
const underWayMs = 60_000;

export interface ResidentEventsOptions {
  readonly events: Collection<ResidentEvent>;
  readonly residents: Pick<Collection<Resident>, 'get' | 'update'>;
  /** Whom a source means; undefined where that is nobody of ours. */
  readonly residentOf: (source: string, reference: string) => Promise<string | undefined>;
  readonly note: (event: ChangeEvent) => Promise<readonly CardTask[]>;
  /** The holder is told; after everything else. */
  readonly onNoted?: (event: ChangeEvent, tasks: readonly CardTask[]) => Promise<void>;
  readonly now: () => number;
}

/**
 * Changes that are told by others, each once however often, in whatever order and by however many processes at a time.
 * The record comes first, then what follows from it, then its end: a crash leaves something for the round.
 */
export function createResidentEvents(options: ResidentEventsOptions) {
  const { events, residents, residentOf, note, onNoted = async () => undefined, now } = options;

  async function tell(change: ToldChange, teller: Teller): Promise<ToldOutcome> {
    const toldAt = now();
    if (change.at > toldAt + clockMs) return 'EVENT_IN_FUTURE';
    if (change.at < toldAt - oldestMs) return 'EVENT_OUTDATED';
    const record = recordOf(change, teller, toldAt);
    if (await isNew(record)) return settle(record);
    const kept = await events.get(record.id);
    if (kept && kept.digest !== record.digest) return 'EVENT_DIFFERS';
    return kept?.state === 'unknown' ? settle({ ...kept, person: record.person }) : 'repeated';
  }

  const isNew = (record: ResidentEvent): Promise<boolean> => insertOnce(events, record);

  async function settle(record: ResidentEvent): Promise<'noted' | 'unknown'> {
    const { id, source, reference, toldAt } = record;
    const residentRef = await residentOf(source, reference);
    if (residentRef === undefined) {
      const expiresAt = toldAt + unknownMs;
      await events.update(id, (current) => ({ ...current, state: 'unknown', person: undefined, expiresAt }));
      return 'unknown';
    }
    // From here on a newer move is found by whoever looks for one.
    await events.update(id, (current) => ({ ...current, residentRef, expiresAt: toldAt + keptMs }));
    await apply(record, residentRef);
    await events.update(id, (current) => ({ ...current, state: 'done', person: undefined }));
    return 'noted';
  }

  async function apply({ id, kind, leftArea, at, byRegister, person }: ResidentEvent, residentRef: string) {
    if (person) await follow(residentRef, person, at);
    if (kind === 'move' && (await hasNewerMove(residentRef, at))) return;
    const event = { id, residentRef, kind, leftArea, at, byRegister };
    await onNoted(event, await note(event));
  }

  /** Basic data follow the newest word about them. */
  const follow = (residentRef: string, person: BasicAfter, at: number) =>
    residents.update(residentRef, (current) =>
      (current.basicAt ?? 0) <= at ? { ...current, ...person, basicAt: at } : current,
    );

  /** A move that was told late must not undo the one that came after it. */
  async function hasNewerMove(residentRef: string, at: number): Promise<boolean> {
    const { records } = await events.find({ where: { residentRef }, limit: 500 });
    return records.some((other) => other.kind === 'move' && other.at > at);
  }

  /** What a crash cut off, and what was about somebody who is known by now. */
  async function settleAll(): Promise<void> {
    for (const state of ['received', 'unknown'] as const) {
      let after: string | undefined;
      do {
        const page = await events.find({ where: { state }, limit: 500, ...(after ? { after } : {}) });
        for (const one of page.records)
          if (state === 'unknown' ? await isKnown(one) : one.toldAt + underWayMs <= now()) await settle(one);
        after = page.next;
      } while (after);
    }
  }

  const isKnown = async ({ source, reference }: ResidentEvent) => (await residentOf(source, reference)) !== undefined;

  return { tell, settleAll };
}

const hashOf = (...parts: readonly unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

function recordOf(change: ToldChange, { source, by, byRegister }: Teller, toldAt: number): ResidentEvent {
  const { id, kind, resident: reference, at, leftArea, person } = change;
  const told = { kind, reference, at, leftArea, person };
  return {
    ...told,
    id: hashOf('resident-event', source, id),
    digest: hashOf(kind, reference, at, leftArea ?? null, person ?? null),
    source,
    by,
    byRegister,
    state: 'received',
    toldAt,
    expiresAt: toldAt + keptMs,
  };
}
