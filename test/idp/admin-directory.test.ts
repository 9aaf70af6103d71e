import { expect } from 'chai';
import {
  createProviderRegistry,
  type ProviderRecord,
  type ProviderRegistry,
  providerCollection,
} from '../../federation/index.ts';
import { createProviderDirectory } from '../../idp/admin/provider-directory.ts';
import { createRegistryChanges, type RegistryChange, registryChangeCollection } from '../../idp/registry-changes.ts';
import { createMemoryStorage } from '../../storage/index.ts';

const library = {
  protocol: 'oidc',
  key: 'library',
  name: { ja: '図書館', en: 'Library' },
  status: 'pending',
  contract: { attributes: [] },
  settings: {},
  oidc: { metadata: {} },
} as const;

describe('the console’s directory of providers', () => {
  it('tells when it cannot be read again, goes on with what it has, and reads anew at the next look', async () => {
    const registry = createProviderRegistry({
      providers: createMemoryStorage().collection<ProviderRecord>(providerCollection),
      allowHttp: false,
    });
    await registry.register(library);
    let at = 0;
    let broken = false;
    const list: ProviderRegistry['list'] = async (page) => {
      if (broken) throw new Error('the store is gone');
      return registry.list(page);
    };
    const faults: unknown[] = [];
    const directory = createProviderDirectory({
      registry: { list, get: registry.get },
      mark: async () => 0,
      onFault: (error) => faults.push(error),
      now: () => at,
    });
    const found = async () => (await directory.search('', { limit: 9 })).ids;
    expect(await found()).to.deep.equal(['oidc:library']);

    await registry.register({ ...library, key: 'archive' });
    broken = true;
    at += 60_000;
    expect(await found()).to.deep.equal(['oidc:library']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(faults.map(String)).to.deep.equal(['Error: the store is gone']);

    broken = false;
    await found();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await found()).to.deep.equal(['oidc:archive', 'oidc:library']);
  });

  it('reads again within a second what another process wrote, and otherwise seldom', async () => {
    const storage = createMemoryStorage();
    const process = () => {
      const changes = createRegistryChanges({ changes: storage.collection<RegistryChange>(registryChangeCollection) });
      const providers = changes.noting(storage.collection<ProviderRecord>(providerCollection));
      return { changes, registry: createProviderRegistry({ providers, allowHttp: false }) };
    };
    const [one, other] = [process(), process()];
    let [at, pages] = [0, 0];
    const directory = createProviderDirectory({
      registry: {
        get: one.registry.get,
        list: (page) => {
          pages += 1;
          return one.registry.list(page);
        },
      },
      mark: one.changes.mark,
      onFault: (error) => expect(error).to.equal(undefined),
      now: () => at,
    });
    const found = async () => {
      await directory.search('', { limit: 9 });
      await new Promise((resolve) => setTimeout(resolve, 10));
      return (await directory.search('', { limit: 9 })).ids;
    };
    await found();
    for (const write of [
      () => other.registry.register(library),
      () => other.registry.setStatus('oidc:library', 'approved'),
      () => other.registry.remove('oidc:library'),
    ]) {
      await write();
      at += 600;
      expect(await found()).to.deep.equal((await other.registry.list()).records.map(({ id }) => id));
    }
    expect(pages).to.equal(4);
    at += 9_000;
    await found();
    expect(pages, 'nothing was written').to.equal(4);
  });
});
