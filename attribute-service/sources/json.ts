import { randomText } from '../../lib/random.ts';
import { parseInstant } from '../../lib/time.ts';
import { answerMaxBytes, checkAnswer, garbled, noAnswer, type PostToSource } from './answer.ts';
import type { Source, SourceRequest } from './source.ts';

/** Claims of the token that lets the hub ask one body one thing; issuer and times are the signer's. */
export interface SourceTokenClaims {
  /** The body. */
  readonly aud: string;
  /** The resident's pseudonym at this body. */
  readonly sub: string;
  readonly purpose: string;
  readonly jti: string;
}

export interface JsonSourceOptions extends Pick<Source, 'id' | 'name' | 'deadlineMs'> {
  readonly address: string;
  /** A short-lived token of the hub for these claims. */
  readonly sign: (claims: SourceTokenClaims) => Promise<string>;
  readonly post: PostToSource;
  readonly now: () => number;
}

/**
 * A body with a JSON interface: `POST {type, requestId}` under a token that names person and purpose, so that nothing
 * can be asked beside what was signed; the answer is `{subject, asOf, coverages}` with the names of `Coverage`.
 */
export function createJsonSource({ id, name, deadlineMs, address, sign, post, now }: JsonSourceOptions): Source {
  async function fetch({ type, subject, purpose, requestId, signal }: SourceRequest) {
    const token = await sign({ aud: id, sub: subject, purpose, jti: randomText(16, 'base64url') });
    const body = await post(address, {
      body: JSON.stringify({ type, requestId }),
      contentType: 'application/json',
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      acceptStatus: [200],
      maxBytes: answerMaxBytes,
      signal,
    }).catch((error: unknown) => {
      throw noAnswer({ id }, error);
    });
    const { asOf, ...said } = parse(body);
    const at = typeof asOf === 'string' ? parseInstant(asOf) : undefined;
    return checkAnswer(
      { subject: said.subject, asOf: at, coverages: said.coverages },
      { source: { id }, asked: subject, now: now() },
    );
  }

  function parse(body: Uint8Array): { subject?: unknown; asOf?: unknown; coverages?: unknown } {
    let parsed: unknown;
    try {
      parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch {
      // The parser's own message would repeat a piece of the answer.
      throw garbled({ id }, 'is not JSON');
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      throw garbled({ id }, 'does not have the agreed form');
    return parsed;
  }

  return { id, name, deadlineMs, fetch };
}
