import { HubError, type Outcome } from '../../lib/errors.ts';

const outcomes = {
  TOKEN_MISSING: 'denied',
  TOKEN_REFUSED: 'denied',
  SCOPE_MISSING: 'denied',
  PERSON_NEEDED: 'denied',
  FEED_UNKNOWN: 'denied',
  REQUEST_INVALID: 'invalid',
  REGISTRATION_REFUSED: 'invalid',
  ALREADY_REGISTERED: 'conflict',
  VERSION_MISSING: 'invalid',
  VERSION_OUTDATED: 'conflict',
  IDEMPOTENCY_KEY_MISSING: 'invalid',
  IDEMPOTENCY_KEY_REUSED: 'invalid',
  IDEMPOTENCY_KEY_BUSY: 'conflict',
} as const satisfies Record<string, Outcome>;

export type ApiErrorCode = keyof typeof outcomes;

/** Refusals of the administration API; `more` are further members of the problem (RFC 9457 3.2). */
export class ApiError extends HubError<ApiErrorCode> {
  readonly more: Readonly<Record<string, unknown>>;

  constructor(
    code: ApiErrorCode,
    message: string,
    { more = {}, ...options }: ErrorOptions & { readonly more?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(code, outcomes[code], message, options);
    this.more = more;
  }
}
