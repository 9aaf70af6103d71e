import { randomBytes } from 'node:crypto';
import { sha256 } from '../../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../../storage/index.ts';
import { PasskeyError } from './errors.ts';

/** What a passkey is asked to do: be bound, stand beside card and PIN, or sign in alone. */
export type Purpose = 'bind' | 'beside-card' | 'sign-in';

/** Where a challenge is good: one page, in one browser, of one session where there is one. */
export interface Place {
  /** The interaction, or the session's own page. */
  readonly about: string;
  /** The browser's secret; only its hash is stored. */
  readonly browserSecret: string;
  readonly sessionId?: string | undefined;
}

export interface PasskeyChallenge extends StoredRecord {
  /** Hash of the challenge: whoever reads the store cannot have it signed. */
  readonly id: string;
  readonly purpose: Purpose;
  /** Hash over the place. */
  readonly place: string;
  readonly expiresAt: number;
}

export const passkeyChallengeCollection: CollectionDefinition = { name: 'passkey-challenge' };

/** Long enough to find the telephone that holds the passkey. */
export const challengeMs = 5 * 60_000;

const hashOf = (challenge: string) => sha256('sanuki-passkey-challenge:', challenge).toString('base64url');
const hashOfPlace = ({ about, browserSecret, sessionId = '' }: Place) =>
  sha256('sanuki-passkey-place:', JSON.stringify([about, browserSecret, sessionId])).toString('base64url');

export interface PasskeyChallengesOptions {
  readonly challenges: Collection<PasskeyChallenge>;
  readonly now: () => number;
}

/** Challenges for WebAuthn (13.4.3): random, used once, and good for nothing but what they were made for. */
export function createPasskeyChallenges({ challenges, now }: PasskeyChallengesOptions) {
  async function issue(purpose: Purpose, place: Place): Promise<string> {
    const challenge = randomBytes(32).toString('base64url');
    await challenges.insert({
      id: hashOf(challenge),
      purpose,
      place: hashOfPlace(place),
      expiresAt: now() + challengeMs,
    });
    return challenge;
  }

  /** Gone before anything else is looked at, so that no answer is tried twice. */
  async function spend(challenge: string, purpose: Purpose, place: Place): Promise<void> {
    const known = await challenges.take(hashOf(challenge));
    if (!known || known.expiresAt <= now() || known.purpose !== purpose || known.place !== hashOfPlace(place))
      throw new PasskeyError('PASSKEY_SPENT', 'the challenge was used, has expired, or belongs to another page');
  }

  return { issue, spend };
}

export type PasskeyChallenges = ReturnType<typeof createPasskeyChallenges>;
