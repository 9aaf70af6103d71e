import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import * as samlify from 'samlify';
import { readCookieFile } from '../../cli/cookie-file.ts';
import { attributeIn, browser, type TestBrowser } from '../idp/world.ts';
import { newKeyPair } from '../peer-keys.ts';
import { skipUnless } from '../skip-unless.ts';
import { hasApache, startApache } from './apache.ts';
import { startMellon } from './mellon.ts';
import { sanuki, startTrialProcess, type TrialProcess } from './trial.ts';

describe('foreign parties sign out at the running product, and are signed out', function () {
  this.timeout(60_000);
  let trial: TrialProcess;
  let folder = '';
  before(async () => {
    trial = await startTrialProcess();
    folder = await mkdtemp(join(tmpdir(), 'sanuki-peers-out-'));
  });
  after(async () => {
    await trial.stop();
    await trial.clean();
    await rm(folder, { recursive: true });
  });

  /** Signs in with the headless terminal; the browser then has the hub's session. */
  async function signIn(tab: TestBrowser, page: string): Promise<{ next?: string; html?: string }> {
    const [card] = trial.summary.cards;
    const jar = join(folder, `${randomBytes(6).toString('hex')}.txt`);
    const common = ['--page', page, '--cookies', jar, '--data', trial.data];
    const { code, out, errors } = await sanuki(
      'sign-in',
      ...common,
      '--card',
      card?.number ?? '',
      '--pin',
      card?.pin ?? '',
    );
    expect(code, errors).to.equal(0);
    const cookies = await (await readCookieFile(jar)).jar.getCookies(trial.summary.hub);
    for (const cookie of cookies) await tab.jar.setCookie(cookie.cookieString(), trial.summary.hub);
    return JSON.parse(out);
  }

  async function register(...args: string[]) {
    const { code, out, errors } = await sanuki('provider', 'add', ...args, '--approve', '--data', trial.data);
    expect(code, errors).to.equal(0);
    return JSON.parse(out);
  }

  /** Follows every redirect and every page of the hub that goes on by itself. */
  async function follow(tab: TestBrowser, start: string): Promise<{ url: string; response: Response; html: string }> {
    let url = start;
    for (let step = 0; step < 15; step++) {
      const response = await tab.request(url);
      const location = response.headers.get('location');
      const html = await response.clone().text();
      const next = location ?? (attributeIn(html, /<a id="hop"[^>]*href="([^"]+)"/) || undefined);
      if (next === undefined) return { url, response, html };
      url = new URL(next, url).href;
    }
    throw new Error(`too many redirects, at ${url}`);
  }

  async function signOutAtHub(tab: TestBrowser) {
    const { hub } = trial.summary;
    const csrf = attributeIn(await (await tab.request(`${hub}/sign-out`)).text(), /name="csrf" value="([^"]+)"/);
    const init = { method: 'POST', body: new URLSearchParams({ csrf }), headers: { origin: hub } };
    const pressed = await tab.request(`${hub}/sign-out`, init);
    return follow(tab, new URL(pressed.headers.get('location') ?? '', hub).href);
  }

  const outcomesIn = (html: string) => [...html.matchAll(/data-outcome="([\w-]+)"/g)].map(([, outcome]) => outcome);

  describe('Apache with mod_auth_mellon (SAML, Lasso)', () => {
    type Mellon = Awaited<ReturnType<typeof startMellon>>;
    const running: Mellon[] = [];
    before(function () {
      skipUnless(hasApache('mod_auth_mellon'), 'mod_auth_mellon', this);
    });
    afterEach(async () => {
      for (const apache of running.splice(0)) await apache.stop();
    });

    async function signedIn(change = (metadata: string) => metadata) {
      const apache = await startMellon(trial.summary.samlMetadata);
      running.push(apache);
      const metadata = change(await (await fetch(`${apache.origin}/mellon/metadata`)).text());
      const file = join(folder, `${randomBytes(6).toString('hex')}.xml`);
      await writeFile(file, metadata);
      await register('--metadata', file);
      const tab = browser();
      const start = await tab.request(`${apache.origin}/`);
      const login = await tab.request(new URL(start.headers.get('location') ?? '', apache.origin).href);
      const { html = '' } = await signIn(tab, login.headers.get('location') ?? '');
      const fields = ['SAMLResponse', 'RelayState'].map((name) => [
        name,
        attributeIn(html, new RegExp(`name="${name}" value="([^"]*)"`)),
      ]);
      const body = new URLSearchParams(Object.fromEntries(fields) as Record<string, string>);
      await tab.request(attributeIn(html, /<form method="post" action="([^"]+)"/), { method: 'POST', body });
      expect((await tab.request(`${apache.origin}/`)).status).to.equal(200);
      return { apache, tab };
    }

    it('signs out by Redirect, and everything is over', async () => {
      const { apache, tab } = await signedIn();
      const back = `${apache.origin}/mellon/metadata`;
      const { url, response, html } = await follow(
        tab,
        `${apache.origin}/mellon/logout?ReturnTo=${encodeURIComponent(back)}`,
      );
      expect([url, response.status], html.slice(0, 500)).to.deep.equal([back, 200]);
      expect((await tab.request(`${apache.origin}/`)).status).to.equal(303);
      expect(await (await tab.request(`${trial.summary.hub}/sign-out`)).text()).to.include('ログインしていません');
    });

    for (const [binding, change] of [
      ['SOAP', (metadata: string) => metadata],
      ['Redirect', (metadata: string) => metadata.replaceAll(/<SingleLogoutService[^>]*SOAP"[^>]*\/>/gs, '')],
    ] as const)
      it(`is signed out by ${binding} and confirms`, async () => {
        const { apache, tab } = await signedIn(change);
        expect(outcomesIn((await signOutAtHub(tab)).html)).to.deep.equal(['confirmed']);
        expect((await tab.request(`${apache.origin}/`)).status).to.equal(303);
      });
  });

  describe('Apache with mod_auth_openidc', () => {
    before(function () {
      skipUnless(hasApache('mod_auth_openidc'), 'mod_auth_openidc', this);
    });

    async function signedIn() {
      const clientSecret = randomBytes(24).toString('base64url');
      const clientId = `apache-${randomBytes(4).toString('hex')}`;
      const apache = await startApache({
        modules: ['auth_openidc'],
        configuration: ({ origin }) =>
          `OIDCProviderMetadataURL ${trial.summary.issuer}/.well-known/openid-configuration\nOIDCClientID ${clientId}\nOIDCClientSecret ${clientSecret}\nOIDCRedirectURI ${origin}/callback\nOIDCCryptoPassphrase ${randomBytes(16).toString('hex')}\nOIDCPKCEMethod S256\nOIDCScope "openid"\nOIDCRemoteUserClaim sub\nOIDCDefaultLoggedOutURL ${origin}/callback?info=none\n<Location />\n AuthType openid-connect\n OIDCUnAuthAction auth true\n</Location>\n<Location /bye>\n AuthType None\n Require all granted\n</Location>`,
      });
      const file = join(folder, `${clientId}.json`);
      const metadata = {
        client_id: clientId,
        client_secret: clientSecret,
        client_name: 'Apache',
        redirect_uris: [`${apache.origin}/callback`],
        post_logout_redirect_uris: [`${apache.origin}/bye`],
        backchannel_logout_uri: `${apache.origin}/callback?logout=backchannel`,
      };
      await writeFile(file, JSON.stringify(metadata));
      await register('--oidc', file);
      const tab = browser();
      const start = await tab.request(`${apache.origin}/`);
      const { next = '' } = await signIn(tab, start.headers.get('location') ?? '');
      await tab.request(next);
      expect((await tab.request(`${apache.origin}/`)).status).to.equal(200);
      return { apache, tab };
    }

    it('is signed out by a logout token and confirms', async () => {
      const { apache, tab } = await signedIn();
      try {
        expect(outcomesIn((await signOutAtHub(tab)).html)).to.deep.equal(['confirmed']);
        expect((await tab.request(`${apache.origin}/`)).status).to.equal(302);
      } finally {
        await apache.stop();
      }
    });

    it('signs out at end_session_endpoint and comes back', async () => {
      const { apache, tab } = await signedIn();
      try {
        const out = `${apache.origin}/callback?logout=${encodeURIComponent(`${apache.origin}/bye`)}`;
        const { url } = await follow(tab, out);
        expect(url).to.equal(`${apache.origin}/bye`);
        expect(await (await tab.request(`${trial.summary.hub}/sign-out`)).text()).to.include('ログインしていません');
      } finally {
        await apache.stop();
      }
    });
  });

  it('samlify asks for a sign-out, and reads our requests and answers', async () => {
    samlify.setSchemaValidator({ validate: async () => 'ours to check elsewhere' });
    const keys = await newKeyPair();
    const { binding } = samlify.Constants.namespace;
    // The hub sends no browser to where nothing listens.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const party = samlify.ServiceProvider({
      entityID: `${origin}/samlify-out`,
      authnRequestsSigned: true,
      wantAssertionsSigned: true,
      wantLogoutRequestSigned: true,
      wantLogoutResponseSigned: true,
      privateKey: keys.privateKey,
      signingCert: keys.certificate,
      assertionConsumerService: [{ Binding: binding.post, Location: `${origin}/acs` }],
      singleLogoutService: [{ Binding: binding.post, Location: `${origin}/slo` }],
      nameIDFormat: ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'],
      requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    });
    const file = join(folder, 'samlify-out.xml');
    await writeFile(file, party.getMetadata());
    await register('--metadata', file);
    const hub = samlify.IdentityProvider({
      metadata: await (await fetch(trial.summary.samlMetadata)).text(),
      wantLogoutRequestSigned: true,
      wantLogoutResponseSigned: true,
    });
    const fieldsIn = (html: string) => ({
      body: Object.fromEntries(
        [...html.matchAll(/<input type="hidden" name="([^"]+)" value="[^"]*"/g)].map(([tag, name = '']) => [
          name,
          attributeIn(tag, /value="([^"]*)"/),
        ]),
      ),
    });
    const signedIn = async () => {
      const tab = browser();
      const { html = '' } = await signIn(tab, party.createLoginRequest(hub, 'redirect').context);
      return { tab, ...(await party.parseLoginResponse(hub, 'post', fieldsIn(html))) };
    };
    const first = await signedIn();
    const { context } = party.createLogoutRequest(
      hub,
      'redirect',
      { logoutNameID: first.extract.nameID ?? '', sessionIndex: String(first.extract.sessionIndex?.sessionIndex) },
      'state',
    ) as { context: string };
    const answered = await follow(first.tab, context);
    const answer = await party.parseLogoutResponse(hub, 'post', fieldsIn(answered.html));
    expect(answer.extract.response?.inResponseTo, answered.html.slice(0, 800)).to.be.a('string');
    const second = await signedIn();
    const { html } = await signOutAtHub(second.tab);
    const asked = await party.parseLogoutRequest(hub, 'post', fieldsIn(html));
    expect(asked.extract.nameID).to.equal(second.extract.nameID);
    const { context: encoded } = party.createLogoutResponse(
      hub,
      { extract: asked.extract as never },
      'post',
      fieldsIn(html).body.RelayState,
    ) as {
      context: string;
    };
    const body = new URLSearchParams({ SAMLResponse: encoded, RelayState: fieldsIn(html).body.RelayState ?? '' });
    const back = await second.tab.request(`${trial.summary.hub}/saml/slo`, { method: 'POST', body });
    const page = await follow(second.tab, new URL(back.headers.get('location') ?? '', trial.summary.hub).href);
    expect(outcomesIn(page.html), trial.errors.join('')).to.deep.equal(['confirmed']);
    server.close();
  });
});
