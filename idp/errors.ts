import { HubError, type Outcome } from '../lib/errors.ts';

const outcomes = {
  SIGN_IN_EXPIRED: 'missing',
  OTHER_BROWSER: 'denied',
  FORGED_REQUEST: 'denied',
  BODY_TOO_LARGE: 'invalid',
  BODY_MALFORMED: 'invalid',
  WRONG_MEDIA_TYPE: 'invalid',
  UNKNOWN_HOST: 'invalid',
  PLAIN_HTTP: 'denied',
  TOO_MANY_REQUESTS: 'unavailable',
  PAGE_MISSING: 'missing',
  METHOD_NOT_ALLOWED: 'invalid',
  PROVIDER_NOT_APPROVED: 'denied',
  OTHER_RESIDENT: 'denied',
  RETURN_NOT_REGISTERED: 'denied',
  SIGN_OUT_REFUSED: 'denied',
  START_REFUSED: 'denied',
  CHANGE_TOLD: 'conflict',
  LOGO_TOO_LARGE: 'invalid',
  LOGO_REFUSED: 'invalid',
  LOGO_GONE: 'missing',
  TLS_FILES_UNUSABLE: 'invalid',
} as const satisfies Record<string, Outcome>;

export type HubPageErrorCode = keyof typeof outcomes;

/** Refusals of the hub's own pages and endpoints; the folders below have their own. */
export class HubPageError extends HubError<HubPageErrorCode> {
  constructor(code: HubPageErrorCode, message: string, options?: ErrorOptions) {
    super(code, outcomes[code], message, options);
  }
}

const statusOfCode: Readonly<Record<string, number>> = {
  BODY_TOO_LARGE: 413,
  WRONG_MEDIA_TYPE: 415,
  UNKNOWN_HOST: 421,
  TOO_MANY_REQUESTS: 429,
  METHOD_NOT_ALLOWED: 405,
  TOKEN_MISSING: 401,
  TOKEN_REFUSED: 401,
  VERSION_OUTDATED: 412,
  VERSION_MISSING: 428,
  REGISTRATION_REFUSED: 422,
  IDEMPOTENCY_KEY_REUSED: 422,
};

const statusOfOutcome: Readonly<Record<Outcome, number>> = {
  denied: 403,
  invalid: 400,
  missing: 404,
  conflict: 409,
  unavailable: 503,
};

/** The HTTP status of an error: here and nowhere else outcomes become numbers. */
export function httpStatusOf(error: HubError): number {
  return statusOfCode[error.code] ?? statusOfOutcome[error.outcome];
}
