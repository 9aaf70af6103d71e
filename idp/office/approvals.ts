import { type CardTasks, checkOpen, type Programme } from '../../card-auth/index.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../../storage/index.ts';
import type { Audit } from '../audit.ts';
import type { Application, Applications, EvidenceKind, Seen } from './applications.ts';
import { compareBasic } from './comparison.ts';
import { OfficeError } from './errors.ts';
import type { Evidence } from './evidence.ts';
import type { Forms } from './forms.ts';
import type { Letters } from './letters.ts';
import { isBar, type Persons } from './persons.ts';
import { type ProofedItems, proofedItems } from './proofed.ts';
import type { ResidentRegister } from './register.ts';

/**
 * How somebody was proofed (domain 8): who looked at what and when, with which result, and never the picture. Kept for
 * as long as the person is known here; `verified_claims` rests on it.
 */
export interface Proofing extends StoredRecord {
  /** Id of the application. */
  readonly id: string;
  readonly residentRef: string;
  readonly evidence: EvidenceKind;
  /** Seen by an officer, then matched with the register. */
  readonly validation: 'visual-and-register';
  readonly register: string;
  readonly askedAt: number;
  /** same: by the rule alone. officer: an officer answered for what differs. */
  readonly match: 'same' | 'officer';
  readonly officers: readonly string[];
  readonly secondOfficer: string;
  readonly at: number;
  /** What was proofed, as keyed digests; missing in records of a time when nothing rested on it. */
  readonly proofed?: ProofedItems | undefined;
}

export const proofingCollection: CollectionDefinition = { name: 'card-proofing', indexes: [['residentRef']] };

export interface ApprovalsOptions {
  readonly applications: Applications;
  readonly persons: Persons;
  readonly evidence: Pick<Evidence, 'schedule'>;
  readonly forms: Pick<Forms, 'take'>;
  readonly letters: Pick<Letters, 'queue'>;
  readonly proofings: Collection<Proofing>;
  readonly tasks: Pick<CardTasks, 'open'>;
  readonly register: Pick<ResidentRegister, 'id'>;
  readonly evidenceMs: number;
  readonly programme: Programme;
  /** Keyed index of proofings. */
  readonly proofIndex: (text: string) => string;
  readonly audit: Audit;
  readonly now: () => number;
}

type Ruling = Seen & { readonly reason: string };

/** The second officer's decision, and what follows from it; each step bears being done twice, so that a crash loses none. */
export function createApprovals(options: ApprovalsOptions) {
  const {
    applications,
    persons,
    evidence,
    forms,
    letters,
    proofings,
    tasks,
    register,
    evidenceMs,
    programme,
    audit,
    now,
  } = options;

  /** Duplicates are looked for again: a card may have come between the page and the decision. */
  async function approve(application: Application, ruling: Ruling): Promise<Application> {
    if (application.state !== 'forwarded')
      throw new OfficeError('APPLICATION_CHANGED', 'the application does not wait for a decision');
    checkOpen(programme, now());
    const entry = applications.entryOf(application);
    if ((await persons.duplicatesOf(application)).some(isBar))
      throw new OfficeError('DUPLICATE_CARD', 'the person has a card, or is about to get one');
    await persons.claim(application, entry);
    const approved = await applications.decide(application.id, { ...ruling, from: 'forwarded' }, 'approved');
    await settle(approved);
    await audit.record({ type: 'application.approve', result: 'ok', actor: ruling.by, detail: { id: approved.id } });
    return approved;
  }

  async function refuse(application: Application, ruling: Ruling, to: 'returned' | 'declined'): Promise<void> {
    const { id, state } = application;
    const refused = await applications.decide(id, { ...ruling, from: state }, to);
    await schedule(refused);
    await applications.settled(id);
    const type = `application.${to === 'returned' ? 'return' : 'decline'}`;
    await audit.record({ type, result: 'ok', actor: ruling.by, detail: { id } });
  }

  /** Resident, proofing, forms, the task that the card is made for, the letter, and the end of the pictures. */
  async function settle(application: Application): Promise<void> {
    const { id, register: answer, decision, evidence: seen, authors, mandate, insurers } = application;
    const entry = answer?.entries[0];
    if (!entry || !decision || !seen) throw new TypeError('an approved application is not whole');
    const residentRef = await persons.claim(application, entry);
    const match = compareBasic(application.basic, entry).verdict === 'same' ? 'same' : 'officer';
    const officers = authors.filter((author) => author !== decision.by);
    const [opener = ''] = officers.slice(-1);
    const about = { validation: 'visual-and-register', register: register.id, match } as const;
    const who = { officers, secondOfficer: decision.by, at: decision.at };
    const proofed = proofedItems(options.proofIndex, id, entry);
    const { askedAt } = answer;
    await insertOnce(proofings, { ...about, ...who, id, residentRef, evidence: seen, askedAt, proofed });
    await forms.take(id, residentRef, { mandate, insurers });
    const times = { openedAt: decision.at, dueAt: decision.at };
    const agreed = { state: 'approved', openedBy: opener, decidedBy: decision.by } as const;
    await tasks.open({ id: `application.${id}`, act: 'issue', residentRef, reason: 'REQUEST', ...agreed, ...times });
    await letters.queue(id, residentRef, 'enrolment');
    await schedule(application);
    await applications.settled(id);
  }

  const schedule = ({ id, decision }: Application): Promise<void> =>
    evidence.schedule(id, (decision?.at ?? now()) + evidenceMs);

  /** Those that a crash left half done, and pictures of decided applications that nobody scheduled. */
  async function settleAll(): Promise<void> {
    for (const state of ['approved', 'returned', 'declined'] as const) {
      let after: string | undefined;
      do {
        const page = await applications.inState(state, { limit: 500, ...(after ? { after } : {}) });
        for (const one of page.records) if (!one.settled) await finish(one);
        after = page.next;
      } while (after);
    }
  }

  async function finish(one: Application): Promise<void> {
    if (one.state === 'approved') return settle(one);
    await schedule(one);
    await applications.settled(one.id);
  }

  return { approve, refuse, settleAll };
}

export type Approvals = ReturnType<typeof createApprovals>;
