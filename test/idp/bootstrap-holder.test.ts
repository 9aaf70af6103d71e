import { expect } from 'chai';
import { createProviderRegistry, type ProviderRecord, providerCollection } from '../../federation/index.ts';
import { holderOf } from '../../idp/attributes/bootstrap.ts';
import { createKeyUses, type KeyUse, keyUseCollection } from '../../idp/key-use.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { certificate, consumer, metadataOf } from '../federation/certificates.ts';

describe('the key that a party’s token is bound to', () => {
  const entityId = 'https://party.example/sp';

  async function party(keys: readonly string[]) {
    const storage = createMemoryStorage();
    const registry = createProviderRegistry({
      providers: storage.collection<ProviderRecord>(providerCollection),
      allowHttp: false,
    });
    const keyUses = createKeyUses({
      uses: storage.collection<KeyUse>(keyUseCollection),
      onFault: (error) => expect.fail(String(error)),
      now: Date.now,
    });
    const metadata = metadataOf({
      entityId,
      keys: keys.map((key) => ['signing', key] as const),
      consumers: consumer('https://party.example/acs'),
    });
    const record = await registry.register({
      protocol: 'saml',
      key: entityId,
      name: { ja: '相手', en: 'Party' },
      status: 'approved',
      contract: { attributes: ['coverage'] },
      settings: {},
      saml: { metadata },
    });
    const prints = (await registry.samlProvider(entityId)).metadata.signingKeys.map(({ fingerprint }) => fingerprint);
    const holder = async () => (await holderOf(record, { registry, keyUses })).holderKey?.fingerprint;
    return { record, keyUses, prints, holder };
  }

  it('is the only one, or the first of those that never signed', async () => {
    const [old, next] = [await certificate(), await certificate()];
    const single = await party([old]);
    expect(await single.holder()).to.equal(single.prints[0]);
    const several = await party([old, next]);
    expect(await several.holder()).to.equal(several.prints[0]);
  });

  it('follows the party over a rollover, whatever the order in its metadata', async () => {
    const { record, keyUses, prints, holder } = await party([await certificate(), await certificate()]);
    const [first = '', second = ''] = prints;
    keyUses.note(record.id, second);
    expect(await holder()).to.equal(second);
    keyUses.note(record.id, 'a key that was taken out');
    expect(await holder()).to.equal(second);
    await new Promise((resolve) => setTimeout(resolve, 2));
    keyUses.note(record.id, first);
    expect(await holder()).to.equal(first);
  });
});
