import { type Collection, type Storage, type StoredRecord, takeOver } from '../../storage/index.ts';
import type { Application } from './applications.ts';
import { consentTextVersions, type InsurerConsent, type Mandate } from './forms.ts';

/** What the collections were called as long as their records lay open in the store. */
const former = {
  applications: { name: 'card-application', indexes: [['state'], ['birthDate']] },
  mandates: { name: 'mandate', indexes: [['residentRef']] },
  consents: { name: 'insurer-consent', indexes: [['residentRef']] },
} as const;

type FormerMandate<T> = Omit<T, 'scope' | 'signed'>;
type FormerApplication = Omit<Application, 'insurers' | 'mandate'> & {
  readonly insurers: readonly string[];
  readonly mandate?: FormerMandate<NonNullable<Application['mandate']>> | undefined;
};

/** What was not written down then is not made up now. */
const unwritten = { mandate: { scope: '', signed: false }, consent: { purposes: [] } } as const;

export interface SealedForms {
  readonly applications: Collection<Application>;
  readonly mandates: Collection<Mandate>;
  readonly consents: Collection<InsurerConsent>;
}

/**
 * Puts under the seal what an earlier version kept in clear. It is no migration of the store's schema, whose steps know
 * no key. Runs at the start, before anything is looked up, and finds nothing from the second time on.
 */
export async function sealFormer(storage: Storage, into: SealedForms, index: (text: string) => string): Promise<void> {
  const there = (await storage.definitions()).map(({ name }) => name);
  // In a store without them they are not made for nothing.
  if (!Object.values(former).some(({ name }) => there.includes(name))) return;
  const open = <T extends StoredRecord>(which: keyof typeof former) => storage.collection<T>(former[which]);
  const textVersion = consentTextVersions.at(-1) ?? '';
  await takeOver(open<FormerApplication>('applications'), into.applications, ({ mandate, insurers, ...rest }) => ({
    ...rest,
    ...(mandate ? { mandate: { ...mandate, ...unwritten.mandate } } : {}),
    insurers: insurers.map((insurer) => ({ ...unwritten.consent, insurer, textVersion })),
  }));
  await takeOver(open<FormerMandate<Mandate>>('mandates'), into.mandates, (one) => ({ ...one, ...unwritten.mandate }));
  await takeOver(open<Omit<InsurerConsent, 'purposes'>>('consents'), into.consents, (one) => ({
    ...one,
    ...unwritten.consent,
    // The insurer's number stood in it.
    id: `${one.id.split('.')[0]}.${index(one.insurer).slice(0, 16)}`,
  }));
}
