import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { createSetupLinks, type SetupLink, setupLinkCollection } from '../../idp/admin/setup-links.ts';
import { createMemoryStorage, openEmbeddedStorage } from '../../storage/index.ts';
import { certificate, consumer, metadataOf as document } from '../federation/certificates.ts';
import { refusal } from '../refusal.ts';
import { type AdminWorld, csrfIn, startAdminWorld } from './admin-world.ts';
import { attributeIn, browser } from './world.ts';

type Own = Awaited<ReturnType<AdminWorld['signedIn']>>;
const day = 24 * 3_600_000;
const offered = { protocol: 'saml', nameJa: '図書館', nameEn: 'Library', contract: 'displayName', note: '高松さん' };

describe('set-up links for a service’s own engineer', () => {
  let world: AdminWorld;
  let registrar: Own;
  let approver: Own;
  let manager: Own;
  let key = '';
  before(async () => {
    world = await startAdminWorld();
    [registrar, approver, manager] = [
      await world.signedIn('registrar'),
      await world.signedIn('approver'),
      await world.signedIn('manager'),
    ];
    key = await certificate({ from: world.now() - day, to: world.now() + 1000 * day });
  });
  after(() => world.close());

  const entityOf = (host: string) => `https://${host}/sp`;
  const metadataOf = (host: string, acs = `https://${host}/acs`) =>
    document({ entityId: entityOf(host), keys: [['signing', key]], consumers: consumer(acs) });
  const recordOf = (host: string) => world.registry.get('saml', entityOf(host));
  const at = (path: string, id: string) => `${path}?${new URLSearchParams({ id })}`;

  async function make(own: Own, { id, ...fields }: { id?: string } & Record<string, string | string[]> = {}) {
    const path = id === undefined ? '/admin/links/new' : at('/admin/links/new', id);
    const csrf = csrfIn(await world.textOf(own, path));
    const made = await world.post(own, path, { csrf, ...offered, days: '7', ...fields });
    return attributeIn(await made.text(), /id="address">([^<]+)</);
  }

  /** The engineer opens the address in a browser of their own. */
  async function open(address: string) {
    const own = browser();
    const { url, response } = await own.visit(address);
    return { ...own, url, response, html: await response.clone().text() };
  }
  type Engineer = Awaited<ReturnType<typeof open>>;

  async function send(own: Engineer, fields: Record<string, string | string[]>, headers: object = {}) {
    const csrf = csrfIn(own.html);
    return world.upload(own, '/setup', { csrf, seen: '0', do: 'submit', ...fields }, headers);
  }

  async function decide(own: Own, id: string, outcome: 'approved' | 'rejected' = 'approved') {
    const page = await world.textOf(own, at('/admin/provider', id));
    const [, what = '', seen = ''] = /name="what" value="(\w+)".*?name="seen" value="(\d+)"/s.exec(page) ?? [];
    const csrf = csrfIn(page);
    return world.post(own, '/admin/provider/decide', { csrf, id, what, seen, outcome, comment: '電話で確かめた' });
  }

  async function live(host: string) {
    const engineer = await open(await make(registrar));
    expect((await send(engineer, { metadata: metadataOf(host) })).status).to.equal(200);
    expect((await decide(approver, `saml:${entityOf(host)}`)).status).to.equal(303);
    return `saml:${entityOf(host)}`;
  }

  it('let somebody without an account see what is agreed and the hub’s own facts, check, and submit once', async () => {
    const address = await make(registrar);
    const engineer = await open(address);
    const token = address.slice(-43);
    expect(engineer.url, 'the token left the address').to.equal(`${world.origin}/setup`);
    for (const words of ['図書館', '氏名', `${world.origin}/saml/metadata`, 'SHA-256'])
      expect(engineer.html).to.include(words);
    expect(engineer.html)
      .to.match(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/)
      .and.not.include(token);
    expect(engineer.html, 'the note is for the console').to.not.include('高松');
    const faulty = await send(engineer, { metadata: metadataOf('a.example', 'ftp://a.example/x'), do: 'check' });
    expect(faulty.status).to.equal(422);
    expect(await faulty.text())
      .to.include('直すところがあります')
      .and.include('ftp://a.example/x');
    const good = await send(engineer, { metadata: metadataOf('a.example'), do: 'check' });
    expect([good.status, await recordOf('a.example')]).to.deep.equal([200, undefined]);
    const sent = await send(engineer, { metadata: metadataOf('a.example') });
    expect(await sent.text())
      .to.include('承認を待っています')
      .and.include(entityOf('a.example'));
    const record = await recordOf('a.example');
    expect(record).to.deep.include({ status: 'pending', authors: [world.ids.get('registrar')] });
    expect(record).to.deep.include({
      name: { ja: '図書館', en: 'Library' },
      contract: { attributes: ['displayName'] },
    });
    expect(record?.via).to.match(/^L-[0-9A-F]{12}$/);
    const page = await world.textOf(approver, at('/admin/provider', record?.id ?? ''));
    expect(page, 'the approver knows how it came').to.include('設定リンクで').and.include(record?.via);
    await decide(approver, record?.id ?? '');
    expect(await world.textOf(engineer, '/setup'))
      .to.include('承認されました')
      .and.not.include('<textarea');
    expect(await world.textOf(engineer, '/setup', 'en')).to.include('Approved');
  });

  it('make the administrator who gave the link an author, who therefore cannot approve what came by it', async () => {
    const engineer = await open(await make(manager));
    await send(engineer, { metadata: metadataOf('own.example') });
    const id = `saml:${entityOf('own.example')}`;
    const page = await world.textOf(manager, at('/admin/provider', id));
    expect(page).to.include('自分で登録または変更した');
    const refused = await world.post(manager, '/admin/provider/decide', {
      csrf: csrfIn(await world.textOf(manager, '/admin/links/new')),
      id,
      what: 'registration',
      seen: '1',
      outcome: 'approved',
      comment: 'x',
    });
    expect([refused.status, (await recordOf('own.example'))?.status]).to.deep.equal([403, 'pending']);
  });

  it('show an OIDC client secret to the engineer, once, and to nobody else', async () => {
    const engineer = await open(await make(registrar, { protocol: 'oidc' }));
    expect(engineer.html).to.include('/.well-known/openid-configuration');
    const sent = await send(engineer, { metadata: '{"client_id":"shop","redirect_uris":["https://shop.example/cb"]}' });
    const secret = /id="secret">([\w-]{43})</.exec(await sent.text())?.[1] ?? '';
    expect(secret).to.have.length(43);
    expect(sent.headers.get('cache-control')).to.equal('no-store');
    for (const [own, path] of [
      [engineer, '/setup'],
      [registrar, at('/admin/provider', 'oidc:shop')],
      [registrar, '/admin/links'],
    ] as const)
      expect(await world.textOf(own, path), path).to.not.include(secret);
    expect(JSON.stringify([await world.audited('provider.register'), world.logged])).to.not.include(secret);
  });

  it('carry a change beside what is live, with name and contract as they are', async () => {
    const id = await live('change.example');
    const engineer = await open(await make(registrar, { id, contract: ['displayName', 'coverage'] }));
    expect(engineer.html, 'what is registered is there to start from').to.include('https://change.example/acs');
    await send(engineer, { metadata: metadataOf('change.example', 'https://change.example/acs2') });
    expect((await recordOf('change.example'))?.saml?.metadata, 'still live').to.not.include('acs2');
    expect(await world.textOf(engineer, '/setup')).to.include('承認を待っています');
    await decide(approver, id);
    const record = await recordOf('change.example');
    expect(record?.saml?.metadata).to.include('acs2');
    expect(record?.contract.attributes).to.deep.equal(['displayName']);
    expect(await world.textOf(engineer, '/setup')).to.include('承認されました');
  });

  it('leave level, settings, logo and address as the administrator has them, and drop when it was fetched', async () => {
    const id = await live('kept.example');
    const record = await recordOf('kept.example');
    if (!record) throw new TypeError('not registered');
    const { id: _id, registeredAt: _at, updatedAt: _updated, version: _version, ...registration } = record;
    const besides = {
      settings: { signResponse: true },
      requiredLevel: 'urn:x-sanuki:ac:card-pin',
      logo: 'ab'.repeat(32),
    };
    const address = 'https://kept.example/metadata';
    const source = { address, fetchedAt: world.now() };
    await world.registry.register({ ...registration, ...besides, source } as typeof registration);
    const engineer = await open(await make(registrar, { id }));
    const sent = { metadata: metadataOf('kept.example', 'https://kept.example/acs2'), requiredLevel: '', logo: '' };
    await send(engineer, sent);
    await decide(approver, id);
    const changed = await recordOf('kept.example');
    expect(changed?.saml?.metadata).to.include('acs2');
    expect(changed).to.deep.include({ ...besides, source: { address } });
  });

  it('tell the engineer when it was sent back, and not the words that colleagues wrote', async () => {
    const id = await live('back.example');
    const engineer = await open(await make(registrar, { id }));
    await send(engineer, { metadata: metadataOf('back.example', 'https://back.example/acs2') });
    await decide(approver, id, 'rejected');
    expect(await world.textOf(engineer, '/setup'))
      .to.include('差し戻されました')
      .and.not.include('電話で確かめた');
  });

  describe('against an attacker', () => {
    it('who replays a used link, from another browser or with a form kept open: nothing changes', async () => {
      const address = await make(registrar);
      const [first, kept] = [await open(address), await open(address)];
      await send(first, { metadata: metadataOf('replay.example') });
      const again = await send(kept, { metadata: metadataOf('other.example') });
      expect(again.status).to.equal(409);
      expect(await again.text()).to.include('すでに申請されています');
      const later = await open(address);
      expect(later.html).to.include('承認を待っています').and.not.include('<form method="post"');
      expect(await recordOf('other.example')).to.equal(undefined);
    });

    it('who submits twice at the same moment: one wins, and the store shows one', async () => {
      const address = await make(registrar);
      const tabs = await Promise.all(['1', '2', '3', '4'].map(async (nth) => ({ nth, tab: await open(address) })));
      const sent = await Promise.all(
        tabs.map(({ nth, tab }) => send(tab, { metadata: metadataOf(`race${nth}.example`) })),
      );
      expect(sent.map(({ status }) => status).toSorted((a, b) => a - b)).to.deep.equal([200, 409, 409, 409]);
      const stored = await Promise.all(tabs.map(({ nth }) => recordOf(`race${nth}.example`)));
      expect(stored.filter((record) => record !== undefined)).to.have.length(1);
    });

    it('who has stolen the store: a hash, and nothing that opens a link (the token is what he lacks)', async () => {
      const address = await make(registrar);
      await open(address);
      const token = address.slice(-43);
      for (const name of ['hub.sqlite', 'hub.sqlite-wal'])
        expect((await readFile(`${world.data}/${name}`)).includes(token), name).to.equal(false);
      expect(world.logged.join('')).to.not.include(token);
      const storage = openEmbeddedStorage({ file: `${world.data}/hub.sqlite` });
      const { records } = await storage.collection<SetupLink>(setupLinkCollection).find({ limit: 100 });
      await storage.close();
      expect(records).to.not.be.empty;
      for (const { id, number } of records.slice(0, 5))
        for (const guess of [id, number])
          expect((await browser().request(`${world.origin}/setup/${guess}`)).status, guess).to.equal(404);
    });

    it('who has a link that was withdrawn, or whose form was open then', async () => {
      const address = await make(registrar, { note: '取り消す相手' });
      const engineer = await open(address);
      const list = await world.textOf(registrar, '/admin/links');
      const number = /取り消す相手.*?name="number" value="([^"]+)"/s.exec(list)?.[1] ?? '';
      const fields = { csrf: csrfIn(list), number };
      const csrf = csrfIn(await world.textOf(approver, at('/admin/provider', `saml:${entityOf('a.example')}`)));
      expect((await world.post(approver, '/admin/links/withdraw', { ...fields, csrf })).status, 'role').to.equal(403);
      expect((await world.post(registrar, '/admin/links/withdraw', fields)).status).to.equal(303);
      expect((await world.post(registrar, '/admin/links/withdraw', fields)).status, 'twice').to.equal(409);
      expect((await send(engineer, { metadata: metadataOf('withdrawn.example') })).status).to.equal(404);
      expect((await open(address)).response.status).to.equal(404);
      expect(await recordOf('withdrawn.example')).to.equal(undefined);
    });

    it('who widens the contract or renames the service in what he sends: it is not read', async () => {
      const engineer = await open(await make(registrar));
      await send(engineer, {
        metadata: metadataOf('wide.example').replace(
          '</md:SPSSODescriptor>',
          '<md:AttributeConsumingService index="0"><md:ServiceName xml:lang="en">x</md:ServiceName><md:RequestedAttribute Name="urn:oid:2.16.840.1.113730.3.1.241" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"/></md:AttributeConsumingService></md:SPSSODescriptor>',
        ),
        contract: ['displayName', 'coverage', 'treatment'],
        nameJa: '県庁',
        nameEn: 'Government',
        status: 'approved',
        protocol: 'oidc',
      });
      expect(await recordOf('wide.example')).to.deep.include({
        status: 'pending',
        contract: { attributes: ['displayName'] },
        name: { ja: '図書館', en: 'Library' },
      });
    });

    it('who makes his client a terminal at a counter, where cards answer without a session', async () => {
      const engineer = await open(await make(registrar, { protocol: 'oidc' }));
      const sanuki_counter = { facility: '市民病院', terminal: '受付1' };
      const json = { client_id: 'desk', redirect_uris: ['https://desk.example/cb'], sanuki_counter };
      const sent = await send(engineer, { metadata: JSON.stringify(json) });
      expect(sent.status).to.equal(422);
      expect(await sent.text()).to.include('COUNTER_BY_LINK');
      expect(await world.registry.get('oidc', 'desk')).to.equal(undefined);
    });

    it('who names the entityID of another service, by a link for a new one or for a change', async () => {
      const id = await live('victim.example');
      const evil = metadataOf('victim.example', 'https://evil.example/acs');
      const fresh = await open(await make(registrar));
      expect((await send(fresh, { metadata: evil })).status).to.equal(422);
      const own = await live('attacker.example');
      const change = await open(await make(registrar, { id: own }));
      const sent = await send(change, { metadata: evil });
      expect(sent.status).to.equal(422);
      expect(await sent.text()).to.include('ENTITY_ID_TAKEN');
      expect((await recordOf('victim.example'))?.saml?.metadata).to.not.include('evil');
      const page = await world.textOf(approver, at('/admin/provider', id));
      expect(page).to.not.include('変更が承認を待っています');
    });

    it('who learns names of other services from the findings: they are not told', async () => {
      await live('secret-name.example');
      const engineer = await open(await make(registrar));
      const sent = await send(engineer, { metadata: metadataOf('probe.example'), do: 'check' });
      expect(await sent.text())
        .to.include('KEY_SHARED')
        .and.include('***')
        .and.not.include('「Library」');
    });

    it('who sends a form from elsewhere: Origin, token, and the token of another link are asked for', async () => {
      const engineer = await open(await make(registrar));
      const other = await open(await make(registrar));
      const metadata = metadataOf('forged.example');
      expect((await send(engineer, { metadata, csrf: 'x' })).status).to.equal(403);
      expect((await send(engineer, { metadata }, { origin: 'https://evil.example' })).status).to.equal(403);
      expect((await send(engineer, { metadata, csrf: csrfIn(other.html) })).status).to.equal(403);
      expect((await send({ ...browser(), ...engineer, request: browser().request }, { metadata })).status).to.equal(
        404,
      );
      expect(await recordOf('forged.example')).to.equal(undefined);
    });

    it('who sends bombs, oversize and script', async () => {
      const engineer = await open(await make(registrar));
      expect((await send(engineer, { metadata: 'x'.repeat(3 * 1024 * 1024) })).status).to.equal(413);
      const bomb = `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1000)}"><!ENTITY c "${'&b;'.repeat(1000)}">]><a>${'&c;'.repeat(1000)}</a>`;
      const deep = '<a>'.repeat(100_000);
      for (const metadata of [bomb, deep, `</textarea><script>alert(1)</script>`, '\u0000', '']) {
        const sent = await send(engineer, { metadata });
        expect(sent.status, metadata.slice(0, 20)).to.equal(422);
        expect(await sent.text()).to.not.include('<script>alert');
      }
      const script = metadataOf('script.example').replace('図書館', '&lt;script>alert(1)&lt;/script>');
      expect(await (await send(engineer, { metadata: script })).text()).to.not.include('<script>alert');
    });

    it('who reads addresses and referrers: the token stands in neither, and its cookie goes to the set-up pages only', async () => {
      const address = await make(registrar);
      const own = browser();
      const first = await own.request(address);
      const [cookie = ''] = first.headers.getSetCookie();
      expect(cookie).to.include('httponly').and.include('path=/setup').and.include('samesite=lax');
      expect(first.headers.get('referrer-policy')).to.equal('no-referrer');
      expect(first.headers.get('location')).to.equal('/setup');
      const page = await own.request(`${world.origin}/setup`);
      expect(page.headers.get('referrer-policy'), 'no address to leak').to.be.oneOf(['same-origin', 'no-referrer']);
      expect(await own.jar.getCookieString(`${world.origin}/account`)).to.not.include('sanuki-hub-setup');
    });

    it('who changes what somebody changed since: nothing is lost, and what he sent stays in his form', async () => {
      const id = await live('moved.example');
      const engineer = await open(await make(registrar, { id }));
      const edit = at('/admin/provider/edit', id);
      const colleague = { seen: '0', do: 'save', protocol: 'saml', nameJa: '新図書館', nameEn: 'New library' };
      const csrf = csrfIn(await world.textOf(manager, edit));
      await world.upload(manager, edit, {
        csrf,
        ...colleague,
        metadata: metadataOf('moved.example', 'https://moved.example/m'),
      });
      const mine = { metadata: metadataOf('moved.example', 'https://moved.example/e') };
      const waits = await send(engineer, mine);
      expect(waits.status, 'beside a revision that waits').to.equal(409);
      expect(await waits.text())
        .to.include('ほかの人によって変わりました')
        .and.include('https://moved.example/e');
      await decide(approver, id);
      const [, seen = ''] = /name="seen" value="(\d+)"/.exec(await world.textOf(engineer, '/setup')) ?? [];
      expect((await send(engineer, { ...mine, seen })).status, 'after it went live').to.equal(409);
      expect((await recordOf('moved.example'))?.saml?.metadata).to.include('/m"');
      expect((await recordOf('moved.example'))?.name.ja).to.equal('新図書館');
    });

    it('who guesses: one answer for everything that is no link, and after some tries none', async () => {
      const plain = (html: string) => html.replaceAll(/[0-9A-F]{10}/g, '').replaceAll(/return=[^"&]*/g, '');
      const bodies = new Set<string>();
      const guesses = ['A'.repeat(43), 'x', 'B'.repeat(43), '%00', '%0d%0aset-cookie:a=b', 'C'.repeat(4000)];
      const statuses: number[] = [];
      const good = await make(registrar);
      for (let nth = 0; nth < 60 && statuses.at(-1) !== 429; nth += 1) {
        const response = await browser().request(`${world.origin}/setup/${guesses[nth % guesses.length]}`);
        statuses.push(response.status);
        if (response.status === 404) bodies.add(plain(await response.text()));
      }
      expect(bodies.size).to.equal(1);
      expect(statuses.at(-1)).to.equal(429);
      expect((await browser().request(good)).status, 'a good one says nothing then').to.equal(429);
    });
  });

  it('are made only by who may register or change, for 1 to 30 days, for somebody', async () => {
    for (const [person, status] of [
      ['approver', 403],
      ['auditor', 403],
    ] as const) {
      const own = await world.signedIn(person);
      expect((await own.request(`${world.origin}/admin/links/new`)).status).to.equal(status);
      const sent = await world.post(own, '/admin/links/new', { ...offered, days: '7' });
      expect(await sent.text(), person).to.include('ACT_NOT_ALLOWED');
    }
    const csrf = csrfIn(await world.textOf(registrar, '/admin/links/new'));
    for (const wrong of [{ days: '31' }, { days: '0' }, { days: '1e1' }, { note: ' ' }, { nameEn: '' }])
      expect(
        (await world.post(registrar, '/admin/links/new', { csrf, ...offered, days: '7', ...wrong })).status,
        JSON.stringify(wrong),
      ).to.equal(422);
  });

  describe('in the audit', () => {
    it('are on record from making to use, without note, token or words', async () => {
      for (const type of ['link', 'link-opened', 'link-checked', 'link-used', 'link-withdrawn'])
        expect(await world.audited(`provider.${type}`), type).to.not.be.empty;
      const [used] = await world.audited('provider.link-used');
      expect(used?.actor).to.match(/^L-/);
      expect(used?.detail).to.deep.include({ madeBy: world.ids.get('registrar') });
      expect((await world.audited('provider.link-used')).map(({ result, code }) => [result, code])).to.deep.include([
        'refused',
        'REGISTRATION_CHANGED',
      ]);
      expect(JSON.stringify(await world.audited('provider.link'))).to.not.include('高松');
    });
  });
});

