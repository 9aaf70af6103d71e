import { HubError, type Outcome } from '../../lib/errors.ts';

const outcomes = {
  REGISTER_SILENT: 'unavailable',
  REGISTER_GARBLED: 'unavailable',
  REGISTER_OUTDATED: 'conflict',
  NO_REGISTER_MATCH: 'conflict',
  DUPLICATE_CARD: 'conflict',
  APPLICATION_CHANGED: 'conflict',
  EVIDENCE_REFUSED: 'invalid',
  EVIDENCE_TOO_LARGE: 'invalid',
  EVIDENCE_MISSING: 'conflict',
  SIGNATURES_MISSING: 'conflict',
  REASON_MISSING: 'invalid',
  IMPORT_REFUSED: 'invalid',
  CALLER_UNCHECKED: 'denied',
  CASE_CLOSED: 'missing',
  EQUIPMENT_TAKEN: 'conflict',
  STATION_MISSING: 'unavailable',
  CHARACTER_UNPRINTABLE: 'conflict',
} as const satisfies Record<string, Outcome>;

export type OfficeErrorCode = keyof typeof outcomes;

/** Refusals of the card office. No name, no number and no answer of a person is ever in a message. */
export class OfficeError extends HubError<OfficeErrorCode> {
  constructor(code: OfficeErrorCode, message: string, options?: ErrorOptions) {
    super(code, outcomes[code], message, options);
  }
}
