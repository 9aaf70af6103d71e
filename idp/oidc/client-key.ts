import { compactVerify } from 'jose';
import { messagePartyOf, type ProviderRegistry } from '../../federation/index.ts';

/**
 * Which registered key a client's assertion was signed with (RFC 7523 2.2). Asked after the provider has accepted it,
 * for the calendar only: its own choice of a key is not told.
 */
export async function clientKeyOf(
  registry: ProviderRegistry,
  clientId: string,
  assertion: string,
): Promise<string | undefined> {
  const { keys } = await messagePartyOf(registry, `oidc:${clientId}`);
  for (const { publicKey, fingerprint } of keys) {
    if (await fits(assertion, publicKey)) return fingerprint;
  }
  return undefined;
}

/** A key of another kind than the algorithm's, or another key. */
async function fits(assertion: string, publicKey: Parameters<typeof compactVerify>[1]): Promise<boolean> {
  try {
    await compactVerify(assertion, publicKey);
    return true;
  } catch (error) {
    if (error instanceof TypeError || (error instanceof Error && 'code' in error)) return false;
    throw error;
  }
}
