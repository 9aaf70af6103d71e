import { expect } from 'chai';
import { createMetadataFetcher } from '../../idp/admin/fetch-metadata.ts';
import { createAudit } from '../../idp/audit.ts';
import { createTrace } from '../../idp/traces/trace.ts';
import { createLog } from '../../lib/log.ts';
import { at, type FormWorld, keptIn, openForms, samlId, serve } from './admin-form-world.ts';
import { csrfIn } from './admin-world.ts';

describe('metadata by its address', () => {
  let world: FormWorld;
  let party: Awaited<ReturnType<typeof serve>>;
  let answer: { status?: number; headers?: Record<string, string>; body: string | Buffer } = { body: '' };
  before(async () => {
    world = await openForms();
    party = await serve((_request, response) =>
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body),
    );
  });
  after(async () => {
    await party.close();
    await world.close();
  });

  const recordOf = (host: string) => world.registry.get('saml', `https://${host}/sp`);

  /** Fetched, looked at, and sent with what the page gave back. */
  async function registerFetched(host: string, change: (kept: Record<string, string>) => object = () => ({})) {
    answer = { body: world.metadataOf(host) };
    const fetched = await world.send(world.registrar, { do: 'fetch', address: party.address });
    const kept = keptIn(await fetched.text());
    return world.send(world.registrar, { address: party.address, ...kept, ...change(kept) });
  }

  it('lands in the form with its names, goes through the linter, and is stored only when it is sent', async () => {
    answer = { body: world.metadataOf('a.example').replaceAll('><', '>\r\n<') };
    const fields = { do: 'fetch', address: party.address, nameJa: '', nameEn: '', contract: ['displayName'] };
    const fetched = await world.send(world.registrar, fields);
    expect(fetched.status).to.equal(200);
    const html = await fetched.text();
    for (const words of ['アドレスから取得しました', 'https://a.example/sp', '公民館', 'checked', party.address])
      expect(html).to.include(words);
    expect(await recordOf('a.example')).to.equal(undefined);
    const sent = await world.send(world.registrar, { address: party.address, ...keptIn(html) });
    expect(sent.status).to.equal(303);
    const { source } = (await recordOf('a.example')) ?? {};
    expect(source?.address).to.equal(party.address);
    expect(source?.fetchedAt).to.be.closeTo(Date.now(), 60_000);
    const page = await world.textOf(world.registrar, at('/admin/provider', samlId('a.example')));
    expect(page).to.include(party.address).and.include('もう一度取得する');
    expect((await world.audited('provider.fetch')).at(-1)).to.deep.include({
      result: 'ok',
      actor: world.ids.get('registrar'),
      detail: { host: new URL(party.address).host },
    });
  });

  it('is fetched and shown where the form is sent with an address and nothing else: nobody registers unseen', async () => {
    answer = { body: world.metadataOf('unseen.example') };
    const sent = await world.send(world.registrar, { do: 'save', address: party.address, metadata: '' });
    expect(sent.status).to.equal(200);
    expect(await sent.text()).to.include('https://unseen.example/sp');
    expect(await recordOf('unseen.example')).to.equal(undefined);
  });

  it('is not believed to be fetched on a registrar’s word, who holds the form and lacks the hub’s key', async () => {
    const forgeries: [string, (kept: Record<string, string>) => object][] = [
      ['edited', (kept) => ({ metadata: kept.metadata?.replace('/acs', '/evil') })],
      ['dated', () => ({ fetchedAt: '1' })],
      ['forged', () => ({ fetchedToken: 'A'.repeat(43) })],
      ['moved', () => ({ address: 'https://bank.example/metadata' })],
    ];
    for (const [host, change] of forgeries) {
      expect((await registerFetched(`${host}.example`, change)).status, host).to.equal(303);
      const { source } = (await recordOf(`${host}.example`)) ?? {};
      expect(source, host).to.have.property('address');
      expect(source, host).to.not.have.property('fetchedAt');
      const page = await world.textOf(world.approver, at('/admin/provider', samlId(`${host}.example`)));
      expect(page, host).to.include('手で書き換えた');
    }
    expect((await registerFetched('true.example')).status).to.equal(303);
    expect((await recordOf('true.example'))?.source).to.have.property('fetchedAt');
  });

  it('keeps where it came from over changes of names, and forgets it with the address', async () => {
    await registerFetched('keep.example');
    const edit = at('/admin/provider/edit', samlId('keep.example'));
    const { metadata = '' } = keptIn(await world.textOf(world.registrar, edit));
    const before = (await recordOf('keep.example'))?.source;
    const common = { metadata, address: party.address, nameJa: '新館' };
    await world.send(world.registrar, { ...common, seen: '1' }, edit);
    expect(await recordOf('keep.example')).to.deep.include({ name: { ja: '新館', en: 'Library' }, source: before });
    await world.send(world.registrar, { ...common, address: '', seen: '2' }, edit);
    expect(await recordOf('keep.example')).to.not.have.property('source');
  });

  it('brings an OIDC client too; changed in its fields it is no longer what the address gave', async () => {
    const json = { client_id: 'far', redirect_uris: ['https://far.example/cb'], client_name: '図書館' };
    answer = { body: JSON.stringify(json) };
    const oidc = { protocol: 'oidc', address: party.address };
    const fetched = await world.send(world.registrar, { ...oidc, do: 'fetch' });
    const kept = keptIn((await fetched.text()).replaceAll('&quot;', '"'));
    expect((await world.send(world.registrar, { ...oidc, ...kept })).status).to.equal(200);
    const sourceNow = async () => (await world.registry.get('oidc', 'far'))?.source;
    expect(await sourceNow()).to.include.keys('address', 'fetchedAt');
    const fields = { protocol: 'oidc', entry: 'fields', clientId: 'far', authMethod: 'client_secret_basic' };
    const edit = at('/admin/provider/edit', 'oidc:far');
    const same = { ...fields, redirectUris: 'https://far.example/cb', contract: ['displayName'], seen: '1' };
    await world.send(world.registrar, same, edit);
    expect(await sourceNow(), 'another contract').to.include.keys('address', 'fetchedAt');
    await world.send(world.registrar, { ...same, redirectUris: 'https://evil.example/cb', seen: '2' }, edit);
    expect(await sourceNow()).to.deep.equal({ address: party.address });
  });

  it('is fetched again as a change like every other: shown, saved, approved by another person', async () => {
    await registerFetched('again.example');
    const id = samlId('again.example');
    await world.approve(id);
    answer = { body: world.metadataOf('again.example', 'https://again.example/moved') };
    const csrf = csrfIn(await world.textOf(world.registrar, at('/admin/provider', id)));
    const fetched = await world.post(world.registrar, '/admin/provider/fetch', { csrf, id });
    const html = await fetched.text();
    expect(fetched.status).to.equal(200);
    expect(html).to.include('信頼に関わる変更').and.include('https://again.example/moved');
    const live = async () => (await recordOf('again.example'))?.saml?.metadata.includes('moved');
    expect(await live(), 'looked at').to.equal(false);
    const edit = at('/admin/provider/edit', id);
    await world.send(world.registrar, { address: party.address, ...keptIn(html) }, edit);
    expect(await live(), 'saved').to.equal(false);
    await world.approve(id);
    expect(await live(), 'approved').to.equal(true);
  });

  it('is not fetched for who may not write: neither role nor form of another site', async () => {
    const before = (await world.audited('provider.fetch')).length;
    const id = samlId('again.example');
    const csrf = csrfIn(await world.textOf(world.registrar, at('/admin/provider', id)));
    for (const own of [world.approver, world.auditor]) {
      expect((await world.post(own, '/admin/provider/fetch', { csrf, id })).status).to.equal(403);
      const fields = { csrf, protocol: 'saml', do: 'fetch', address: party.address };
      expect((await world.upload(own, '/admin/providers/new', fields)).status).to.equal(403);
    }
    expect((await world.post(world.registrar, '/admin/provider/fetch', { csrf: 'x', id })).status).to.equal(403);
    const foreign = { origin: 'https://evil.example' };
    expect((await world.post(world.registrar, '/admin/provider/fetch', { csrf, id }, foreign)).status).to.equal(403);
    expect(await world.audited('provider.fetch')).to.have.length(before);
  });

  it('that cannot be had is said in words with an honest status; what was typed stays, and nothing that was answered', async () => {
    const gone = await serve((_request, response) => response.end());
    await gone.close();
    const secret = 'inner secret';
    const cases: [string, typeof answer, string, number][] = [
      ['', { status: 302, headers: { location: party.address }, body: secret }, 'FETCH_ANSWER_REFUSED', 422],
      ['', { status: 404, body: secret }, 'FETCH_ANSWER_REFUSED', 422],
      ['', { status: 500, body: secret }, 'FETCH_ANSWER_REFUSED', 422],
      ['', { body: secret.repeat(100_000) }, 'FETCH_TOO_LARGE', 422],
      ['', { body: Buffer.from([0x82, 0xb1, 0x82]) }, 'FETCH_NOT_TEXT', 422],
      [gone.address, { body: '' }, 'FETCH_NOT_REACHED', 422],
      ['https://10.0.0.1/x', { body: '' }, 'FETCH_NOT_REACHED', 422],
      ['ftp://party.example/x', { body: '' }, 'FETCH_ADDRESS_REFUSED', 422],
      ['https://user:pass@party.example/x', { body: '' }, 'FETCH_ADDRESS_REFUSED', 422],
    ];
    for (const [address, next, code, status] of cases) {
      answer = next;
      const fields = { do: 'fetch', address: address || party.address, metadata: '<typed/>' };
      const refused = await world.send(world.manager, fields);
      const html = await refused.text();
      expect([refused.status, /FETCH_[A-Z_]+/.exec(html)?.[0]], code).to.deep.equal([status, code]);
      for (const kept of ['&lt;typed/>', fields.address.replaceAll('&', '&amp;'), '図書館'])
        expect(html.replaceAll('&gt;', '>'), code).to.include(kept);
      expect(html, code).to.not.include(secret);
      const trace = /<code>([0-9A-F]{10})<\/code>/.exec(html)?.[1] ?? 'none';
      expect(
        world.logged.some((line) => line.includes(trace) && line.includes(code)),
        'in the log',
      ).to.equal(true);
    }
    const events = await world.audited('provider.fetch');
    expect(events.at(-1)).to.include({ result: 'refused', code: 'FETCH_ADDRESS_REFUSED' });
    expect(JSON.stringify(events)).to.not.include('pass').and.not.include(secret);
  });

  it('is fetched a few times in a minute by one person, and others are not held up', async () => {
    answer = { body: world.metadataOf('often.example') };
    const fetchBy = (own: typeof world.registrar) => world.send(own, { do: 'fetch', address: party.address });
    const statuses: number[] = [];
    for (let time = 0; time < 25; time += 1) statuses.push((await fetchBy(world.manager)).status);
    expect(statuses.at(-1)).to.equal(429);
    const refused = await fetchBy(world.manager);
    expect(refused.headers.get('retry-after')).to.equal('60');
    expect(await refused.text()).to.include('FETCH_TOO_OFTEN');
    expect((await fetchBy(world.registrar)).status).to.not.equal(429);
  });

  it('tells a registrar in production nothing about the hub’s own network: whether name, host or port are there', async () => {
    const inner = await serve((_request, response) => response.end('inner'));
    const port = new URL(inner.address).port;
    const fetchMetadata = createMetadataFetcher({
      allowLoopback: false,
      audit: createAudit({ journal: { append: async () => undefined } as never }),
      log: createLog({ name: 'test', level: 'silent' }),
      now: Date.now,
    });
    const seen = new Set<string>();
    for (const [at, address] of [
      `https://127.0.0.1:${port}/`,
      'https://127.0.0.1:65000/',
      `https://localhost:${port}/`,
      'https://no-such-name.invalid/',
      'https://10.0.0.1/',
      'https://10.0.0.1:8443/',
      'https://169.254.169.254/latest/meta-data/',
      'https://[::ffff:10.0.0.1]/',
      'https://[fd00::1]/',
      'https://[64:ff9b::a00:1]/',
    ].entries()) {
      const fetched = await fetchMetadata(address, `A-${at}`, createTrace(Date.now));
      if (!('problem' in fetched)) expect.fail(address);
      seen.add(`${fetched.problem.code} ${fetched.problem.status}`);
    }
    expect([...seen]).to.deep.equal(['FETCH_NOT_REACHED 422']);
    await inner.close();
  });
});
