import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import * as oidc from 'openid-client';
import { createConsumer, discoveryEprAttribute } from '../../attribute-service/consumer/index.ts';
import { cardPin, parseClientMetadata, parseIdentityProviderMetadata } from '../../federation/index.ts';
import { postBytes } from '../../lib/outgoing.ts';
import { activeCard } from '../card-auth/active-card.ts';
import { startTestHub, type TestHub } from './world.ts';

const redirectUri = 'http://127.0.0.1:9/callback';

describe('attributes for a party that speaks OpenID Connect', () => {
  let hub: TestHub;
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const others = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  before(async () => {
    hub = await startTestHub();
    const person = { name: { kana: 'コクブ ダイチ' }, sex: 1, birthDate: '1990-11-30', synthetic: true } as const;
    await hub.credential.residents.insert({ id: 'r1', ...person });
    await hub.credential.cards.insert(activeCard({ id: 'c1', residentRef: 'r1' }));
    await register('with-data', ['coverage'], { jwks: { keys: [keys.publicKey.export({ format: 'jwk' })] } });
    await register('without-data', [], { jwks: { keys: [keys.publicKey.export({ format: 'jwk' })] } });
    await register('without-key', ['coverage'], {});
  });
  after(() => hub.close());

  async function register(clientId: string, attributes: string[], members: object): Promise<void> {
    const given = {
      client_id: clientId,
      redirect_uris: [redirectUri],
      client_secret: 'a-secret-of-24-characters',
      ...members,
    };
    const { metadata, name, secret = '' } = parseClientMetadata(given, { allowHttp: true });
    await hub.registry.register({
      protocol: 'oidc',
      key: clientId,
      name,
      status: 'approved',
      contract: { attributes },
      settings: {},
      oidc: { metadata, sealedSecret: hub.clientSecrets.seal(Buffer.from(secret), `oidc:${clientId}`) },
    });
  }

  /** A code flow with the cookie of a live session. */
  async function signInAt(clientId: string) {
    const { session, cookie } = await hub.sessions.start({
      residentRef: 'r1',
      cardId: 'c1',
      level: cardPin,
      amr: ['hwk', 'pin'],
      at: Date.now(),
    });
    const execute = [oidc.allowInsecureRequests];
    const config = await oidc.discovery(new URL(hub.origin), clientId, 'a-secret-of-24-characters', undefined, {
      execute,
    });
    const verifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid attributes',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const headers = { cookie: `${hub.sessionCookie}=${cookie}` };
    const answer = await fetch(url, { headers, redirect: 'manual' });
    const back = new URL(answer.headers.get('location') ?? '');
    const tokens = await oidc.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier });
    const userInfo = () => oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
    return { session, userInfo, tokens };
  }

  function consumerOf(clientId: string, { privateKey }: typeof keys) {
    return createConsumer({
      providerId: `oidc:${clientId}`,
      key: { privateKey, algorithm: 'ecdsa-p256-sha256' },
      hub: async () => {
        const xml = await (await fetch(`${hub.origin}/saml/metadata`)).text();
        const { entityId, signingKeys } = parseIdentityProviderMetadata(xml, { now: Date.now() });
        return { providerId: entityId, keys: signingKeys };
      },
      post: (address, { action, body, signal }) =>
        postBytes(address, {
          body,
          contentType: 'text/xml',
          headers: { SOAPAction: `"${action}"` },
          acceptStatus: [200, 400, 403, 500],
          allowLoopback: true,
          signal,
        }),
    });
  }

  const question = { type: 'coverage', purpose: 'urn:x-sanuki:purpose:self-view', redirect: true } as const;

  it('come by a claim of UserInfo, good for the key of the registration and the live session only', async () => {
    const { session, userInfo, tokens } = await signInAt('with-data');
    const { [discoveryEprAttribute]: claim } = await userInfo();
    const bootstrap = typeof claim === 'string' ? claim : '';
    expect(JSON.stringify(tokens.claims()), 'not in the ID token').to.not.include('DiscoveryEPR');
    const asked = await consumerOf('with-data', keys).query(bootstrap, question);
    expect(asked.kind).to.equal('interaction');
    const refused = { kind: 'refused', code: 'InappropriateCredentials' };
    expect(await consumerOf('with-data', others).query(bootstrap, question), 'a key of nobody').to.deep.equal(refused);
    expect(await consumerOf('without-data', keys).query(bootstrap, question), 'another party').to.deep.equal(refused);
    await hub.sessions.forget(session.id);
    expect(await consumerOf('with-data', keys).query(bootstrap, question), 'after sign-out').to.deep.equal(refused);
  });

  it('are not offered without a contract for data, nor without a key to hold', async () => {
    for (const clientId of ['without-data', 'without-key'])
      expect(await (await signInAt(clientId)).userInfo(), clientId).to.not.have.property(discoveryEprAttribute);
  });
});
