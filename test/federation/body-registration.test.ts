import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import {
  buildSpMetadata,
  createProviderRegistry,
  messagePartyOf,
  type ProviderRecord,
  providerCollection,
  type Registration,
  splitProviderId,
} from '../../federation/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';
import { certificate } from './certificates.ts';

const publicKey = String(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }),
);
const body: Registration = {
  protocol: 'id-wsf',
  key: 'urn:example:insurer',
  name: { ja: '架空健保', en: 'Example insurer' },
  status: 'approved',
  contract: { attributes: [] },
  settings: {},
  idWsf: { address: 'https://insurer.example/soap', publicKey, types: ['coverage'], deadlineMs: 1500 },
};

describe('the provider registry, with bodies that hold data', () => {
  const setUp = () =>
    createProviderRegistry({
      providers: createMemoryStorage().collection<ProviderRecord>(providerCollection),
      allowHttp: false,
    });

  it('gives a name once, to a body or to a SAML service (ID-WSF SB 5.5)', async () => {
    const { register } = setUp();
    const [entityId, acsUrl] = ['https://sp.example/saml', 'https://sp.example/acs'];
    const made = await certificate();
    const metadata = buildSpMetadata({ entityId, acsUrl, certificate: made, name: body.name });
    const { idWsf: _body, ...common } = body;
    const service: Registration = { ...common, protocol: 'saml', key: entityId, saml: { metadata } };
    await register(service);
    expect(await refusal(register({ ...body, key: entityId }))).to.equal('PROVIDER_NAME_TAKEN');
    await register(body);
    const other = buildSpMetadata({ entityId: body.key, acsUrl, certificate: made, name: body.name });
    expect(await refusal(register({ ...service, key: body.key, saml: { metadata: other } }))).to.equal(
      'PROVIDER_NAME_TAKEN',
    );
    await register(service);
  });

  it('hands out approved bodies only, from the next question on', async () => {
    const { register, approvedBodies, setStatus, remove } = setUp();
    const listed = async () => (await approvedBodies()).map(({ key }) => key);
    await register({ ...body, status: 'pending' });
    expect(await listed()).to.deep.equal([]);
    await setStatus('id-wsf:urn:example:insurer', 'approved');
    await register({ ...body, key: 'urn:example:other' });
    expect(await listed()).to.deep.equal(['urn:example:insurer', 'urn:example:other']);
    await setStatus('id-wsf:urn:example:insurer', 'suspended');
    expect(await listed()).to.deep.equal(['urn:example:other']);
    await remove('id-wsf:urn:example:other');
    expect(await listed()).to.deep.equal([]);
  });

  it('hands out all of many', async () => {
    const { register, approvedBodies } = setUp();
    for (let at = 0; at < 120; at += 1) await register({ ...body, key: `urn:example:${at}` });
    expect(await approvedBodies()).to.have.length(120);
  });

  it('refuses a body that is something else too, and a service with a body in it', async () => {
    const { register } = setUp();
    for (const [what, more] of Object.entries({
      'a contract, by which it would be given data': { contract: { attributes: ['coverage'] } },
      'keys of an OIDC client beside': { oidc: { metadata: { jwks: { keys: [] } } } },
      'SAML metadata beside': { saml: { metadata: '<x/>' } },
      'no description at all': { idWsf: undefined },
      'a service that brings a body': { protocol: 'oidc', oidc: { metadata: {} } },
    }))
      expect(await refusal(register({ ...body, ...more } as Registration)), what).to.be.oneOf([
        'BODY_INVALID',
        'METADATA_INVALID',
      ]);
    const counter = { facility: { ja: '医院', en: 'Clinic' }, terminal: '1' };
    expect(await refusal(register({ ...body, counter }))).to.equal('CLIENT_METADATA_INVALID');
  });

  it('lets no body pass for a party: not by providerID, not by registration id, not as a client', async () => {
    const { register, ...registry } = setUp();
    await register(body);
    const whole = { register, ...registry };
    for (const id of ['urn:example:insurer', 'id-wsf:urn:example:insurer', 'oidc:urn:example:insurer'])
      expect(await refusal(messagePartyOf(whole, id)), id).to.equal('PROVIDER_UNKNOWN');
    for (const protocol of ['saml', 'oidc'] as const)
      for (const key of [body.key, `id-wsf:${body.key}`])
        expect(await refusal(registry.approved(protocol, key)), `${protocol} ${key}`).to.equal('PROVIDER_UNKNOWN');
    expect(await refusal(registry.samlProvider(body.key))).to.equal('PROVIDER_UNKNOWN');
    expect(await registry.counterTerminal(body.key)).to.equal(undefined);
  });

  it('takes ids apart at the first colon after a kind there is, and no others', () => {
    expect(splitProviderId('id-wsf:urn:a:b')).to.deep.equal({ protocol: 'id-wsf', key: 'urn:a:b' });
    expect(splitProviderId('saml:id-wsf:x')).to.deep.equal({ protocol: 'saml', key: 'id-wsf:x' });
    for (const id of ['', 'id-wsf', 'wsf:x', 'urn:a', ' saml:x']) expect(splitProviderId(id), id).to.equal(undefined);
  });
});
