import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import * as oidc from 'openid-client';
import {
  buildAuthnRequest,
  buildSpMetadata,
  createKeyRing,
  encodeRedirect,
  type KeyRecord,
  keyCollection,
  parseClientMetadata,
} from '../../federation/index.ts';
import { createSeal } from '../../lib/seal.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { startDirectory, trialDirectory } from '../../trial/index.ts';
import { freePort } from '../ports.ts';
import { refusal } from '../refusal.ts';
import { attributeIn, browser, issueCard, signInAt, startTestHub, type TestBrowser, type TestHub } from './world.ts';

const callback = 'http://127.0.0.1:9/callback';
const password = 'directory password';
const everything = ['staffRole', 'staffLicence', 'staffFacility'];
const facility = { code: '3719999901', name: '春日みなと医院' };
const claims = { staff_role: ['doctor', 'receptionist'], staff_licence: '医師', staff_facility: facility };
const { bindDn, baseDn } = trialDirectory;

type Person = Pick<Awaited<ReturnType<typeof issueCard>>, 'card' | 'pin'>;

/** A hub with a directory, the doctor P032 and the plain resident P040, who work with or at the parties below. */
async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-staff-'));
  const passwordFile = join(folder, 'directory-password');
  await writeFile(passwordFile, `${password}\n`);
  const port = await freePort();
  const startAgain = () => startDirectory({ listen: { host: '127.0.0.1', port }, password });
  const staff = { url: `ldap://127.0.0.1:${port}`, bindDn, baseDn, passwordFile, retryAfterMs: 0 };
  const hub = await startTestHub({ folder, more: { staff } });
  const doctor = await issueCard(hub, { residentRef: 'P032', number: '1111111111111' });
  const resident = await issueCard(hub, { residentRef: 'P040', number: '2222222222222' });
  const keys = createKeyRing({
    keys: createMemoryStorage().collection<KeyRecord>(keyCollection),
    seal: createSeal(randomBytes(32), 'x'),
    commonName: 'party.example',
    trial: true,
  });
  await keys.ensure();
  return { folder, hub, doctor, resident, keys, startAgain, directory: await startAgain() };
}

type World = Awaited<ReturnType<typeof setUp>>;

/** A SAML party with this contract. */
async function registerSaml({ hub, keys }: World, id: string, attributes: readonly string[]) {
  const [entityId, acsUrl] = [`https://${id}.example/saml`, `https://${id}.example/acs`];
  const name = { ja: id, en: id };
  const metadata = buildSpMetadata({ entityId, acsUrl, certificate: keys.active('saml').certificate ?? '', name });
  await hub.registry.register({
    protocol: 'saml',
    key: entityId,
    name,
    status: 'approved',
    contract: { attributes },
    settings: { encryptAssertion: false },
    saml: { metadata },
  });
  return async () => {
    const xml = await buildAuthnRequest({
      id: `_${randomBytes(8).toString('hex')}`,
      issuer: entityId,
      destination: `${hub.origin}/saml/sso`,
      acsUrl,
      now: Date.now(),
    });
    return encodeRedirect(`${hub.origin}/saml/sso`, { name: 'SAMLRequest', xml, key: keys.samlKey() });
  };
}

/** An OIDC party that asks for these scopes at its registration; `contract` overrides what they mean. */
async function registerOidc({ hub }: World, clientId: string, scope: string, contract?: readonly string[]) {
  const { registry, clientSecrets, origin } = hub;
  const { secret = '', ...made } = parseClientMetadata(
    { client_id: clientId, redirect_uris: [callback], scope },
    { allowHttp: true },
  );
  const register = (attributes: readonly string[]) =>
    registry.register({
      protocol: 'oidc',
      key: clientId,
      name: made.name,
      status: 'approved',
      contract: { attributes },
      settings: {},
      oidc: {
        metadata: made.metadata,
        sealedSecret: clientSecrets.seal(Buffer.from(secret), `oidc:${clientId}`),
      },
    });
  await register(contract ?? made.attributes);
  const config = await oidc.discovery(new URL(origin), clientId, secret, undefined, {
    execute: [oidc.allowInsecureRequests],
  });
  return { config, register };
}

