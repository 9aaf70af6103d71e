import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { openGround } from '../../idp/ground.ts';
import { type AdminWorld, startAdminWorld } from './admin-world.ts';

describe('the audit page', () => {
  let world: AdminWorld;
  let auditor: Awaited<ReturnType<AdminWorld['signedIn']>>;
  before(async () => {
    world = await startAdminWorld();
    auditor = await world.signedIn('auditor');
  });
  after(() => world.close());

  const invite = (by: string) =>
    world.administrators.invite({ roles: ['support'], until: world.now() + 86_400_000, invitedBy: by });
  const page = (query: Record<string, string> = {}) =>
    world.textOf(auditor, `/admin/audit?${new URLSearchParams(query)}`);
  const rows = (html: string) => [...html.matchAll(/<tr role="row"><td/g)].length;

  it('is there for the auditor and for nobody who changes things', async () => {
    expect((await auditor.request(`${world.origin}/admin/audit`)).status).to.equal(200);
    for (const person of ['registrar', 'approver', 'manager'] as const) {
      const own = await world.signedIn(person);
      expect((await own.request(`${world.origin}/admin/audit`)).status, person).to.equal(403);
    }
  });

  it('finds by actor, type and day, and says when a day is none', async () => {
    await invite('A-SOMEBODY');
    await invite('command');
    expect(rows(await page({ actor: 'A-SOMEBODY' }))).to.equal(1);
    expect(rows(await page({ type: 'admin.invite' }))).to.equal(2);
    expect(rows(await page({ type: 'admin.invite', to: '令和元年5月1日' }))).to.equal(0);
    expect(rows(await page({ type: 'admin.invite', from: '2019-05-01' }))).to.equal(2);
    expect(await page({ from: '<script>' }))
      .to.include('日付として読めません')
      .and.not.include('<script>');
  });

  it('goes on where a page ends, without leaving one out', async () => {
    for (let nth = 0; nth < 60; nth++) await invite(`A-MANY-${nth}`);
    const first = await page({ actor: 'A-MANY' });
    expect(rows(first)).to.equal(50);
    const more = /href="([^"]*after=[^"]*)">続き/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(rows(await world.textOf(auditor, more))).to.equal(10);
  });

  it('shows the newest first, and stops at the first day that is asked for', async () => {
    await invite('A-EARLIER');
    world.pass(5 * 86_400_000);
    await invite('A-LATER');
    auditor = await world.signedIn('auditor');
    const html = await page({ type: 'admin.invite' });
    expect(html.indexOf('A-LATER')).to.be.above(0).and.below(html.indexOf('A-EARLIER'));
    const today = new Date(world.now()).toISOString().slice(0, 10);
    expect(await page({ type: 'admin.invite', from: today, to: today }))
      .to.include('A-LATER')
      .and.not.include('A-EARLIER');
  });

  it('finds what concerns one person at one service by the pseudonym there', async () => {
    // By another process of the hub, with a chain of its own.
    const other = await openGround({ settings: world.settings, now: world.now });
    const record = { type: 'sso.saml', result: 'ok', provider: 'saml:https://sp.example/' } as const;
    for (const pseudonym of ['p-OF-SOMEBODY', 'p-OF-ANOTHER']) await other.audit.record({ ...record, pseudonym });
    await other.close();
    const html = await page({ pseudonym: 'p-OF-SOMEBODY' });
    expect(rows(html)).to.equal(1);
    expect(html).to.include('sp.example').and.not.include('p-OF-ANOTHER');
  });

  it('puts the look itself on record', async () => {
    await page({ actor: 'A-WANTED' });
    const seen = (await world.audited('audit.read')).at(-1);
    expect(seen).to.deep.include({ actor: world.ids.get('auditor'), detail: { verify: false, actor: 'A-WANTED' } });
  });

  it('says that the chain is whole, and where it is not', async () => {
    expect(await page({ verify: '1' }))
      .to.include('正常です')
      .and.not.include('異常');
    const database = new DatabaseSync(join(world.data, 'hub.sqlite'));
    database.exec(
      `UPDATE "c_journal-audit" SET body = replace(body, 'A-SOMEBODY', 'A-NOBODY') WHERE body LIKE '%A-SOMEBODY%'`,
    );
    database.close();
    expect(await page({ verify: '1' }))
      .to.include('記録に異常があります')
      .and.include('changed');
  });
});
