import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attributeTypes, contractTerms } from '../attribute-service/index.ts';
import {
  type CheckContext,
  checkRegistration,
  type Finding,
  hasErrors,
  type Made,
  type ProviderRecord,
  type RegistrationDraft,
  registrationDigest,
  registrationFromBody,
  registrationFromClient,
  registrationFromSaml,
} from '../federation/index.ts';
import type { Cases } from '../idp/index.ts';
import { fetchText } from '../lib/outgoing.ts';
import { findingWords } from './finding-words.ts';
import { print } from './hub-file.ts';
import { allProviders, checkApproval, checkContextOf, commandActor, type OpenHub, withHub } from './open-hub.ts';

interface Source {
  readonly metadata?: string;
  readonly oidc?: string;
  readonly idWsf?: string;
  readonly attributes?: string;
  readonly nameJa?: string;
  readonly nameEn?: string;
}

interface AddOptions extends Source {
  readonly approve?: boolean;
  readonly data: string;
}

export async function add({ approve = false, data, ...source }: AddOptions): Promise<void> {
  checkSource(source);
  await withHub(data, async (hub) => {
    const { settings, ground, federation } = hub;
    checkApproval(settings, approve);
    const trial = settings.profile === 'trial';
    const status = approve ? ('approved' as const) : ('pending' as const);
    const { draft, fetchedFrom, findings } = await looked(source, await contextOf(hub));
    if (hasErrors(findings)) throw new Error(`the registration is refused:\n${findingWords(findings)}`);
    const warnings = findings.filter(({ severity }) => severity === 'warning');
    if (warnings.length > 0) process.stderr.write(`${findingWords(warnings)}\n`);
    const { secret, ...made } = madeFrom(draft, trial);
    const before = await federation.registry.get(made.protocol, made.key);
    if (before && before.status !== 'pending' && !approve) {
      const content = { ...made, ...keptBesides(before), ...fetchedFrom };
      return propose(hub, before, { made: content, secret, secretGiven: bringsSecret(draft) });
    }
    const sealed = secret && { sealedSecret: federation.clientSecrets.seal(Buffer.from(secret), `oidc:${made.key}`) };
    const oidc = made.oidc ? { oidc: { ...made.oidc, ...sealed } } : {};
    const record = await federation.registry.register(
      { ...made, ...oidc, ...keptBesides(before), ...fetchedFrom, status, trial },
      { version: before?.version ?? 0 },
    );
    await ground.audit.record({
      type: 'sp.register',
      result: 'ok',
      provider: record.id,
      detail: { status, before: registrationDigest(before), after: registrationDigest(record) },
    });
    print({ ...shown(record), ...(secret ? { client_secret: secret } : {}) });
  });
}

/** Replacing what was approved is for a second person; meanwhile it stays as it is. */
async function propose(
  { cases }: OpenHub,
  record: ProviderRecord,
  read: Parameters<Cases['change']>[1],
): Promise<void> {
  const asItIs = registrationDigest({ ...read.made, status: record.status }) === registrationDigest(record);
  if (asItIs && !read.secretGiven) return print(shown(record));
  const seen = (await cases.revisionOf(record.id))?.version ?? 0;
  const { secret } = await cases.change(record, read, { by: commandActor, seen });
  process.stderr.write('proposed beside what is registered: a second person approves it in the console\n');
  const { metadata } = shown({ ...record, ...read.made });
  print({ ...shown(record), proposed: { metadata }, ...(secret ? { client_secret: secret } : {}) });
}

/** What no document and no option of this command says stays as it is: replacing metadata takes no protection away. */
const keptBesides = (before: ProviderRecord | undefined) => ({
  ...(before ? { settings: before.settings } : {}),
  ...(before?.requiredLevel ? { requiredLevel: before.requiredLevel } : {}),
  ...(before?.logo ? { logo: before.logo } : {}),
});