describe('a set-up link whose time or maker is gone', () => {
  let world: AdminWorld;
  beforeEach(async () => {
    world = await startAdminWorld();
  });
  afterEach(() => world.close());

  const linkOf = async (person: 'registrar' | 'manager', days: string) => {
    const own = await world.signedIn(person);
    const csrf = csrfIn(await world.textOf(own, '/admin/links/new'));
    const made = await world.post(own, '/admin/links/new', { csrf, ...offered, days });
    const address = attributeIn(await made.text(), /id="address">([^<]+)</);
    const tab = browser();
    const { response } = await tab.visit(address);
    expect(response.status).to.equal(200);
    return { address, tab, html: await response.text() };
  };
  const opened = async (address: string) => (await browser().visit(address)).response.status;
  const sent = async ({ tab, html }: Awaited<ReturnType<typeof linkOf>>) =>
    (await world.upload(tab, '/setup', { csrf: csrfIn(html), seen: '0', do: 'submit', metadata: '{}' })).status;

  it('is dead to the millisecond, also for a form that is open', async () => {
    const link = await linkOf('registrar', '1');
    world.pass(day - 60_000);
    expect(await opened(link.address)).to.equal(200);
    world.pass(60_000);
    expect([await opened(link.address), await sent(link)]).to.deep.equal([404, 404]);
    const own = await world.signedIn('registrar');
    expect(await world.textOf(own, '/admin/links')).to.include('期限切れ');
  });

  it('is dead when the account of who made it is revoked', async () => {
    const link = await linkOf('registrar', '30');
    await world.administrators.revoke(world.ids.get('registrar') ?? '', 'command');
    expect([await opened(link.address), await sent(link)]).to.deep.equal([404, 404]);
  });

  it('is dead when that account ends by itself, and when it comes back with another role', async () => {
    const residentRef = 'manager';
    await world.administrators.revoke(world.ids.get('manager') ?? '', 'command');
    await world.administrators.grant({
      residentRef,
      roles: ['registrar'],
      until: world.now() + 2 * day,
      invitedBy: 'command',
    });
    const link = await linkOf('manager', '30');
    world.pass(2 * day);
    expect(await opened(link.address)).to.equal(404);
    await world.administrators.grant({
      residentRef,
      roles: ['approver'],
      until: world.now() + 9 * day,
      invitedBy: 'command',
    });
    expect(await opened(link.address), 'an approver makes no registrations').to.equal(404);
  });
});

