import { expect } from 'chai';
import fc from 'fast-check';
import { type ApiWorld, machineScopes, startApiWorld } from './api-world.ts';

const dayMs = 24 * 3_600_000;

describe('the feed of changes over HTTP (R36)', () => {
  let world: ApiWorld;
  const tokens = new Map<string, string>();
  before(async () => {
    world = await startApiWorld();
    for (const [id, scope, feed] of [
      ['city', 'events.register', 'imported'],
      ['insurer', 'events.coverage', 'nhi'],
      ['other-city', 'events.register', 'town-b'],
      ['pipeline', machineScopes.join(' '), undefined],
    ] as const) {
      const scopes = scope.split(' ');
      const secret = await world.register({
        client_id: id,
        grant_types: ['client_credentials'],
        sanuki_api: { scopes, ...(feed ? { feed } : {}) },
      });
      tokens.set(id, (await world.machineToken(id, secret, scope)).access_token);
    }
  });
  after(() => world?.close());

  let count = 0;
  const event = (more: object = {}) => ({
    id: `ev-${++count}`,
    kind: 'death',
    resident: 'nobody',
    at: new Date(world.now()).toISOString(),
    ...more,
  });
  const tell = (client: string, ...events: unknown[]) =>
    world.call('/resident-events', { token: tokens.get(client), body: { events } });
  const outcomes = async (client: string, ...events: unknown[]) => {
    const { json } = await tell(client, ...events);
    return (json.results as { outcome: string; code?: string }[]).map(({ outcome, code }) => code ?? outcome);
  };
  const cardOf = async (person: 'resident' | 'support' | 'operator') =>
    (await world.credential.cards.ofResident(person))[0];
  const isIn = async (own: Awaited<ReturnType<ApiWorld['signedIn']>>) =>
    (await own.request(`${world.origin}/account/card`)).status === 200;

  it('a death ends card and sign-in at once; who told it is on record, and nothing of the person', async () => {
    const own = await world.signedIn('resident', `${world.origin}/account/card`);
    expect(await isIn(own)).to.equal(true);
    const death = event({ resident: 'resident' });
    expect(await outcomes('city', death)).to.deep.equal(['noted']);
    expect((await cardOf('resident'))?.status).to.equal('suspended');
    expect(await isIn(own), 'the very next request').to.equal(false);
    expect(await outcomes('city', death), 'told again').to.deep.equal(['repeated']);
    const records = await world.audited('event.told');
    expect(records[0]).to.deep.include({ actor: 'client:city', result: 'ok' });
    expect(records[0]?.detail).to.deep.equal({
      event: death.id,
      kind: 'death',
      feed: 'register:imported',
      outcome: 'noted',
    });
    expect(JSON.stringify([records, world.logged])).to.not.include('バス');
  });

  it('each of a batch is taken or refused on its own, with what helps', async () => {
    const { json, status } = await tell(
      'city',
      event({
        resident: 'support',
        kind: 'name',
        person: {
          name: { kana: 'アタラシイ ナ' },
          sex: 1,
          birthDate: '1960-10-10',
          address: { postal: '1', municipality: '高松市', town: '番町', block: '1' },
        },
      }),
      event({ kind: 'move' }),
      event({ at: '2026-02-30T00:00:00Z' }),
      'no event',
      event({ at: new Date(world.now() - 400 * dayMs).toISOString() }),
      event({ kind: 'death', person: {} }),
      event(),
    );
    expect(status).to.equal(200);
    expect(
      json.results.map(({ index, outcome, code, where }: Record<string, unknown>) => [index, code ?? outcome, where]),
    ).to.deep.equal([
      [0, 'noted', undefined],
      [1, 'EVENT_INVALID', undefined],
      [2, 'EVENT_INVALID', 'at'],
      [3, 'EVENT_INVALID', undefined],
      [4, 'EVENT_OUTDATED', undefined],
      [5, 'EVENT_INVALID', 'person/name'],
      [6, 'unknown', undefined],
    ]);
    expect(json.results[1].remedy).to.have.keys('ja', 'en');
    const { records } = await world.credential.tasks.inState('open');
    expect(
      records.filter(({ residentRef }) => residentRef === 'support').map(({ act, reason }) => [act, reason]),
    ).to.deep.equal([['replace', 'NAME']]);
    expect(await world.credential.residents.displayName('support')).to.equal('アタラシイ ナ');
    const text = JSON.stringify([await world.audited('event.told'), await world.audited('api.call'), world.logged]);
    expect(text, 'no value in audit or log').to.not.include('アタラシイ');
  });

  it('a batch that is none, is too long or has no token is refused as a problem', async () => {
    const refused = async (body: unknown, token = tokens.get('city')) => {
      const { status, json } = await world.call('/resident-events', { token, body });
      return [status, json.code];
    };
    expect(await refused({ events: [] })).to.deep.equal([400, 'REQUEST_INVALID']);
    expect(await refused({ events: Array.from({ length: 501 }, () => event()) })).to.deep.equal([
      400,
      'REQUEST_INVALID',
    ]);
    expect(await refused({ events: [event()], feed: 'imported' })).to.deep.equal([400, 'REQUEST_INVALID']);
    expect(await refused({ events: [event()] }, 'x')).to.deep.equal([401, 'TOKEN_REFUSED']);
  });

  it('answers whatever stands in a batch honestly', async () => {
    const member = fc.constantFrom('id', 'kind', 'resident', 'at', 'leftArea', 'person', '__proto__', 'constructor');
    const bent = fc
      .tuple(member, fc.jsonValue(), fc.constantFrom('move', 'death', 'name', 'coverage'))
      .map(([name, value, kind]) => ({ ...event({ kind }), [name]: value }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(bent, fc.jsonValue()), { minLength: 1, maxLength: 4 }), async (events) => {
        const { status, json } = await tell('city', ...events);
        expect(status, JSON.stringify(events)).to.equal(200);
        expect(json.results).to.have.length(events.length);
      }),
      { numRuns: 60 },
    );
  });

  describe('under attack', () => {
    const living = async () => {
      expect((await cardOf('operator'))?.status).to.equal('active');
      const { records } = await world.credential.tasks.inState('open');
      expect(records.filter(({ residentRef }) => residentRef === 'operator')).to.deep.equal([]);
    };
    const death = () => event({ resident: 'operator' });

    it('who holds every other scope of the API lacks that of a register', async () => {
      const { status, json } = await tell('pipeline', death());
      expect([status, json.code, json.scope]).to.deep.equal([403, 'SCOPE_MISSING', 'events.register']);
      await living();
    });

    it('who is the register of another town lacks this one’s name, and cannot give it in the request', async () => {
      const { status, json } = await tell('other-city', death());
      expect([status, json.code]).to.deep.equal([403, 'FEED_UNKNOWN']);
      await living();
    });

    it('who is an insurer may tell of coverage alone, by the pseudonym that it got and never by a register’s reference', async () => {
      const pseudonym = await world.links.pseudonymFor('operator', 'nhi');
      const foreign = await world.links.pseudonymFor('operator', 'kyokai');
      const told = (kind: string, resident: string) =>
        event({ kind, resident, ...(kind === 'move' ? { leftArea: true } : {}) });
      expect(
        await outcomes('insurer', told('death', pseudonym), told('move', pseudonym), told('name', pseudonym)),
      ).to.deep.equal(['KIND_NOT_YOURS', 'KIND_NOT_YOURS', 'KIND_NOT_YOURS']);
      expect(await outcomes('insurer', told('coverage', 'operator'), told('coverage', foreign))).to.deep.equal([
        'unknown',
        'unknown',
      ]);
      expect(await outcomes('city', told('coverage', 'operator')), 'nor a register of coverage').to.deep.equal([
        'KIND_NOT_YOURS',
      ]);
      expect(await outcomes('insurer', told('coverage', pseudonym))).to.deep.equal(['noted']);
      const kinds = async () => (await world.credential.notices.list('operator')).records.map(({ kind }) => kind);
      expect(await kinds()).to.deep.equal(['coverage-changed']);
      await living();
      const refused = (await world.audited('event.told')).filter(({ result }) => result === 'refused');
      expect(refused.some(({ actor, code }) => actor === 'client:insurer' && code === 'KIND_NOT_YOURS')).to.equal(true);
    });

    it('who was let go: a suspended program tells nothing with the token that it still has', async () => {
      const before = tokens.get('city');
      await world.registry.setStatus('oidc:city', 'suspended');
      expect((await world.call('/resident-events', { token: before, body: { events: [death()] } })).json.code).to.equal(
        'TOKEN_REFUSED',
      );
      await world.registry.setStatus('oidc:city', 'approved');
      await living();
    });

    it('who signs in with every role of the console has no token for it: a feed is a program’s', async () => {
      for (const grants of [['authorization_code'], ['client_credentials', 'authorization_code']]) {
        const sanuki_api = { scopes: ['events.register'], feed: 'imported' };
        const page = await world.register(
          {
            client_id: `mixed-${grants.length}`,
            redirect_uris: ['https://x.example/cb'],
            grant_types: grants,
            sanuki_api,
          },
          false,
        );
        expect(page, 'no secret, so nothing was registered').to.equal('');
      }
    });
  });
});
