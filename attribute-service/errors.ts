import { HubError, type Outcome } from '../lib/errors.ts';

const outcomes = {
  SOURCE_SILENT: 'unavailable',
  SOURCE_GARBLED: 'unavailable',
  SOURCE_REFUSED: 'unavailable',
  ATTRIBUTE_UNKNOWN: 'missing',
  CONSENT_MISSING: 'denied',
  CONSENT_REQUEST_UNKNOWN: 'missing',
  NOT_IN_CONTRACT: 'denied',
  PURPOSE_REFUSED: 'denied',
  LEVEL_TOO_LOW: 'denied',
  PERSON_PROTECTED: 'denied',
  SESSION_ENDED: 'denied',
  DATE_OUT_OF_RANGE: 'invalid',
  HUB_SILENT: 'unavailable',
  HUB_GARBLED: 'unavailable',
  HUB_REFUSED: 'denied',
} as const satisfies Record<string, Outcome>;

export type AttributeErrorCode = keyof typeof outcomes;

/** Refusals of the attribute service and of its consumers. No message and no cause carries an attribute value. */
export class AttributeError extends HubError<AttributeErrorCode> {
  constructor(code: AttributeErrorCode, message: string, options?: ErrorOptions) {
    super(code, outcomes[code], message, options);
  }
}
