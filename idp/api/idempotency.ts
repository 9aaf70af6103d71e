import { sha256 } from '../../lib/bytes.ts';
import { randomText } from '../../lib/random.ts';
import type { Seal } from '../../lib/seal.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../../storage/index.ts';
import { ApiError } from './errors.ts';

/** What goes back to whoever called. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** One use of an idempotency key (draft-ietf-httpapi-idempotency-key-header). */
export interface KeyUse extends StoredRecord {
  /** Of caller and key. */
  readonly id: string;
  /** Of the request: the same key with something else in it is a mistake. */
  readonly fingerprint: string;
  /** Of this one attempt: one that outlived its claim must not touch what the next attempt holds. */
  readonly attempt: string;
  /** The answer, sealed: it may hold a client secret. None while the request is under way. */
  readonly sealed?: string | undefined;
  readonly expiresAt: number;
}

export const keyUseCollection: CollectionDefinition = { name: 'api-idempotency-key' };

const dayMs = 24 * 3_600_000;
/**
 * How long a request counts as under way when nobody hears of its end. After a crash the key is free again; what was
 * written before it is safe, because every write names the version it rests on.
 */
const underWayMs = 60_000;

export interface OnceOptions {
  readonly uses: Collection<KeyUse>;
  readonly seal: Seal;
  readonly now: () => number;
}

export interface KeyedRequest {
  readonly caller: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** Structured-field string (RFC 8941 3.3.3) or the bare word that most clients send. */
export function idempotencyKeyIn(header: string): string | undefined {
  if (header === '') return undefined;
  const [, quoted, bare] = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/.exec(header) ?? [];
  const key = quoted ?? bare;
  if (key === undefined)
    throw new ApiError('REQUEST_INVALID', 'Idempotency-Key has 1 to 255 printable ASCII characters');
  return key;
}

/** A request with a key is carried out once; who repeats it gets the first answer. Refusals leave the key free. */
export function createOnce({ uses, seal, now }: OnceOptions) {
  async function once({ caller, key, fingerprint }: KeyedRequest, act: () => Promise<Answer>): Promise<Answer> {
    const id = sha256(`sanuki-api-key:${caller}\n`, key).toString('base64url');
    const attempt = randomText(12, 'base64url');
    const earlier = await claim({ id, fingerprint, attempt, expiresAt: now() + underWayMs });
    if (earlier) return answerOf(earlier, fingerprint);
    const settle = (settled: Partial<KeyUse>) =>
      uses.update(id, (current) => (current.attempt === attempt ? { ...current, ...settled } : current));
    try {
      const answer = await act();
      // A request that outlived its claim: the answer goes out all the same, and a repetition meets its own refusal.
      await settle({ sealed: seal.seal(Buffer.from(JSON.stringify(answer)), id), expiresAt: now() + dayMs });
      return answer;
    } catch (error) {
      await settle({ expiresAt: now() });
      throw error;
    }
  }

  /** Of two requests at once one gets the key; the other sees who has it. */
  async function claim(use: KeyUse): Promise<KeyUse | undefined> {
    return (await insertOnce(uses, use)) ? undefined : ((await uses.get(use.id)) ?? use);
  }

  function answerOf(use: KeyUse, fingerprint: string): Answer {
    if (use.fingerprint !== fingerprint)
      throw new ApiError('IDEMPOTENCY_KEY_REUSED', 'the key was used for another request');
    if (use.sealed === undefined)
      throw new ApiError('IDEMPOTENCY_KEY_BUSY', 'a request with this key is still under way');
    const answer = JSON.parse(seal.open(use.sealed, use.id).toString()) as Answer;
    return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } };
  }

  return once;
}

export type Once = ReturnType<typeof createOnce>;
