import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../../storage/index.ts';

export const mandateKinds = ['mandate', 'parental', 'guardian'] as const;
export type MandateKind = (typeof mandateKinds)[number];

/** Form 2 (R107): who acts for the applicant, in what, and for how long. */
export interface MandateForm {
  readonly agent: string;
  readonly kind: MandateKind;
  /** What the agent may do, as it is written. */
  readonly scope: string;
  /** YYYY-MM-DD; without an end until it is withdrawn. */
  readonly from: string;
  readonly to?: string | undefined;
  /** The officer saw the signatures of both on the paper. */
  readonly signed: boolean;
}

/** Form 2 of an approved application. */
export interface Mandate extends StoredRecord, MandateForm {
  readonly residentRef: string;
  readonly withdrawnAt?: number | undefined;
}

/** What form 3 lets an insurer pass on data for. */
export const consentPurposes = ['self-view', 'eligibility-check'] as const;
export type ConsentPurpose = (typeof consentPurposes)[number];

/** Form 3 (R108), one for each insurer: what for, and under which wording. */
export interface InsurerConsentForm {
  readonly insurer: string;
  /** Empty in records of a time when they were not written down. */
  readonly purposes: readonly ConsentPurpose[];
  readonly textVersion: string;
}

/** Form 3 of an approved application. */
export interface InsurerConsent extends StoredRecord, InsurerConsentForm {
  readonly residentRef: string;
  readonly at: number;
  readonly withdrawnAt?: number | undefined;
}

/** Wordings of form 3 that applicants may have signed, the newest first: a changed text is another version. */
export const consentTextVersions = ['2026-10'] as const;

/** In every collection of forms: who it is about, and nothing of what it says. */
export const clearOfForms = ['residentRef', 'withdrawnAt'] as const;
export const mandateCollection: CollectionDefinition = { name: 'office-mandate', indexes: [['residentRef']] };
export const insurerConsentCollection: CollectionDefinition = {
  name: 'office-insurer-consent',
  indexes: [['residentRef']],
};

/**
 * Domain 2.1: 8 digits, or 6 of a municipality's own insurance; the last one checks the others, by weights 2 and 1 in
 * turn from the right, with the digits of each product added up.
 */
export function isInsurerNumber(text: string): boolean {
  if (!/^(\d{6}|\d{8})$/.test(text)) return false;
  const [check = 0, ...rest] = text.split('').toReversed().map(Number);
  const products = rest.map((digit, at) => digit * (at % 2 === 0 ? 2 : 1));
  const sum = products.reduce((total, product) => total + Math.floor(product / 10) + (product % 10), 0);
  return (10 - (sum % 10)) % 10 === check;
}

export type FormChange = `${'mandate' | 'insurer-consent'}-${'given' | 'withdrawn'}`;

export interface FormsOptions {
  readonly mandates: Collection<Mandate>;
  readonly consents: Collection<InsurerConsent>;
  /** Tells the person; after a crash in between the notice is missing, but it never comes twice. */
  readonly notify: (residentRef: string, kind: FormChange) => Promise<void>;
  readonly now: () => number;
}

/** Forms 2 and 3 of residents, as they hold and as they ended. */
export function createForms({ mandates, consents, notify, now }: FormsOptions) {
  /** From an approved application; repeated after a crash it adds nothing. */
  async function take(
    application: string,
    residentRef: string,
    given: { readonly mandate?: MandateForm | undefined; readonly insurers: readonly InsurerConsentForm[] },
  ): Promise<void> {
    if (given.mandate && (await insertOnce(mandates, { ...given.mandate, id: application, residentRef })))
      await notify(residentRef, 'mandate-given');
    // By its place on the form: the number of an insurer stands in no id.
    for (const [at, consent] of given.insurers.entries())
      if (await insertOnce(consents, { ...consent, id: `${application}.${at + 1}`, residentRef, at: now() }))
        await notify(residentRef, 'insurer-consent-given');
  }

  const ofResident = async (residentRef: string) => ({
    mandates: (await mandates.find({ where: { residentRef } })).records,
    consents: (await consents.find({ where: { residentRef } })).records,
  });

  /** Whether there was one of this person to end; it stays on record. */
  async function withdraw(kind: 'mandate' | 'consent', id: string, residentRef: string): Promise<boolean> {
    let first = false;
    const end = <T extends Mandate | InsurerConsent>(current: T): T => {
      const own = current.residentRef === residentRef;
      first = own && current.withdrawnAt === undefined;
      return own ? { ...current, withdrawnAt: current.withdrawnAt ?? now() } : current;
    };
    const ended = kind === 'mandate' ? await mandates.update(id, end) : await consents.update(id, end);
    if (first) await notify(residentRef, kind === 'mandate' ? 'mandate-withdrawn' : 'insurer-consent-withdrawn');
    return ended?.residentRef === residentRef;
  }

  return { take, ofResident, withdraw };
}

export type Forms = ReturnType<typeof createForms>;
