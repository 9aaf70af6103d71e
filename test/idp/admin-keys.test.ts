import { createPrivateKey, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  buildAuthnRequest,
  createProviderRegistry,
  encodePost,
  encodeRedirect,
  type ProviderRecord,
  parseClientMetadata,
  providerCollection,
  registeredKeysOf,
} from '../../federation/index.ts';
import { createKeyCalendar, termOf } from '../../idp/admin/key-calendar.ts';
import { rolloverOf } from '../../idp/admin/key-rollover.ts';
import { createProviderDirectory } from '../../idp/admin/provider-directory.ts';
import type { SigningKey } from '../../lib/xml/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { certificate, consumer, days, metadataOf, now } from '../federation/certificates.ts';
import { newKeyPair } from '../peer-keys.ts';
import { type AdminWorld, csrfIn, startAdminWorld } from './admin-world.ts';
import { otherProcess } from './key-world.ts';
import { browser } from './world.ts';

const day = 86_400_000;
const named = (name: string) => ({ ja: name, en: name });
const samlOf = (host: string, metadata: string, status: ProviderRecord['status'] = 'approved') =>
  ({
    protocol: 'saml',
    key: `https://${host}/sp`,
    name: named(host),
    status,
    contract: { attributes: [] },
    settings: {},
    saml: { metadata },
  }) as const;

async function calendarOf(records: readonly ReturnType<typeof samlOf>[]) {
  const registry = createProviderRegistry({
    providers: createMemoryStorage().collection<ProviderRecord>(providerCollection),
    allowHttp: false,
    now: () => days(-1000),
  });
  for (const record of records) await registry.register(record);
  const directory = createProviderDirectory({
    registry,
    mark: async () => 0,
    onFault: () => undefined,
    now: () => now,
  });
  return { directory, calendar: createKeyCalendar({ directory, keys: { published: () => [] }, now: () => now }) };
}
const everything = { term: undefined, use: undefined, words: '' };
const all = { from: 0, limit: 1000 };

describe('the calendar of keys', () => {
  it('tells expired, within 30 and 90 days, and later, to the millisecond', () => {
    const at = 1000;
    expect(
      [at - 1, at, at + 1, at + 30 * day, at + 30 * day + 1, at + 90 * day, at + 90 * day + 1].map((end) =>
        termOf(end, at),
      ),
    ).to.deep.equal(['expired', 'expired', 'month', 'month', 'quarter', 'quarter', 'later']);
  });

  it('lists keys of either use and ends of metadata, soonest first, by term, use and words', async () => {
    const [over, soon, late] = await Promise.all(
      [-3, 20, 200].map((count) => certificate({ curve: 'P-256', from: days(-900), to: days(count) })),
    );
    const { calendar } = await calendarOf([
      samlOf(
        'a.example',
        metadataOf({
          entityId: 'https://a.example/sp',
          keys: [
            ['signing', over ?? ''],
            ['encryption', late ?? ''],
          ],
        }),
      ),
      samlOf('b.example', metadataOf({ entityId: 'https://b.example/sp', keys: [['', soon ?? '']] })),
      samlOf(
        'c.example',
        metadataOf({ entityId: 'https://c.example/sp', attributes: ' validUntil="2027-01-20T00:00:00Z"' }),
        'pending',
      ),
    ]);
    const { page, counts } = await calendar.look(everything, all);
    expect(page.map(({ what, provider }) => `${what} ${provider?.id}`)).to.deep.equal([
      'signing saml:https://a.example/sp',
      'both saml:https://b.example/sp',
      'metadata saml:https://c.example/sp',
      'encryption saml:https://a.example/sp',
    ]);
    expect(counts).to.deep.equal({ expired: 1, month: 1, quarter: 1, later: 1 });
    const idsFor = async (query: object) =>
      (await calendar.look({ ...everything, ...query }, all)).page.map(({ what }) => what);
    expect(await idsFor({ term: 'month' })).to.deep.equal(['both']);
    expect(await idsFor({ use: 'encryption' })).to.deep.equal(['both', 'encryption']);
    expect(await idsFor({ words: 'C.EXAMPLE' })).to.deep.equal(['metadata']);
    expect(await calendar.toDo(), 'of what is live').to.deep.equal({ expired: 1, month: 1 });
    expect(await calendar.endingSoon()).to.have.keys('saml:https://a.example/sp', 'saml:https://b.example/sp');
  });

  it('answers for 5,000 services within 100 ms, once their keys were read', async function () {
    this.timeout(60_000);
    const made = await Promise.all([10, 50, 400].map((count) => certificate({ to: days(count) })));
    const records = Array.from({ length: 5000 }, (_, nth) => {
      const entityId = `https://sp${nth}.example/sp`;
      const keys = [0, 1].map((more) => [more === 0 ? 'signing' : 'encryption', made[(nth + more) % 3] ?? ''] as const);
      return samlOf(`sp${nth}.example`, metadataOf({ entityId, keys }));
    });
    const { calendar } = await calendarOf(records);
    const before = performance.now();
    await calendar.look(everything, { from: 0, limit: 50 });
    const first = performance.now() - before;
    const took: number[] = [];
    for (let nth = 0; nth < 9; nth += 1) {
      const start = performance.now();
      const { counts, page } = await calendar.look(
        { ...everything, words: nth % 2 ? 'example' : '' },
        { from: 50, limit: 50 },
      );
      await calendar.toDo();
      took.push(performance.now() - start);
      expect([counts.month + counts.quarter + counts.later, page.length]).to.deep.equal([10_000, 50]);
    }
    const median = took.toSorted((a, b) => a - b)[4] ?? 0;
    process.stdout.write(`      first ${first.toFixed(0)} ms, then ${median.toFixed(1)} ms\n`);
    expect(median).to.be.below(100);
  });
});

