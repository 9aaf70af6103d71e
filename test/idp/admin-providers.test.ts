import { expect } from 'chai';
import { buildSpMetadata } from '../../federation/index.ts';
import { newPeerRing } from '../peer-keys.ts';
import { type AdminWorld, csrfIn, startAdminWorld } from './admin-world.ts';

type Own = Awaited<ReturnType<AdminWorld['signedIn']>>;

describe('services in the console', () => {
  let world: AdminWorld;
  let registrar: Own;
  let approver: Own;
  let manager: Own;
  let auditor: Own;
  let certificate = '';
  before(async () => {
    world = await startAdminWorld();
    [registrar, approver, manager, auditor] = [
      await world.signedIn('registrar'),
      await world.signedIn('approver'),
      await world.signedIn('manager'),
      await world.signedIn('auditor'),
    ];
    const keys = await newPeerRing('sp.example');
    certificate = keys.active('saml').certificate ?? '';
  });
  after(() => world.close());

  const names = { nameJa: '図書館', nameEn: 'Library' };
  const metadataOf = (host: string, acs = `https://${host}/acs`) =>
    buildSpMetadata({
      entityId: `https://${host}/sp`,
      acsUrl: acs,
      certificate,
      name: { ja: '図書館', en: 'Library' },
    });
  const idOf = (host: string) => `saml:https://${host}/sp`;
  const at = (path: string, id: string) => `${path}?${new URLSearchParams({ id })}`;
  const recordOf = (host: string) => world.registry.get('saml', `https://${host}/sp`);

  async function register(own: Own, fields: Record<string, string | string[]>, path = '/admin/providers/new') {
    const csrf = csrfIn(await world.textOf(own, path));
    return world.upload(own, path, { csrf, protocol: 'saml', seen: '0', do: 'save', ...names, ...fields });
  }

  async function decide(own: Own, id: string, more: Record<string, string> = {}) {
    const page = await world.textOf(own, at('/admin/provider', id));
    const waiting = /name="what" value="(\w+)".*?name="seen" value="(\d+)"/s.exec(page);
    const csrf = csrfIn(page) || csrfIn(await world.textOf(own, '/admin/providers/new'));
    return world.post(own, '/admin/provider/decide', {
      csrf,
      id,
      what: waiting?.[1] ?? 'registration',
      seen: waiting?.[2] ?? '1',
      outcome: 'approved',
      comment: '電話で鍵の指紋を確かめた',
      ...more,
    });
  }

  async function setStatus(own: Own, id: string, to: 'suspend' | 'resume') {
    const page = await world.textOf(own, at('/admin/provider', id));
    const csrf = csrfIn(page) || csrfIn(await world.textOf(own, '/admin/providers/new'));
    return world.post(own, '/admin/provider/status', { csrf, id, do: to, comment: '申し出による' });
  }

  async function live(host: string) {
    await register(registrar, { metadata: metadataOf(host), contract: ['displayName'] });
    expect((await decide(approver, idOf(host))).status).to.equal(303);
    return idOf(host);
  }

  it('go from pasted metadata to live by two people, and no other way', async () => {
    const made = await register(registrar, { metadata: metadataOf('a.example'), contract: ['displayName'] });
    expect([made.status, made.headers.get('location')]).to.deep.equal([303, at('/admin/provider', idOf('a.example'))]);
    expect(await recordOf('a.example')).to.deep.include({
      status: 'pending',
      contract: { attributes: ['displayName'] },
    });
    expect((await decide(registrar, idOf('a.example'))).status, 'the role is missing').to.equal(403);
    expect((await recordOf('a.example'))?.status).to.equal('pending');
    expect((await decide(approver, idOf('a.example'), { comment: ' ' })).status, 'without a word').to.equal(400);
    expect((await decide(approver, idOf('a.example'))).status).to.equal(303);
    expect((await recordOf('a.example'))?.status).to.equal('approved');
    expect((await decide(approver, idOf('a.example'))).status, 'twice').to.equal(409);
    const page = await world.textOf(registrar, at('/admin/provider', idOf('a.example')));
    expect(page).to.include('電話で鍵の指紋を確かめた').and.include('公開');
  });

  it('are not approved by who holds both roles and registered them (R51)', async () => {
    await register(manager, { metadata: metadataOf('own.example') });
    expect(await world.textOf(manager, at('/admin/provider', idOf('own.example')))).to.include(
      '自分で登録または変更した',
    );
    const refused = await decide(manager, idOf('own.example'));
    expect(refused.status).to.equal(403);
    expect(await refused.text()).to.include('OWN_WORK');
    expect((await recordOf('own.example'))?.status).to.equal('pending');
    expect((await world.audited('provider.approve')).at(-1)).to.include({ result: 'refused', code: 'OWN_WORK' });
  });

  it('take a file before what was pasted', async () => {
    await register(registrar, { metadata: 'nonsense', file: metadataOf('file.example') });
    expect((await recordOf('file.example'))?.status).to.equal('pending');
  });

  it('say what is wrong with a document, keep what was typed, and store nothing', async () => {
    const refused = await register(registrar, { metadata: metadataOf('bad.example', 'ftp://bad.example/acs') });
    expect(refused.status).to.equal(422);
    expect(await refused.text())
      .to.include('直すところがあります')
      .and.include('ftp://bad.example/acs')
      .and.include('図書館');
    const unnamed = await register(registrar, { metadata: metadataOf('bad.example'), nameEn: '' });
    expect(unnamed.status).to.equal(422);
    const checked = await register(registrar, { metadata: metadataOf('bad.example'), do: 'check' });
    expect(await checked.text()).to.include('登録できる内容です');
    expect(await recordOf('bad.example')).to.equal(undefined);
  });

  it('refuse a second registration of the same name instead of replacing the first', async () => {
    const id = await live('twice.example');
    const again = await register(registrar, { metadata: metadataOf('twice.example', 'https://evil.example/acs') });
    expect(again.status).to.be.oneOf([409, 422]);
    expect((await recordOf('twice.example'))?.saml?.metadata).to.not.include('evil.example');
    expect(id).to.equal(idOf('twice.example'));
  });

  it('stay live as they are while a change waits, and change in one step when it is approved', async () => {
    const id = await live('rev.example');
    const edit = at('/admin/provider/edit', id);
    const changed = metadataOf('rev.example', 'https://rev.example/acs2');
    expect(
      (await register(registrar, { metadata: changed, contract: ['displayName', 'coverage'] }, edit)).status,
    ).to.equal(303);
    expect((await recordOf('rev.example'))?.saml?.metadata, 'still live').to.include('https://rev.example/acs"');
    const page = await world.textOf(approver, at('/admin/provider', id));
    expect(page)
      .to.include('変更が承認を待っています')
      .and.include('https://rev.example/acs2')
      .and.include('信頼に関わる');
    expect((await decide(registrar, id)).status).to.equal(403);
    expect((await decide(approver, id)).status).to.equal(303);
    expect(await recordOf('rev.example')).to.deep.include({
      status: 'approved',
      contract: { attributes: ['displayName', 'coverage'] },
    });
    expect((await recordOf('rev.example'))?.saml?.metadata).to.include('acs2');
    await register(registrar, { metadata: metadataOf('rev.example'), contract: [] }, edit);
    expect((await decide(approver, id, { outcome: 'rejected' })).status).to.equal(303);
    expect((await recordOf('rev.example'))?.contract.attributes).to.have.length(2);
    expect(await world.textOf(approver, at('/admin/provider', id))).to.include('差し戻し');
  });

  it('lose no edit of two at once: the later one is refused, with the differences and what it had typed', async () => {
    await register(registrar, { metadata: metadataOf('race.example') });
    const edit = at('/admin/provider/edit', idOf('race.example'));
    const seen = String((await recordOf('race.example'))?.version);
    const first = await register(
      manager,
      { metadata: metadataOf('race.example', 'https://race.example/m'), seen },
      edit,
    );
    const second = await register(
      registrar,
      { metadata: metadataOf('race.example', 'https://race.example/r'), seen },
      edit,
    );
    expect([first.status, second.status]).to.deep.equal([303, 409]);
    const html = await second.text();
    for (const words of ['ほかの人が先に変更しました', 'https://race.example/m', 'https://race.example/r'])
      expect(html).to.include(words);
    expect((await recordOf('race.example'))?.saml?.metadata).to.include('/m"');
    const id = await live('race2.example');
    const both = await Promise.all(
      [registrar, manager].map((own, nth) =>
        register(
          own,
          { metadata: metadataOf('race2.example', `https://race2.example/${nth}`) },
          at('/admin/provider/edit', id),
        ),
      ),
    );
    expect(
      both.map(({ status }) => status).toSorted((a, b) => a - b),
      'of two first revisions one',
    ).to.deep.equal([303, 409]);
  });

  const seenAt = async (edit: string) =>
    /name="seen" value="(\d+)"/.exec(await world.textOf(registrar, edit))?.[1] ?? '';

  it('approve what was seen: a revision written after the page was opened is not approved by it', async () => {
    const id = await live('seen.example');
    const edit = at('/admin/provider/edit', id);
    await register(registrar, { metadata: metadataOf('seen.example', 'https://seen.example/good') }, edit);
    const seen = await seenAt(edit);
    await register(registrar, { metadata: metadataOf('seen.example', 'https://evil.example/acs'), seen }, edit);
    expect((await decide(approver, id, { seen })).status).to.equal(409);
    expect((await recordOf('seen.example'))?.saml?.metadata).to.not.include('evil');
  });

  it('approve what was seen: a proposal after a rejected one is not approved by the page of that one', async () => {
    const id = await live('again.example');
    const edit = at('/admin/provider/edit', id);
    await register(registrar, { metadata: metadataOf('again.example', 'https://again.example/good') }, edit);
    const seen = await seenAt(edit);
    expect((await decide(approver, id, { seen, outcome: 'rejected' })).status).to.equal(303);
    await register(registrar, { metadata: metadataOf('again.example', 'https://evil.example/acs') }, edit);
    expect((await decide(approver, id, { seen })).status).to.equal(409);
    expect((await recordOf('again.example'))?.saml?.metadata).to.not.include('evil');
  });

  it('stop within the next request when suspended, and never come back around the approval', async () => {
    const id = await live('stop.example');
    expect((await setStatus(registrar, id, 'suspend')).status).to.equal(303);
    const gone = await world.registry
      .samlProvider('https://stop.example/sp')
      .catch((error: { code?: string }) => error.code);
    expect(gone).to.equal('PROVIDER_NOT_APPROVED');
    expect((await setStatus(registrar, id, 'resume')).status, 'not the registrar').to.equal(403);
    expect((await setStatus(approver, id, 'resume')).status).to.equal(303);
    expect((await recordOf('stop.example'))?.status).to.equal('approved');
    await register(manager, { metadata: metadataOf('stop2.example') });
    for (const to of ['suspend', 'resume'] as const)
      expect((await setStatus(manager, idOf('stop2.example'), to)).status, to).to.equal(409);
    expect((await recordOf('stop2.example'))?.status, 'still waiting').to.equal('pending');
  });

  it('can be stopped with outdated metadata too', async () => {
    const validUntil = new Date(world.now() + 60_000).toISOString();
    const metadata = metadataOf('late.example').replace(' entityID=', ` validUntil="${validUntil}" entityID=`);
    await register(registrar, { metadata });
    expect((await decide(approver, idOf('late.example'))).status).to.equal(303);
    world.pass(120_000);
    expect((await setStatus(registrar, idOf('late.example'), 'suspend')).status).to.equal(303);
    expect((await recordOf('late.example'))?.status).to.equal('suspended');
  });

  it('show a client secret once and keep it over changes', async () => {
    const json = JSON.stringify({ client_id: 'shop', redirect_uris: ['https://shop.example/cb'], scope: 'openid' });
    const made = await register(registrar, { protocol: 'oidc', metadata: json });
    const secret = /id="secret">([\w-]{43})</.exec(await made.text())?.[1] ?? '';
    expect(secret).to.have.length(43);
    expect(made.headers.get('cache-control')).to.equal('no-store');
    const [page, edit] = [at('/admin/provider', 'oidc:shop'), at('/admin/provider/edit', 'oidc:shop')];
    for (const path of [page, edit])
      expect(await world.textOf(registrar, path))
        .to.not.include(secret)
        .and.not.include('sealed');
    const sealed = (await world.registry.get('oidc', 'shop'))?.oidc?.sealedSecret;
    const changed = json.replace('/cb', '/cb2');
    expect((await register(registrar, { metadata: changed, seen: '1' }, edit)).status).to.equal(303);
    await decide(approver, 'oidc:shop');
    await register(registrar, { metadata: json }, edit);
    await decide(approver, 'oidc:shop');
    const record = await world.registry.get('oidc', 'shop');
    expect(record?.oidc?.metadata.redirect_uris).to.deep.equal(['https://shop.example/cb']);
    expect(record?.oidc?.sealedSecret).to.equal(sealed);
    expect(JSON.stringify(await world.audited('provider.register'))).to.not.include(secret);
    const other = await register(registrar, { metadata: json.replace('shop"', 'phr"') }, edit);
    expect(other.status, 'another client under this name').to.equal(422);
  });

  it('show script in names and identifiers as text', async () => {
    const script = '<script>alert(1)</script>';
    await register(registrar, { metadata: metadataOf('x.example'), nameJa: script, nameEn: script });
    for (const path of [
      '/admin/providers',
      at('/admin/provider', idOf('x.example')),
      at('/admin/provider/edit', idOf('x.example')),
    ])
      expect(await world.textOf(approver, path)).to.not.include('<script>alert');
    const form = await register(registrar, { metadata: `</textarea>${script}`, nameJa: `"><img src=x onerror=1>` });
    expect(await form.text())
      .to.not.include('<script>alert')
      .and.not.include('<img');
  });

  it('take no huge upload, no forged form and nothing from who only looks', async () => {
    const huge = await register(registrar, { metadata: 'x'.repeat(3 * 1024 * 1024) });
    expect(huge.status).to.equal(413);
    const csrf = csrfIn(await world.textOf(registrar, '/admin/providers/new'));
    const fields = { protocol: 'saml', seen: '0', do: 'save', metadata: metadataOf('csrf.example'), ...names };
    const path = '/admin/providers/new';
    expect((await world.upload(registrar, path, { csrf: 'x', ...fields })).status).to.equal(403);
    expect(
      (await world.upload(registrar, path, { csrf, ...fields }, { origin: 'https://evil.example' })).status,
    ).to.equal(403);
    expect((await world.upload(manager, path, { csrf, ...fields })).status, 'the token of another').to.equal(403);
    for (const own of [approver, auditor]) {
      expect((await own.request(`${world.origin}${path}`)).status).to.equal(403);
      expect((await world.upload(own, path, { csrf, ...fields })).status).to.equal(403);
    }
    for (const to of ['suspend', 'resume'] as const)
      expect((await setStatus(auditor, idOf('a.example'), to)).status).to.equal(403);
    expect(await recordOf('csrf.example')).to.equal(undefined);
    expect(await world.textOf(auditor, at('/admin/provider', idOf('a.example'))), 'but looks').to.include('図書館');
  });

  it('audit every act with who, and with hashes of before and after', async () => {
    for (const type of ['register', 'change', 'propose', 'approve', 'reject', 'suspend', 'resume']) {
      const event = (await world.audited(`provider.${type}`)).find(({ result }) => result === 'ok');
      expect(event?.actor, type).to.match(/^A-[0-9A-F]{12}$/);
      expect(event?.detail, type).to.include.keys('before', 'after');
    }
    const all = JSON.stringify(await world.audited('provider.approve'));
    expect(all).to.not.include('電話').and.not.include('バス');
  });
});
