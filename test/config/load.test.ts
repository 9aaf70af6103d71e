import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadSettings, parseSettings } from '../../config/index.ts';

const behindProxy = { trusted: ['127.0.0.1'] };
const base = {
  origin: 'https://id.example.jp',
  listen: { behindProxy },
  data: '/tmp/sanuki-test',
  service: {
    name: { ja: 'ログイン', en: 'Sign-in' },
    operator: { ja: '運営者', en: 'Operator' },
    support: { phone: '0120-000-000', hours: { ja: '平日', en: 'Weekdays' } },
  },
};

describe('settings', () => {
  it('mean production when they name no profile', () => {
    expect(parseSettings(base).profile).to.equal('production');
  });

  it('fill nested defaults', () => {
    expect(parseSettings(base).limits.signIn.points).to.equal(120);
  });

  it('refuse an unknown key in words', () => {
    expect(() => parseSettings({ ...base, sesion: {} })).to.throw(/Unrecognized key: "sesion"/);
  });

  it('refuse a software reader in production', () => {
    expect(() => parseSettings({ ...base, signIn: { softwareReader: 'ws://127.0.0.1:4105/reader' } })).to.throw(
      /software reader/,
    );
  });

  it('refuse a production origin without https, and an origin with a path', () => {
    expect(() => parseSettings({ ...base, origin: 'http://id.example.jp' })).to.throw(/https/);
    expect(() => parseSettings({ ...base, origin: 'https://id.example.jp/' })).to.throw(/no trailing slash/);
  });

  it('choose the engine of the store, and take no password in its address', () => {
    const store = (more: object) => parseSettings({ ...base, storage: { engine: 'mongo', ...more } }).storage;
    expect(parseSettings(base).storage).to.deep.equal({ engine: 'embedded' });
    const url = 'mongodb://sanuki@a.example,b.example:27018/?replicaSet=rs';
    expect(store({ url, passwordFile: '/etc/sanuki/store' })).to.deep.equal({
      engine: 'mongo',
      url,
      passwordFile: '/etc/sanuki/store',
      database: 'sanuki',
    });
    for (const plain of ['mongodb://a', 'mongodb://a:1,b:2', 'mongodb+srv://x@a.example/'])
      expect(store({ url: plain })).to.include({ url: plain });
    for (const telling of [
      'mongodb://sanuki:secret@a.example/',
      'mongodb://s:secret@a',
      'mongodb://a:x@b@c/',
      'mongodb://a:x/y@b',
    ])
      expect(() => store({ url: telling })).to.throw(/no password in the address/);
    expect(() => store({ url: 'http://a.example' })).to.throw(/begins with mongodb/);
    expect(() => store({})).to.throw(/url/);
  });

  it('name sources with an id of their own, by https in production', () => {
    const name = { ja: '保険者', en: 'insurer' };
    const source = { kind: 'json', id: 'a', name, address: 'https://a.example/coverage' };
    expect(parseSettings({ ...base, sources: [source] }).sources[0]).to.include({ deadlineMs: 1500 });
    expect(() => parseSettings({ ...base, sources: [source, source] })).to.throw(/id of its own/);
    const plain = { ...source, address: 'http://a.example/coverage' };
    expect(() => parseSettings({ ...base, sources: [plain] })).to.throw(/https/);
    expect(parseSettings({ ...base, profile: 'trial', sources: [plain] }).sources).to.have.length(1);
    expect(() => parseSettings({ ...base, sources: [{ ...source, kind: 'id-wsf' }] })).to.throw(/publicKey/);
    expect(() => parseSettings({ ...base, sources: [{ ...source, id: 'saml:a' }] })).to.throw(/sources/);
  });

  it('say where the card key service is, and where its token belongs', () => {
    const pkcs11 = { module: '/usr/lib/m.so', token: 'sanuki', pinFile: '/etc/sanuki/pin' };
    const cardKeys = (given: object) => parseSettings({ ...base, cardKeys: given }).cardKeys;
    expect(parseSettings(base).cardKeys).to.deep.equal({ mode: 'worker' });
    expect(cardKeys({ mode: 'process', pkcs11 })).to.deep.equal({ mode: 'process', pkcs11 });
    expect(() => cardKeys({ mode: 'socket' })).to.throw(/that mode needs it/);
    expect(() => cardKeys({ socket: '/run/k' })).to.throw(/belongs to mode socket/);
    expect(() => cardKeys({ mode: 'socket', socket: '/run/k', pkcs11 })).to.throw(/in the settings of the service/);
    expect(() => cardKeys({ pkcs11: { ...pkcs11, pin: '1234' } })).to.throw(/Unrecognized key: "pin"/);
  });

  it('let nobody’s registration lead into a private network unless the operator says so', () => {
    expect(parseSettings(base).bodiesInOwnNetwork).to.equal(false);
    expect(parseSettings({ ...base, bodiesInOwnNetwork: true }).bodiesInOwnNetwork).to.equal(true);
  });

  it('name a staff directory with defaults, over TLS in production', () => {
    const staff = {
      url: 'ldaps://ldap.example.jp',
      bindDn: 'cn=hub,dc=example,dc=jp',
      baseDn: 'ou=staff,dc=example,dc=jp',
      passwordFile: '/etc/sanuki/directory',
    };
    const settings = parseSettings({ ...base, staff });
    expect(settings.staff?.attributes).to.include({ role: 'employeeType', validUntil: 'shadowExpire' });
    expect(settings.staff).to.include({ referenceAttribute: 'employeeNumber', deadlineMs: 2000, startTls: false });
    const plain = { ...staff, url: 'ldap://ldap.example.jp' };
    expect(() => parseSettings({ ...base, staff: plain })).to.throw(/TLS/);
    expect(() => parseSettings({ ...base, staff: { ...staff, url: 'ldap://localhost.evil.example' } })).to.throw(/TLS/);
    expect(parseSettings({ ...base, staff: { ...plain, startTls: true } }).staff?.startTls).to.equal(true);
    expect(parseSettings({ ...base, staff: { ...staff, url: 'ldap://127.0.0.1:389' } }).staff).to.be.an('object');
    expect(() => parseSettings({ ...base, staff: { ...staff, url: 'https://ldap.example.jp' } })).to.throw(/staff/);
    expect(() => parseSettings({ ...base, staff: { ...staff, referenceAttribute: 'x)(y' } })).to.throw(
      /LDAP attribute/,
    );
  });

  it('refuse a resident register that production would read in clear', () => {
    const names = ['reference', 'birthDate', 'sex', 'kanji', 'kana', 'postal', 'municipality', 'town', 'block'];
    const register = (url: string, more: object = {}) => ({
      ...base,
      cardOffice: {
        register: {
          kind: 'ldap',
          url,
          bindDn: 'cn=hub',
          passwordFile: 'p',
          baseDn: 'dc=city',
          attributes: Object.fromEntries(names.map((name) => [name, name])),
          ...more,
        },
      },
    });
    expect(() => parseSettings(register('ldap://register.example'))).to.throw('over TLS only');
    expect(parseSettings(register('ldaps://register.example')).cardOffice.register.kind).to.equal('ldap');
    expect(parseSettings(register('ldap://register.example', { startTls: true })).cardOffice.evidenceDays).to.equal(30);
  });

  it('let keys roll by schedule, in production only with a notice that every copy at a partner outlives', () => {
    const { automatic, saml, oidc } = parseSettings(base).keys.rotation;
    expect([automatic, saml, oidc]).to.deep.equal([
      true,
      { announceDays: 30, activeDays: 730, retiredDays: 14 },
      { announceDays: 7, activeDays: 90, retiredDays: 7 },
    ]);
    const rolling = (rotation: object, more: object = {}) => parseSettings({ ...base, ...more, keys: { rotation } });
    expect(() => rolling({ saml: { announceDays: 13 } })).to.throw(/14 at least/);
    expect(() => rolling({ oidc: { announceDays: 0.5 } })).to.throw(/1 at least/);
    expect(() => rolling({ saml: { retiredDays: 0.4 } })).to.throw(/longest session/);
    expect(() => rolling({ oidc: { retiredDays: 0.4 } })).to.throw(/longest session/);
    expect(() => rolling({ saml: { activeDays: 20 } })).to.throw(/signs at least as long/);
    expect(rolling({ saml: { announceDays: 0.001 } }, { profile: 'trial' }).keys.rotation.saml.announceDays).to.equal(
      0.001,
    );
  });

  it('have a programme without limits, and refuse one that ends before it starts or names no day', () => {
    const programme = (said: object) => parseSettings({ ...base, programme: said }).programme;
    expect(programme({})).to.deep.equal({ cardYears: 5 });
    expect(programme({ start: '2026-04-01', end: '2026-06-30' })).to.include({ end: '2026-06-30' });
    expect(() => programme({ start: '2026-07-01', end: '2026-06-30' })).to.throw(/ends before it starts/);
    expect(() => programme({ end: '2026-06-31' })).to.throw(/a day that exists/);
    expect(() => programme({ survey: 'http://survey.example.jp/' })).to.throw(/programme.survey/);
  });

  it('ship an example that loads', async () => {
    const file = fileURLToPath(new URL('../../config/production.example.yaml', import.meta.url));
    expect((await loadSettings(file)).profile).to.equal('production');
  });
});
