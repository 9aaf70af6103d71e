import { Command } from 'commander';
import {
  type ProviderRecord,
  type ProviderRegistry,
  providerProtocols,
  registrationDigest,
} from '../federation/index.ts';
import { defaultData, print } from './hub-file.ts';
import { allProviders, withHub } from './open-hub.ts';
import { add, check, shown } from './provider-add.ts';
import { applyProviders, diffProviders, exportProviders } from './provider-file.ts';

const data = ['--data <folder>', 'data folder of the hub', defaultData] as const;
const approve = ['--approve', 'trial only: approve at once'] as const;
const prune = ['--prune', 'remove what is not in the file'] as const;
const json = ['--json', 'print JSON'] as const;

export function providerCommand(): Command {
  return [...oneByOne(), ...asCode()].reduce(
    (command, sub) => command.addCommand(sub),
    new Command('provider').description('services of both protocols, and bodies that hold data'),
  );
}

const named = (name: string, description: string): Command => new Command(name).description(description);

const withSource = (command: Command): Command =>
  command
    .option('--metadata <file|url>', 'SAML metadata')
    .option('--oidc <file.json>', 'OpenID Connect client metadata')
    .option('--id-wsf <file.json>', 'a body that holds data: providerID, address, publicKey, types, deadlineMs')
    .option('--name-ja <name>', 'name in Japanese, where the metadata has none')
    .option('--name-en <name>', 'name in English, where the metadata has none')
    .option(
      '--attributes <names>',
      'what it may be given beside the pseudonym, comma-separated: displayName, staffRole, staffLicence, staffFacility, coverage, eligibility, and the purposes of these',
    );

function oneByOne(): Command[] {
  return [
    withSource(named('check', 'say what is wrong with a registration, and what to do; ends with 1 on errors'))
      .option(...json)
      .option(...data)
      .action(check),
    withSource(named('add', 'add a provider, or replace the one with the same identifier'))
      .option(...approve)
      .option(...data)
      .action(add),
    named('list', 'all providers')
      .option(...data)
      .action(list),
    named('show', 'one provider')
      .argument('<id>', 'entityID, client_id or providerID')
      .option(...data)
      .action(show),
    named('remove', 'remove one provider')
      .argument('<id>', 'entityID, client_id or providerID')
      .option(...data)
      .action(remove),
  ];
}

/** Registrations as files under version control. */
function asCode(): Command[] {
  return [
    named('export', 'all registrations as YAML, without secrets')
      .option(...data)
      .action(exportProviders),
    named('diff', 'what apply would change; ends with 2 when that is anything')
      .argument('<file>', 'YAML as export writes it')
      .option(...approve)
      .option(...prune)
      .option(...json)
      .option(...data)
      .action(diffProviders),
    named('apply', 'add, update and suspend as the file says; the same file a second time changes nothing')
      .argument('<file>', 'YAML as export writes it')
      .option('--dry-run', 'say what would be done, and do nothing')
      .option(...approve)
      .option(...prune)
      .option(...json)
      .option(...data)
      .action(applyProviders),
  ];
}

async function list({ data }: { data: string }): Promise<void> {
  await withHub(data, async ({ federation }) => {
    const providers = await allProviders(federation.registry);
    print(
      providers.map(({ id, protocol, key, name, status, contract: { attributes }, counter, api, idWsf }) => {
        return { id, protocol, key, name, status, attributes, counter, api, types: idWsf?.types };
      }),
    );
  });
}

async function show(id: string, { data }: { data: string }): Promise<void> {
  await withHub(data, async ({ federation }) => print(shown(await find(federation.registry, id))));
}

async function remove(id: string, { data }: { data: string }): Promise<void> {
  await withHub(data, async ({ ground, federation }) => {
    const record = await find(federation.registry, id);
    await federation.registry.remove(record.id);
    await ground.audit.record({
      type: 'sp.remove',
      result: 'ok',
      provider: record.id,
      detail: { before: registrationDigest(record), after: 'none' },
    });
    print({ removed: record.id });
  });
}

async function find(registry: ProviderRegistry, id: string): Promise<ProviderRecord> {
  const found = await Promise.all(providerProtocols.map((protocol) => registry.get(protocol, id)));
  const record = found.find((one) => one !== undefined);
  if (!record) throw new Error(`no provider is registered as ${id}`);
  return record;
}
