import { readFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import {
  changesSomething,
  declarationOf,
  hasErrors,
  type PlannedAct,
  type ProviderRecord,
  parseDeclarations,
  planRegistrations,
  registrationDigest,
} from '../federation/index.ts';
import { findingWords } from './finding-words.ts';
import { print } from './hub-file.ts';
import {
  allProviders,
  checkApproval,
  checkContextOf,
  commandActor,
  type OpenHub,
  waitingChanges,
  withHub,
} from './open-hub.ts';

interface PlanSwitches {
  readonly data: string;
  readonly approve?: boolean;
  readonly prune?: boolean;
  readonly json?: boolean;
}

/** Every registration as declarative YAML, for Git; no secret is in it. */
export async function exportProviders({ data }: { data: string }): Promise<void> {
  await withHub(data, async ({ federation }) => {
    const providers = (await allProviders(federation.registry)).map(declarationOf);
    process.stdout.write(stringify({ providers }, { lineWidth: 0 }));
  });
}

/** What `apply` would do; ends with 2 when that is anything, as scripts know it from `diff`. */
export async function diffProviders(file: string, switches: PlanSwitches): Promise<void> {
  await withHub(switches.data, async (hub) => {
    const acts = await planOf(hub, file, switches);
    tell(acts, switches);
    if (acts.some(changesSomething)) process.exitCode = 2;
    if (acts.some(({ findings }) => hasErrors(findings))) process.exitCode = 1;
  });
}

/** Brings the registrations to what the file says: one provider after another, each as a whole or not at all. */
export async function applyProviders(file: string, switches: PlanSwitches & { dryRun?: boolean }): Promise<void> {
  await withHub(switches.data, async (hub) => {
    const acts = await planOf(hub, file, switches);
    if (acts.some(({ findings }) => hasErrors(findings))) {
      tell(acts, { ...switches, json: false });
      throw new Error('nothing was applied: the file has errors');
    }
    if (switches.dryRun) tell(acts, switches);
    else await applyAll(hub, acts, switches);
  });
}

/** When one of them fails, what was done before it is told all the same: a secret is shown only once. */
async function applyAll(hub: OpenHub, acts: readonly PlannedAct[], switches: PlanSwitches): Promise<void> {
  const secrets: Record<string, string> = {};
  const done = new Set(acts.filter((act) => !changesSomething(act)));
  try {
    for (const act of acts.filter(changesSomething)) {
      const secret = await applyOne(hub, act);
      if (secret !== undefined) secrets[act.id] = secret;
      done.add(act);
    }
  } finally {
    tell(
      acts.filter((act) => done.has(act)),
      switches,
      secrets,
    );
  }
}

async function planOf(hub: OpenHub, file: string, switches: PlanSwitches): Promise<PlannedAct[]> {
  const { settings, federation } = hub;
  const { approve = false, prune = false } = switches;
  checkApproval(settings, approve);
  const declared = parseDeclarations(await readYaml(file));
  const current = await allProviders(federation.registry);
  return planRegistrations(declared, current, {
    ...(await checkContextOf(settings, current)),
    waiting: await waitingChanges(hub, current),
    mayApprove: approve,
    prune,
  });
}

const fileMax = 64 * 1024 * 1024;

async function readYaml(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  if (text.length > fileMax) throw new Error(`${file} is larger than 64 MiB`);
  try {
    return parse(text);
  } catch (cause) {
    throw new Error(`${file} cannot be read as YAML: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
}

/** Writes one provider and then its audit entry; a crash between them leaves a change that the next `diff` shows as made. */
async function applyOne(hub: OpenHub, act: PlannedAct): Promise<string | undefined> {
  if (act.proposes) return proposeOne(hub, act);
  const { settings, ground, federation } = hub;
  const { id, made, status, version } = act;
  const { registry } = federation;
  if (!made || status.after === undefined) {
    const removed = await registry.remove(id);
    await audited(ground, act, removed, undefined);
    return undefined;
  }
  const before = await registry.get(made.protocol, made.key);
  const { secret, ...registration } = made;
  const known = secret === undefined ? undefined : before?.oidc?.sealedSecret;
  const fresh = known === undefined ? secret : undefined;
  const sealedSecret = known ?? (fresh && federation.clientSecrets.seal(Buffer.from(fresh), id));
  const record = await registry.register(
    {
      ...registration,
      ...(registration.oidc ? { oidc: { ...registration.oidc, ...(sealedSecret ? { sealedSecret } : {}) } } : {}),
      status: status.after,
      trial: settings.profile === 'trial',
    },
    { version },
  );
  await audited(ground, act, before, record);
  return fresh;
}

/** What was approved stays live; only its suspension counts at once. */
async function proposeOne({ ground, federation, cases }: OpenHub, act: PlannedAct): Promise<string | undefined> {
  const { id, made, status, version, waitingVersion: seen } = act;
  const { registry } = federation;
  const before = made && (await registry.get(made.protocol, made.key));
  if (!before || before.version !== version) throw new Error(`${id} was changed in the meantime: try again`);
  let record = before;
  if (status.after === 'suspended' && before.status !== 'suspended') {
    record = (await registry.setStatus(id, 'suspended', { version })) ?? before;
    await audited(ground, act, before, record);
  }
  const { secret, ...content } = made;
  const written = await cases.change(record, { made: content, secret, secretGiven: false }, { by: commandActor, seen });
  return written.secret;
}

async function audited(
  ground: OpenHub['ground'],
  { id, act, diff }: PlannedAct,
  before: ProviderRecord | undefined,
  after: ProviderRecord | undefined,
): Promise<void> {
  await ground.audit.record({
    type: act === 'remove' ? 'sp.remove' : 'sp.apply',
    result: 'ok',
    provider: id,
    detail: {
      act,
      status: after?.status ?? 'none',
      changed: [...new Set(diff.map(({ field }) => field))],
      before: registrationDigest(before),
      after: registrationDigest(after),
    },
  });
}

const signs = { add: '+', update: '~', remove: '-', keep: '=', left: '?' } as const;
const left = 'is registered and not in the file (--prune removes it)';

function tell(
  acts: readonly PlannedAct[],
  { json }: PlanSwitches,
  secrets: Readonly<Record<string, string>> = {},
): void {
  if (json) {
    print(acts.map((act) => asData(act, secrets[act.id])));
    return;
  }
  for (const { id, act, status, waits, diff, findings } of acts.filter((one) => one.act !== 'keep' || one.waits)) {
    const lines = [
      `${signs[act]} ${id}${act === 'left' ? `  ${left}` : ''}${status.after ? `  (${status.after})` : ''}`,
      ...(waits ? ['    waits for approval by a second person'] : []),
      ...(act === 'update' ? diff.map(({ words, trust }) => `    ${trust ? '! ' : ''}${words.en}`) : []),
      ...(findings.length > 0 ? [findingWords(findings)] : []),
      ...(secrets[id] === undefined ? [] : [`    client_secret (shown this one time): ${secrets[id]}`]),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  const changing = acts.filter(changesSomething).length;
  process.stdout.write(
    changing === 0 ? 'nothing to change\n' : `${changing} of ${acts.length} change; lines with ! alter trust\n`,
  );
}

function asData({ id, act, status, waits, diff, findings }: PlannedAct, secret: string | undefined): object {
  return {
    id,
    act,
    status,
    waits,
    changes: diff,
    findings,
    ...(secret === undefined ? {} : { client_secret: secret }),
  };
}
