import { HubError, type Outcome } from '../lib/errors.ts';

const outcomes = {
  SETTINGS_UNREADABLE: 'invalid',
  SETTINGS_INVALID: 'invalid',
  SETTINGS_UNSAFE: 'denied',
} as const satisfies Record<string, Outcome>;

export class SettingsError extends HubError<keyof typeof outcomes> {
  constructor(code: keyof typeof outcomes, message: string, options?: ErrorOptions) {
    super(code, outcomes[code], message, options);
  }
}
