import { randomBytes } from 'node:crypto';
import { AttributeError, type EligibilityAnswer } from '../../attribute-service/index.ts';
import type { Attributes } from '../attributes.ts';
import { PartyError } from '../errors.ts';
import type { Patient } from './counter.ts';
import type { LastKnown } from './last-known.ts';
import type { Question } from './question.ts';

/** What came of asking about a patient. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: EligibilityAnswer }
  /** Nothing can be said: the hub is silent, or its answer cannot be relied on. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'refused'; readonly code: string };

/** One patient on the screen of one receptionist, for a short time. */
export interface PatientView {
  readonly id: string;
  readonly sessionId: string;
  readonly patient: Patient;
  readonly question: Question;
  readonly outcome: Outcome;
  /** What the clinic was told before, where there is no answer now. */
  readonly lastKnown?: EligibilityAnswer | undefined;
  readonly expiresAt: number;
}

/** How long a patient stays on the screen (domain-details 4). */
const viewMs = 3 * 60_000;

export interface PatientsOptions {
  readonly attributes: Attributes;
  readonly lastKnown: LastKnown;
  /** YYYY-MM-DD at the clinic. */
  readonly today: () => string;
  readonly now: () => number;
}

/**
 * Patients on the screen. They live in this process's memory alone, so that nothing of them is on a disk or comes back
 * after a restart; each is reached by the session that opened it, until it is closed or its time is up.
 */
export function createPatients({ attributes, lastKnown, today, now }: PatientsOptions) {
  const views = new Map<string, PatientView>();

  async function open(sessionId: string, patient: Patient, question: Question): Promise<PatientView> {
    for (const { id, expiresAt } of views.values()) if (expiresAt <= now()) views.delete(id);
    const id = randomBytes(16).toString('base64url');
    return put({ id, sessionId, patient, question, ...(await ask(patient, question)) });
  }

  function put(view: Omit<PatientView, 'expiresAt'>): PatientView {
    const shown = { ...view, expiresAt: now() + viewMs };
    views.set(view.id, shown);
    return shown;
  }

  /** Throws PATIENT_CLOSED for a view that is over, or of another session. */
  function find(id: string, sessionId: string): PatientView {
    const view = views.get(id);
    if (!view || view.sessionId !== sessionId || view.expiresAt <= now())
      throw new PartyError('PATIENT_CLOSED', 'the view of the patient is over, or belongs to another session');
    return view;
  }

  /** Another day about the same patient, while the card's presentation still counts at the hub. */
  async function askAgain(id: string, sessionId: string, question: Question): Promise<PatientView> {
    const view = find(id, sessionId);
    return put({ id, sessionId, patient: view.patient, question, ...(await ask(view.patient, question)) });
  }

  const keepOpen = (id: string, sessionId: string): PatientView => put(find(id, sessionId));

  function close(id: string, sessionId: string): void {
    if (views.get(id)?.sessionId === sessionId) views.delete(id);
  }

  async function ask(patient: Patient, question: Question): Promise<Pick<PatientView, 'outcome' | 'lastKnown'>> {
    const outcome = await outcomeOf(patient, question);
    // An earlier day says nothing about the next outage, nor does the end of the coverage that the question named.
    const isPlain = question.date === today() && question.insurerNumber === undefined;
    if (outcome.kind === 'answered' && isPlain) await lastKnown.keep(patient.pseudonym, outcome.answer);
    const isOpen =
      outcome.kind === 'silent' || (outcome.kind === 'answered' && outcome.answer.validity === 'unconfirmed');
    return { outcome, ...(isOpen ? { lastKnown: await lastKnown.find(patient.pseudonym) } : {}) };
  }

  async function outcomeOf({ bootstrap }: Patient, { date, insurerNumber }: Question): Promise<Outcome> {
    if (bootstrap === undefined) return { kind: 'refused', code: 'NO_BOOTSTRAP' };
    const purpose = 'urn:x-sanuki:purpose:eligibility-check';
    const asked = { type: 'eligibility', purpose, date, ...(insurerNumber ? { insurerNumber } : {}) } as const;
    try {
      const reply = await attributes.query(bootstrap, asked);
      if (reply.kind === 'answer')
        return reply.eligibility ? { kind: 'answered', answer: reply.eligibility } : { kind: 'silent' };
      return { kind: 'refused', code: reply.kind === 'refused' ? reply.code : 'InteractionRequired' };
    } catch (error) {
      if (!(error instanceof AttributeError)) throw error;
      return error.outcome === 'unavailable' ? { kind: 'silent' } : { kind: 'refused', code: error.code };
    }
  }

  return { open, find, askAgain, keepOpen, close };
}

export type Patients = ReturnType<typeof createPatients>;
