import { type Collection, type CollectionDefinition, StorageError, type StoredRecord } from '../../storage/index.ts';

export const mandateKinds = ['mandate', 'parental', 'guardian'] as const;
export type MandateKind = (typeof mandateKinds)[number];

/** Form 2 (R107): who acts for the applicant; both have signed on paper. */
export interface MandateForm {
  readonly agent: string;
  readonly kind: MandateKind;
  /** YYYY-MM-DD; without an end until it is withdrawn. */
  readonly from: string;
  readonly to?: string | undefined;
}

/** Form 2 of an approved application. */
export interface Mandate extends StoredRecord, MandateForm {
  readonly residentRef: string;
  readonly withdrawnAt?: number | undefined;
}

/** Form 3 (R108): that one insurer may pass on what it knows, under a text of this version. */
export interface InsurerConsent extends StoredRecord {
  readonly residentRef: string;
  readonly insurer: string;
  readonly textVersion: string;
  readonly at: number;
  readonly withdrawnAt?: number | undefined;
}

/** The wording of form 3 that is handed out now; a changed text is a new version. */
export const consentTextVersion = '2026-10';

export const mandateCollection: CollectionDefinition = { name: 'mandate', indexes: [['residentRef']] };
export const insurerConsentCollection: CollectionDefinition = { name: 'insurer-consent', indexes: [['residentRef']] };

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
    given: { readonly mandate?: MandateForm | undefined; readonly insurers: readonly string[] },
  ): Promise<void> {
    if (given.mandate && (await once(mandates.insert({ ...given.mandate, id: application, residentRef }))))
      await notify(residentRef, 'mandate-given');
    for (const insurer of given.insurers) {
      const id = `${application}.${insurer}`;
      if (await once(consents.insert({ id, residentRef, insurer, textVersion: consentTextVersion, at: now() })))
        await notify(residentRef, 'insurer-consent-given');
    }
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

/** A write that may have been done before, by another process or before a crash; whether this one did it. */
export async function once(written: Promise<void>): Promise<boolean> {
  try {
    await written;
    return true;
  } catch (error) {
    if (!(error instanceof StorageError && error.code === 'ALREADY_EXISTS')) throw error;
    return false;
  }
}
