import { expect } from 'chai';
import { apiScopes } from '../../federation/oidc/api-access.ts';
import { type ApiWorld, startApiWorld } from './api-world.ts';

const library = (more: object = {}) => ({
  protocol: 'oidc',
  client_id: 'library',
  name: { ja: '図書館', en: 'Library' },
  attributes: ['displayName'],
  metadata: { redirect_uris: ['https://library.example/callback'] },
  ...more,
});
const at = `/providers/${encodeURIComponent('oidc:library')}`;

describe('the administration API', () => {
  let world: ApiWorld;
  let secrets: { machine: string; person: string };
  before(async () => {
    world = await startApiWorld();
    secrets = {
      machine: await world.register(world.machineOf('pipeline')),
      person: await world.register(world.personalOf('desk')),
    };
  });
  after(() => world.close());

  it('takes a registration from a repository to live, with a person in between', async () => {
    const { access_token: token } = await world.machineToken('pipeline', secrets.machine);
    const checked = await world.call('/checks', { token, body: { declarations: [library()] } });
    expect([checked.status, checked.json.results[0].act]).to.deep.equal([200, 'register']);
    const made = await world.call('/providers', { token, body: library(), headers: world.key() });
    expect([made.status, made.json.outcome], made.text).to.deep.equal([201, 'registered']);
    expect(made.json.client_secret).to.have.length(43);
    expect(made.json.provider).to.deep.include({ status: 'pending', authors: ['client:pipeline'] });
    expect(made.headers.get('location')).to.equal(`${world.api}${at}`);

    const { access_token: hers } = await world.personToken(world.approver, 'desk', secrets.person);
    const seen = await world.call(at, { token: hers });
    const approved = await world.call(`${at}/decisions`, {
      token: hers,
      body: { outcome: 'approved', comment: '電話で確かめた' },
      headers: { ...world.key(), 'if-match': seen.headers.get('etag') ?? '' },
    });
    expect([approved.status, approved.json.status], approved.text).to.deep.equal([200, 'approved']);
    expect(approved.json.decisions[0]).to.include({ by: world.ids.get('approver'), outcome: 'approved' });

    const changed = library({ metadata: { redirect_uris: ['https://library.example/callback2'] } });
    const difference = await world.call('/checks', { token, body: { declarations: [changed] } });
    expect(difference.json.results[0]).to.include({ act: 'change', waits: true });
    expect(difference.json.results[0].changes[0]).to.include({ field: 'redirect_uris', trust: true });
    const proposed = await world.call(at, {
      method: 'PUT',
      token,
      body: changed,
      headers: { 'if-match': approved.headers.get('etag') ?? '' },
    });
    expect([proposed.status, proposed.json.outcome], proposed.text).to.deep.equal([200, 'proposed']);
    expect((await world.call('/revisions', { token })).json.items).to.have.length(1);
    expect((await world.registry.get('oidc', 'library'))?.oidc?.metadata.redirect_uris, 'still live').to.deep.equal([
      'https://library.example/callback',
    ]);
    const live = await world.call(`${at}/decisions`, {
      token: hers,
      body: { outcome: 'approved', comment: '契約と同じ' },
      headers: { ...world.key(), 'if-match': proposed.headers.get('etag') ?? '' },
    });
    expect(live.json.declaration.metadata.redirect_uris, live.text).to.deep.equal([
      'https://library.example/callback2',
    ]);
    const again = await world.call('/checks', { token, body: { declarations: [changed] } });
    expect(again.json.results[0].act).to.equal('keep');

    const stopped = await world.call(`${at}/decisions`, {
      token,
      body: { outcome: 'suspended', comment: '申し出による' },
      headers: { ...world.key(), 'if-match': '*' },
    });
    expect([stopped.status, stopped.json.status], stopped.text).to.deep.equal([200, 'suspended']);
  });

  it('audits who had which program do what', async () => {
    const calls = await world.audited('api.call');
    expect(calls.map(({ actor, detail }) => [actor, (detail as { operation: string }).operation])).to.deep.equal([
      ['client:pipeline', 'registerProvider'],
      [world.ids.get('approver'), 'decideProvider'],
      ['client:pipeline', 'changeProvider'],
      [world.ids.get('approver'), 'decideProvider'],
      ['client:pipeline', 'decideProvider'],
    ]);
    expect(JSON.stringify(calls)).to.include('desk').and.not.include('電話');
    expect((await world.audited('provider.register')).at(-1)?.actor).to.equal('client:pipeline');
  });

  it('shows what it is asked for: the hub, the list by pages, administrators, audit records', async () => {
    const { access_token: token } = await world.machineToken('pipeline', secrets.machine);
    expect((await world.call('/hub', { token })).json).to.deep.include({
      issuer: world.origin,
      scopes: [...apiScopes],
    });
    const ids: string[] = [];
    let cursor = '';
    do {
      const page = await world.call(`/providers?limit=1${cursor && `&cursor=${cursor}`}`, { token });
      ids.push(...page.json.items.map(({ id }: { id: string }) => id));
      cursor = page.json.next ?? '';
    } while (cursor);
    expect(ids).to.deep.equal(['oidc:desk', 'oidc:library', 'oidc:pipeline']);
    for (const [query, found] of [
      ['status=suspended', ['oidc:library']],
      ['q=図書', ['oidc:library']],
      ['q=library&status=approved', []],
      ['protocol=saml', []],
    ] as const) {
      const { json } = await world.call(`/providers?${query}`, { token });
      expect(
        json.items.map(({ id }: { id: string }) => id),
        query,
      ).to.deep.equal(found);
    }
    const { json: people } = await world.call('/administrators', { token });
    expect(people.items.map(({ id }: { id: string }) => id)).to.have.members([...world.ids.values()]);
    expect(JSON.stringify(people)).to.not.include('resident').and.not.include('バス');
    const { json: records } = await world.call('/audit?type=provider.approve', { token });
    expect(records.items.length).to.be.at.least(3);
    expect((await world.audited('audit.read')).at(-1)).to.include({ actor: 'client:pipeline' });
  });

  it('takes a level, settings, a logo and an address, and believes no program about what the address gave', async () => {
    const { access_token: token } = await world.machineToken('pipeline', secrets.machine);
    const address = 'https://tram.example/client.json';
    const besides = { requiredLevel: 'urn:x-sanuki:ac:card-pin', source: { address } };
    const tram = library({ client_id: 'tram', name: { ja: '路面電車', en: 'Tram' }, ...besides });
    const claimed = { ...tram, source: { address, fetchedAt: '2026-01-01T00:00:00Z' } };
    const made = await world.call('/providers', { token, body: claimed, headers: world.key() });
    expect(made.status, made.text).to.equal(201);
    expect(made.json.provider.declaration).to.deep.include(besides);
    expect(made.json.provider.declaration.source).to.deep.equal({ address });
    const gone = { ...tram, logo: 'ab'.repeat(32) };
    const refused = await world.call(`/providers/${encodeURIComponent('oidc:tram')}`, {
      method: 'PUT',
      token,
      body: gone,
      headers: { 'if-match': made.headers.get('etag') ?? '' },
    });
    expect([refused.status, refused.json.code], refused.text).to.deep.equal([422, 'REGISTRATION_REFUSED']);
  });
});