/** Signs in where it is needed and returns where the browser ended. */
async function visit(tab: TestBrowser, url: string, person: Person) {
  const at = await tab.visit(url);
  return new URL(at.url).pathname.startsWith('/sign-in/') ? tab.visit(await signInAt(tab, at.url, person)) : at;
}

/** Staff attributes of a SAML answer, by name. */
async function bySaml(tab: TestBrowser, request: () => Promise<string>, person: Person) {
  const { response } = await visit(tab, await request(), person);
  const field = attributeIn(await response.text(), /name="SAMLResponse" value="([^"]+)"/);
  const xml = Buffer.from(field, 'base64').toString();
  expect(xml).to.include('status:Success');
  const attributes = [
    ...xml.matchAll(/<saml:Attribute [^>]*\bName="(urn:x-sanuki:[^"]+)"[^>]*>(.*?)<\/saml:Attribute>/g),
  ];
  return Object.fromEntries(
    attributes.map(([, name = '', content = '']) => [
      name,
      [...content.matchAll(/<saml:AttributeValue[^>]*>([^<]*)</g)].map(([, value]) => value),
    ]),
  );
}

interface Asked {
  readonly scope?: string;
  readonly claims?: object;
}

async function byOidc(tab: TestBrowser, config: oidc.Configuration, person: Person, asked: Asked = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: asked.scope ?? 'openid staff',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(asked.claims ? { claims: JSON.stringify(asked.claims) } : {}),
  });
  const { left = '' } = await visit(tab, url.href, person);
  const tokens = await oidc.authorizationCodeGrant(config, new URL(left), { pkceCodeVerifier: verifier });
  const userInfo = () => oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '').then(staffOf);
  return { idToken: staffOf(tokens.claims() ?? {}), userInfo };
}

const staffOf = (all: object) => Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('staff_')));

