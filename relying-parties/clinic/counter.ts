import { discoveryEprAttribute } from '../../attribute-service/index.ts';
import { sha256 } from '../../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../../storage/index.ts';
import { PartyError } from '../errors.ts';
import { newChecks, newState, type OidcChecks, type OidcClient, OidcRefusal } from '../oidc-client.ts';
import { isEnough, levelOf, type PatientProof } from './patient-proof.ts';
import type { Question } from './question.ts';

/** A patient's card is being asked for; in the receptionist's browser and session only. */
export interface CounterRequest extends StoredRecord {
  readonly browser: string;
  readonly sessionId: string;
  readonly question: Question;
  readonly proof: PatientProof;
  readonly checks: OidcChecks;
  readonly expiresAt: number;
}

export const counterRequestCollection: CollectionDefinition = { name: 'counter-request' };

/** Who stood at the counter, as the hub said it, for this one errand. */
export interface Patient {
  /** Of this terminal's registration; never the one under which the same person may be signed in as staff. */
  readonly pseudonym: string;
  readonly bootstrap?: string | undefined;
}

/** Where one request comes from. */
export interface CounterPlace {
  readonly browserSecret: string;
  readonly sessionId: string;
}

/** Who asks: the hub gives no answer about the very person (C-503). */
export interface Officer {
  readonly idToken?: string | undefined;
}

export interface CounterOptions {
  readonly client: Pick<OidcClient, 'authorizationUrl' | 'redeem'>;
  readonly requests: Collection<CounterRequest>;
  readonly now: () => number;
}

const requestMs = 5 * 60_000;
const hashOf = (secret: string) => sha256('sanuki-counter:', secret).toString('base64url');

/**
 * The patient's card at the receptionist's terminal. It is a sign-in of its own, under a registration that the hub
 * answers without any session, and what comes of it is this one patient: who is signed in here does not change.
 */
export function createCounter({ client, requests, now }: CounterOptions) {
  /** Returns the hub's address where the card is read. */
  async function begin(
    { question, proof }: Pick<CounterRequest, 'question' | 'proof'>,
    { browserSecret, sessionId }: CounterPlace,
    { idToken: officerHint }: Officer,
  ): Promise<string> {
    const [id, checks] = [newState(), newChecks()];
    const level = levelOf(proof);
    const asked = { ...checks, state: id, scope: 'openid attributes', level, officerHint };
    const url = await client.authorizationUrl(asked);
    const browser = hashOf(browserSecret);
    await requests.insert({ id, browser, sessionId, question, proof, checks, expiresAt: now() + requestMs });
    return url.href;
  }

  /** Only the browser and the session that asked get the patient, once. */
  async function finish(
    url: URL,
    { browserSecret, sessionId }: CounterPlace,
  ): Promise<{ question: Question; proof: PatientProof; patient: Patient }> {
    const state = url.searchParams.get('state') ?? '';
    const request = await requests.take(state);
    if (!request) throw new PartyError('PATIENT_UNKNOWN', 'the answer belongs to no request of this terminal');
    if (request.browser !== hashOf(browserSecret) || request.sessionId !== sessionId)
      throw new PartyError('OTHER_BROWSER', 'the patient was asked for in another browser or by another receptionist');
    const { claims, userInfo } = await client.redeem(url.search, request.checks, state).catch(explainRefusal);
    if (!isEnough(request.proof, claims.acr))
      throw new PartyError('LEVEL_TOO_LOW', 'the hub answered the counter with another level');
    const bootstrap = userInfo[discoveryEprAttribute];
    const patient = { pseudonym: claims.sub, ...(typeof bootstrap === 'string' ? { bootstrap } : {}) };
    return { question: request.question, proof: request.proof, patient };
  }

  return { begin, finish };
}

export type Counter = ReturnType<typeof createCounter>;

function explainRefusal(cause: unknown): never {
  if (!(cause instanceof OidcRefusal)) throw cause;
  if (cause.description?.includes('own card')) throw new PartyError('OWN_CARD', cause.message, { cause });
  const code = cause.error === 'access_denied' ? 'PATIENT_CANCELLED' : 'PATIENT_REFUSED';
  throw new PartyError(code, cause.message, { cause });
}