describe('the change of a key, step by step', () => {
  it('follows from what is live, what waits, and what was seen', async () => {
    const [old, fresh] = await Promise.all([1, 2].map(() => certificate({ curve: 'P-256' })));
    const of = (...certificates: (string | undefined)[]) => ({
      saml: { metadata: metadataOf({ keys: certificates.map((one) => ['signing', one ?? ''] as const) }) },
    });
    const [oldKey = '', newKey = ''] = registeredKeysOf(of(old, fresh)).keys.map(({ fingerprint }) => fingerprint);
    const stepOf = (live: object, waiting: object | undefined, uses: Record<string, number> = {}) =>
      rolloverOf(live, waiting, { lastUse: new Map(Object.entries(uses)), at: now });
    expect(stepOf(of(old), undefined).step).to.equal(1);
    expect(stepOf(of(old), of(old, fresh)).step).to.equal(2);
    expect(stepOf(of(old, fresh), undefined).step, 'nothing seen').to.equal(3);
    expect(stepOf(of(old, fresh), undefined, { [oldKey]: days(-400) }).step, 'a service nobody visits').to.equal(3);
    expect(stepOf(of(old, fresh), undefined, { [oldKey]: days(-6), [newKey]: days(0) }).step).to.equal(3);
    expect(stepOf(of(old, fresh), undefined, { [oldKey]: days(-7), [newKey]: days(0) })).to.deep.equal({
      step: 4,
      unused: [oldKey],
    });
    expect(stepOf(of(fresh), undefined, { [oldKey]: days(-9), [newKey]: days(0) }).step, 'over').to.equal(1);
  });
});

