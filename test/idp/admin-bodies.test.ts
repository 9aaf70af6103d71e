import { expect } from 'chai';
import type { SigningKey } from '../../lib/xml/index.ts';
import { activeCard } from '../card-auth/active-card.ts';
import { type AdminWorld, csrfIn, startAdminWorld } from './admin-world.ts';
import { type AskingParty, askingAt, partyOf } from './asking-world.ts';
import { coverage, newPair, pemOf, relayed, startInsurer, startTrap } from './body-world.ts';

type Own = Awaited<ReturnType<AdminWorld['signedIn']>>;

const cityKey = pemOf(newPair().publicKey);
const city = {
  kind: 'id-wsf',
  id: 'city-nhi',
  name: { ja: '市国保', en: 'City NHI' },
  address: 'http://127.0.0.1:9/soap',
  providerId: 'urn:example:city',
  publicKey: cityKey,
};

describe('bodies that hold data, in the console', function () {
  this.timeout(30_000);
  let world: AdminWorld;
  let registrar: Own;
  let approver: Own;
  let manager: Own;
  let portal: AskingParty;
  let at: ReturnType<typeof askingAt>;
  const closing: (() => unknown)[] = [];
  before(async () => {
    world = await startAdminWorld({ more: { sources: [city] } });
    closing.push(world.close);
    [registrar, approver, manager] = [
      await world.signedIn('registrar'),
      await world.signedIn('approver'),
      await world.signedIn('manager'),
    ];
    portal = await partyOf('one');
    at = askingAt(world);
    await at.register(portal);
    const person = { name: { kanji: '国分 大地' }, sex: 1, birthDate: '1990-11-30', synthetic: true } as const;
    await world.credential.residents.insert({ id: 'r1', ...person });
    await world.credential.cards.insert(activeCard({ id: 'c1', residentRef: 'r1', number: '9990001112223' }));
  });
  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  const idOf = (name: string) => `id-wsf:urn:example:${name}`;
  const pageOf = (id: string, path = '/admin/provider') => `${path}?${new URLSearchParams({ id })}`;
  const recordOf = (name: string) => world.registry.get('id-wsf', `urn:example:${name}`);
  const fieldsOf = (name: string, more: Record<string, string | string[]> = {}) => ({
    protocol: 'id-wsf',
    seen: '0',
    do: 'save',
    nameJa: '架空健保',
    nameEn: 'Example insurer',
    providerID: `urn:example:${name}`,
    address: 'https://insurer.example/soap',
    publicKey: pemOf(newPair().publicKey),
    types: ['coverage'],
    deadlineMs: '5000',
    ...more,
  });

  async function send(own: Own, fields: Record<string, string | string[]>, path = '/admin/providers/new') {
    const csrf = csrfIn(await world.textOf(own, path));
    return world.upload(own, path, { csrf, ...fields });
  }

  async function decide(own: Own, name: string, outcome = 'approved') {
    const page = await world.textOf(own, pageOf(idOf(name)));
    const waiting = /name="what" value="(\w+)".*?name="seen" value="(\d+)"/s.exec(page);
    const csrf = csrfIn(page) || csrfIn(await world.textOf(own, '/admin/providers/new'));
    const [, what = 'registration', seen = '1'] = waiting ?? [];
    const ruling = { csrf, id: idOf(name), what, seen, outcome, comment: '電話で鍵の指紋を確かめた' };
    return (await world.post(own, '/admin/provider/decide', ruling)).status;
  }

  async function setStatus(own: Own, name: string, to: 'suspend' | 'resume') {
    const csrf = csrfIn(await world.textOf(own, pageOf(idOf(name))));
    return (await world.post(own, '/admin/provider/status', { csrf, id: idOf(name), do: to, comment: '申し出' }))
      .status;
  }

  /** A linked resident's own view at the portal: what came, and what each body did. */
  async function ownView(...names: string[]) {
    for (const name of names) await world.links.pseudonymFor('r1', idOf(name));
    const { cookie, session } = await at.signIn();
    const bootstrap = await at.bootstrapFor(portal, cookie);
    await at.agree(portal, session);
    const answer = await at.ask(portal, bootstrap);
    if (answer.kind !== 'answer') throw new Error(JSON.stringify(answer));
    const { coverages = [], sources = [] } = answer.coverage ?? {};
    return {
      numbers: coverages.map(({ number }) => number),
      states: Object.fromEntries(sources.map(({ id, state }) => [id, state])),
    };
  }

  async function insurer(name: string, more: Parameters<typeof startInsurer>[2] = {}) {
    const body = await startInsurer(world, `urn:example:${name}`, more);
    closing.push(body.close);
    return body;
  }

  async function trap(answer?: Parameters<typeof startTrap>[0]) {
    const started = await startTrap(answer);
    closing.push(started.close);
    return started;
  }

  it('go from a form to an answered query by two people, and stop with the next request', async () => {
    const body = await insurer('a');
    const { address, publicKey } = body;
    const made = await send(registrar, fieldsOf('a', { address, publicKey, types: ['coverage', 'eligibility'] }));
    expect([made.status, made.headers.get('location')]).to.deep.equal([303, pageOf(idOf('a'))]);
    expect(await recordOf('a')).to.deep.include({
      status: 'pending',
      contract: { attributes: [] },
      idWsf: { address, publicKey, types: ['coverage', 'eligibility'], deadlineMs: 5000 },
    });
    expect(await ownView('a')).to.deep.equal({ numbers: [], states: {} });
    expect(await decide(registrar, 'a'), 'the role is missing').to.equal(403);

    const page = await world.textOf(approver, pageOf(idOf('a')));
    for (const words of ['データを持つ機関', '照会先のアドレス', address, '機関の鍵', '健康保険の加入情報'])
      expect(page).to.include(words);
    expect(await decide(approver, 'a')).to.equal(303);
    expect(await ownView('a')).to.deep.equal({ numbers: [coverage.number], states: { [idOf('a')]: 'answered' } });
    const subject = await world.links.pseudonymFor('r1', idOf('a'));
    expect(body.asked).to.deep.equal([{ subject, purpose: 'urn:x-sanuki:purpose:self-view' }]);

    expect(await setStatus(approver, 'a', 'suspend')).to.equal(303);
    expect(await ownView('a')).to.deep.equal({ numbers: [], states: {} });
    expect(body.asked, 'no request after it').to.have.length(1);
    expect(await setStatus(approver, 'a', 'resume')).to.equal(303);
    expect((await ownView('a')).numbers).to.deep.equal([coverage.number]);
    for (const type of ['register', 'approve', 'suspend', 'resume'])
      expect(
        (await world.audited(`provider.${type}`)).map(({ provider }) => provider),
        type,
      ).to.include(idOf('a'));
    await setStatus(approver, 'a', 'suspend');
  });

  it('count at once in another process that has the same store', async () => {
    const body = await insurer('beside');
    await send(registrar, fieldsOf('beside', { address: body.address, publicKey: body.publicKey }));
    const { openFederation, openGround } = await import('../../idp/ground.ts');
    const ground = await openGround({ settings: world.settings, now: Date.now });
    const { registry } = await openFederation(ground, { settings: world.settings, now: Date.now });
    await registry.setStatus(idOf('beside'), 'approved');
    expect((await ownView('beside')).numbers).to.deep.equal([coverage.number]);
    await registry.setStatus(idOf('beside'), 'suspended');
    expect((await ownView('beside')).numbers).to.deep.equal([]);
    await ground.close();
  });

  it('are asked only for what they are registered for', async () => {
    const body = await insurer('narrow');
    const { address, publicKey } = body;
    await send(registrar, fieldsOf('narrow', { address, publicKey, types: ['eligibility'] }));
    await decide(approver, 'narrow');
    expect(await ownView('narrow')).to.deep.equal({ numbers: [], states: {} });
    expect(body.asked).to.deep.equal([]);
    await setStatus(approver, 'narrow', 'suspend');
  });

  it('by the registrar alone never make the hub send anything anywhere (holds: the role, the form, any address)', async () => {
    const { address, connections } = await trap();
    for (const path of ['/admin/providers/new', '/admin/providers/new'])
      await send(registrar, fieldsOf('lure', { address, do: 'check' }), path);
    await send(registrar, fieldsOf('lure', { address }));
    await send(
      registrar,
      fieldsOf('lure', { address: `${address}?x`, seen: '1' }),
      pageOf(idOf('lure'), '/admin/provider/edit'),
    );
    for (const own of [registrar, approver]) await world.textOf(own, pageOf(idOf('lure')));
    await world.textOf(registrar, '/admin/providers?q=lure');
    await decide(registrar, 'lure');
    await decide(approver, 'lure', 'rejected');
    await ownView('lure');
    expect(connections()).to.equal(0);

    const honest = await insurer('turned');
    await send(registrar, fieldsOf('turned', { address: honest.address, publicKey: honest.publicKey }));
    await decide(approver, 'turned');
    const lured = fieldsOf('turned', { address, publicKey: honest.publicKey });
    expect((await send(registrar, lured, pageOf(idOf('turned'), '/admin/provider/edit'))).status).to.equal(303);
    expect((await ownView('turned')).numbers, 'the live one is asked').to.deep.equal([coverage.number]);
    expect(connections(), 'an address that waits').to.equal(0);
    const page = await world.textOf(approver, pageOf(idOf('turned')));
    expect(page).to.include('信頼に関わる変更').and.include('照会先のアドレスが');
    await setStatus(approver, 'turned', 'suspend');
  });

  it('are not approved by who wrote them, whatever the role', async () => {
    await send(manager, fieldsOf('own'));
    expect(await decide(manager, 'own')).to.equal(403);
    expect((await recordOf('own'))?.status).to.equal('pending');
  });

  it('under the name of another are refused (holds: the role; wants the questions meant for somebody else)', async () => {
    await send(registrar, fieldsOf('first'));
    const before = await recordOf('first');
    for (const providerID of [
      'urn:example:first',
      'urn:example:city',
      'city-nhi',
      'oidc:library',
      portal.entityId,
      `${world.origin}/saml/metadata`,
    ]) {
      const made = await send(registrar, fieldsOf('x', { providerID }));
      expect(made.status, providerID).to.equal(422);
      expect(await made.text(), providerID).to.match(/ENTITY_ID_TAKEN|ENTITY_ID_RESERVED/);
    }
    expect(await recordOf('first')).to.deep.equal(before);
    const moved = fieldsOf('first', { providerID: 'urn:example:second', seen: '1' });
    const edit = await send(registrar, moved, pageOf(idOf('first'), '/admin/provider/edit'));
    expect(edit.status, 'a change never turns one into another').to.equal(422);
  });

  it('that took the name of a source before the settings named it are passed over', async () => {
    const { address, connections } = await trap();
    await world.registry.register({
      protocol: 'id-wsf',
      key: 'urn:example:city',
      name: { ja: '偽', en: 'false' },
      status: 'approved',
      contract: { attributes: [] },
      settings: {},
      idWsf: { address, publicKey: pemOf(newPair().publicKey), types: ['coverage'], deadlineMs: 1500 },
    });
    expect((await ownView('city')).states).to.deep.equal({});
    expect(connections()).to.equal(0);
    await world.registry.remove(idOf('city'));
  });

  it('have their answer dropped when another key signed it (holds: the true answer, on the way; lacks: the body’s key)', async () => {
    const name = 'relayed';
    const providerId = `urn:example:${name}`;
    const way: { address: string; key?: SigningKey } = { address: '' };
    const { address } = await trap((body) => relayed(body, { ...way, providerId }));
    const body = await insurer(name, { knownAs: address });
    way.address = body.address;
    await send(registrar, fieldsOf(name, { address, publicKey: body.publicKey }));
    await decide(approver, name);
    expect((await ownView(name)).numbers, 'untouched it is taken').to.deep.equal([coverage.number]);
    way.key = { privateKey: body.privateKey, algorithm: 'rsa-sha256' };
    expect((await ownView(name)).numbers, 'put together anew it would be taken too').to.have.length(1);
    way.key = { privateKey: newPair().privateKey, algorithm: 'rsa-sha256' };
    expect(await ownView(name)).to.deep.equal({ numbers: [], states: { [idOf(name)]: 'garbled' } });
    await setStatus(approver, name, 'suspend');
  });

  it('are never a party: their id signs nobody in and asks for nothing', async () => {
    const record = await recordOf('a');
    expect(record?.idWsf).to.not.equal(undefined);
    const authorize = `${world.origin}/oidc/auth?${new URLSearchParams({
      client_id: 'urn:example:a',
      response_type: 'code',
      redirect_uri: 'https://insurer.example/soap',
      scope: 'openid',
    })}`;
    expect((await fetch(authorize, { redirect: 'manual' })).status).to.be.within(400, 499);
    await setStatus(approver, 'a', 'resume');
    const posed = await partyOf('posed');
    const { cookie } = await at.signIn();
    const logged = world.logged.length;
    const asBody = at.bootstrapFor({ ...posed, entityId: 'urn:example:a' }, cookie);
    expect(await asBody.catch(() => 'nothing')).to.equal('nothing');
    expect(world.logged.slice(logged).join('')).to.include('PROVIDER_UNKNOWN');
    await setStatus(approver, 'a', 'suspend');
  });

  it('say in the form what is wrong, keep what was written, and take a key from a file', async () => {
    const faulty = await send(
      registrar,
      fieldsOf('form', { address: 'https://user@insurer.example', publicKey: 'x', types: [], deadlineMs: 'bald' }),
    );
    expect(faulty.status).to.equal(422);
    const html = await faulty.text();
    for (const words of ['ADDRESS_UNSAFE', 'BODY_KEY_UNREADABLE', 'TYPES_MISSING', 'DEADLINE_OUT_OF_BOUNDS'])
      expect(html).to.include(words);
    for (const kept of ['value="https://user@insurer.example"', 'value="bald"', 'value="urn:example:form"'])
      expect(html).to.include(kept);
    const key = pemOf(newPair().publicKey);
    expect((await send(registrar, fieldsOf('form', { publicKey: 'x', file: key }))).status).to.equal(303);
    expect((await recordOf('form'))?.idWsf?.publicKey).to.equal(key);
    const form = await world.textOf(registrar, pageOf(idOf('form'), '/admin/provider/edit'));
    expect(form).to.include('type="hidden" name="providerID" value="urn:example:form"').and.include('checked');
    const script = await send(registrar, fieldsOf('form2', { publicKey: '</textarea><script>alert(1)</script>' }));
    expect(await script.text()).to.not.include('<script>alert');
  });

  it('are found by their identifier and are named in the list', async () => {
    const list = await world.textOf(approver, '/admin/providers?q=example:form');
    expect(list)
      .to.include('データを持つ機関（ID-WSF）')
      .and.include(pageOf(idOf('form')).replaceAll('&', '&amp;'));
  });
});
