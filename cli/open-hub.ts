import { contractTerms } from '../attribute-service/index.ts';
import type { Settings } from '../config/index.ts';
import {
  type CheckContext,
  otherRegistrationOf,
  type ProviderRecord,
  type ProviderRegistry,
} from '../federation/index.ts';
import { bodyTermsOf, openFederation, openGround, settledBodies } from '../idp/index.ts';
import { readHubFile } from './hub-file.ts';

export type OpenHub = Awaited<ReturnType<typeof openParts>>;

/** Opens the hub's store beside a running hub; several processes on one store are its everyday. */
export async function withHub<T>(data: string, act: (hub: OpenHub) => Promise<T>): Promise<T> {
  const hub = await openParts(await readHubFile(data));
  try {
    return await act(hub);
  } finally {
    await hub.ground.close();
  }
}

async function openParts(settings: Settings) {
  const now = Date.now;
  const ground = await openGround({ settings, now });
  try {
    return { settings, ground, federation: await openFederation(ground, { settings, now }) };
  } catch (error) {
    await ground.close();
    throw error;
  }
}

export async function allProviders(registry: ProviderRegistry): Promise<ProviderRecord[]> {
  const providers: ProviderRecord[] = [];
  let after: string | undefined;
  do {
    const page = await registry.list({ limit: 1000, ...(after ? { after } : {}) });
    providers.push(...page.records);
    after = page.next;
  } while (after);
  return providers;
}

/** What the linter has to know of this hub. */
export async function checkContextOf(settings: Settings, providers: readonly ProviderRecord[]): Promise<CheckContext> {
  return {
    now: Date.now(),
    allowHttp: settings.profile === 'trial',
    others: [...(await settledBodies(settings)), ...providers.map(otherRegistrationOf)],
    hubEntityId: `${settings.origin}/saml/metadata`,
    terms: contractTerms,
    bodies: bodyTermsOf(settings),
  };
}

/** Approval is a second person's; only a trial has none. */
export function checkApproval(settings: Settings, approve: boolean): void {
  if (approve && settings.profile !== 'trial')
    throw new Error('--approve works in the trial only: in production a second person approves');
}
