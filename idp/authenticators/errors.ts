import { HubError, type Outcome } from '../../lib/errors.ts';

const outcomes = {
  PASSKEY_MALFORMED: 'invalid',
  PASSKEY_NAME: 'invalid',
  PASSKEY_SPENT: 'denied',
  PASSKEY_REFUSED: 'denied',
  PASSKEY_UNKNOWN: 'denied',
  PASSKEY_COPIED: 'denied',
  PASSKEY_OF_OTHER: 'denied',
  PASSKEY_NEEDS_CARD: 'denied',
  PASSKEY_NOT_ASKED: 'denied',
  PASSKEY_TAKEN: 'conflict',
  PASSKEY_LIMIT: 'conflict',
} as const satisfies Record<string, Outcome>;

export type PasskeyErrorCode = keyof typeof outcomes;

/** Refusals of passkeys: binding one, and what one says. */
export class PasskeyError extends HubError<PasskeyErrorCode> {
  constructor(code: PasskeyErrorCode, message: string, options?: ErrorOptions) {
    super(code, outcomes[code], message, options);
  }
}
