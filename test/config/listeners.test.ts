import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { faces, listenersOf, loadSettings, originOf, parseSettings } from '../../config/index.ts';

const text = { ja: 'ログイン', en: 'Sign-in' };
const base = {
  origin: 'https://id.example.jp',
  data: '/tmp/sanuki-test',
  service: { name: text, operator: text, support: { phone: '0120', hours: text } },
};
const tls = { certificate: '/etc/hub.pem', key: '/etc/hub.key' };
const behindProxy = { trusted: ['10.0.0.5', '10.1.0.0/16', '2001:db8::/32'] };
const listening = (...listeners: object[]) => parseSettings({ ...base, listeners });

describe('settings of listeners', () => {
  it('are one plain listener with every face, in the trial', () => {
    const settings = parseSettings({
      ...base,
      profile: 'trial',
      origin: 'http://localhost:4100',
      listen: { port: 4100 },
    });
    expect(listenersOf(settings)).to.deep.equal([{ host: '127.0.0.1', port: 4100, serves: [...faces] }]);
  });

  it('refuse to start production where neither TLS nor a proxy is named, and say what helps', () => {
    for (const wrong of [
      {},
      { listen: { port: 80 } },
      {
        listeners: [
          { port: 443, tls },
          { port: 80, serves: ['id-wsf'] },
        ],
      },
    ])
      expect(() => parseSettings({ ...base, ...wrong })).to.throw(/"tls" with certificate and key, or "behindProxy"/);
    expect(listening({ port: 443, tls }, { port: 9000, serves: ['health'] }).listeners).to.have.length(2);
    expect(parseSettings({ ...base, listen: { behindProxy } }).listen.behindProxy?.header).to.equal('x-forwarded');
  });

  it('refuse the old way to trust whoever connects', () => {
    expect(() => parseSettings({ ...base, listen: { behindProxy }, trustedProxy: true })).to.throw(/trustedProxy/);
  });

  it('refuse proxies that are everybody or nobody', () => {
    for (const trusted of [['0.0.0.0/0'], ['::/0'], [], ['localhost'], ['10.0.0.0/33'], ['10.0.0.5 ']])
      expect(() => listening({ behindProxy: { trusted } }), String(trusted)).to.throw(/trusted|everybody/);
  });

  it('refuse to demand certificates where nobody would see them', () => {
    const clientCertificates = { ca: '/etc/ca.pem' };
    expect(() => listening({ clientCertificates, behindProxy })).to.throw(/clientCertificates need tls/);
    expect(() => listening({ clientCertificates, tls, behindProxy })).to.throw(/the certificate is the proxy’s/);
    expect(listening({ clientCertificates, tls, serves: ['api'] }).listeners?.[0]?.tls?.minVersion).to.equal('TLSv1.2');
  });

  it('keep pages with cookies under the origin of the hub, and https in production', () => {
    const origin = 'https://machines.example.jp';
    for (const face of ['pages', 'console', 'setup'])
      expect(() => listening({ tls, origin, serves: ['api', face] })).to.throw(/cookies belong/);
    expect(() => listening({ tls, origin: 'http://machines.example.jp', serves: ['api'] })).to.throw(/https origin/);
    expect(() => listening({ tls, origin: `${origin}/`, serves: ['api'] })).to.throw(/no trailing slash/);
  });

  it('refuse what no listener can be: a face that is none, two at one port, TLS older than 1.2', () => {
    expect(() => listening({ tls, serves: ['everything'] })).to.throw(/serves/);
    expect(() => listening({ port: 443, tls }, { port: 443, tls })).to.throw(/port of its own/);
    expect(() => listening({ tls: { ...tls, minVersion: 'TLSv1.1' } })).to.throw(/minVersion/);
  });

  it('tell under which origin parties reach the SOAP endpoint', () => {
    const machines = { port: 2, tls, origin: 'https://machines.example.jp', serves: ['id-wsf'] };
    expect(originOf(listening({ port: 1, tls, serves: ['pages'] }, machines), 'id-wsf')).to.equal(machines.origin);
    expect(originOf(listening({ port: 1, tls }, machines), 'id-wsf'), 'everybody’s').to.equal(base.origin);
    expect(originOf(listening({ port: 1, tls, serves: ['pages'] }), 'id-wsf'), 'nowhere').to.equal(base.origin);
  });

  it('come with an example for the zones of a network, in which every face is served and none of the machines’ to the internet', async () => {
    const file = fileURLToPath(new URL('../../config/zones.example.yaml', import.meta.url));
    const settings = await loadSettings(file);
    const [internet, ...others] = listenersOf(settings);
    expect(internet?.serves).to.deep.equal(['pages', 'tokens', 'setup']);
    expect(new Set([internet, ...others].flatMap((one) => one?.serves ?? []))).to.deep.equal(new Set(faces));
    for (const one of others.filter(({ serves }) => serves.includes('id-wsf') || serves.includes('api')))
      expect(one.clientCertificates, String(one.port)).to.be.an('object');
    expect(originOf(settings, 'id-wsf')).to.equal('https://machines.id.example.jp');
  });
});
