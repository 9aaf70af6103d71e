import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import * as samlify from 'samlify';
import { attributeIn, browser } from '../idp/world.ts';
import { newKeyPair } from '../peer-keys.ts';
import { skipUnless } from '../skip-unless.ts';
import { hasApache, startApache } from './apache.ts';
import { startMellon } from './mellon.ts';
import { sanuki, startTrialProcess, type TrialProcess } from './trial.ts';

describe('foreign parties complete a sign-in at the running product', function () {
  this.timeout(60_000);
  let trial: TrialProcess;
  let folder = '';
  before(async () => {
    trial = await startTrialProcess();
    folder = await mkdtemp(join(tmpdir(), 'sanuki-peers-'));
  });
  after(async () => {
    await trial.stop();
    await trial.clean();
    await rm(folder, { recursive: true });
  });

  /** Signs in at the hub's page with the headless terminal, as an integrator's own tests do. */
  async function signIn(page: string): Promise<{ next?: string; page?: string; html?: string }> {
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
    return JSON.parse(out);
  }

  const formIn = (html = '') => ({
    action: attributeIn(html, /<form method="post" action="([^"]+)"/),
    fields: Object.fromEntries(
      [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([tag]) => [
        attributeIn(tag, /name="([^"]+)"/),
        attributeIn(tag, /value="([^"]*)"/),
      ]),
    ),
  });

  async function register(...args: string[]) {
    const { code, out, errors } = await sanuki('provider', 'add', ...args, '--approve', '--data', trial.data);
    expect(code, errors).to.equal(0);
    return JSON.parse(out);
  }

  it('Apache with mod_auth_mellon (SAML, Lasso)', async function () {
    skipUnless(hasApache('mod_auth_mellon'), 'mod_auth_mellon', this);
    const apache = await startMellon(trial.summary.samlMetadata);
    try {
      const registered = await register('--metadata', `${apache.origin}/mellon/metadata`);
      expect(registered).to.include({ entityID: `${apache.origin}/mellon/metadata`, status: 'approved' });
      const tab = browser();
      const start = await tab.request(`${apache.origin}/`);
      const login = await tab.request(new URL(start.headers.get('location') ?? '', apache.origin).href);
      const { html } = await signIn(login.headers.get('location') ?? '');
      const { action, fields } = formIn(html);
      const answered = await tab.request(action, { method: 'POST', body: new URLSearchParams(fields) });
      expect(answered.status, await answered.text()).to.be.oneOf([302, 303]);
      const home = await tab.request(new URL(answered.headers.get('location') ?? '', apache.origin).href);
      expect([home.status, await home.text()]).to.deep.equal([200, 'protected page\n']);
      // Mellon asks for a transient NameID by default.
      expect(home.headers.get('remote-user')).to.match(/^_[\w-]{32}$/);
    } finally {
      await apache.stop();
    }
  });

  it('Apache with mod_auth_openidc (OpenID Connect, code with PKCE)', async function () {
    skipUnless(hasApache('mod_auth_openidc'), 'mod_auth_openidc', this);
    const clientSecret = randomBytes(24).toString('base64url');
    const apache = await startApache({
      modules: ['auth_openidc'],
      configuration: ({ origin }) =>
        `OIDCProviderMetadataURL ${trial.summary.issuer}/.well-known/openid-configuration\nOIDCClientID apache\nOIDCClientSecret ${clientSecret}\nOIDCRedirectURI ${origin}/callback\nOIDCCryptoPassphrase ${randomBytes(16).toString('hex')}\nOIDCPKCEMethod S256\nOIDCScope "openid profile"\nOIDCRemoteUserClaim sub\n<Location />\n AuthType openid-connect\n OIDCUnAuthAction auth true\n</Location>`,
    });
    try {
      const file = join(folder, 'apache.json');
      const metadata = {
        client_id: 'apache',
        client_secret: clientSecret,
        client_name: 'Apache',
        redirect_uris: [`${apache.origin}/callback`],
      };
      await writeFile(file, JSON.stringify(metadata));
      expect(await register('--oidc', file)).to.include({ client_id: 'apache', client_secret: clientSecret });
      const tab = browser();
      const start = await tab.request(`${apache.origin}/`);
      expect(start.status, `${[...start.headers].join('; ')} ${await start.text()}`).to.equal(302);
      const { next = '' } = await signIn(start.headers.get('location') ?? '');
      const answered = await tab.request(next);
      expect(answered.status, await answered.text()).to.equal(302);
      const home = await tab.request(answered.headers.get('location') ?? '');
      expect([home.status, await home.text()]).to.deep.equal([200, 'protected page\n']);
      expect(home.headers.get('remote-user')).to.match(/^[\w-]{32}/);
    } finally {
      await apache.stop();
    }
  });

  it('samlify as a service provider', async () => {
    samlify.setSchemaValidator({ validate: async () => 'ours to check elsewhere' });
    const keys = await newKeyPair();
    const origin = 'http://127.0.0.1:9';
    const party = samlify.ServiceProvider({
      entityID: `${origin}/samlify`,
      authnRequestsSigned: true,
      wantAssertionsSigned: true,
      privateKey: keys.privateKey,
      signingCert: keys.certificate,
      assertionConsumerService: [{ Binding: samlify.Constants.namespace.binding.post, Location: `${origin}/acs` }],
      nameIDFormat: ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'],
      requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    });
    const file = join(folder, 'samlify.xml');
    await writeFile(file, party.getMetadata());
    await register('--metadata', file);
    const hub = samlify.IdentityProvider({ metadata: await (await fetch(trial.summary.samlMetadata)).text() });
    const { context } = party.createLoginRequest(hub, 'redirect');
    const { html } = await signIn(context);
    const { action, fields } = formIn(html);
    expect(action).to.equal(`${origin}/acs`);
    const { extract } = await party.parseLoginResponse(hub, 'post', { body: fields });
    expect(extract.nameID).to.match(/^[\w-]{32}$/);
  });
});
