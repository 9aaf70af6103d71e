import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import * as samlify from 'samlify';
import type { KeyPurpose } from '../../federation/index.ts';
import { freePort } from '../ports.ts';
import { askingAt, partyOf } from './asking-world.ts';
import { certificatesIn, getAt, isSignedByOneOf, otherProcess, seconds } from './key-world.ts';
import { authorizationUrl, openParties, type Parties, samlAnswer, samlUrl } from './sign-on-world.ts';
import { attributeIn, browser, signInAt, startTestHub, type TestBrowser } from './world.ts';

const announced = 1500;
const retired = 3000;
const times = { announceDays: seconds(announced / 1000), retiredDays: seconds(retired / 1000) };
const purposes: readonly KeyPurpose[] = ['saml', 'oidc-es256', 'oidc-rsa'];

/** Waits for something, and says how long it took. */
async function until(isThere: () => Promise<boolean>, ms: number): Promise<number> {
  const start = performance.now();
  while (!(await isThere())) {
    if (performance.now() - start > ms) throw new Error(`not within ${ms} ms`);
    await pause(20);
  }
  return performance.now() - start;
}

describe('keys of a running hub', function () {
  this.timeout(60_000);
  let world: Parties;
  let other: Awaited<ReturnType<typeof otherProcess>>;
  let tab: TestBrowser;
  before(async () => {
    world = await openParties({ more: { keys: { rotation: { automatic: false, saml: times, oidc: times } } } });
    other = await otherProcess(world.hub);
    tab = browser();
    const prompt = await tab.visit(await samlUrl(world));
    await tab.visit(await signInAt(tab, prompt.url, world.issued));
  });
  after(async () => {
    await other.close();
    await world.hub.close();
  });

  const metadata = async () => (await fetch(`${world.hub.origin}/saml/metadata`)).text();
  const jwks = async () => {
    const { keys } = await (await fetch(`${world.hub.origin}/oidc/jwks`)).json();
    return (keys as { kid: string }[]).map(({ kid }) => kid);
  };
  const samlSignOn = async () => {
    const html = await (await tab.visit(await samlUrl(world))).response.text();
    return { field: attributeIn(html, /name="SAMLResponse" value="([^"]+)"/), xml: samlAnswer(html) };
  };
  async function oidcSignOn(config = world.clients[0], more: Record<string, string> = {}) {
    if (!config) throw new TypeError('no client');
    const { url, redeem } = await authorizationUrl(config, more);
    const { left = '' } = await tab.visit(url);
    return { left, tokens: () => redeem(left) };
  }
  const idToken = async () => (await (await oidcSignOn()).tokens()).id_token ?? '';
  const kidOf = (token: string) => decodeProtectedHeader(token).kid;
  const activeIs = (kid: string) => until(async () => kidOf(await idToken()) === kid, announced + 2000);
  const gone = (kid: string) => until(async () => !(await jwks()).includes(kid), retired + 3000);

  it('roll: announced at once by another process, signing from the announced moment, published until nothing needs it', async () => {
    const copyBefore = certificatesIn(await metadata());
    const tokenBefore = await idToken();
    expect([copyBefore.length, kidOf(tokenBefore)]).to.deep.equal([1, 'oidc-es256-1']);
    for (const purpose of purposes) await other.rotation.announce(purpose);
    const copy = await metadata();
    const both = certificatesIn(copy);
    expect(both, 'the very next request tells both').to.have.length(2);
    expect(await jwks()).to.deep.equal(['oidc-es256-1', 'oidc-es256-2', 'oidc-rsa-1', 'oidc-rsa-2']);
    expect(isSignedByOneOf(copyBefore, copy), 'the copy before vouches for this one').to.equal(true);
    const { xml } = await samlSignOn();
    expect(isSignedByOneOf(copyBefore, xml), 'a party with the copy before works until the switch').to.equal(true);
    expect(kidOf(await idToken())).to.equal('oidc-es256-1');
    await activeIs('oidc-es256-2');
    const switched = (await samlSignOn()).xml;
    expect(isSignedByOneOf(both, switched)).to.equal(true);
    expect(isSignedByOneOf(copyBefore, switched)).to.equal(false);
    expect(isSignedByOneOf(both, await metadata())).to.equal(true);
    const keySet = createRemoteJWKSet(new URL(`${world.hub.origin}/oidc/jwks`));
    await jwtVerify(tokenBefore, keySet, { issuer: world.hub.origin });
    const hinted = await oidcSignOn(world.clients[0], { id_token_hint: tokenBefore, prompt: 'none' });
    expect(new URL(hinted.left).searchParams.get('code'), 'a hint of before still counts').to.be.a('string');
    await gone('oidc-es256-1');
    expect(certificatesIn(await metadata())).to.deep.equal(both.slice(1));
    const late = await oidcSignOn(world.clients[0], { id_token_hint: tokenBefore, prompt: 'none' });
    expect(new URL(late.left).searchParams.get('error')).to.equal('invalid_request');
  });

  it('roll under openid-client with a cached JWKS, and under samlify with both certificates', async () => {
    const config = world.clients[1];
    if (!config) throw new TypeError('no client');
    oidc.enableNonRepudiationChecks(config);
    const signOn = async (by = config) => kidOf((await (await oidcSignOn(by)).tokens()).id_token ?? '');
    expect(await signOn()).to.equal('oidc-es256-2');
    const { jwks: cached } = oidc.getJwksCache(config) ?? {};
    for (const purpose of purposes) await other.rotation.announce(purpose);
    samlify.setSchemaValidator({ validate: async () => 'ours to check elsewhere' });
    const party = samlify.ServiceProvider({ entityID: 'https://portal.example/saml', wantAssertionsSigned: true });
    const idp = samlify.IdentityProvider({ metadata: await metadata() });
    const reads = async () => {
      const { field } = await samlSignOn();
      const { extract } = await party.parseLoginResponse(idp, 'post', { body: { SAMLResponse: field } });
      return String(extract.nameID);
    };
    const before = await reads();
    await activeIs('oidc-es256-3');
    expect(await reads(), 'the same metadata, the new key').to.equal(before);
    // It asks anew at an unknown kid, but not for a copy that is younger than a minute.
    const { client_id: clientId, client_secret: secret } = config.clientMetadata();
    const restarted = new oidc.Configuration(config.serverMetadata(), clientId, String(secret));
    oidc.allowInsecureRequests(restarted);
    oidc.enableNonRepudiationChecks(restarted);
    if (cached) oidc.setJwksCache(restarted, { jwks: cached, uat: Math.floor(Date.now() / 1000) - 61 });
    expect(await signOn(restarted)).to.equal('oidc-es256-3');
    await gone('oidc-es256-2');
  });

  it('leave tokens for data their worth until the key that signed them is removed', async () => {
    const at = askingAt(world.hub);
    const party = await partyOf('rolling');
    await at.register(party);
    const { cookie } = await at.signIn({ cardId: world.issued.cardId });
    const bootstrap = await at.bootstrapFor(party, cookie);
    // The token is looked at first: without one that counts, nobody is told that consent is missing.
    const noConsent = { kind: 'refused', code: 'ActionNotAuthorized' };
    expect(await at.ask(party, bootstrap)).to.deep.equal(noConsent);
    const { id } = world.hub.keys.active('saml');
    const stateOf = async () => (await other.rotation.look('saml')).find((key) => key.id === id)?.state;
    for (const purpose of purposes) await other.rotation.announce(purpose);
    await until(async () => (await stateOf()) === 'retired', announced + 2000);
    expect(await at.ask(party, bootstrap), 'signed by a key that is retired').to.deep.equal(noConsent);
    await until(async () => (await stateOf()) === undefined, retired + 3000);
    expect(await at.ask(party, bootstrap)).to.deep.equal({ kind: 'refused', code: 'InappropriateCredentials' });
    expect(await at.ask(party, await at.bootstrapFor(party, cookie)), 'a new one').to.deep.equal(noConsent);
  });

  it('change at once for a compromised key: what it signed is worth nothing from the next request on', async () => {
    const token = await idToken();
    const [copy, { xml }] = [certificatesIn(await metadata()), await samlSignOn()];
    for (const purpose of purposes) await other.rotation.rush(purpose, 'replace');
    const now = certificatesIn(await metadata());
    expect(now).to.have.length(1);
    expect(copy).to.not.include(now[0]);
    expect(isSignedByOneOf(now, xml)).to.equal(false);
    expect(isSignedByOneOf(now, (await samlSignOn()).xml)).to.equal(true);
    expect(await jwks()).to.deep.equal(['oidc-es256-5', 'oidc-rsa-5']);
    expect(kidOf(await idToken())).to.equal('oidc-es256-5');
    const refused = await jwtVerify(token, createRemoteJWKSet(new URL(`${world.hub.origin}/oidc/jwks`))).catch(
      (error: { code?: string }) => error.code,
    );
    expect(refused).to.equal('ERR_JWKS_NO_MATCHING_KEY');
    const hinted = await oidcSignOn(world.clients[0], { id_token_hint: token, prompt: 'none' });
    expect(new URL(hinted.left).searchParams.get('error')).to.equal('invalid_request');
  });

  it('are in no log and no file in clear, and every move is in the audit record once', async () => {
    const files = await Promise.all(
      ['hub.sqlite', 'hub.sqlite-wal'].map((name) => readFile(join(world.hub.data, name), 'latin1')),
    );
    const written = [...files, ...world.hub.logged].join('');
    for (const purpose of purposes) {
      const { privateKey } = world.hub.keys.active(purpose);
      const { d = 'none' } = privateKey.export({ format: 'jwk' });
      const der = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
      for (const text of [d, der, der.slice(0, 200)]) expect(written.includes(text), purpose).to.equal(false);
    }
    const moves = (await other.audited()).filter(({ type }) => type.startsWith('key.'));
    const told = moves.map(({ type, detail }) => `${type} ${detail.keys.join()}`);
    expect(new Set(told).size).to.equal(told.length);
    expect(told).to.include.members([
      'key.activated oidc-es256-1 retired,oidc-es256-2 active',
      'key.removed oidc-es256-2 active',
    ]);
  });
});

