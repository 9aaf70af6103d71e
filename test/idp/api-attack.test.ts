import { expect } from 'chai';
import { type ApiWorld, callback, everything, machineScopes, startApiWorld } from './api-world.ts';

const hour = 3_600_000;
const read = 'admin.providers.read';
const declared = (client_id: string, more: object = {}) => ({
  protocol: 'oidc',
  client_id,
  name: { ja: '店', en: 'Shop' },
  attributes: [],
  metadata: { redirect_uris: [`https://${client_id}.example/cb`] },
  ...more,
});
const at = (client: string) => `/providers/${encodeURIComponent(`oidc:${client}`)}`;
const ruling = (outcome: string) => ({ outcome, comment: '確かめた' });

describe('attacks on the administration API', () => {
  let world: ApiWorld;
  let secrets: Record<'pipeline' | 'desk', string>;
  before(async () => {
    world = await startApiWorld();
    secrets = {
      pipeline: await world.register(world.machineOf('pipeline')),
      desk: await world.register(world.personalOf('desk')),
    };
  });
  after(() => world?.close());

  const machine = async (scope?: string) =>
    (await world.machineToken('pipeline', secrets.pipeline, scope)).access_token;
  const personal = async (person: 'registrar' | 'approver' | 'manager' | 'auditor', scope?: string) =>
    (await world.personToken(await world.signedIn(person), 'desk', secrets.desk, scope)).access_token;
  const tagOf = async (path: string, token: string) => (await world.call(path, { token })).headers.get('etag') ?? '';
  const decide = async (client: string, outcome: string, token: string, tag?: string) =>
    world.call(`${at(client)}/decisions`, {
      token,
      body: ruling(outcome),
      headers: { ...world.key(), 'if-match': tag ?? (await tagOf(at(client), token)) },
    });
  const create = (client: string, token: string) =>
    world.call('/providers', { token, body: declared(client), headers: world.key() });

  describe('with what is no token for it', () => {
    it('a signed-in browser of an administrator opens nothing: cookies count for nothing, so forms of other sites do not either', async () => {
      for (const method of ['GET', 'POST']) {
        const answer = await world.registrar.request(`${world.api}/providers`, {
          method,
          headers: { origin: world.origin, 'content-type': 'application/json' },
          ...(method === 'POST' ? { body: JSON.stringify(declared('csrf')) } : {}),
        });
        expect([answer.status, answer.headers.get('www-authenticate')?.includes('error=')]).to.deep.equal([401, false]);
      }
      expect(await world.registry.get('oidc', 'csrf')).to.equal(undefined);
    });

    it('no answer lets a page of another site read it (CORS is off), and no token counts in a parameter (RFC 6750 2.3)', async () => {
      const token = await machine();
      const answer = await world.call('/hub', { token, headers: { origin: 'https://evil.example' } });
      const asked = await fetch(`${world.api}/hub`, {
        method: 'OPTIONS',
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
      });
      for (const { headers } of [answer, asked])
        expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).to.deep.equal([]);
      expect((await world.call(`/hub?access_token=${token}`)).status).to.equal(401);
      expect(
        (await world.call('/hub', { headers: { authorization: `Basic ${btoa(`pipeline:${secrets.pipeline}`)}` } }))
          .status,
      ).to.equal(401);
    });

    it('a token for UserInfo is none here, and one from here is none at UserInfo (RFC 8707 2)', async () => {
      const own = await world.signedIn('approver');
      const { url, verifier } = world.authorization('desk', 'openid', { resource: '' });
      const left = (await own.visit(url.replace('&resource=', ''))).left ?? '';
      const tokens = await world.redeem('desk', secrets.desk, left, verifier);
      expect(tokens.access_token, JSON.stringify(tokens)).to.be.a('string');
      expect((await world.call('/hub', { token: tokens.access_token })).json.code).to.equal('TOKEN_REFUSED');
      const userinfo = `${world.origin}/oidc/userinfo`;
      expect((await world.call(userinfo, { token: tokens.access_token })).status).to.equal(200);
      for (const token of [await personal('approver', `openid ${read}`), await machine()])
        expect((await world.call(userinfo, { token })).status).to.be.oneOf([401, 403]);
      expect((await world.call('/hub', { token: tokens.id_token ?? '' })).status, 'an ID token').to.equal(401);
    });

    it('another party cannot have a token of the API introspected', async () => {
      const other = await world.register({ client_id: 'curious', redirect_uris: [callback] });
      const token = await personal('approver');
      for (const one of [token, await machine()])
        expect(await (await world.atTokens('curious', other, { token: one }, 'introspect')).json()).to.deep.equal({
          active: false,
        });
      const own = await (await world.atTokens('desk', secrets.desk, { token }, 'introspect')).json();
      expect(own).to.include({ active: true, aud: world.api });
    });

    it('an invented, revoked or expired token is refused', async () => {
      for (const token of ['x', 'x'.repeat(5000), 'a.b.c', '..', '='])
        expect((await world.call('/hub', { token })).status, token.slice(0, 9)).to.equal(401);
      const token = await machine();
      await world.atTokens('pipeline', secrets.pipeline, { token }, 'revoke');
      const refused = await world.call('/hub', { token });
      expect(refused.json.code).to.equal('TOKEN_REFUSED');
      expect(refused.headers.get('www-authenticate')).to.include('error="invalid_token"');
    });
  });

  describe('at the token endpoint', () => {
    it('a program gets no resident scope, no scope it is not registered for, and none that needs a person', async () => {
      const { scope } = await world.machineToken(
        'pipeline',
        secrets.pipeline,
        `openid profile attributes offline_access ${everything.join(' ')}`,
      );
      expect(scope?.split(' ')).to.have.members(machineScopes);
      const none = await world.machineToken('pipeline', secrets.pipeline, 'openid profile');
      expect(none.scope ?? '').to.equal('');
      const bare = await (
        await world.atTokens('pipeline', secrets.pipeline, { grant_type: 'client_credentials', scope: 'openid' })
      ).json();
      expect(bare.scope ?? '', 'without a resource').to.equal('');
      expect((await world.call('/hub', { token: bare.access_token })).status).to.equal(403);
    });

    it('a client that is not registered for it gets no such token, and nobody gets one for another resource', async () => {
      const shop = await world.register({ client_id: 'shop', redirect_uris: [callback] });
      expect((await world.machineToken('shop', shop)).error).to.equal('invalid_request');
      const own = await world.signedIn('approver');
      const { url } = world.authorization('shop', read);
      expect(new URL((await own.visit(url)).left ?? '').searchParams.get('error')).to.equal('invalid_target');
      const fields = { grant_type: 'client_credentials', scope: read, resource: 'https://other.example/' };
      expect((await (await world.atTokens('pipeline', secrets.pipeline, fields)).json()).error).to.equal(
        'invalid_target',
      );
      expect(
        (
          await (
            await world.atTokens('desk', secrets.desk, {
              grant_type: 'client_credentials',
              scope: read,
              resource: world.api,
            })
          ).json()
        ).error,
        'a person’s client',
      ).to.equal('invalid_request');
      expect((await world.machineToken('pipeline', 'wrong')).error).to.equal('invalid_client');
    });

    it('announces what there is: the grant types, and where tokens for the API come from (RFC 9728)', async () => {
      const { json } = await world.call(`${world.origin}/.well-known/openid-configuration`);
      expect(json.grant_types_supported)
        .to.include.members(['authorization_code', 'client_credentials'])
        .and.not.include('implicit');
      expect(json.scopes_supported).to.not.include(read);
      const [, place = ''] =
        /resource_metadata="([^"]+)"/.exec((await world.call('/hub')).headers.get('www-authenticate') ?? '') ?? [];
      expect((await world.call(place)).json).to.deep.include({
        resource: world.api,
        authorization_servers: [world.origin],
      });
    });
  });

  describe('at the page where an administrator agrees', () => {
    it('nothing is given silently: each authorization asks, also right after another, and prompt=none is refused', async () => {
      const own = await world.signedIn('approver');
      const { url } = world.authorization('desk', read);
      for (const _ of [1, 2]) {
        const page = await own.visit(url);
        expect(new URL(page.url).pathname).to.match(/^\/admin\/api-access\//);
        const html = await page.response.clone().text();
        expect(html)
          .to.include('連携サービスの登録を見る')
          .and.include('127.0.0.1:9')
          .and.not.include('承認する、差し戻す');
        expect(new URL(await world.press(own, page, 'agree')).searchParams.get('code')).to.be.a('string');
      }
      const silent = await own.visit(world.authorization('desk', read, { prompt: 'none' }).url);
      expect(new URL(silent.left ?? '').searchParams.get('error')).to.equal('consent_required');
      const declined = await world.press(own, await own.visit(url), 'decline');
      expect(new URL(declined).searchParams.get('error')).to.equal('access_denied');
    });

    it('a program gets no more than was asked and shown, whatever was agreed to before', async () => {
      const own = await world.signedIn('approver');
      await world.personToken(own, 'desk', secrets.desk);
      const { access_token, scope } = await world.personToken(own, 'desk', secrets.desk, read);
      expect(scope).to.equal(read);
      await create('later', await machine());
      const refused = await decide('later', 'approved', access_token);
      expect([refused.status, refused.json.code]).to.deep.equal([403, 'SCOPE_MISSING']);
      expect(refused.headers.get('www-authenticate')).to.include(
        'error="insufficient_scope", scope="admin.providers.approve"',
      );
    });

    it('the question of an attacker’s own request cannot be answered by somebody else, nor without the token of the form', async () => {
      const attacker = await world.signedIn('resident', `${world.origin}/account`);
      const asked = await attacker.visit(world.authorization('desk', read).url);
      expect(new URL(asked.left ?? '').searchParams.get('error'), 'a resident without account').to.equal(
        'access_denied',
      );
      const [one, other] = [await world.signedIn('registrar'), await world.signedIn('approver')];
      const page = await one.visit(world.authorization('desk', read).url);
      expect((await other.request(page.url)).status).to.equal(404);
      const path = new URL(page.url).pathname;
      const forged = [
        await world.post(one, path, { csrf: 'x', do: 'agree' }),
        await world.post(one, path, { csrf: 'x', do: 'agree' }, { origin: 'https://evil.example' }),
      ];
      expect(forged.map(({ status }) => status)).to.deep.equal([403, 403]);
    });

    it('wants the card of the last half hour (R157)', async () => {
      const own = await world.signedIn('auditor');
      world.pass(hour * 0.55);
      const page = await own.visit(world.authorization('desk', read).url);
      expect(new URL(page.url).pathname).to.match(/^\/sign-in\//);
      world.pass(-hour * 0.55);
    });
  });

  describe('with a good token', () => {
    it('a role is still needed beside the scope, for every act', async () => {
      await create('roles', await machine());
      const auditor = await personal('auditor');
      expect((await create('roles2', auditor)).json.code).to.equal('ACT_NOT_ALLOWED');
      expect((await decide('roles', 'approved', auditor)).json.code).to.equal('ACT_NOT_ALLOWED');
      expect((await decide('roles', 'suspended', auditor, '*')).json.code).to.equal('ACT_NOT_ALLOWED');
      expect((await world.call('/audit', { token: await personal('registrar') })).json.code).to.equal(
        'ACT_NOT_ALLOWED',
      );
      expect((await world.audited('provider.register')).at(-1)).to.include({
        result: 'refused',
        code: 'NOT_YOUR_ROLE',
      });
    });

    it('a program approves, sends back and resumes nothing, whatever its registration says', async () => {
      await create('machine', await machine());
      for (const outcome of ['approved', 'rejected', 'resumed']) {
        const refused = await decide('machine', outcome, await machine());
        expect([refused.status, refused.json.code], outcome).to.deep.equal([403, 'PERSON_NEEDED']);
      }
      expect((await world.registry.get('oidc', 'machine'))?.status).to.equal('pending');
    });

    it('nobody approves by the API what they wrote in the console, or the other way (R51)', async () => {
      const manager = await personal('manager');
      expect((await create('own', manager)).status).to.equal(201);
      const refused = await decide('own', 'approved', manager);
      expect([refused.status, refused.json.code]).to.deep.equal([403, 'OWN_WORK']);
      const own = await world.signedIn('manager');
      expect((await world.decide(own, 'oidc:own')).status).to.equal(403);
      expect((await decide('own', 'approved', await personal('approver'))).status).to.equal(200);
    });

    it('nothing is approved that was not seen: an outdated tag, a rejected change in another one’s place, or "*"', async () => {
      const [token, approver] = [await machine(), await personal('approver')];
      await create('seen', token);
      await decide('seen', 'approved', approver);
      const propose = async (to: string) =>
        world.call(at('seen'), {
          method: 'PUT',
          token,
          body: declared('seen', { metadata: { redirect_uris: [to] } }),
          headers: { 'if-match': await tagOf(at('seen'), token) },
        });
      const good = await propose('https://seen.example/good');
      const tag = good.headers.get('etag') ?? '';
      await decide('seen', 'rejected', approver, tag);
      await propose('https://evil.example/cb');
      const late = await decide('seen', 'approved', approver, tag);
      expect([late.status, late.json.code]).to.deep.equal([412, 'VERSION_OUTDATED']);
      expect((await decide('seen', 'approved', approver, '*')).status).to.equal(428);
      expect(JSON.stringify((await world.registry.get('oidc', 'seen'))?.oidc)).to.not.include('evil');
    });

    it('of two who change the same version one is refused, and says so (412)', async () => {
      const token = await machine();
      const made = await create('race', token);
      const headers = { 'if-match': made.headers.get('etag') ?? '' };
      const change = (to: string) =>
        world.call(at('race'), {
          method: 'PUT',
          token,
          headers,
          body: declared('race', { metadata: { redirect_uris: [to] } }),
        });
      const both = await Promise.all(['https://race.example/1', 'https://race.example/2'].map(change));
      const statuses = both.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).to.have.length(1);
      expect(statuses.find((status) => status !== 200)).to.be.oneOf([409, 412]);
      expect((await change('https://race.example/3')).status).to.equal(412);
      expect(
        (await world.call(at('race'), { method: 'PUT', token, body: declared('race') })).status,
        'without',
      ).to.equal(428);
      expect(
        (
          await world.call(at('race'), {
            method: 'PUT',
            token,
            body: declared('other'),
            headers: { 'if-match': await tagOf(at('race'), token) },
          })
        ).status,
        'another provider',
      ).to.equal(422);
    });

    it('a program does not widen its own scopes: the change waits for a person', async () => {
      const token = await machine(`${read} admin.providers.write`);
      const { access_token: other } = await world.machineToken(
        'narrow',
        await world.register(world.machineOf('narrow', [read, 'admin.providers.write'])),
      );
      const wider = {
        ...declared('narrow'),
        api: { scopes: machineScopes },
        metadata: { grant_types: ['client_credentials'] },
      };
      const proposed = await world.call(at('narrow'), {
        method: 'PUT',
        token: other,
        body: wider,
        headers: { 'if-match': await tagOf(at('narrow'), other) },
      });
      expect(proposed.json.outcome, proposed.text).to.equal('proposed');
      expect(
        proposed.json.provider.revision.changes.filter(({ field }: { field: string }) => field === 'api'),
      ).to.have.length(machineScopes.length - 2);
      expect((await world.call('/audit', { token: other })).status).to.equal(403);
      expect((await world.registry.get('oidc', 'narrow'))?.api?.scopes).to.have.length(2);
      expect(token).to.be.a('string');
    });
  });

  it('what an approved change takes away is gone: access to the API as well, and no finding speaks of it any more', async () => {
    const secret = await world.register(world.personalOf('former'));
    const [token, approver] = [await machine(), await personal('approver')];
    const before = await world.call(at('former'), { token });
    expect(before.json.findings.map(({ code }: { code: string }) => code)).to.include('API_CLIENT');
    const { api: _api, ...rest } = before.json.declaration;
    const headers = { 'if-match': before.headers.get('etag') ?? '' };
    const proposed = await world.call(at('former'), { method: 'PUT', token, body: rest, headers });
    expect(proposed.json.outcome, proposed.text).to.equal('proposed');
    expect(proposed.json.provider.findings.map(({ code }: { code: string }) => code)).to.not.include('API_CLIENT');
    const own = (await world.personToken(await world.signedIn('approver'), 'former', secret, read)).access_token;
    expect((await world.call('/hub', { token: own })).status, 'until then').to.equal(200);
    expect((await decide('former', 'approved', approver)).status).to.equal(200);
    expect((await world.registry.get('oidc', 'former'))?.api).to.equal(undefined);
    expect((await world.call('/hub', { token: own })).status).to.equal(401);
  });

  it('a program’s registration is shown without an error that is none', async () => {
    const { json } = await world.call(at('pipeline'), { token: await machine() });
    expect(json.findings.map(({ severity }: { severity: string }) => severity)).to.not.include('error');
    const page = await world.textOf(world.registrar, `/admin/provider?id=${encodeURIComponent('oidc:pipeline')}`);
    expect(page).to.include('admin.providers.write').and.not.include('API_REFUSED');
  });

  describe('after an end', () => {
    it('the token of a suspended client is dead at the next request, and of one whose scope was taken as far as it goes', async () => {
      const secret = await world.register(world.machineOf('ending'));
      const { access_token: token } = await world.machineToken('ending', secret);
      expect((await world.call('/hub', { token })).status).to.equal(200);
      const record = await world.registry.get('oidc', 'ending');
      if (!record) throw new Error('not registered');
      await world.registry.register({ ...record, api: { scopes: ['admin.audit.read'] } });
      expect((await world.call('/hub', { token })).status, 'scope taken').to.equal(403);
      await world.registry.setStatus('oidc:ending', 'suspended');
      expect((await world.call('/hub', { token })).status).to.equal(401);
    });

    it('the token of a revoked administrator, of an ended sign-in and of an old one are dead', async () => {
      const token = await personal('manager');
      expect((await world.call('/hub', { token })).status).to.equal(200);
      await world.administrators.revoke(world.ids.get('manager') ?? '', 'command');
      expect((await world.call('/hub', { token })).json.code).to.equal('TOKEN_REFUSED');
      const [old, program] = [await personal('approver'), await machine()];
      world.pass(11 * 60_000);
      for (const one of [old, program]) expect((await world.call('/hub', { token: one })).status).to.equal(401);
      const own = await world.signedIn('approver');
      const { access_token } = await world.personToken(own, 'desk', secrets.desk);
      const session = await world.sessions.byCookie(
        (await own.jar.getCookies(world.origin)).find(({ key }) => key === world.sessionCookie)?.value,
      );
      await world.sessions.forget(session?.id ?? '');
      expect((await world.call('/hub', { token: access_token })).status, 'signed out').to.equal(401);
    });
  });

  it('counts calls per client, so that one program does not stop the others', async () => {
    const small = await startApiWorld({
      more: { limits: { pages: { points: 1e6 }, signIn: { points: 1e6 }, token: { points: 1e6 }, api: { points: 3 } } },
    });
    const [one, other] = await Promise.all(
      ['one', 'other'].map(
        async (id) => (await small.machineToken(id, await small.register(small.machineOf(id)))).access_token,
      ),
    );
    for (const status of [200, 200, 200, 429]) {
      const answer = await small.call('/hub', { token: one });
      expect(answer.status).to.equal(status);
      if (status === 429)
        expect([answer.json.code, answer.headers.get('retry-after')]).to.deep.equal(['TOO_MANY_REQUESTS', '60']);
    }
    expect((await small.call('/hub', { token: other })).status).to.equal(200);
    await small.close();
  });
});
