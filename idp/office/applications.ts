import { randomText } from '../../lib/random.ts';
import type { Collection, CollectionDefinition, Page, StoredRecord } from '../../storage/index.ts';
import { type BasicData, compareBasic } from './comparison.ts';
import { OfficeError } from './errors.ts';
import type { InsurerConsentForm, MandateForm } from './forms.ts';
import type { InsurerType } from './insurer-types.ts';
import type { RegisterEntry } from './register.ts';

export const channels = ['public', 'employer'] as const;
/** What an officer saw (domain 8): the word stays, the picture goes. */
export const evidenceKinds = ['my-number-card', 'driving-licence', 'passport', 'residence-card', 'two-papers'] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

/** Forms 1 to 3 (R106-R110) as they were handed in. */
export interface ApplicationForm {
  readonly basic: BasicData;
  readonly channel: (typeof channels)[number];
  /** Code of a participating employer; there with the channel `employer` (R109). */
  readonly employer?: string | undefined;
  /** Missing in records of a time when it was not asked for. */
  readonly insurerType?: InsurerType | undefined;
  readonly mandate?: MandateForm | undefined;
  readonly insurers: readonly InsurerConsentForm[];
}

export const applicationStates = ['received', 'forwarded', 'approved', 'returned', 'declined'] as const;
export type ApplicationState = (typeof applicationStates)[number];

export interface Application extends StoredRecord, ApplicationForm {
  readonly state: ApplicationState;
  /** Again, so that it can be looked for. */
  readonly birthDate: string;
  /** Everybody who had a hand in it; none of them decides. */
  readonly authors: readonly string[];
  readonly at: number;
  /** The register's answer: people who may be the applicant. Dropped with the decision but for the one chosen. */
  readonly register?: { readonly askedAt: number; readonly entries: readonly RegisterEntry[] } | undefined;
  readonly chosen?: string | undefined;
  readonly evidence?: EvidenceKind | undefined;
  readonly decision?: { readonly by: string; readonly at: number; readonly reason: string } | undefined;
  /** Everything that follows from an approval was done. */
  readonly settled?: boolean | undefined;
  readonly version: number;
}

export const applicationCollection: CollectionDefinition = {
  name: 'office-application',
  indexes: [['state'], ['birthDate']],
};

/** What of it stays readable in the store: nothing that was written on a form. */
export const clearOfApplications = ['state', 'authors', 'at', 'settled', 'version'] as const;

/** The proofing stays in a record of its own; the form is not kept for ever. */
const keptMs = 400 * 24 * 3_600_000;

export interface ApplicationsOptions {
  readonly applications: Collection<Application>;
  /** An older answer of the register is renewed before anything rests on it. */
  readonly registerMs: number;
  readonly now: () => number;
}

/** What an officer saw and rests on. */
export interface Seen {
  readonly by: string;
  /** Version that stood on the page. */
  readonly seen: number;
}

/**
 * An application's way (A1): received, compared with the register, forwarded by one officer and decided by another.
 * Who may do it is decided before. Of two who act on what they saw, the second is refused.
 */
export function createApplications({ applications, registerMs, now }: ApplicationsOptions) {
  async function enter(form: ApplicationForm, by: string): Promise<Application> {
    const entered = receivedOf(form, { by, at: now() });
    await applications.insert(entered);
    return entered;
  }

  async function change(id: string, from: ApplicationState, { by, seen }: Seen, to: Change): Promise<Application> {
    const changed = await applications.update(id, (current) => {
      if (current.state !== from || current.version !== seen)
        throw new OfficeError('APPLICATION_CHANGED', 'the application was changed in the meantime');
      const authors = [...new Set([...current.authors, by])];
      return { ...current, authors, ...to(current), version: current.version + 1 };
    });
    if (!changed) throw new OfficeError('APPLICATION_CHANGED', 'the application is gone');
    return changed;
  }

  /** Sets the register's answer beside the form. */
  const compared = (id: string, seen: Seen, entries: readonly RegisterEntry[]): Promise<Application> =>
    change(id, 'received', seen, () => ({ register: { askedAt: now(), entries } }));

  /** A picture was added: whoever added it is one of the authors. */
  const touched = (id: string, seen: Seen): Promise<Application> => change(id, 'received', seen, () => ({}));

  /** One officer says who it is, on what evidence, and that both signed form 2; the second decides. */
  const forward = (
    id: string,
    seen: Seen,
    { chosen, evidence, signed }: { chosen: string; evidence: EvidenceKind; signed?: boolean },
  ): Promise<Application> =>
    change(id, 'received', seen, (current) => {
      if (compareBasic(current.basic, entryOf(current, chosen)).verdict === 'other')
        throw new OfficeError('NO_REGISTER_MATCH', 'the register has another person under this reference');
      const { mandate } = current;
      if (mandate && !mandate.signed && !signed)
        throw new OfficeError('SIGNATURES_MISSING', 'nobody saw the signatures under form 2');
      const signedMandate = mandate && { mandate: { ...mandate, signed: true } };
      return { state: 'forwarded', chosen, evidence, ...signedMandate };
    });

  /** The person of the register that the application is about, by an answer that is still fresh. */
  function entryOf({ register, chosen }: Application, reference = chosen): RegisterEntry {
    if (!register || register.askedAt + registerMs <= now())
      throw new OfficeError('REGISTER_OUTDATED', 'the answer of the register is missing or too old');
    const entry = register.entries.find((one) => one.reference === reference);
    if (!entry) throw new OfficeError('NO_REGISTER_MATCH', 'the register named no such person');
    return entry;
  }

  const decide = (
    id: string,
    seen: Seen & { readonly reason: string; readonly from: ApplicationState },
    state: 'approved' | 'returned' | 'declined',
  ): Promise<Application> =>
    change(id, seen.from, seen, (current) => {
      if (seen.reason.trim() === '' || seen.reason.length > 1000)
        throw new OfficeError('REASON_MISSING', 'a reason of 1 to 1000 characters');
      const at = now();
      const decided = { state, decision: { by: seen.by, at, reason: seen.reason }, expiresAt: at + keptMs };
      if (state !== 'approved') return { ...decided, register: undefined };
      // Whoever is chosen stays, because the resident is made from it; the others were never asked to be here.
      const entry = entryOf(current);
      return { ...decided, register: { askedAt: current.register?.askedAt ?? at, entries: [entry] } };
    });

  /** Back to an officer, because the register's answer became too old on the way. */
  const reopen = (id: string, seen: Seen): Promise<Application> =>
    change(id, 'forwarded', seen, () => ({ state: 'received', chosen: undefined }));

  const settled = (id: string) => applications.update(id, (current) => ({ ...current, settled: true }));

  const inState = (
    state: ApplicationState,
    page: { limit?: number; after?: string } = {},
  ): Promise<Page<Application>> => applications.find({ where: { state }, ...page });
  const bornOn = async (birthDate: string): Promise<readonly Application[]> =>
    (await applications.find({ where: { birthDate }, limit: 1000 })).records;
  const get = (id: string) => applications.get(id);

  return { enter, compared, touched, forward, decide, reopen, settled, entryOf, inState, bornOn, get };
}

/** A form as it comes in; where a repeat has to meet the same record, `id` says which. */
export function receivedOf(
  form: ApplicationForm,
  { by, at, id = `F-${randomText(8, 'hex').toUpperCase()}` }: { by: string; at: number; id?: string },
): Application {
  return { ...form, id, birthDate: form.basic.birthDate, state: 'received', authors: [by], at, version: 1 };
}

type Change = (current: Application) => Partial<Application>;

export type Applications = ReturnType<typeof createApplications>;