describe('keys of two hubs on one store', function () {
  this.timeout(60_000);

  it('are moved by one of them and taken by both within a second, without a request', async () => {
    const rolling = { announceDays: seconds(1), activeDays: seconds(2), retiredDays: seconds(1) };
    const more = { keys: { rotation: { saml: rolling, oidc: rolling } } };
    const one = await startTestHub({ more });
    const port = await freePort();
    const two = await startTestHub({ folder: one.data, more: { ...more, origin: one.origin, listen: { port } } });
    try {
      const idOf = ({ hub }: typeof one) => hub.keys.active('saml').id;
      await until(async () => idOf(one) === 'saml-3', 20_000);
      expect(await until(async () => idOf(two) === 'saml-3', 2000), 'ms until the other has it').to.be.below(1100);
      const told = await Promise.all([
        (await fetch(`${one.origin}/oidc/jwks`)).text(),
        getAt(port, `${one.origin}/oidc/jwks`),
      ]);
      expect(told[0]).to.equal(told[1]);
    } finally {
      await two.close();
      const other = await otherProcess(one);
      const made = (await other.audited()).filter(({ type }) => type.startsWith('key.'));
      const moves = made.map(({ type, detail }) => `${type} ${detail.keys.join()}`);
      expect(new Set(moves).size, 'no move was made twice').to.equal(moves.length);
      expect(moves.length).to.be.at.least(6);
      await other.close();
      await one.close();
    }
  });
});
