import { expect } from 'chai';
import { certificate, consumer, metadataOf } from '../federation/certificates.ts';
import { sanuki } from '../flows/trial.ts';
import { type MadeDataFolder, makeDataFolder } from './data-folder.ts';

describe('sanuki provider check', function () {
  this.timeout(30_000);
  let hub: MadeDataFolder;
  let key = '';
  before(async () => {
    [hub, key] = await Promise.all([makeDataFolder('production'), certificate()]);
  });
  after(() => hub.clean());
  const metadata = (parts: Parameters<typeof metadataOf>[0] = {}) =>
    hub.file('metadata.xml', metadataOf({ keys: [['', key]], ...parts }));

  it('has nothing against a good registration, with a hub in sight or without', async () => {
    const path = await metadata();
    for (const data of [hub.folder, '/nonexistent']) {
      const { code, out, errors } = await sanuki('provider', 'check', '--metadata', path, '--data', data);
      expect([code, out, errors]).to.deep.equal([0, 'nothing to say against it\n', '']);
    }
  });

  it('tells what is wrong, where, the remedy and the section, and ends with 1 on errors only', async () => {
    const wrong = await hub.run(
      'provider',
      'check',
      '--metadata',
      await metadata({ consumers: consumer('http://party.example/acs') }),
    );
    expect(wrong.code).to.equal(1);
    expect(wrong.out).to.match(
      /^error {3}ADDRESS_NOT_HTTPS {2}AssertionConsumerService\[0\]\/@Location\n.*\n {8}-> .*\(RFC 9700 2\.6\)\n$/,
    );
    const odd = await hub.run('provider', 'check', '--json', '--metadata', await metadata({ names: '' }));
    expect(odd.code).to.equal(0);
    expect(JSON.parse(odd.out)).to.have.length(2).and.to.have.nested.property('[0].remedy.ja');
  });

  it('knows what is registered: the same provider may be updated, another may not look like it', async () => {
    expect((await hub.run('provider', 'add', '--metadata', await metadata())).code).to.equal(0);
    expect((await hub.run('provider', 'check', '--metadata', await metadata())).out).to.include('nothing');
    const alike = await hub.run(
      'provider',
      'check',
      '--metadata',
      await metadata({ entityId: 'https://PARTY.example/saml' }),
    );
    expect(alike.out).to.include('ENTITY_ID_ALIKE').and.include('KEY_SHARED');
  });

  it('add tells warnings beside the record, and registers nothing on errors', async () => {
    const warned = await hub.run('provider', 'add', '--metadata', await metadata({ names: '' }));
    expect([warned.code, JSON.parse(warned.out).status]).to.deep.equal([0, 'pending']);
    expect(warned.errors).to.include('NAME_MISSING');
    const file = await hub.file(
      'client.json',
      JSON.stringify({
        client_id: 'x',
        redirect_uris: ['https://x.example/cb'],
        'client_name#ja': '図\u200b書',
        'client_name#en': 'L',
      }),
    );
    const refused = await hub.run('provider', 'add', '--oidc', file);
    expect(refused.code).to.equal(1);
    expect(refused.errors).to.include('NAME_UNSAFE').and.include('\\u{200b}');
    expect((await hub.run('provider', 'show', 'x')).code).to.equal(1);
  });
});
