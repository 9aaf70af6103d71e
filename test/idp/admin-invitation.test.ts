import { expect } from 'chai';
import { type AdminWorld, csrfIn, startAdminWorld } from './admin-world.ts';
import { browser } from './world.ts';

const day = 24 * 3_600_000;

describe('the door of the console', () => {
  let world: AdminWorld;
  before(async () => {
    world = await startAdminWorld();
  });
  after(() => world.close());

  /** What the command prints. */
  const invited = async (roles: Parameters<AdminWorld['administrators']['invite']>[0]['roles'], days = 30) => {
    const { token } = await world.administrators.invite({
      roles,
      until: world.now() + days * day,
      invitedBy: 'command',
    });
    return { token, url: `${world.origin}/admin/invitation/${token}` };
  };
  const accept = async (own: Awaited<ReturnType<AdminWorld['signedIn']>>) => {
    const html = await world.textOf(own, '/admin/invitation');
    return world.post(own, '/admin/invitation', { csrf: csrfIn(html) });
  };

  it('asks for card and PIN, and shows an administrator the own roles and their end', async () => {
    const own = await world.signedIn('registrar');
    expect(own.at.url).to.equal(`${world.origin}/admin`);
    const html = await own.at.response.text();
    expect(html).to.include('登録担当').and.include(world.ids.get('registrar'));
  });

  it('tells a resident without an account nothing: the same answer as for an address that does not exist', async () => {
    const own = await world.signedIn('resident');
    const answers = await Promise.all(
      ['/admin', '/admin/providers', '/admin/audit', '/admin/nothing-here'].map(async (path) => {
        const response = await own.request(`${world.origin}${path}`);
        return [
          response.status,
          (await response.text()).replaceAll(/[0-9A-F]{10}/g, '').replaceAll(/return=[^"&]*/g, ''),
        ];
      }),
    );
    for (const answer of answers) expect(answer).to.deep.equal(answers[3]);
    expect(answers[0]?.[0]).to.equal(404);
  });

  it('makes who redeems an invitation with a card an administrator, once', async () => {
    const { url, token } = await invited(['auditor']);
    const own = await world.signedIn('resident', url);
    expect(own.at.url, 'the token left the address').to.equal(`${world.origin}/admin/invitation`);
    const html = await own.at.response.text();
    expect(html).to.include('監査人').and.include('バス セイジ').and.not.include(token);
    expect((await accept(own)).headers.get('location')).to.equal('/admin');
    expect(await world.textOf(own, '/admin')).to.include('監査人');
    const again = browser();
    await again.visit(url);
    const other = await world.signedIn('manager', url);
    expect(other.at.response.status, 'replayed by another').to.equal(404);
    expect(await other.at.response.text()).to.include('INVITATION_SPENT');
    const [event] = (await world.audited('admin.redeem')).slice(-1);
    expect(event).to.include({ result: 'ok' });
    expect(JSON.stringify(await world.audited('admin.redeem')))
      .to.not.include('"resident"')
      .and.not.include(token);
    const account = await world.administrators.currentOf('resident');
    await world.administrators.revoke(account?.id ?? '', 'command');
    expect((await own.request(`${world.origin}/admin`)).status, 'revoked with the next click').to.equal(404);
  });

  it('lets one of two redeemers win', async () => {
    const { token } = await invited(['support']);
    const outcomes = await Promise.allSettled(
      ['x1', 'x2', 'x3'].map((residentRef) => world.administrators.redeem(token, residentRef)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('keeps neither token nor address in the store', async () => {
    const { url, token } = await invited(['support']);
    await browser().visit(url);
    const { readFile } = await import('node:fs/promises');
    for (const name of ['hub.sqlite', 'hub.sqlite-wal'])
      expect((await readFile(`${world.data}/${name}`)).includes(token), name).to.equal(false);
    expect(world.logged.join('')).to.not.include(token);
  });

  it('refuses a guessed, an expired and a forged redemption', async () => {
    const guessed = await world.signedIn('resident', `${world.origin}/admin/invitation/${'A'.repeat(43)}`);
    expect(guessed.at.response.status).to.equal(404);
    const late = await invited(['auditor'], 30);
    const own = await world.signedIn('resident', late.url);
    const csrf = csrfIn(await world.textOf(own, '/admin/invitation'));
    expect((await world.post(own, '/admin/invitation', { csrf: 'x' })).status, 'token').to.equal(403);
    expect((await world.post(own, '/admin/invitation', { csrf }, { origin: 'https://evil.example' })).status).to.equal(
      403,
    );
    world.pass(day + 1);
    const again = await world.signedIn('resident', late.url);
    expect(again.at.response.status, 'after 24 hours').to.equal(404);
  });

  it('refuses roles that do not go together, on offer and with what somebody holds, and keeps the invitation', async () => {
    await world.administrators
      .invite({ roles: ['registrar', 'approver'], until: world.now() + day, invitedBy: 'command' })
      .then(
        () => expect.fail(),
        (error) => expect(error.code).to.equal('ROLES_EXCLUSIVE'),
      );
    const { url, token } = await invited(['approver']);
    const own = await world.signedIn('registrar', url);
    const refused = await accept(own);
    expect(refused.status).to.equal(409);
    expect((await world.administrators.currentOf('registrar'))?.roles).to.deep.equal(['registrar']);
    expect(await world.administrators.peek(token)).to.not.equal(undefined);
  });

  it('asks for the card again after half an hour, and lets a form that is open be sent for an hour', async () => {
    const own = await world.signedIn('manager');
    const fields = { csrf: csrfIn(await world.textOf(own, '/admin/providers/new')), protocol: 'saml', do: 'check' };
    world.pass(15 * 60_000);
    expect((await own.request(`${world.origin}/admin`)).status).to.equal(200);
    world.pass(16 * 60_000);
    const asked = await own.request(`${world.origin}/admin`);
    expect([asked.status, asked.headers.get('location')?.split('/')[1]]).to.deep.equal([303, 'sign-in']);
    expect((await world.upload(own, '/admin/providers/new', fields)).status, 'looked over').to.equal(422);
    world.pass(30 * 60_000);
    expect((await world.upload(own, '/admin/providers/new', fields)).status).to.equal(303);
  });

  it('takes no address that was never an invitation', async () => {
    for (const token of ['x', '%0d%0aset-cookie:a=b', 'A'.repeat(4000), '%00'])
      expect((await browser().request(`${world.origin}/admin/invitation/${token}`)).status, token).to.equal(404);
  });

  it('does not prolong what was given for less by another role', async () => {
    const until = world.now() + day;
    await world.administrators.grant({ residentRef: 'contractor', roles: ['registrar'], until, invitedBy: 'command' });
    const longer = await invited(['support'], 300);
    expect((await world.administrators.redeem(longer.token, 'contractor')).until).to.equal(until);
    const same = await invited(['support', 'registrar'], 300);
    expect((await world.administrators.redeem(same.token, 'contractor')).until, 'renewed').to.be.greaterThan(until);
  });

  it('is shut on the day an account ends', async () => {
    const { token } = await invited(['support'], 2);
    await world.administrators.redeem(token, 'manager2');
    world.pass(2 * day);
    expect(await world.administrators.currentOf('manager2')).to.equal(undefined);
  });
});
