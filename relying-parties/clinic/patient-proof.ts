import type { Collection, CollectionDefinition, StoredRecord } from '../../storage/index.ts';

/** Documents that a receptionist may go by, and why there is no PIN (R98). */
export const documents = ['certificate', 'licence', 'national-card', 'other-photo'] as const;
export const reasons = ['forgotten', 'unable', 'locked'] as const;
export type Document = (typeof documents)[number];
export type Reason = (typeof reasons)[number];

/** How the patient in front of the counter is known: card and PIN (R97), or the card and a document that staff looked at. */
export type PatientProof =
  | { readonly kind: 'pin' }
  | { readonly kind: 'document'; readonly document: Document; readonly reason: Reason };

export interface TypedProof {
  readonly proof: string;
  readonly document: string;
  readonly reason: string;
}

export type ProofFault = 'document-missing' | 'reason-missing';

export type ReadProof =
  | { readonly proof: PatientProof }
  | { readonly faults: readonly ProofFault[]; readonly typed: TypedProof };

export const nothingTyped: TypedProof = { proof: 'pin', document: '', reason: '' };

/** The PIN is the rule; whoever goes without has to say by which document and why. */
export function readProof(form: URLSearchParams): ReadProof {
  const typed = {
    proof: form.get('proof') ?? 'pin',
    document: form.get('document') ?? '',
    reason: form.get('reason') ?? '',
  };
  if (typed.proof !== 'document') return { proof: { kind: 'pin' } };
  const document = documents.find((known) => known === typed.document);
  const reason = reasons.find((known) => known === typed.reason);
  if (document && reason) return { proof: { kind: 'document', document, reason } };
  return {
    faults: [...(document ? [] : ['document-missing' as const]), ...(reason ? [] : ['reason-missing' as const])],
    typed: { ...typed, proof: 'document' },
  };
}

const level = 'urn:x-sanuki:ac:card';

/** The level that the hub is asked for, which is also the least that its answer may name. */
export const levelOf = ({ kind }: PatientProof): string => (kind === 'pin' ? `${level}-pin` : level);

/** Whether what an ID token names is what this patient was asked for, or more. */
export function isEnough(proof: PatientProof, got: unknown): boolean {
  const strong: readonly unknown[] = [`${level}-pin`, `${level}-pin-bound`];
  return strong.includes(got) || (proof.kind === 'document' && got === level);
}

/** One identification without a PIN: who answered for it, by what, why, and for which answer. Nothing of the patient. */
export interface IdentityCheck extends StoredRecord {
  readonly at: number;
  /** Pseudonym of the receptionist at this clinic. */
  readonly officer: string;
  readonly document: Document;
  readonly reason: Reason;
  /** Number of the eligibility answer that was given on it. */
  readonly reference?: string | undefined;
  readonly expiresAt: number;
}

export const identityCheckCollection: CollectionDefinition = { name: 'identity-check' };

const keptMs = 5 * 366 * 24 * 3600_000;

/** The clinic's book of identifications without a PIN, kept five years as accesses are (domain.md 2.9, retention). */
export function createIdentityChecks({ checks, now }: { checks: Collection<IdentityCheck>; now: () => number }) {
  async function record(id: string, check: Omit<IdentityCheck, 'id' | 'at' | 'expiresAt'>): Promise<void> {
    await checks.insert({ id, ...check, at: now(), expiresAt: now() + keptMs });
  }
  return { record };
}

export type IdentityChecks = ReturnType<typeof createIdentityChecks>;