describe('a set-up link after a crash in the middle of a submission', () => {
  async function setUp(written: boolean) {
    let time = 1_000_000;
    const roles = ['registrar'] as const;
    const maker = { id: 'A-1', residentRef: 'r', roles, until: time + 90 * day, invitedBy: 'command', since: 0 };
    const links = createSetupLinks({
      links: createMemoryStorage({ now: () => time }).collection<SetupLink>(setupLinkCollection),
      administrators: { get: async () => maker, currentOf: async () => maker },
      cameBy: async () => written,
      audit: { record: async () => undefined },
      now: () => time,
    });
    const name = { ja: '図書館', en: 'Library' };
    const { token, link } = await links.offer({ protocol: 'saml', name, contract: [], note: 'x', by: 'A-1', days: 7 });
    await links.claim(link, 'saml:https://a.example/sp');
    const pass = (ms: number) => {
      time += ms;
    };
    return { ...links, token, link, pass };
  }

  it('is held for a minute, then counts as used where the registration is there', async () => {
    const { find, claim, token, link, pass } = await setUp(true);
    expect(await refusal(claim(link, 'saml:x')), 'another process may still be writing').to.equal('SETUP_LINK_USED');
    pass(60_000);
    expect((await find(token)).used?.provider).to.equal('saml:https://a.example/sp');
    expect(await refusal(claim(link, 'saml:x'))).to.equal('SETUP_LINK_USED');
  });

  it('is open again where nothing was written', async () => {
    const { find, claim, token, link, pass } = await setUp(false);
    pass(60_000);
    expect((await find(token)).used).to.equal(undefined);
    expect((await claim(link, 'saml:x')).claim?.provider).to.equal('saml:x');
  });
});
