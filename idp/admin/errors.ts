import { HubError, type Outcome } from '../../lib/errors.ts';

const outcomes = {
  INVITATION_SPENT: 'missing',
  INVITATION_EMPTY: 'invalid',
  ROLES_EXCLUSIVE: 'conflict',
  ADMINISTRATOR_UNKNOWN: 'missing',
  ACT_NOT_ALLOWED: 'denied',
  OWN_WORK: 'denied',
  OWN_CARD: 'denied',
  REGISTRATION_CHANGED: 'conflict',
  NOTHING_TO_DECIDE: 'conflict',
  COMMENT_MISSING: 'invalid',
  SETUP_LINK_DEAD: 'missing',
  SETUP_LINK_USED: 'conflict',
} as const satisfies Record<string, Outcome>;

export type AdminErrorCode = keyof typeof outcomes;

/** Refusals of the console. */
export class AdminError extends HubError<AdminErrorCode> {
  constructor(code: AdminErrorCode, message: string, options?: ErrorOptions) {
    super(code, outcomes[code], message, options);
  }
}
