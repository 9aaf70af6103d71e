import { expect } from 'chai';
import { type AdminWorld, csrfIn, startAdminWorld } from './admin-world.ts';

const path = '/admin/sessions';

describe('ending the sign-ins of a resident from the console', function () {
  this.timeout(60_000);
  let world: AdminWorld;
  before(async () => {
    world = await startAdminWorld();
  });
  after(() => world.close());

  const numberOf = async (person: string) =>
    (await world.credential.cards.ofResident(person))[0]?.number ?? expect.fail('no card');
  const isIn = async (own: Awaited<ReturnType<AdminWorld['signedIn']>>) =>
    (await own.request(`${world.origin}/account`)).status === 200;
  const resident = () => world.signedIn('resident', `${world.origin}/account`);

  /** A party that takes no word of sign-outs, so that its result needs no server. */
  async function participant() {
    await world.registry.register({
      protocol: 'oidc',
      key: 'portal',
      name: { ja: 'ポータル', en: 'Portal' },
      status: 'approved',
      contract: { attributes: [] },
      settings: {},
      oidc: { metadata: { redirect_uris: ['https://portal.example/cb'] } },
    });
    for (const session of await world.sessions.sessionsOf({ residentRef: 'resident' }))
      await world.sessions.join(session, 'oidc:portal', {
        protocol: 'oidc',
        subject: 's',
        sessionIndex: 'i',
        level: session.level,
        since: 0,
      });
  }

  it('ends all of them, shows the result of each service, tells the resident, and stands in the audit', async () => {
    const [one, two] = [await resident(), await resident()];
    await participant();
    for (const person of ['support', 'privacy'] as const) {
      const office = await world.signedIn(person);
      expect(await world.textOf(office, '/admin')).to.include(`href="${path}"`);
    }
    const office = await world.signedIn('support');
    const csrf = csrfIn(await world.textOf(office, path));
    const number = (await numberOf('resident')).replace(/^(\d{4})(\d{4})/, '$1 $2 ');
    const sent = await world.post(office, path, { csrf, number, reason: 'device-lost' });
    expect(sent.status).to.equal(200);
    const html = await sent.text();
    expect(html).to.include('2台の端末').and.include('data-outcome="no-endpoint"').and.not.include('バス セイジ');
    expect([await isIn(one), await isIn(two)]).to.deep.equal([false, false]);
    expect(await isIn(office), 'and nobody else').to.equal(true);
    const [audited] = await world.audited('session.end');
    expect(audited).to.deep.include({ result: 'ok', actor: world.ids.get('support') });
    expect(audited?.detail).to.deep.include({ reason: 'device-lost' });
    expect(JSON.stringify(audited)).to.not.include('resident"');
    const kinds = async () =>
      (await world.credential.notices.list('resident')).records.filter(({ kind }) => kind === 'sign-ins-ended').length;
    expect(await kinds()).to.equal(1);
    const again = await world.post(office, path, { csrf, number, reason: 'misuse' });
    expect(await again.text()).to.include('ログイン中の端末はありませんでした');
    expect(await kinds(), 'nothing happened, so nothing is told').to.equal(1);
  });

  it('asks for a card that exists and for a reason; who tries numbers is seen', async () => {
    const office = await world.signedIn('support');
    const csrf = csrfIn(await world.textOf(office, path));
    for (const [fields, words] of [
      [{ number: '0000000000000', reason: 'misuse' }, 'この番号のカードはありません'],
      [{ number: await numberOf('resident'), reason: '' }, '理由を選んでください'],
      [{ number: await numberOf('resident'), reason: 'constructor' }, '理由を選んでください'],
      [{ number: '<script>alert(1)</script>', reason: 'x' }, 'この番号のカードはありません'],
    ] as const) {
      const sent = await world.post(office, path, { csrf, ...fields });
      expect(sent.status).to.equal(422);
      expect(await sent.text())
        .to.include(words)
        .and.not.include('<script>alert');
    }
    const refused = (await world.audited('session.end')).filter(({ code }) => code === 'CARD_UNKNOWN');
    expect(refused).to.have.length(2);
    expect(JSON.stringify(refused)).to.not.include('0000000000000');
  });

  describe('under attack', () => {
    it('is closed to every other role and to residents', async () => {
      const victim = await resident();
      for (const person of ['operator', 'auditor', 'registrar', 'approver', 'manager', 'resident'] as const) {
        const own = await world.signedIn(person);
        const status = person === 'resident' ? 404 : 403;
        expect((await own.request(world.origin + path)).status, person).to.equal(status);
        const number = await numberOf('resident');
        const sent = await world.post(own, path, { csrf: 'x', number, reason: 'misuse' });
        expect(sent.status, person).to.equal(status);
      }
      expect(await isIn(victim)).to.equal(true);
    });

    it('refuses a forged form: another site, no token, another sign-in’s token', async () => {
      const victim = await resident();
      const [office, second] = [await world.signedIn('support'), await world.signedIn('support')];
      const [csrf, others] = [csrfIn(await world.textOf(office, path)), csrfIn(await world.textOf(second, path))];
      const fields = { number: await numberOf('resident'), reason: 'misuse' };
      for (const [token, headers] of [
        [csrf, { origin: 'https://evil.example' }],
        ['', {}],
        [others, {}],
      ] as const)
        expect((await world.post(office, path, { csrf: token, ...fields }, headers)).status).to.equal(403);
      expect(await isIn(victim)).to.equal(true);
    });
  });
});