describe('staff attributes', () => {
  let world: World;
  before(async () => {
    world = await setUp();
  });
  after(async () => {
    await world.hub.close();
    await world.directory.close();
    await rm(world.folder, { recursive: true });
  });

  it('go to a SAML party whose contract lists them, about a member of staff, each by its name', async () => {
    const kmix = await registerSaml(world, 'kmix', everything);
    expect(await bySaml(browser(), kmix, world.doctor)).to.deep.equal({
      'urn:x-sanuki:attr:staff:role': ['doctor', 'receptionist'],
      'urn:x-sanuki:attr:staff:licence': ['医師'],
      'urn:x-sanuki:attr:staff:facility': [facility.name],
      'urn:x-sanuki:attr:staff:facility-code': [facility.code],
    });
    expect(await bySaml(browser(), kmix, world.resident), 'not staff').to.deep.equal({});
  });

  it('go no further than the contract of a SAML party', async () => {
    const tab = browser();
    const portal = await registerSaml(world, 'portal', ['displayName']);
    const half = await registerSaml(world, 'half', ['staffRole']);
    expect(await bySaml(tab, portal, world.doctor)).to.deep.equal({});
    expect(await bySaml(tab, half, world.doctor)).to.have.all.keys('urn:x-sanuki:attr:staff:role');
  });

  it('go to an OIDC party by the scope "staff", at UserInfo (OIDC Core 5.4)', async () => {
    const { config } = await registerOidc(world, 'clinic', 'openid staff');
    const doctor = await byOidc(browser(), config, world.doctor);
    expect(await doctor.userInfo()).to.deep.equal(claims);
    expect(doctor.idToken).to.deep.equal({});
    const resident = await byOidc(browser(), config, world.resident);
    expect(await resident.userInfo(), 'not staff').to.deep.equal({});
    expect(await (await byOidc(browser(), config, world.doctor, { scope: 'openid' })).userInfo()).to.deep.equal({});
  });

  it('are in the ID token when the claims request asks for them there (OIDC Core 5.5)', async () => {
    const { config } = await registerOidc(world, 'terminal', 'openid staff');
    const asked = { scope: 'openid', claims: { id_token: { staff_role: null }, userinfo: { staff_licence: null } } };
    const { idToken, userInfo } = await byOidc(browser(), config, world.doctor, asked);
    expect(idToken).to.deep.equal({ staff_role: claims.staff_role });
    expect(await userInfo()).to.deep.equal({ staff_licence: claims.staff_licence });
  });

  it('are not had by asking: scope and claims beyond the contract are answered with less', async () => {
    const { config: phr } = await registerOidc(world, 'phr', 'openid profile');
    const { config: half } = await registerOidc(world, 'half', 'openid staff', ['staffLicence']);
    const asked = { claims: { id_token: { staff_role: { essential: true } }, userinfo: { staff_facility: null } } };
    const outsider = await byOidc(browser(), phr, world.doctor, asked);
    expect([outsider.idToken, await outsider.userInfo()]).to.deep.equal([{}, {}]);
    const insider = await byOidc(browser(), half, world.doctor, asked);
    expect([insider.idToken, await insider.userInfo()]).to.deep.equal([{}, { staff_licence: '医師' }]);
  });

  it('follow a contract that is changed: wider at the next request of the same session, narrower for tokens already out', async () => {
    const tab = browser();
    const { config, register } = await registerOidc(world, 'changing', 'openid staff', []);
    expect(await (await byOidc(tab, config, world.doctor)).userInfo()).to.deep.equal({});
    await register(everything);
    const { userInfo } = await byOidc(tab, config, world.doctor);
    expect(await userInfo()).to.deep.equal(claims);
    await register(['staffRole']);
    expect(await userInfo()).to.deep.equal({ staff_role: claims.staff_role });
  });

  it('are missing while the directory is down; the sign-in is not, and the log says why without a value', async () => {
    const [kmix, portal] = [
      await registerSaml(world, 'kmix', everything),
      await registerSaml(world, 'portal', ['displayName']),
    ];
    const { config } = await registerOidc(world, 'clinic', 'openid staff');
    const warnings = () => world.hub.logged.filter((line) => line.includes('no staff attributes'));
    await world.directory.close();
    expect(await bySaml(browser(), portal, world.doctor)).to.deep.equal({});
    expect(warnings(), 'nobody is asked for a party that gets nothing').to.have.length(0);
    const tab = browser();
    expect(await bySaml(tab, kmix, world.doctor)).to.deep.equal({});
    const { userInfo } = await byOidc(tab, config, world.doctor);
    expect(await userInfo()).to.deep.equal({});
    expect(warnings()).to.have.length(2);
    expect(warnings()[0]).to.include('SOURCE_SILENT').and.not.include('P032');
    world.directory = await world.startAgain();
    expect(await userInfo(), 'and there again with it').to.deep.equal(claims);
  });

  it('stay in no log and in no file of the hub, and the password of its account in none', async () => {
    const files = await readdir(world.folder, { recursive: true, withFileTypes: true });
    const contents = await Promise.all(
      files
        .filter((entry) => entry.isFile() && entry.name !== 'directory-password')
        .map((entry) => readFile(join(entry.parentPath, entry.name))),
    );
    for (const value of ['receptionist', '医師', facility.name, facility.code, password]) {
      expect(world.hub.logged.join('').includes(value), `log: ${value}`).to.equal(false);
      expect(
        contents.some((content) => content.includes(value)),
        `file: ${value}`,
      ).to.equal(false);
    }
  });
});

describe('a hub with a staff directory', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-staff-'));
  });
  after(() => rm(folder, { recursive: true }));

  const start = async (staff: object): Promise<TestHub> =>
    startTestHub({ folder, more: { staff: { url: 'ldap://127.0.0.1:1', bindDn, baseDn, ...staff } } });

  it('starts while the directory is down', async () => {
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, password);
    await (await start({ passwordFile })).close();
  });

  it('does not start on settings that can never work', async () => {
    const passwordFile = join(folder, 'password');
    const empty = join(folder, 'empty');
    await writeFile(empty, '\n');
    for (const staff of [
      { passwordFile: join(folder, 'nothing') },
      { passwordFile: empty },
      { passwordFile, filter: '(uid' },
      { passwordFile, caFile: join(folder, 'nothing') },
    ])
      expect(await refusal(start(staff)), JSON.stringify(staff)).to.equal('START_REFUSED');
  });
});
