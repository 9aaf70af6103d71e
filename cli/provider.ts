import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Settings } from '../config/index.ts';
import {
  type ProviderRecord,
  parseClientMetadata,
  parseServiceProviderMetadata,
  type Registration,
  staffAttributeNames,
} from '../federation/index.ts';
import { openFederation, openGround } from '../idp/index.ts';
import { fetchText } from '../lib/outgoing.ts';
import { defaultData, print, readHubFile } from './hub-file.ts';

interface AddOptions {
  readonly metadata?: string;
  readonly oidc?: string;
  readonly attributes?: string;
  readonly approve?: boolean;
  readonly data: string;
}

/** Attributes of other names that mean one of ours. */
const attributeNames: Readonly<Record<string, string>> = {
  'urn:oid:2.16.840.1.113730.3.1.241': 'displayName',
  displayName: 'displayName',
  ...Object.fromEntries(
    Object.values(staffAttributeNames).flatMap(({ name, friendlyName, contract }) => [
      [name, contract],
      [friendlyName, contract],
    ]),
  ),
};

export function providerCommand(): Command {
  const data = ['--data <folder>', 'data folder of the hub', defaultData] as const;
  return new Command('provider')
    .description('service providers of both protocols')
    .addCommand(
      new Command('add')
        .description('add a provider, or replace the one with the same entityID or client_id')
        .option('--metadata <file|url>', 'SAML metadata')
        .option('--oidc <file.json>', 'OpenID Connect client metadata')
        .option(
          '--attributes <names>',
          'what it may be given beside the pseudonym, comma-separated: displayName, staffRole, staffLicence, staffFacility, eligibility',
        )
        .option('--approve', 'trial only: approve at once')
        .option(...data)
        .action(add),
    )
    .addCommand(new Command('list').option(...data).action(list))
    .addCommand(
      new Command('show')
        .argument('<id>', 'entityID or client_id')
        .option(...data)
        .action(show),
    )
    .addCommand(
      new Command('remove')
        .argument('<id>', 'entityID or client_id')
        .option(...data)
        .action(remove),
    );
}

/** Opens the hub's store beside a running hub; several processes on one store are its everyday. */
async function withFederation<T>(
  data: string,
  act: (open: Awaited<ReturnType<typeof openParts>>) => Promise<T>,
): Promise<T> {
  const open = await openParts(await readHubFile(data));
  try {
    return await act(open);
  } finally {
    await open.ground.close();
  }
}

async function openParts(settings: Settings) {
  const now = Date.now;
  const ground = await openGround({ settings, now });
  return { settings, ground, federation: await openFederation(ground, { settings, now }) };
}

async function add({ metadata, oidc, attributes, approve = false, data }: AddOptions): Promise<void> {
  if ((metadata === undefined) === (oidc === undefined)) throw new Error('give either --metadata or --oidc');
  await withFederation(data, async ({ settings, ground, federation }) => {
    const trial = settings.profile === 'trial';
    if (approve && !trial) throw new Error('--approve works in the trial only: in production a second person approves');
    const status = approve ? ('approved' as const) : ('pending' as const);
    const asked = attributes?.split(',').filter(Boolean);
    const common = { status, settings: {}, trial };
    const made = metadata
      ? saml(await textOf(metadata, trial), trial)
      : oidcRegistration(JSON.parse(await readFile(oidc ?? '', 'utf8')), trial);
    const { secret, ...registration } = made;
    const sealed = secret && { sealedSecret: federation.clientSecrets.seal(Buffer.from(secret), `oidc:${made.key}`) };
    const record = await federation.registry.register({
      ...registration,
      ...common,
      contract: { attributes: asked ?? made.contract.attributes },
      ...(made.oidc ? { oidc: { ...made.oidc, ...sealed } } : {}),
    });
    await ground.audit.record({ type: 'sp.register', result: 'ok', provider: record.id, detail: { status } });
    print({ ...shown(record), ...(secret ? { client_secret: secret } : {}) });
  });
}

type Made = Omit<Registration, 'status' | 'settings' | 'trial'> & { readonly secret?: string | undefined };

function saml(xml: string, allowHttp: boolean): Made {
  const { entityId, names, requestedAttributes } = parseServiceProviderMetadata(xml, { now: Date.now(), allowHttp });
  const name = names.ja ?? names.en ?? Object.values(names)[0] ?? entityId;
  const attributes = [...new Set(requestedAttributes.flatMap((asked) => attributeNames[asked] ?? []))];
  return {
    protocol: 'saml',
    key: entityId,
    name: { ja: names.ja ?? name, en: names.en ?? name },
    contract: { attributes },
    saml: { metadata: xml },
  };
}

function oidcRegistration(json: unknown, allowHttp: boolean): Made {
  const { clientId, secret, name, attributes, counter, metadata } = parseClientMetadata(json, { allowHttp });
  return { protocol: 'oidc', key: clientId, name, contract: { attributes }, counter, oidc: { metadata }, secret };
}

function textOf(source: string, trial: boolean): Promise<string> {
  return /^https?:/.test(source) ? fetchText(source, { allowLoopback: trial }) : readFile(source, 'utf8');
}

/** A registration as people and scripts read it; the sealed secret stays in the store. */
function shown({ key, oidc, saml: samlPart, ...record }: ProviderRecord) {
  return record.protocol === 'oidc'
    ? { ...record, client_id: key, metadata: oidc?.metadata }
    : { ...record, entityID: key, metadata: samlPart?.metadata };
}

async function list({ data }: { data: string }): Promise<void> {
  await withFederation(data, async ({ federation }) => {
    const providers: object[] = [];
    let after: string | undefined;
    do {
      const page = await federation.registry.list({ limit: 1000, ...(after ? { after } : {}) });
      for (const { id, protocol, key, name, status, contract, counter } of page.records)
        providers.push({ id, protocol, key, name, status, attributes: contract.attributes, counter });
      after = page.next;
    } while (after);
    print(providers);
  });
}

async function show(id: string, { data }: { data: string }): Promise<void> {
  await withFederation(data, async ({ federation }) => print(shown(await find(federation.registry, id))));
}

async function remove(id: string, { data }: { data: string }): Promise<void> {
  await withFederation(data, async ({ ground, federation }) => {
    const record = await find(federation.registry, id);
    await federation.registry.remove(record.id);
    await ground.audit.record({ type: 'sp.remove', result: 'ok', provider: record.id });
    print({ removed: record.id });
  });
}

async function find(
  registry: Awaited<ReturnType<typeof openFederation>>['registry'],
  id: string,
): Promise<ProviderRecord> {
  const record = (await registry.get('saml', id)) ?? (await registry.get('oidc', id));
  if (!record) throw new Error(`no provider is registered as ${id}`);
  return record;
}
