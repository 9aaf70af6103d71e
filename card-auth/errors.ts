import { HubError, type Outcome } from '../lib/errors.ts';

const outcomes = {
  READER_MESSAGE_MALFORMED: 'invalid',
  CHALLENGE_SPENT: 'denied',
  LEVEL_REFUSED: 'denied',
  TIME_OUT: 'denied',
  CARD_REFUSED: 'denied',
  CARD_NOT_ACTIVE: 'denied',
  CARD_SUSPENDED: 'denied',
  CARD_REVOKED: 'denied',
  CARD_EXPIRED: 'denied',
  PIN_WRONG: 'denied',
  PIN_LOCKED: 'denied',
  PIN_UNSUITABLE: 'invalid',
  CARD_OF_OTHER: 'denied',
  CARD_MISSING: 'missing',
  MOVE_REFUSED: 'conflict',
  SECOND_PERSON_NEEDED: 'denied',
  TASK_DECIDED: 'conflict',
  PROGRAMME_CLOSED: 'conflict',
  BATCH_UNSUITABLE: 'invalid',
  BATCH_OF_OTHER: 'denied',
  AGREEMENT_USED: 'denied',
  RUN_OVERTAKEN: 'conflict',
  CODE_WRONG: 'denied',
  CODE_SPENT: 'denied',
  STOP_CODE_MISTYPED: 'invalid',
  STOP_CODE_UNKNOWN: 'missing',
  CARD_LIMIT: 'conflict',
  TOO_MANY_UNFINISHED: 'denied',
  KEY_SERVICE_UNAVAILABLE: 'unavailable',
  STATION_REFUSED: 'denied',
  STATION_MALFORMED: 'invalid',
  STATION_DECIDED: 'conflict',
  KEY_GIVEN_OUT: 'denied',
  VERSION_PASSED: 'conflict',
  CARD_ISSUED: 'conflict',
  OTHER_CARD: 'conflict',
} as const satisfies Record<string, Outcome>;

export type CardErrorCode = keyof typeof outcomes;

/** Refusals around the card. Before a good MAC there is only CARD_REFUSED: a stranger with an ID learns nothing. */
export class CardError extends HubError<CardErrorCode> {
  /** With PIN_WRONG and CODE_WRONG: how many tries are left. */
  readonly remainingTries: number | undefined;

  constructor(
    code: CardErrorCode,
    message: string,
    { remainingTries, ...options }: ErrorOptions & { remainingTries?: number } = {},
  ) {
    super(code, outcomes[code], message, options);
    this.remainingTries = remainingTries;
  }
}
