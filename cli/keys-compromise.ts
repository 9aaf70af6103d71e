import { Command, InvalidArgumentError } from 'commander';
import { type VersionedSecret, versionedSecrets, versionNumberOf } from '../card-auth/index.ts';
import { auditMove, openKeyCompromise, type RotatingKey } from '../idp/index.ts';
import { defaultData, print } from './hub-file.ts';
import { commandActor, type OpenHub } from './open-hub.ts';

interface CompromiseOptions {
  readonly data: string;
  readonly stop?: boolean;
  readonly dryRun?: boolean;
}

interface KnownKey {
  readonly name: VersionedSecret;
  readonly id: string;
}

type WithKeys = (
  options: { readonly data: string },
  act: (keys: readonly RotatingKey[], hub: OpenHub) => Promise<void>,
) => Promise<void>;

export function compromiseCommand(withKeys: WithKeys): Command {
  return new Command('compromise')
    .description(
      'what to do at once when a card key may be known: the next version, and its cards stopped or holders told',
    )
    .argument('<key>', 'as "sanuki keys list" names it: card-master-1, pin-oprf-1', keyOf)
    .option('--stop', 'pin-oprf: stop the cards whose PIN hangs on it, instead of asking for a new PIN')
    .option('--dry-run', 'count the cards, and do nothing')
    .option('--data <folder>', 'data folder of the hub', defaultData)
    .action((key: KnownKey, options: CompromiseOptions) =>
      withKeys(options, (keys, hub) => compromise(key, options, keys, hub)),
    );
}

function keyOf(text: string): KnownKey {
  const name = versionedSecrets.find((one) => new RegExp(`^${one}-[1-9][0-9]{0,4}$`).test(text));
  if (!name) throw new InvalidArgumentError('a version of a card key, such as card-master-1 or pin-oprf-1');
  return { name, id: text };
}

async function compromise(
  { name, id }: KnownKey,
  { stop = false, dryRun = false }: CompromiseOptions,
  keys: readonly RotatingKey[],
  { ground, settings }: OpenHub,
): Promise<void> {
  const ring = keys.find(({ purpose }) => purpose === name);
  if (!ring || !(await ring.look()).some((one) => one.id === id))
    throw new Error(`there is no ${id} (any more): see "sanuki keys list"`);
  const { cardsOf, cardsOfPinKey, stop: stopCards, askForNewPin } = openKeyCompromise(ground, settings, Date.now);
  const number = versionNumberOf(id);
  const found = () => (name === 'card-master' ? cardsOf(number) : cardsOfPinKey(number));
  if (dryRun) {
    let cards = 0;
    for await (const _ of found()) cards += 1;
    print({ key: id, cards, done: 'nothing' });
    return;
  }
  // First the version for what is new: nothing may be made with the known key meanwhile.
  while ((await ring.look()).some((one) => one.id === id && one.state !== 'retired')) {
    const made = await ring.rotate('once');
    if (!made) break;
    await auditMove(ground.audit, made, commandActor);
  }
  const by = { as: 'office', id: commandActor } as const;
  const done = name === 'card-master' || stop ? await stopCards(found(), by) : await askForNewPin(found(), id);
  await ground.audit.record({
    type: 'key.compromised',
    result: 'ok',
    actor: commandActor,
    detail: { key: id, ...done },
  });
  print({ key: id, keys: (await ring.look()).map((one) => `${one.id} ${one.state}`), ...done });
}
