import { HubError, type Outcome } from '../lib/errors.ts';

const outcomes = {
  SIGN_IN_UNKNOWN: 'missing',
  OTHER_BROWSER: 'denied',
  SIGN_IN_REFUSED: 'denied',
  SIGN_IN_CANCELLED: 'denied',
  LEVEL_TOO_LOW: 'denied',
  PATIENT_UNKNOWN: 'missing',
  PATIENT_CANCELLED: 'denied',
  PATIENT_REFUSED: 'denied',
  PATIENT_CLOSED: 'missing',
  OWN_CARD: 'denied',
  HUB_UNAVAILABLE: 'unavailable',
  FORGED_REQUEST: 'denied',
  BODY_TOO_LARGE: 'invalid',
  PAGE_MISSING: 'missing',
  METHOD_NOT_ALLOWED: 'invalid',
} as const satisfies Record<string, Outcome>;

export type PartyErrorCode = keyof typeof outcomes;

/** Refusals of a relying party's own pages. */
export class PartyError extends HubError<PartyErrorCode> {
  constructor(code: PartyErrorCode, message: string, options?: ErrorOptions) {
    super(code, outcomes[code], message, options);
  }
}

const statusOfOutcome: Readonly<Record<Outcome, number>> = {
  denied: 403,
  invalid: 400,
  missing: 404,
  conflict: 409,
  unavailable: 503,
};

export const httpStatusOf = ({ outcome }: HubError): number => statusOfOutcome[outcome];
