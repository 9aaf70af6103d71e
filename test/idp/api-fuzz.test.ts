import { expect } from 'chai';
import fc from 'fast-check';
import { isProblemCode } from '../../idp/api/problems.ts';
import { type ApiWorld, everything, startApiWorld } from './api-world.ts';

describe('the administration API under nonsense', function () {
  this.timeout(120_000);
  let world: ApiWorld;
  let token = '';
  let theirs = '';
  before(async () => {
    world = await startApiWorld({
      more: {
        limits: { pages: { points: 1e6 }, signIn: { points: 1e6 }, token: { points: 1e6 }, api: { points: 1e6 } },
      },
    });
    token = (await world.machineToken('pipeline', await world.register(world.machineOf('pipeline')))).access_token;
    const secret = await world.register(world.personalOf('desk'));
    theirs = (await world.personToken(world.approver, 'desk', secret, everything.join(' '))).access_token;
  });
  after(() => world?.close());

  type Answer = Awaited<ReturnType<ApiWorld['call']>>;

  /** An honest answer: no bug at the edge, and a documented problem where it is a refusal. */
  function expectHonest({ status, json, text, headers }: Answer, what: string): void {
    expect(status, `${what}\n${text.slice(0, 500)}`).to.be.below(500);
    if (status < 400) return;
    expect(headers.get('content-type'), what).to.match(/^application\/problem\+json/);
    expect(isProblemCode(json.code), `${json.code} of ${what}`).to.equal(true);
    expect(json).to.include.keys('type', 'title', 'status', 'code', 'trace', 'remedy');
    expect(json.status).to.equal(status);
  }

  const printable = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  });
  const members = fc.constantFrom(
    'protocol',
    'client_id',
    'entityID',
    'metadata',
    'attributes',
    'settings',
    'name',
    'counter',
    'api',
    'declarations',
    'outcome',
    'comment',
    '__proto__',
    'constructor',
    'redirect_uris',
    'jwks',
    'keys',
    'grant_types',
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(
        'saml',
        'oidc',
        'approved',
        'library',
        '<x/>',
        'https://a.example/cb',
        '\0',
        '\ud800',
        '__proto__',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(members, fc.string({ maxLength: 8 })), tie('tree'), { maxKeys: 6 }),
    ),
  }));
  /** Close to something that counts: a good declaration with one member replaced. */
  const bent = fc.tuple(members, tree).map(([member, value]) => ({
    protocol: 'oidc',
    client_id: 'bent',
    name: { ja: '店', en: 'Shop' },
    attributes: [],
    metadata: { redirect_uris: ['https://bent.example/cb'], [member]: value },
    [member]: value,
  }));
  const body = fc.oneof(
    tree.map((value) => JSON.stringify(value) ?? 'null'),
    bent.map((value) => JSON.stringify(value)),
    bent.map((value) => JSON.stringify({ declarations: [value] })),
    fc.string({ maxLength: 200 }),
  );
  const places = [
    ['POST', '/providers'],
    ['PUT', '/providers/oidc%3Adesk'],
    ['POST', '/providers/oidc%3Adesk/decisions'],
    ['POST', '/checks'],
  ] as const;

  it('answers every body honestly', async () => {
    const place = fc.constantFrom(...places);
    const tag = (await world.call('/providers/oidc%3Adesk', { token })).headers.get('etag') ?? '';
    await fc.assert(
      fc.asyncProperty(place, body, fc.constantFrom(tag, '*', '"x"'), async ([method, path], text, ifMatch) => {
        const headers = { ...world.key(), 'if-match': ifMatch };
        for (const one of [token, theirs])
          expectHonest(
            await world.call(path, { method, token: one, body: text, headers }),
            `${method} ${path} ${text}`,
          );
      }),
      { numRuns: 250 },
    );
  });

  it('answers every header, path and query honestly', async () => {
    const paths = fc.constantFrom('/providers', '/revisions', '/administrators', '/audit', '/hub', '/checks');
    const query = fc.array(
      fc.tuple(
        fc.constantFrom('cursor', 'limit', 'status', 'protocol', 'q', 'from', 'to', 'type', 'actor', 'x'),
        fc.string({ unit: 'binary', maxLength: 20 }),
      ),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(paths, query, printable, printable, async (path, asked, header, id) => {
        const headers = { 'idempotency-key': header, 'if-match': header, 'content-type': header || 'x' };
        const sent = `${path}?${new URLSearchParams(asked)}`;
        expectHonest(await world.call(sent, { token, headers }), sent);
        for (const suffix of ['', '/decisions'])
          for (const method of ['GET', 'PUT', 'POST', 'DELETE'])
            expectHonest(
              await world.call(`/providers/${encodeURIComponent(id)}${suffix}`, { method, token: theirs, headers }),
              `${method} ${id} ${header}`,
            );
        expectHonest(await world.call('/hub', { headers: { authorization: header } }), header);
      }),
      { numRuns: 150 },
    );
    for (const path of [
      '/providers/%',
      '/providers/%zz',
      '/providers/%00',
      '/providers/saml%3A%ff',
      '/providers/',
      '//',
      '/..%2f',
    ])
      expectHonest(await world.call(path, { token }), path);
  });

  it('answers every cursor honestly', async () => {
    const cursor = fc.oneof(
      printable,
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    );
    await fc.assert(
      fc.asyncProperty(
        cursor,
        fc.constantFrom('/providers', '/providers?q=a', '/audit', '/revisions', '/administrators'),
        async (at, path) => {
          const sent = `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ cursor: at })}`;
          expectHonest(await world.call(sent, { token }), sent);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('caps bodies, their depth, and their kind', async () => {
    const headers = world.key();
    const deep = `{"declarations":[{"protocol":"oidc","client_id":"deep","attributes":[],"metadata":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}]}`;
    for (const [text, status] of [
      [deep, 400],
      ['['.repeat(1_000_000), 400],
      [`{"x":"${'x'.repeat(3 * 1024 * 1024)}"}`, 413],
      ['', 415],
      ['\ufeff{}', 400],
    ] as const) {
      const answer = await world.call('/checks', {
        method: 'POST',
        token,
        headers,
        ...(text === '' ? {} : { body: text }),
      });
      expect(answer.status, text.slice(0, 20)).to.equal(status);
      expectHonest(answer, text.slice(0, 20));
    }
    const form = await world.call('/providers', {
      token,
      body: 'protocol=oidc',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([form.status, form.json.code]).to.deep.equal([415, 'WRONG_MEDIA_TYPE']);
  });
});
