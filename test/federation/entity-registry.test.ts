import { expect } from 'chai';
import {
  createProviderRegistry,
  type ProviderRecord,
  providerCollection,
  type Registration,
} from '../../federation/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';

const registration = (name: string): Registration => ({
  protocol: 'oidc',
  key: 'library',
  name: { ja: name, en: name },
  status: 'pending',
  contract: { attributes: [] },
  settings: {},
  oidc: { metadata: {} },
});

describe('the provider registry, with two people at the same registration', () => {
  const setUp = () =>
    createProviderRegistry({
      providers: createMemoryStorage().collection<ProviderRecord>(providerCollection),
      allowHttp: false,
    });

  it('refuses the second who went out from the same version, so that nothing is lost', async () => {
    const { register, get } = setUp();
    await register(registration('first'), { version: 0 });
    await register(registration('second'), { version: 1 });
    expect(await refusal(register(registration('late'), { version: 1 }))).to.equal('PROVIDER_CHANGED');
    expect((await get('oidc', 'library'))?.name.en).to.equal('second');
  });

  it('refuses to add what is there, and to replace what is gone', async () => {
    const { register, remove } = setUp();
    await register(registration('first'));
    expect(await refusal(register(registration('again'), { version: 0 }))).to.equal('PROVIDER_CHANGED');
    await remove('oidc:library');
    expect(await refusal(register(registration('back'), { version: 1 }))).to.equal('PROVIDER_CHANGED');
  });

  it('of eight at once lets one through', async () => {
    const { register } = setUp();
    await register(registration('first'));
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) => register(registration(String(at)), { version: 1 })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('keeps who had a hand in it when it is replaced without a word about that', async () => {
    const { register, get } = setUp();
    await register({ ...registration('first'), authors: ['A-1'] });
    await register(registration('second'));
    expect((await get('oidc', 'library'))?.authors).to.deep.equal(['A-1']);
    await register({ ...registration('third'), authors: ['A-1', 'A-2'] });
    expect((await get('oidc', 'library'))?.authors).to.deep.equal(['A-1', 'A-2']);
  });
});
