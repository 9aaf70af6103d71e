import { expect } from 'chai';
import { createProviderRegistry, type ProviderRecord, providerCollection } from '../../federation/index.ts';
import { createRegisteredBodies } from '../../idp/registered-bodies.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { hubKeyRing } from '../trial/bodies/world.ts';
import { newPair, pemOf, startTrap } from './body-world.ts';

const publicKey = pemOf(newPair().publicKey);
const name = { ja: '架空健保', en: 'Example insurer' };

describe('registered bodies as sources', () => {
  let keys: Awaited<ReturnType<typeof hubKeyRing>>;
  before(async () => {
    keys = await hubKeyRing();
  });

  function setUp({ bodiesInOwnNetwork = false, profile = 'production' as 'production' | 'trial' } = {}) {
    const providers = createMemoryStorage().collection<ProviderRecord>(providerCollection);
    const registry = createProviderRegistry({ providers, allowHttp: profile === 'trial' });
    const skipped: string[] = [];
    const settings = { profile, bodiesInOwnNetwork, origin: 'https://hub.example', sources: [] };
    const bodies = createRegisteredBodies({
      settings,
      keys,
      entityId: 'https://hub.example/saml/metadata',
      registry,
      onSkipped: (body, reason) => skipped.push(`${body}: ${reason}`),
    });
    const register = (key: string, more: object = {}) =>
      registry.register({
        protocol: 'id-wsf',
        key,
        name,
        status: 'approved',
        contract: { attributes: [] },
        settings: {},
        idWsf: { address: 'https://insurer.example/soap', publicKey, types: ['coverage'], deadlineMs: 800, ...more },
      });
    return { providers, registry, bodies, register, skipped };
  }
  type World = ReturnType<typeof setUp>;

  /** Why the body was not called, in the words of the guard. */
  async function reasonAt({ register, bodies }: World, address: string): Promise<string> {
    await register('urn:example:a', { address });
    const [source] = await bodies.sources('coverage');
    const subject = { type: 'coverage', subject: 'p', purpose: 'urn:x-sanuki:purpose:self-view' } as const;
    const signal = AbortSignal.timeout(150);
    const thrown: unknown = await source
      ?.fetch({ ...subject, requestId: 'r', signal })
      .catch((error: unknown) => error);
    const cause = thrown instanceof Error ? thrown.cause : undefined;
    return cause instanceof Error && 'code' in cause ? String(cause.code) : 'none';
  }

  it('are one object per version of a registration, with its own deadline', async () => {
    const { bodies, register, registry } = setUp();
    await register('urn:example:a');
    const [first] = await bodies.sources('coverage');
    expect(first).to.include({ id: 'id-wsf:urn:example:a', deadlineMs: 800 });
    expect((await bodies.sources('coverage'))[0]).to.equal(first);
    await register('urn:example:a', { deadlineMs: 900 });
    const [second] = await bodies.sources('coverage');
    expect(second?.deadlineMs).to.equal(900);
    await registry.remove('id-wsf:urn:example:a');
    expect(await bodies.sources('coverage')).to.deep.equal([]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await register('urn:example:a', { deadlineMs: 1000 });
    expect((await bodies.sources('coverage'))[0]?.deadlineMs, 'version 1 again, and another').to.equal(1000);
    expect(await bodies.sources('eligibility')).to.deep.equal([]);
  });

  it('in a private network or on the machine itself are not called (holds: an approved registration and a name server)', async () => {
    const trap = await startTrap();
    const inside = ['https://10.255.255.1/soap', 'https://192.168.0.1/soap', 'https://169.254.169.254/latest'];
    for (const address of [...inside, trap.address.replace('http:', 'https:'), 'https://localhost/soap'])
      expect(await reasonAt(setUp(), address), address).to.equal('ADDRESS_REFUSED');
    expect(trap.connections()).to.equal(0);
    trap.close();
  });

  it('in the region’s own network are called where the operator says that bodies lie there, and the rest stays closed', async () => {
    const open = { bodiesInOwnNetwork: true };
    expect(await reasonAt(setUp(open), 'https://10.255.255.1/soap')).to.not.equal('ADDRESS_REFUSED');
    for (const address of ['https://127.0.0.1/soap', 'https://169.254.169.254/latest', 'https://[fe80::1]/soap'])
      expect(await reasonAt(setUp(open), address), address).to.equal('ADDRESS_REFUSED');
  });

  it('that cannot be used hide no other', async () => {
    const { bodies, register, providers, skipped } = setUp();
    await register('urn:example:a');
    await register('urn:example:b');
    await providers.update('id-wsf:urn:example:a', ({ idWsf, ...record }) => ({
      ...record,
      ...(idWsf ? { idWsf: { ...idWsf, publicKey: 'damaged' } } : {}),
    }));
    expect((await bodies.sources('coverage')).map(({ id }) => id)).to.deep.equal(['id-wsf:urn:example:b']);
    expect(skipped).to.have.length(1);
  });

  it('are named to residents while they may be asked, and in the history also afterwards', async () => {
    const { bodies, register, registry } = setUp();
    await register('urn:example:a');
    expect(await bodies.namesFor('coverage')).to.deep.equal([name]);
    await registry.setStatus('id-wsf:urn:example:a', 'suspended');
    expect(await bodies.namesFor('coverage')).to.deep.equal([]);
    expect(await bodies.nameOf('id-wsf:urn:example:a')).to.deep.equal(name);
    for (const other of ['saml:urn:example:a', 'city-nhi']) expect(await bodies.nameOf(other)).to.equal(undefined);
  });
});
