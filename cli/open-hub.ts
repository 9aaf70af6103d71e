import { contractTerms } from '../attribute-service/index.ts';
import type { Settings } from '../config/index.ts';
import {
  type CheckContext,
  otherRegistrationOf,
  type ProviderRecord,
  type ProviderRegistry,
  type WaitingChange,
} from '../federation/index.ts';
import { bodyTermsOf, openCases, openFederation, openGround, proposed, settledBodies } from '../idp/index.ts';
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
    const federation = await openFederation(ground, { settings, now });
    const trial = settings.profile === 'trial';
    return { settings, ground, federation, cases: openCases(ground, { ...federation, trial, now }) };
  } catch (error) {
    await ground.close();
    throw error;
  }
}

/** In whose name the command proposes what a second person has to approve. */
export const commandActor = 'command';

/** The changes that wait, as what the registrations would say. */
export async function waitingChanges(
  { cases }: Pick<OpenHub, 'cases'>,
  current: readonly ProviderRecord[],
): Promise<Map<string, WaitingChange>> {
  const records = new Map(current.map((record) => [record.id, record]));
  const waiting = new Map<string, WaitingChange>();
  let after: string | undefined;
  do {
    const page = await cases.waiting({ limit: 1000, ...(after ? { after } : {}) });
    for (const { id, made, version } of page.records) {
      const record = records.get(id);
      if (record) waiting.set(id, { content: proposed(record, made), version });
    }
    after = page.next;
  } while (after);
  return waiting;
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
