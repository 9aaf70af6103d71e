import { expect } from 'chai';
import { shownThumbprint } from '../../card-auth/client/index.ts';
import { createStations, type Station, stationCollection } from '../../card-auth/index.ts';
import { withHub } from '../../cli/open-hub.ts';
import { newStation } from '../card-auth/station-world.ts';
import { audited, type MadeDataFolder, makeDataFolder } from './data-folder.ts';

describe('sanuki station', function () {
  this.timeout(60_000);
  let hub: MadeDataFolder;
  before(async () => {
    hub = await makeDataFolder('production');
  });
  after(() => hub.clean());

  it('is the second person of the first station, and ends one for good', async () => {
    const { id, publicKey } = await newStation();
    await withHub(hub.folder, async ({ ground }) => {
      const stations = ground.storage.collection<Station>(stationCollection);
      await createStations({ stations, now: Date.now }).propose(publicKey, 'counter 1', 'A-officer');
    });
    const thumbprint = shownThumbprint(id);
    const run = async (act: string, ...more: string[]) => {
      const { code, out, errors } = await hub.run('station', act, ...more);
      return code === 0 ? (JSON.parse(out) as unknown) : errors;
    };
    expect(await run('enrol', thumbprint.toUpperCase())).to.include({ thumbprint, state: 'enrolled' });
    expect(await run('revoke', thumbprint)).to.include({ state: 'revoked' });
    expect(await run('enrol', thumbprint), 'never again').to.include('STATION_DECIDED');
    const [listed] = (await run('list')) as readonly object[];
    expect(listed).to.include({ thumbprint, name: 'counter 1', state: 'revoked' }).and.not.have.any.keys('publicKey');
    expect((await audited(hub)).map(({ type }) => type)).to.deep.equal(['station.enrolled', 'station.revoked']);
  });
});
