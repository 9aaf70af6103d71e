import { expect } from 'chai';
import { startTestHub, type TestHub } from '../world.ts';

/** A hub at an https origin whose only proxy is on loopback; visitors of the tests are whoever the proxy names. */
const start = (trusted: readonly string[], more: object = {}) =>
  startTestHub({ https: true, listen: { behindProxy: { trusted } }, more });

/** As the proxy passes a request on: over plain http, with the visitor's own words in front of its own. */
const send = ({ port }: Pick<TestHub, 'port'>, path: string, headers: Record<string, string>, init: RequestInit = {}) =>
  fetch(`http://localhost:${port}${path}`, { redirect: 'manual', ...init, headers });
const by = (visitor: string, more: object = {}) => ({
  'x-forwarded-for': visitor,
  'x-forwarded-proto': 'https',
  ...more,
});

describe('behind a proxy that ends TLS', () => {
  let hub: TestHub;
  before(async () => {
    hub = await start(['127.0.0.1', '::1'], { limits: { pages: { points: 3 }, token: { points: 1000 } } });
  });
  after(() => hub?.close());

  it('a visitor who invents entries is counted as one (attacker: evasion of the limit)', async () => {
    const statuses: number[] = [];
    for (let at = 1; at <= 5; at++)
      statuses.push((await send(hub, '/', by(`1.1.1.${at}, 203.0.113.9`, { forwarded: `for=1.2.3.${at}` }))).status);
    expect(statuses).to.deep.equal([200, 200, 200, 429, 429]);
    expect((await send(hub, '/', by('203.0.113.10'))).status, 'another visitor').to.equal(200);
  });

  it('has HSTS, secure cookies and https addresses, as if TLS ended here', async () => {
    const answer = await send(hub, '/.well-known/openid-configuration', by('203.0.113.20'));
    expect(answer.headers.get('strict-transport-security')).to.equal('max-age=63072000');
    expect((await answer.json()).authorization_endpoint).to.equal(`${hub.origin}/oidc/authorize`);
    const account = await send(hub, '/account', by('203.0.113.20', { accept: 'text/html' }));
    const page = await send(
      hub,
      new URL(account.headers.get('location') ?? '', hub.origin).pathname,
      by('203.0.113.20'),
    );
    expect(page.headers.getSetCookie().join()).to.match(/; secure/i);
  });

  it('a request that reached the proxy over plain http is refused, without HSTS and without a cookie (attacker: downgrade)', async () => {
    for (const proto of ['http', 'https, http', 'http, https', ''])
      for (const path of [
        '/',
        '/account',
        '/saml/metadata',
        '/.well-known/openid-configuration',
        '/oidc/token',
        '/soap',
      ]) {
        const answer = await send(hub, path, by('203.0.113.30', { 'x-forwarded-proto': proto, accept: 'text/html' }));
        expect([answer.status, await answer.text()], `${path} ${proto}`).to.satisfy(
          ([status, text]: [number, string]) => status === 403 && text.includes('https://'),
        );
        expect(answer.headers.get('strict-transport-security')).to.equal(null);
        expect(answer.headers.getSetCookie()).to.deep.equal([]);
      }
  });

  it('X-Forwarded-Host moves no address (attacker: poisoned links)', async () => {
    const headers = by('203.0.113.40', {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-port': '81',
      forwarded: 'host=evil.example',
    });
    const text = await (await send(hub, '/.well-known/openid-configuration', headers)).text();
    expect(text).to.not.include('evil.example').and.not.include(':81/');
  });

  it('no header makes an error of ours', async () => {
    for (const value of [',', '"', '[', '::', `${'1,'.repeat(3000)}`, '%00', 'fe80::1%eth0', 'for="'])
      for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'forwarded']) {
        const { status } = await send(hub, '/healthz', { ...by('203.0.113.50'), [name]: value });
        expect(status, `${name}: ${value.slice(0, 20)}`).to.equal(200);
      }
  });
});

describe('beside the proxy', () => {
  let hub: TestHub;
  before(async () => {
    hub = await start(['10.99.0.1'], { limits: { pages: { points: 3 }, token: { points: 3 } } });
  });
  after(() => hub?.close());

  it('whoever connects directly is not believed to come over https', async () => {
    for (const headers of [
      by('203.0.113.1'),
      { forwarded: 'for=203.0.113.1;proto=https' },
      { 'x-real-ip': '10.99.0.1' },
    ])
      expect((await send(hub, '/', headers)).status).to.equal(403);
  });

  it('and is counted by the own address, whatever was forged', async () => {
    const statuses: number[] = [];
    for (let at = 1; at <= 5; at++)
      statuses.push((await send(hub, '/healthz', by(`10.99.0.1, 203.0.113.${at}`))).status);
    expect(statuses).to.deep.equal([200, 200, 200, 429, 429]);
  });
});
