import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import {
  createProviderRegistry,
  messagePartyOf,
  type ProviderRecord,
  parseClientMetadata,
  providerCollection,
  providerIdOf,
} from '../../federation/index.ts';
import { verificationKey } from '../../lib/xml/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';

describe('the keys of a party that sends messages', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const edwards = generateKeyPairSync('ed25519').publicKey;

  async function setUp(status: ProviderRecord['status'] = 'approved') {
    const registry = createProviderRegistry({
      providers: createMemoryStorage().collection<ProviderRecord>(providerCollection),
      allowHttp: false,
    });
    const keys = [
      { ...publicKey.export({ format: 'jwk' }), use: 'sig' },
      { ...publicKey.export({ format: 'jwk' }), use: 'enc' },
      edwards.export({ format: 'jwk' }),
    ];
    const { metadata } = parseClientMetadata(
      { client_id: 'clinic', redirect_uris: ['https://clinic.example/back'], jwks: { keys } },
      { allowHttp: false },
    );
    await registry.register({
      protocol: 'oidc',
      key: 'clinic',
      name: { ja: '医院', en: 'Clinic' },
      status,
      contract: { attributes: [] },
      settings: {},
      oidc: { metadata },
    });
    return registry;
  }

  it('are the signing keys of its jwks, and only those that messages can be signed with (RFC 7591 2)', async () => {
    const party = await messagePartyOf(await setUp(), 'oidc:clinic');
    expect(party.keys.map(({ fingerprint }) => fingerprint)).to.deep.equal([verificationKey(publicKey).fingerprint]);
    expect(providerIdOf(party.record)).to.equal('oidc:clinic');
  });

  it('are refused for a suspended party and for one that nobody registered', async () => {
    expect(await refusal(messagePartyOf(await setUp('suspended'), 'oidc:clinic'))).to.equal('PROVIDER_NOT_APPROVED');
    expect(await refusal(messagePartyOf(await setUp(), 'oidc:other'))).to.equal('PROVIDER_UNKNOWN');
    expect(await refusal(messagePartyOf(await setUp(), 'https://nobody.example/saml'))).to.equal('PROVIDER_UNKNOWN');
  });
});
