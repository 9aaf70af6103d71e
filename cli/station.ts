import { Command } from 'commander';
import { shownThumbprint } from '../card-auth/client/index.ts';
import { createStations, type Station, stationCollection } from '../card-auth/index.ts';
import { defaultData, print } from './hub-file.ts';
import { commandActor, type OpenHub, withHub } from './open-hub.ts';

interface DataOption {
  readonly data: string;
}

const dataOption = ['--data <folder>', 'data folder of the hub', defaultData] as const;
type Act = 'enrol' | 'decline' | 'revoke';

/** The command is the second person of a station that an officer proposed at the station itself. */
export function stationCommand(): Command {
  const act = (name: Act, what: string) =>
    new Command(name)
      .description(what)
      .argument('<thumbprint>', 'as the computer itself shows it; spaces do no harm')
      .option(...dataOption)
      .action((thumbprint: string, options: DataOption) => decide(name, thumbprint, options));
  return new Command('station')
    .description('computers of the card office that may write keys into cards')
    .addCommand(new Command('list').option(...dataOption).action(list))
    .addCommand(act('enrol', 'agree to a station that an officer proposed; needed for the first one'))
    .addCommand(act('decline', 'turn a proposed station down'))
    .addCommand(act('revoke', 'end a station at once; its key never comes back'));
}

const openStations = ({ ground }: OpenHub) =>
  createStations({ stations: ground.storage.collection<Station>(stationCollection), now: Date.now });

async function list({ data }: DataOption): Promise<void> {
  await withHub(data, async (hub) => print((await openStations(hub).list()).map(shownOf)));
}

const shownOf = ({ id, name, state, proposedAt }: Station): object => ({
  thumbprint: shownThumbprint(id),
  name,
  state,
  proposed: new Date(proposedAt).toISOString(),
});

async function decide(act: Act, typed: string, { data }: DataOption): Promise<void> {
  await withHub(data, async (hub) => {
    const stations = openStations(hub);
    const wanted = typed.replaceAll(/\s/g, '').toLowerCase();
    const found = (await stations.list()).find(({ id }) => shownThumbprint(id).replaceAll(' ', '') === wanted);
    if (!found) throw new Error('no station of this thumbprint was proposed: see "sanuki station list"');
    const settled =
      act === 'revoke'
        ? await stations.revoke(found.id, commandActor)
        : await stations.decide(found.id, act === 'enrol', commandActor);
    await hub.ground.audit.record({
      type: `station.${settled.state}`,
      result: 'ok',
      actor: commandActor,
      detail: { station: settled.id, name: settled.name },
    });
    print(shownOf(settled));
  });
}