/** Says what the linter finds, with the registered providers in sight where there is a hub; 1 on errors. */
export async function check({ data, json, ...source }: Source & { data: string; json?: boolean }): Promise<void> {
  checkSource(source);
  const findings = existsSync(join(data, 'hub.json'))
    ? await withHub(data, async (hub) => {
        const found = await looked(source, await contextOf(hub));
        return found.findings;
      })
    : (await looked(source, { ...withoutHub, now: Date.now() })).findings;
  if (json) print(findings);
  else process.stdout.write(findings.length === 0 ? 'nothing to say against it\n' : `${findingWords(findings)}\n`);
  if (hasErrors(findings)) process.exitCode = 1;
}

/** A hub with the usual settings. */
const withoutHub = {
  allowHttp: false,
  terms: contractTerms,
  bodies: { types: attributeTypes.map(({ id }) => id), ownNetwork: false },
} as const;

function checkSource({ metadata, oidc, idWsf }: Source): void {
  if ([metadata, oidc, idWsf].filter((source) => source !== undefined).length !== 1)
    throw new Error('give one of --metadata, --oidc and --id-wsf');
}

const contextOf = async ({ settings, federation }: OpenHub): Promise<CheckContext> =>
  checkContextOf(settings, await allProviders(federation.registry));

async function looked(
  { attributes, nameJa: ja, nameEn: en, ...source }: Source,
  context: CheckContext,
): Promise<{ draft: RegistrationDraft; fetchedFrom: Pick<ProviderRecord, 'source'>; findings: Finding[] }> {
  const { metadata: address = '' } = source;
  const fetchedFrom = isAddress(address) ? { source: { address, fetchedAt: Date.now() } } : {};
  const contract = attributes?.split(',').filter(Boolean);
  const draft: RegistrationDraft = {
    ...(await documentIn(source, context.allowHttp)),
    ...(contract ? { contract } : {}),
    name: { ...(ja === undefined ? {} : { ja }), ...(en === undefined ? {} : { en }) },
  };
  return { draft, fetchedFrom, findings: checkRegistration(draft, { ...context, mayReplace: true }) };
}

async function documentIn(
  { metadata, oidc, idWsf = '' }: Source,
  trial: boolean,
): Promise<Pick<RegistrationDraft, 'protocol' | 'metadata'>> {
  if (metadata !== undefined) return { protocol: 'saml', metadata: await textOf(metadata, trial) };
  if (oidc !== undefined) return { protocol: 'oidc', metadata: await readFile(oidc, 'utf8') };
  return { protocol: 'id-wsf', metadata: await readFile(idWsf, 'utf8') };
}

const isAddress = (source: string) => /^https?:/.test(source);

function textOf(source: string, trial: boolean): Promise<string> {
  return isAddress(source) ? fetchText(source, { allowLoopback: trial }) : readFile(source, 'utf8');
}

/** Of a draft that the linter let pass. */
function madeFrom({ protocol, metadata, contract, name = {} }: RegistrationDraft, allowHttp: boolean): Made {
  const text = String(metadata);
  const given = contract ? { contract: { attributes: contract } } : {};
  const making = {
    saml: () => registrationFromSaml(text, { now: Date.now(), allowHttp, ...given }),
    oidc: () => registrationFromClient(JSON.parse(text), { allowHttp, ...given }),
    'id-wsf': () => registrationFromBody(JSON.parse(text), { allowHttp }),
  };
  const made = making[protocol]();
  return { ...made, name: { ja: name.ja ?? made.name.ja, en: name.en ?? made.name.en } };
}

const bringsSecret = ({ protocol, metadata }: RegistrationDraft): boolean =>
  protocol === 'oidc' && 'client_secret' in Object(JSON.parse(String(metadata)));

/** A registration as people and scripts read it; the sealed secret stays in the store. */
export function shown({ key, oidc, saml, idWsf, ...record }: ProviderRecord) {
  if (idWsf) return { ...record, providerID: key, metadata: idWsf };
  return record.protocol === 'oidc'
    ? { ...record, client_id: key, metadata: oidc?.metadata }
    : { ...record, entityID: key, metadata: saml?.metadata };
}
