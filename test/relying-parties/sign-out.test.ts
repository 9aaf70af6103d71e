import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import Koa from 'koa';
import {
  bindings,
  buildLogoutRequest,
  createReplayGuard,
  encodeFront,
  encodeSoap,
  nameIdFormats,
  newMessageId,
  type UsedId,
  usedIdCollection,
} from '../../federation/index.ts';
import { HubError } from '../../lib/errors.ts';
import { type SigningKey, signElement, verificationKey } from '../../lib/xml/index.ts';
import { createLogoutTokens } from '../../relying-parties/logout-token.ts';
import { createSamlLogout } from '../../relying-parties/saml-logout.ts';
import {
  createSignIns,
  type PartySession,
  type PendingSignIn,
  partySessionCollection,
  pendingCollection,
} from '../../relying-parties/sign-ins.ts';
import { createMemoryStorage } from '../../storage/index.ts';

const issuer = 'https://hub.example';
const event = 'http://schemas.openid.net/event/backchannel-logout';

describe('a logout token at a party (Back-Channel Logout 1.0 2.6)', () => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const stranger = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] }));
  });
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  function setUp() {
    const replay = createReplayGuard({ used: createMemoryStorage().collection<UsedId>(usedIdCollection) });
    const jwksUri = async () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return createLogoutTokens({ issuer, clientId: 'phr', jwksUri, replay, now: Date.now });
  }
  /** Good for a minute from now, however long the tests before took. */
  const good = () => {
    const iat = Math.floor(Date.now() / 1000);
    return { iss: issuer, aud: 'phr', sub: 's', sid: '1', iat, exp: iat + 60, events: { [event]: {} } };
  };
  const sign = (
    claims: object,
    { key = keys.privateKey, typ = 'logout+jwt' }: { key?: KeyObject; typ?: string } = {},
  ) => new SignJWT({ jti: newMessageId(), ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'k', typ }).sign(key);

  it('names the session that is over, once', async () => {
    const read = setUp();
    const token = await sign(good());
    expect(await read(token)).to.deep.equal({ subject: 's', hubSession: '1' });
    expect(await read(token), 'recorded and sent again').to.equal(undefined);
  });

  it('of an attacker with a key of his own, or made of an ID token or of another client’s token, ends nothing', async () => {
    const read = setUp();
    for (const token of [
      'x',
      await sign(good(), { key: stranger.privateKey }),
      await sign(good(), { typ: 'JWT' }),
      await sign({ ...good(), aud: 'clinic' }),
      await sign({ ...good(), iss: 'https://evil.example' }),
      await sign({ ...good(), exp: good().iat - 600 }),
      await sign({ ...good(), events: {} }),
      await sign({ ...good(), nonce: 'n' }),
      await sign({ ...good(), sid: undefined }),
    ])
      expect(await read(token)).to.equal(undefined);
  });
});

describe('a LogoutRequest at a party (SAML Profiles 4.4.3)', () => {
  const entityId = 'https://portal.example/saml/metadata';
  const newKey = (): SigningKey => ({
    privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    algorithm: 'rsa-sha256',
  });
  const [hubKey, partyKey, stranger] = [newKey(), newKey(), newKey()];

  async function setUp() {
    const storage = createMemoryStorage();
    const signIns = createSignIns({
      pending: storage.collection<PendingSignIn>(pendingCollection),
      sessions: storage.collection<PartySession>(partySessionCollection),
      now: Date.now,
    });
    const origin = 'https://portal.example';
    const logout = createSamlLogout({
      host: { origin, signIns, browserSecret: () => 'b', level: '', now: Date.now },
      entityId,
      idp: async () => ({
        entityId: issuer,
        ssoUrl: `${issuer}/sso`,
        sloUrl: `${issuer}/slo`,
        signingKeys: [verificationKey(createPublicKey(hubKey.privateKey))],
      }),
      replay: createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) }),
      key: () => partyKey,
    });
    const router = new Router();
    logout.routes(router);
    const app = new Koa();
    app.use(async (ctx, next) => {
      try {
        await next();
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        ctx.status = 400;
        ctx.body = error.code;
      }
    });
    app.use(router.routes());
    const handle = app.callback();
    const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const signedIn = { level: '', authenticatedAt: 1 };
    const one = await signIns.open({ ...signedIn, pseudonym: 'p1', hubSession: '_1' });
    const other = await signIns.open({ ...signedIn, pseudonym: 'p1', hubSession: '_2' });
    const stays = async () => [Boolean(await signIns.current(one)), Boolean(await signIns.current(other))];
    return { at, stays, close: () => server.close() };
  }

  const request = (path: string, options: object = {}) =>
    buildLogoutRequest({
      id: newMessageId(),
      issuer,
      destination: `https://portal.example${path}`,
      nameId: { value: 'p1', format: nameIdFormats.persistent },
      sessionIndex: '_1',
      now: Date.now(),
      ...options,
    });

  async function bySoap(at: string, key: SigningKey, options: object = {}): Promise<number> {
    const body = encodeSoap(await signElement(request('/saml/slo/soap', options), key, { after: 'Issuer' }));
    return (await fetch(`${at}/saml/slo/soap`, { method: 'POST', body, headers: { 'content-type': 'text/xml' } }))
      .status;
  }

  it('ends the named session and no other, by SOAP and by Redirect', async () => {
    const world = await setUp();
    expect([await bySoap(world.at, hubKey), await world.stays()]).to.deep.equal([200, [false, true]]);
    const to = { binding: bindings.redirect, location: 'https://portal.example/saml/slo' };
    const element = request('/saml/slo', { sessionIndex: '_2' });
    const sent = await encodeFront(to, { name: 'SAMLRequest', element, relayState: 'chain', key: hubKey });
    const query = 'url' in sent ? new URL(sent.url).search : '';
    const answered = await fetch(`${world.at}/saml/slo${query}`, { redirect: 'manual' });
    const back = new URL(answered.headers.get('location') ?? '');
    expect([back.origin, back.searchParams.get('RelayState'), back.searchParams.has('Signature')]).to.deep.equal([
      issuer,
      'chain',
      true,
    ]);
    expect(await world.stays()).to.deep.equal([false, false]);
    world.close();
  });

  it('of an attacker with a key of his own, in another’s name or for another party ends nothing', async () => {
    const world = await setUp();
    expect([
      await bySoap(world.at, stranger),
      await bySoap(world.at, hubKey, { issuer: 'https://evil.example' }),
      await bySoap(world.at, hubKey, { destination: 'https://k-mix.example/saml/slo/soap' }),
      await bySoap(world.at, hubKey, { now: Date.now() - 3600_000 }),
    ]).to.deep.equal([400, 400, 400, 400]);
    expect(await world.stays()).to.deep.equal([true, true]);
    world.close();
  });
});
