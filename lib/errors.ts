/** What a caller can do about an error; transports translate this and never the message. */
export type Outcome = 'denied' | 'invalid' | 'missing' | 'conflict' | 'unavailable';

/**
 * Base of every error thrown on purpose. Anything else that reaches a transport is a bug and is shown as one.
 * The message is for logs: English, without personal data. Pages choose their text by `code`.
 */
export abstract class HubError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly outcome: Outcome;

  constructor(code: Code, outcome: Outcome, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.outcome = outcome;
  }
}
