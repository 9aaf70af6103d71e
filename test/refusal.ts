import { HubError } from '../lib/errors.ts';

/** The code of the typed refusal a promise ends with; anything else is passed on and fails the test. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HubError) return error.code;
    throw error;
  }
  throw new Error('a refusal was expected');
}
