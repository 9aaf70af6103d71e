import { expect } from 'chai';
import {
  createProviderRegistry,
  type ProviderRecord,
  parseClientMetadata,
  providerCollection,
} from '../../../federation/index.ts';
import { createMemoryStorage } from '../../../storage/index.ts';
import { refusal } from '../../refusal.ts';

const counter = { facility: { ja: '医院', en: 'Clinic' }, terminal: '受付1' };
const parse = (more: object = {}) =>
  parseClientMetadata(
    { client_id: 'counter-1', redirect_uris: ['https://clinic.example/counter/callback'], ...more },
    { allowHttp: false },
  );

describe('the registration of a counter terminal', () => {
  it('names facility and terminal beside the metadata, in one language or two', () => {
    const registration = parse({ sanuki_counter: counter });
    expect(registration.counter).to.deep.equal(counter);
    expect(registration.metadata).to.not.have.property('sanuki_counter');
    expect(parse({ sanuki_counter: { ...counter, facility: '医院' } }).counter?.facility).to.deep.equal({
      ja: '医院',
      en: '医院',
    });
    expect(parse()).to.not.have.property('counter');
  });

  it('is refused without a way to authenticate the terminal, with refresh tokens, and half filled', () => {
    for (const [more, word] of [
      [{ token_endpoint_auth_method: 'none' }, 'authenticate'],
      [{ grant_types: ['authorization_code', 'refresh_token'] }, 'refresh'],
      [{ sanuki_counter: { facility: '医院' } }, 'terminal'],
      [{ sanuki_counter: { facility: ' ', terminal: '受付1' } }, 'facility'],
      [{ sanuki_counter: { ...counter, room: 'x' } }, 'room'],
    ] as const)
      expect(() => parse({ sanuki_counter: counter, ...more }), word).to.throw(new RegExp(word));
  });

  it('makes a terminal only while it is approved, and only of OIDC', async () => {
    const providers = createMemoryStorage().collection<ProviderRecord>(providerCollection);
    const registry = createProviderRegistry({ providers, allowHttp: false });
    const common = { name: counter.facility, contract: { attributes: [] }, settings: {}, counter };
    const { id } = await registry.register({
      ...common,
      protocol: 'oidc',
      key: 'counter-1',
      status: 'approved',
      oidc: { metadata: {} },
    });
    expect(await registry.counterTerminal('counter-1')).to.deep.equal(counter);
    for (const status of ['suspended', 'pending'] as const) {
      await registry.setStatus(id, status);
      expect(await registry.counterTerminal('counter-1'), status).to.equal(undefined);
    }
    expect(
      await refusal(registry.register({ ...common, protocol: 'saml', key: 'https://x', status: 'approved' })),
    ).to.equal('CLIENT_METADATA_INVALID');
  });
});

describe('the registration of a client of the administration API', () => {
  const scopes = ['admin.providers.read', 'admin.providers.write'];
  const machine = (more: object = {}) =>
    parseClientMetadata(
      { client_id: 'ci', grant_types: ['client_credentials'], sanuki_api: { scopes }, ...more },
      { allowHttp: false },
    );

  it('holds its scopes beside the metadata, needs no redirect address, and reads back as it was written', () => {
    const { api, metadata, secret } = machine();
    expect(api).to.deep.equal({ scopes });
    expect(secret).to.have.length(43);
    expect(metadata).to.deep.include({ grant_types: ['client_credentials'], response_types: [] });
    expect(metadata).to.not.have.property('sanuki_api');
    expect(machine(metadata).metadata).to.deep.equal(metadata);
    const person = parse({ sanuki_api: { scopes: ['admin.providers.approve'] } });
    expect(person.api).to.deep.equal({ scopes: ['admin.providers.approve'] });
  });

  it('tells of changes for one register or body, in nobody’s name but that one’s (R36)', () => {
    const feed = (api: object, more: object = {}) => machine({ sanuki_api: { feed: 'imported', ...api }, ...more });
    expect(feed({ scopes: ['events.register'] }).api).to.deep.equal({ scopes: ['events.register'], feed: 'imported' });
    for (const [make, word] of [
      [() => feed({ scopes: ['events.register'], feed: undefined }), 'sanuki_api.feed'],
      [() => feed({ scopes: ['events.register'], feed: 'imported:x' }), 'feed'],
      [() => feed({ scopes: ['events.register', 'events.coverage'] }), 'events.register events.coverage'],
      [() => feed({ scopes: ['admin.audit.read'] }), 'sanuki_api.feed'],
      [
        () =>
          feed(
            { scopes: ['events.register'] },
            { grant_types: ['client_credentials', 'authorization_code'], redirect_uris: ['https://a.example/cb'] },
          ),
        'authorization_code',
      ],
    ] as const)
      expect(make, word).to.throw(new RegExp(word));
  });

  it('is refused without a way to prove itself, with what would outlive the sign-in, and where nobody could agree', () => {
    for (const [make, word] of [
      [() => machine({ token_endpoint_auth_method: 'none' }), 'token_endpoint_auth_method'],
      [() => machine({ grant_types: ['client_credentials', 'refresh_token'] }), 'refresh_token'],
      [() => machine({ sanuki_api: { scopes: ['admin.providers.approve'] } }), 'admin.providers.approve'],
      [() => machine({ sanuki_api: { scopes: ['admin.everything'] } }), 'sanuki_api'],
      [() => machine({ sanuki_api: { scopes: [] } }), 'sanuki_api'],
      [() => machine({ sanuki_api: undefined }), 'client_credentials'],
      [() => machine({ grant_types: [] }), 'grant_types'],
      [() => machine({ sanuki_api: undefined, grant_types: ['refresh_token'] }), 'grant_types'],
      [() => parse({ redirect_uris: undefined }), 'redirect_uris'],
      [() => parse({ sanuki_counter: counter, sanuki_api: { scopes } }), 'sanuki_counter'],
    ] as const)
      expect(make, word).to.throw(new RegExp(word));
  });
});
