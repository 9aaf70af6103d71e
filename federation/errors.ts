import { HubError, type Outcome } from '../lib/errors.ts';

const outcomes = {
  PROVIDER_UNKNOWN: 'missing',
  PROVIDER_NOT_APPROVED: 'denied',
  METADATA_INVALID: 'invalid',
  METADATA_EXPIRED: 'invalid',
  CLIENT_METADATA_INVALID: 'invalid',
  BODY_INVALID: 'invalid',
  DECLARATION_INVALID: 'invalid',
  PROVIDER_CHANGED: 'conflict',
  PROVIDER_NAME_TAKEN: 'conflict',
  KEY_RING_EMPTY: 'unavailable',
  LINK_UNKNOWN: 'missing',
} as const satisfies Record<string, Outcome>;

export class FederationError extends HubError<keyof typeof outcomes> {
  constructor(code: keyof typeof outcomes, message: string, options?: ErrorOptions) {
    super(code, outcomes[code], message, options);
  }
}

const samlOutcomes = {
  BINDING_MALFORMED: 'invalid',
  RELAY_STATE_TOO_LONG: 'invalid',
  MESSAGE_UNEXPECTED: 'invalid',
  MESSAGE_NOT_CURRENT: 'denied',
  MESSAGE_REPLAYED: 'denied',
  DESTINATION_WRONG: 'denied',
  SIGNATURE_REQUIRED: 'denied',
  ACS_NOT_REGISTERED: 'denied',
  VERSION_MISMATCH: 'invalid',
  BINDING_UNSUPPORTED: 'invalid',
  NAME_ID_POLICY_INVALID: 'invalid',
  SUBJECT_UNKNOWN: 'denied',
  REQUEST_UNSUPPORTED: 'invalid',
  NO_PASSIVE: 'denied',
  NO_AUTHN_CONTEXT: 'denied',
  SIGN_IN_CANCELLED: 'denied',
  RESPONSE_REFUSED: 'denied',
  ASSERTION_INVALID: 'denied',
  AUDIENCE_MISMATCH: 'denied',
} as const satisfies Record<string, Outcome>;

export type SamlErrorCode = keyof typeof samlOutcomes;

/** A refusal as the party reads it (SAML Core 3.2.2.2). */
export interface SamlStatus {
  readonly code: string;
  readonly subcode?: string;
}

const status = 'urn:oasis:names:tc:SAML:2.0:status:';

/** Refusals that may go back to the party as a SAML Status; the others are pages, because nothing of the request can be trusted. */
const statuses: Partial<Record<SamlErrorCode, SamlStatus>> = {
  VERSION_MISMATCH: { code: `${status}VersionMismatch` },
  BINDING_UNSUPPORTED: { code: `${status}Responder`, subcode: `${status}UnsupportedBinding` },
  NAME_ID_POLICY_INVALID: { code: `${status}Requester`, subcode: `${status}InvalidNameIDPolicy` },
  SUBJECT_UNKNOWN: { code: `${status}Requester`, subcode: `${status}UnknownPrincipal` },
  REQUEST_UNSUPPORTED: { code: `${status}Requester`, subcode: `${status}RequestUnsupported` },
  NO_PASSIVE: { code: `${status}Responder`, subcode: `${status}NoPassive` },
  NO_AUTHN_CONTEXT: { code: `${status}Responder`, subcode: `${status}NoAuthnContext` },
  SIGN_IN_CANCELLED: { code: `${status}Responder`, subcode: `${status}AuthnFailed` },
};

export class SamlError extends HubError<SamlErrorCode> {
  /** With RESPONSE_REFUSED: the innermost status the other side gave, without its prefix. */
  readonly reason: string | undefined;

  constructor(code: SamlErrorCode, message: string, { reason, ...options }: ErrorOptions & { reason?: string } = {}) {
    super(code, samlOutcomes[code], message, options);
    this.reason = reason;
  }

  /** What the party is told; undefined where it must not be told anything. */
  get status(): SamlStatus | undefined {
    return statuses[this.code];
  }
}
