import { CardError } from '../../card-auth/index.ts';
import { HubError } from '../../lib/errors.ts';
import { XmlError } from '../../lib/xml/index.ts';
import type { SsoSession } from '../session.ts';
import { reasonForCard, type SignInDemand, type Step } from '../sign-in/dispatch.ts';
import type { Facts } from './step.ts';
import type { Trace } from './trace.ts';

/** Steps that both protocols note in the same words. */
type Notes = Pick<Trace, 'note'>;

/** Who is told: the person on a page, a program in a problem document, or the party by its protocol. */
export type Told = 'page' | 'program' | 'party';

/** Messages that quote a registration file stay in the log. */
const quoting = /^(DECLARATION|METADATA|CLIENT_METADATA)_INVALID$/;

export function noteRefusal(trace: Notes, { error, told }: { readonly error: unknown; readonly told: Told }): void {
  trace.note('refused', () => ({ ...refusalFacts(error), told }));
}

/** A bug says nothing of itself here: its message was not written for anybody's eyes. */
function refusalFacts(error: unknown): Facts {
  if (!(error instanceof HubError)) return { code: 'UNEXPECTED' };
  return {
    code: error.code,
    ...(quoting.test(error.code) ? {} : { reason: error.message }),
    ...(error.cause instanceof HubError ? { cause: error.cause.code } : {}),
    ...(error instanceof CardError ? { remainingTries: error.remainingTries } : {}),
    ...(error instanceof XmlError ? xmlFacts(error) : {}),
  };
}

function xmlFacts({ detail }: XmlError): Facts {
  const { element, algorithm, expectedDigest, foundDigest, fingerprintsTried } = detail;
  return { element, algorithm, expectedDigest, foundDigest, fingerprintsTried };
}

export interface Decided {
  readonly step: Step;
  readonly demand: SignInDemand;
  readonly session: Pick<SsoSession, 'level' | 'authenticatedAt'> | undefined;
  readonly at: number;
}

/** The dispatcher's word, and why: what was demanded against what is there. */
export function noteDecision(trace: Notes, { step, demand, session, at }: Decided): void {
  trace.note('decision', () => ({
    next: step.step,
    why: whyOf({ step, demand, session, at }),
    level: session?.level,
    signedInAt: session?.authenticatedAt,
    ...(step.step === 'respond' ? { class: step.contextClass } : {}),
  }));
}

function whyOf({ step, demand, session, at }: Decided): string {
  if (step.step === 'respond') return 'session is enough';
  if (step.step === 'refuse' && step.reason === 'NO_AUTHN_CONTEXT') return 'level not reachable';
  const reason = reasonForCard(demand, session, at);
  return step.step === 'refuse' ? `passive: ${reason}` : reason;
}