describe('a service that changes its key', () => {
  let world: AdminWorld;
  before(async () => {
    world = await startAdminWorld();
  });
  after(() => world.close());

  const [entityId, acsUrl] = ['https://roll.example/sp', 'https://roll.example/acs'];
  async function partyKey() {
    const { privateKey, certificate: pem } = await newKeyPair('roll.example');
    const base64 = pem.replaceAll(/-----[^-]+-----|\s/g, '');
    const key: SigningKey = { privateKey: createPrivateKey(privateKey), algorithm: 'rsa-sha256', certificate: base64 };
    return { key, base64 };
  }
  const registered = (...certificates: string[]) =>
    metadataOf({ entityId, consumers: consumer(acsUrl), keys: certificates.map((one) => ['signing', one] as const) });

  async function request({ key }: { key: SigningKey }, binding: 'redirect' | 'post'): Promise<number> {
    const destination = `${world.origin}/saml/sso`;
    const options = { id: `_${randomUUID()}`, issuer: entityId, destination, acsUrl, now: world.now() };
    if (binding === 'redirect') {
      const xml = await buildAuthnRequest(options);
      const url = await encodeRedirect(destination, { name: 'SAMLRequest', xml, key });
      return (await browser().request(url)).status;
    }
    const xml = await buildAuthnRequest(options, key);
    const response = await browser().request(destination, {
      method: 'POST',
      body: new URLSearchParams(encodePost('SAMLRequest', xml)).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://roll.example' },
    });
    return response.status;
  }

  it('signs requests with either key while both are registered, and with the new one only afterwards (SAML)', async () => {
    const [old, fresh, foreign] = [await partyKey(), await partyKey(), await partyKey()];
    const record = samlOf('roll.example', registered(old.base64, fresh.base64));
    await world.registry.register(record);
    const auditor = await world.signedIn('auditor');
    const page = () => world.textOf(auditor, `/admin/provider?${new URLSearchParams({ id: `saml:${entityId}` })}`);
    expect((await page()).match(/記録なし/g), 'neither was used').to.have.length(2);
    for (const binding of ['redirect', 'post'] as const)
      for (const key of [old, fresh]) expect(await request(key, binding), binding).to.equal(303);
    expect(await page(), 'both were').to.not.include('記録なし');
    expect(await request(foreign, 'post'), 'no key of theirs').to.equal(403);
    world.pass(8 * day);
    expect(await request(fresh, 'redirect')).to.equal(303);
    const moved = await world.textOf(
      await world.signedIn('auditor'),
      `/admin/provider?${new URLSearchParams({ id: `saml:${entityId}` })}`,
    );
    expect(moved).to.include('古い鍵は7日より長く使われていません');
    await world.registry.register({ ...record, saml: { metadata: registered(fresh.base64) } });
    expect(await request(old, 'redirect'), 'taken out').to.equal(403);
    expect(await request(old, 'post'), 'taken out').to.equal(403);
    expect(await request(fresh, 'post')).to.equal(303);
  });

  it('is not made to look as if a key was in use by whoever lacks that key', async () => {
    const [own, foreign] = [await partyKey(), await partyKey()];
    await world.registry.register(samlOf('roll.example', registered(own.base64)));
    expect(await request(foreign, 'redirect')).to.equal(403);
    const auditor = await world.signedIn('auditor');
    const html = await world.textOf(auditor, `/admin/provider?${new URLSearchParams({ id: `saml:${entityId}` })}`);
    expect(html).to.include('記録なし');
  });

  it('authenticates with either key while both are registered, with and without a kid (private_key_jwt)', async () => {
    const pairs = await Promise.all(
      ['a', 'b', 'c'].map(async (kid) => ({ kid, ...(await generateKeyPair('ES256', { extractable: true })) })),
    );
    const [old, fresh, foreign] = pairs;
    const jwksOf = async (...of: typeof pairs) => ({
      keys: await Promise.all(
        of.map(async ({ publicKey, kid }) => ({ ...(await exportJWK(publicKey)), kid, use: 'sig' })),
      ),
    });
    async function register(...of: typeof pairs) {
      const { metadata } = parseClientMetadata(
        {
          client_id: 'roll',
          redirect_uris: ['https://roll.example/cb'],
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: await jwksOf(...of),
        },
        { allowHttp: false },
      );
      await world.registry.register({
        protocol: 'oidc',
        key: 'roll',
        name: named('roll'),
        status: 'approved',
        contract: { attributes: [] },
        settings: {},
        oidc: { metadata },
      });
    }
    async function introspect(pair: (typeof pairs)[number] | undefined, kid?: string): Promise<number> {
      if (!pair) throw new Error('no key');
      const at = Math.floor(Date.now() / 1000);
      const assertion = await new SignJWT({ jti: randomUUID() })
        .setProtectedHeader({ alg: 'ES256', ...(kid === undefined ? {} : { kid }) })
        .setIssuer('roll')
        .setSubject('roll')
        .setAudience(world.origin)
        .setIssuedAt(at)
        .setExpirationTime(at + 60)
        .sign(pair.privateKey);
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      const fields = { client_id: 'roll', token: 'none', client_assertion: assertion, client_assertion_type: type };
      return (await fetch(`${world.origin}/oidc/introspect`, { method: 'POST', body: new URLSearchParams(fields) }))
        .status;
    }
    if (!old || !fresh || !foreign) throw new Error('three pairs');
    await register(old, fresh);
    for (const pair of [old, fresh])
      for (const kid of [pair.kid, undefined]) expect(await introspect(pair, kid), `${pair.kid} ${kid}`).to.equal(200);
    expect(await introspect(foreign), 'no key of theirs').to.equal(401);
    expect(await introspect(foreign, 'a'), 'under a name of theirs').to.equal(401);
    const auditor = await world.signedIn('auditor');
    const html = await world.textOf(auditor, '/admin/provider?id=oidc%3Aroll');
    expect(html).to.include('EC P-256 (a)').and.not.include('記録なし');
    await register(fresh);
    expect(await introspect(old, 'a'), 'taken out').to.equal(401);
    expect(await introspect(fresh, 'b')).to.equal(200);
  });

  it('stands in the calendar, in the list and on the first page when its key ends soon', async () => {
    const soon = await certificate({ curve: 'P-256', from: world.now() - day, to: world.now() + 20 * day });
    await world.registry.register(
      samlOf('soon.example', metadataOf({ entityId: 'https://soon.example/sp', keys: [['signing', soon]] })),
    );
    world.pass(60_000);
    const auditor = await world.signedIn('auditor');
    await world.textOf(auditor, '/admin/keys');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const calendar = await world.textOf(auditor, '/admin/keys?term=month');
    expect(calendar).to.include('soon.example').and.not.include('roll.example');
    expect(await world.textOf(auditor, '/admin/keys?use=hub')).to.include('このハブ');
    expect(await world.textOf(auditor, '/admin'), 'to do').to.include('30日以内に期限 1件');
    const list = await world.textOf(auditor, '/admin/providers?status=keys-soon');
    expect(list).to.include('soon.example').and.include('鍵の期限 30日以内').and.not.include('roll.example');
    expect(await world.textOf(auditor, '/admin/keys?term=x&use=y&from=-1&q=%00'), 'whatever is asked').to.include(
      '該当する鍵はありません',
    );
    const resident = await world.signedIn('resident');
    expect((await resident.request(`${world.origin}/admin/keys`)).status).to.equal(404);
    expect(csrfIn(calendar), 'nothing to send').to.equal('');
  });

  it('stands beside the hub’s own keys, each with its state and its next move, in both languages', async () => {
    const auditor = await world.signedIn('auditor');
    const before = await world.textOf(auditor, '/admin/keys');
    expect(before).to.include('このハブの鍵').and.include('saml-1').and.include('使用中');
    expect(before)
      .to.match(/[0-9]に次の鍵を公開/)
      .and.not.include('次の鍵）');
    const other = await otherProcess(world);
    await other.rotation.announce('saml');
    await other.close();
    const after = await world.textOf(auditor, '/admin/keys');
    expect(after)
      .to.include('saml-2')
      .and.include('公開済み（次の鍵）')
      .and.match(/[0-9]に使い始める/);
    const english = await world.textOf(auditor, '/admin/keys', 'en');
    for (const words of ['Keys of this hub', 'SAML signatures', 'published, comes next', 'card-master-1', 'pin-oprf-1'])
      expect(english).to.include(words);
    expect(english.match(/saml-2/g), 'and in the calendar by its certificate').to.have.length(1);
    expect((await world.textOf(auditor, '/admin/keys?use=hub')).match(/>このハブ</g)).to.have.length(2);
  });
});
