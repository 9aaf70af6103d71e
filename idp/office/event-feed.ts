import {
  type CardOffice,
  type CardTask,
  type ChangeEvent,
  changeKinds,
  createResidentEvents,
  type Resident,
  type ResidentEvent,
  residentCollection,
  residentEventCollection,
  type ToldChange,
  type ToldOutcome,
} from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import type { Storage } from '../../storage/index.ts';
import type { Audit } from '../audit.ts';
import type { Notices } from '../card/notices.ts';
import { openCardOfficeBeside } from '../card/office.ts';
import type { Ground } from '../ground.ts';
import { type RegisterLink, registerLinkCollection } from './persons.ts';

export interface EventFeedOptions {
  readonly storage: Pick<Storage, 'collection'>;
  /** Id of the resident register. */
  readonly register: string;
  readonly office: Pick<CardOffice, 'note'>;
  readonly notices: Pick<Notices, 'notify'>;
  /** Whom a body knows by a pseudonym; a command beside the hub speaks for no body. */
  readonly linkedAt?: ((body: string, pseudonym: string) => Promise<string | undefined>) | undefined;
  readonly audit: Audit;
  readonly now: () => number;
}

/** In whose name somebody tells: the register's, a body's, or the office's own. */
export interface Feed {
  readonly as: 'register' | 'body' | 'office';
  /** Id of the register or body. */
  readonly of: string;
  /** Who it was, for the audit. */
  readonly by: string;
}

const ofRegister = changeKinds.filter((kind) => kind !== 'coverage');
const kindsOf = { register: ofRegister, body: ['coverage'], office: changeKinds } as const;
const dayMs = 24 * 3_600_000;

/**
 * R36: changes that registers and bodies tell. Each names people in its own terms and says its own kinds alone: a
 * register by its references, a body by the pseudonym that it got from here, so that no insurer learns a register's
 * references and none can name a person whom it was never asked about.
 */
export function openEventFeed(options: EventFeedOptions) {
  const { storage, register, office, notices, linkedAt = async () => undefined, audit, now } = options;
  const residents = storage.collection<Resident>(residentCollection);
  const links = storage.collection<RegisterLink>(registerLinkCollection);
  const known = async (id: string) => (await residents.get(id))?.id;

  async function residentOf(source: string, reference: string): Promise<string | undefined> {
    const [as = '', of = ''] = source.split(':');
    if (as === 'office') return known(reference);
    if (as === 'body') return linkedAt(of, reference);
    return of === 'imported' ? known(reference) : (await links.get(`${of}:${reference}`))?.residentRef;
  }

  async function onNoted({ residentRef, kind }: ChangeEvent, tasks: readonly CardTask[]): Promise<void> {
    if (kind === 'coverage') return notices.notify(residentRef, 'coverage-changed');
    const [task] = tasks;
    if (task?.act === 'replace') await notices.notify(residentRef, 'face-changed');
    if (task?.reason === 'RESIDENCE')
      await notices.notify(residentRef, 'moved-out', { days: Math.ceil((task.dueAt - now()) / dayMs) });
  }

  const events = createResidentEvents({
    events: storage.collection<ResidentEvent>(residentEventCollection),
    residents,
    residentOf,
    note: office.note,
    onNoted,
    now,
  });

  /** The audit has who told what and what came of it; whom it is about stands in no record. */
  async function tell(change: ToldChange, { as, of, by }: Feed): Promise<ToldOutcome | 'KIND_NOT_YOURS'> {
    const teller = { source: `${as}:${of}`, by, byRegister: as === 'register' };
    const may = kindsOf[as].some((kind) => kind === change.kind);
    const outcome = may ? await events.tell(change, teller) : 'KIND_NOT_YOURS';
    const refused = /^[A-Z]/.test(outcome);
    await audit.record({
      type: as === 'office' ? 'event.note' : 'event.told',
      result: refused ? 'refused' : 'ok',
      actor: by,
      code: refused ? outcome : undefined,
      detail: { event: change.id, kind: change.kind, feed: teller.source, ...(refused ? {} : { outcome }) },
    });
    return outcome;
  }

  return { tell, register, settleAll: events.settleAll };
}

export type EventFeed = ReturnType<typeof openEventFeed>;

/** For a command beside the hub: it tells for the register, and for no body. */
export function openEventFeedBeside(ground: Ground, settings: Settings, now: () => number) {
  const { office, notices, cards } = openCardOfficeBeside(ground, settings, now);
  const { storage, audit } = ground;
  const register = settings.cardOffice.register.kind;
  return { ...openEventFeed({ storage, register, office, notices, audit, now }), cards };
}
