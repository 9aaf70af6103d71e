import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from '../root.ts';
import { at, type FormWorld, keptIn, openForms, samlId } from './admin-form-world.ts';
import { attributeIn, browser } from './world.ts';

const vector = (name: string) => readFileSync(join(root, 'test/vectors/raster', name));
const file = (bytes: Buffer | string, type = 'image/png') => new Blob([bytes as never], { type });
const client = { protocol: 'oidc', metadata: '{"client_id":"app","redirect_uris":["https://app.example/cb"]}' };

describe('the logo of a service', () => {
  let world: FormWorld;
  before(async () => {
    world = await openForms();
  });
  after(() => world.close());

  const get = (path: string) => fetch(`${world.origin}${path}`);
  const publicPath = (hash: string, id = 'oidc:app') => at(`/service-logo/${hash}`, id);
  const logoOf = async (key = 'app') => (await world.registry.get('oidc', key))?.logo ?? '';

  /** What a resident reads when the service sends them to the hub. */
  async function signInPage(clientId = 'app') {
    const parameters = {
      client_id: clientId,
      redirect_uri: `https://${clientId}.example/cb`,
      response_type: 'code',
      scope: 'openid',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    };
    const { response } = await browser().visit(`${world.origin}/oidc/authorize?${new URLSearchParams(parameters)}`);
    return { html: await response.text(), policy: response.headers.get('content-security-policy') ?? '' };
  }

  it('goes with its registration: seen by who approves it, public and at the sign-in page once it is approved', async () => {
    const sent = await world.send(world.registrar, { ...client, logo: file(vector('accepted-text.png')) });
    expect(sent.status).to.equal(200);
    const hash = await logoOf();
    expect(hash).to.match(/^[0-9a-f]{64}$/);
    expect((await get(publicPath(hash))).status, 'not yet public').to.equal(404);
    const page = await world.textOf(world.approver, at('/admin/provider', 'oidc:app'));
    const shown = attributeIn(page, /<p class="logo"><img src="([^"]+)" alt="図書館"/);
    expect((await world.approver.request(`${world.origin}${shown}`)).headers.get('content-type')).to.equal('image/png');
    expect(page).to.include('ロゴが加わります');
    await world.approve('oidc:app');
    const { html, policy } = await signInPage();
    const address = attributeIn(html, /<p class="logo"><img src="([^"]+)" alt="図書館"/);
    expect(address).to.equal(publicPath(hash));
    expect(policy).to.include("img-src 'self' data:;");
    const picture = await get(address);
    expect(picture.status).to.equal(200);
    expect(Object.fromEntries(picture.headers)).to.include({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'public, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(Buffer.from(await picture.arrayBuffer()).includes('<script>'), 'without the texts in it').to.equal(false);
  });

  it('changes with a second person: until then residents see the old one, and the new one is nowhere', async () => {
    const old = await logoOf();
    const edit = at('/admin/provider/edit', 'oidc:app');
    const checked = await world.send(
      world.registrar,
      { ...client, logo: file(vector('accepted-lossy.webp')), do: 'check' },
      edit,
    );
    const html = await checked.text();
    expect(html).to.include('ロゴが変わります').and.include('信頼に関わる変更');
    const { logoKept = '' } = keptIn(html);
    expect(logoKept, 'kept by the form from here on').to.match(/^[0-9a-f]{64}$/);
    await world.send(world.registrar, { ...client, logoKept }, edit);
    expect(await logoOf()).to.equal(old);
    expect((await get(publicPath(logoKept))).status).to.equal(404);
    expect((await signInPage()).html).to.include(old);
    expect(await world.textOf(world.approver, at('/admin/provider', 'oidc:app')))
      .to.include('新しいロゴ')
      .and.include(logoKept);
    await world.approve('oidc:app');
    expect((await signInPage()).html).to.include(logoKept);
    expect((await get(publicPath(logoKept))).headers.get('content-type')).to.equal('image/webp');
    expect((await get(publicPath(old))).status, 'the old one is no longer its').to.equal(404);
  });

  it('stays over a change of something else, and goes when it is removed', async () => {
    const edit = at('/admin/provider/edit', 'oidc:app');
    const { logoKept = '' } = keptIn(await world.textOf(world.registrar, edit));
    await world.send(world.registrar, { ...client, logoKept, nameJa: '市立図書館' }, edit);
    await world.approve('oidc:app');
    expect(await logoOf()).to.equal(logoKept);
    const removed = await world.send(world.registrar, { ...client, logoKept, logoRemove: 'yes' }, edit);
    expect(removed.status).to.equal(303);
    await world.approve('oidc:app');
    expect(await logoOf()).to.equal('');
    expect((await signInPage()).html).to.not.include('class="logo"');
    expect((await get(publicPath(logoKept))).status).to.equal(404);
  });

  describe('sent by a registrar who is an attacker, and wants more than a picture at the hub’s address', () => {
    it('is refused in words, whatever it is called; the form keeps what was typed, and nothing is stored', async () => {
      const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
      const png = vector('accepted-text.png');
      const cases: [string, Blob, string][] = [
        ['an SVG', file(svg, 'image/svg+xml'), 'LOGO'],
        ['an SVG called PNG', file(svg), 'LOGO'],
        ['a page', file('<!doctype html><script>alert(1)</script>'), 'LOGO'],
        ['a picture that is a page too', file(Buffer.concat([png, Buffer.from('<script>alert(1)</script>')])), 'LOGO'],
        ['a picture that is an archive too', file(Buffer.concat([png, Buffer.from('PK\x05\x06')])), 'LOGO'],
        ['a GIF', file(vector('rejected-picture.gif'), 'image/gif'), 'LOGO'],
        ['a film', file(vector('rejected-animated.webp'), 'image/webp'), 'LOGO'],
        ['too wide', file(vector('too-wide.png')), '512'],
        ['too many octets', file(Buffer.alloc(100 * 1024 + 1, png)), '512'],
      ];
      for (const [what, logo, words] of cases) {
        const fields = { ...client, metadata: client.metadata.replace('"app"', '"evil"'), logo };
        const refused = await world.send(world.registrar, fields);
        expect(refused.status, what).to.equal(422);
        const html = await refused.text();
        expect(html, what).to.include(words === 'LOGO' ? 'この画像は使えません' : 'ロゴが大きすぎます');
        expect(html, what).to.include('図書館').and.include('evil').and.not.include('class="logo"');
        expect(await world.registry.get('oidc', 'evil'), what).to.equal(undefined);
      }
    });

    it('is not published by the upload, nor under another service’s name, nor by any other hash', async () => {
      const metadata = client.metadata.replaceAll('app', 'other');
      const upload = { ...client, metadata, logo: file(vector('accepted-palette.png')), do: 'check' };
      const { logoKept = '' } = keptIn(await (await world.send(world.registrar, upload)).text());
      for (const path of [
        publicPath(logoKept),
        publicPath(logoKept, 'oidc:other'),
        `/service-logo/${logoKept}`,
        at(`/service-logo/${logoKept}`, '__proto__'),
        at('/service-logo/..%2f..%2fhub.sqlite', 'oidc:app'),
        at('/service-logo/undefined', samlId('none.example')),
      ])
        expect((await get(path)).status, path).to.equal(404);
      const resident = await world.signedIn('resident', `${world.origin}/account`);
      expect((await resident.request(`${world.origin}/admin/logo/${logoKept}`)).status).to.equal(404);
      expect((await get(`/admin/logo/${logoKept}`)).headers.get('content-type') ?? '').to.not.include('image');
      expect((await world.auditor.request(`${world.origin}/admin/logo/${logoKept}`)).status).to.equal(200);
    });

    it('cannot be named without having been uploaded', async () => {
      for (const logoKept of ['ab'.repeat(32), '../../etc/passwd', 'https://evil.example/track.png']) {
        const refused = await world.send(world.registrar, {
          ...client,
          metadata: '{"client_id":"x","redirect_uris":["https://x.example/cb"]}',
          logoKept,
        });
        expect(refused.status, logoKept).to.equal(422);
        expect(await refused.text())
          .to.include('時間がたって消えました')
          .and.not.include('evil.example');
      }
      expect(await world.registry.get('oidc', 'x')).to.equal(undefined);
    });

    it('is not fetched from the party by any resident’s browser: an address in the metadata is only noted', async () => {
      const metadata =
        '{"client_id":"far","redirect_uris":["https://far.example/cb"],"logo_uri":"https://far.example/track.png"}';
      await world.send(world.registrar, { ...client, metadata });
      await world.approve('oidc:far');
      const { html } = await signInPage('far');
      expect(html).to.include('図書館').and.not.include('track.png').and.not.include('class="logo"');
    });
  });

  it('is not shown, and the page stands, where a file named a picture that this hub does not have', async () => {
    const {
      id: _id,
      version: _version,
      registeredAt: _at,
      updatedAt: _updated,
      ...record
    } = (await world.registry.get('oidc', 'app')) ?? expect.fail('not there');
    await world.registry.register({ ...record, logo: 'cd'.repeat(32) });
    expect((await signInPage()).html)
      .to.include('data-csrf')
      .and.not.include('class="logo"');
  });
});
