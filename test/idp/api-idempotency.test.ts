import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { createOnce, idempotencyKeyIn, type KeyUse, keyUseCollection } from '../../idp/api/idempotency.ts';
import { createSeal } from '../../lib/seal.ts';
import { createMemoryStorage, openEmbeddedStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';
import { type ApiWorld, startApiWorld } from './api-world.ts';

const request = { caller: 'pipeline\nclient:pipeline', key: 'chosen-by-the-caller', fingerprint: 'f1' };
const answer = { status: 201, body: { client_secret: 'the-secret-of-the-client' } };

function setUp() {
  let time = 0;
  const now = () => time;
  const storage = createMemoryStorage({ now });
  const masterKey = randomBytes(32);
  const open = () =>
    createOnce({ uses: storage.collection<KeyUse>(keyUseCollection), seal: createSeal(masterKey, 'x'), now });
  return { once: open(), open, storage, pass: (ms: number) => (time += ms) };
}

const never = async () => {
  throw new Error('carried out a second time');
};

describe('an idempotency key', () => {
  it('has a request carried out once, also after a restart, for 24 hours', async () => {
    const { once, open, pass } = setUp();
    expect(await once(request, async () => answer)).to.deep.equal(answer);
    for (const repeated of [once, open()])
      expect(await repeated(request, never)).to.deep.include({ status: 201, body: answer.body });
    pass(24 * 3_600_000);
    expect((await once(request, async () => ({ ...answer, status: 200 }))).status).to.equal(200);
  });

  it('belongs to one request: with another in it it is refused, and to another caller it says nothing', async () => {
    const { once } = setUp();
    await once(request, async () => answer);
    expect(await refusal(once({ ...request, fingerprint: 'f2' }, never))).to.equal('IDEMPOTENCY_KEY_REUSED');
    const mine = { status: 200, body: 'mine' };
    expect(await once({ ...request, caller: 'other' }, async () => mine)).to.deep.equal(mine);
  });

  it('lets one of two at once through, and is free again when that one was refused or never ended', async () => {
    const { once, pass } = setUp();
    const { promise, resolve: release } = Promise.withResolvers<void>();
    const first = once(request, async () => {
      await promise;
      return answer;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await refusal(once(request, never))).to.equal('IDEMPOTENCY_KEY_BUSY');
    release();
    expect(await first).to.deep.equal(answer);
    const other = { ...request, key: 'k2' };
    const failed = await once(other, async () => Promise.reject(new Error('no'))).catch(
      (error: Error) => error.message,
    );
    expect(failed).to.equal('no');
    expect(await once(other, async () => answer)).to.deep.equal(answer);
    void once({ ...request, key: 'k3' }, () => new Promise(() => undefined));
    await new Promise((resolve) => setImmediate(resolve));
    pass(60_000);
    expect(await once({ ...request, key: 'k3' }, async () => answer), 'after a crash').to.deep.equal(answer);
  });

  it('stays with the next attempt when an earlier one outlived its claim and then fails or answers', async () => {
    const { once, pass } = setUp();
    for (const [nth, late] of (['fails', 'answers'] as const).entries()) {
      const slow = Promise.withResolvers<typeof answer>();
      const keyed = { ...request, key: `slow-${nth}` };
      const first = once(keyed, () => slow.promise).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      pass(60_000);
      const mine = { status: 200, body: late };
      expect(await once(keyed, async () => mine)).to.deep.equal(mine);
      if (late === 'fails') slow.reject(new Error('late'));
      else slow.resolve(answer);
      await first;
      expect((await once(keyed, never)).body, late).to.equal(late);
    }
  });

  it('keeps no answer readable: a client secret rests sealed, under its own use', async () => {
    const { once, storage } = setUp();
    await once(request, async () => answer);
    const { records } = await storage.collection<KeyUse>(keyUseCollection).find();
    expect(JSON.stringify(records)).to.not.include('secret').and.not.include(request.key);
    const uses = storage.collection<KeyUse>(keyUseCollection);
    await once({ ...request, key: 'k2' }, async () => answer);
    const moved = (await uses.find()).records.map(({ sealed }) => sealed ?? '');
    for (const { id } of records)
      await uses.update(id, (use) => ({ ...use, sealed: moved.find((one) => one !== use.sealed) }));
    const opened = await once(request, never).catch((error: Error) => error.message);
    expect(opened).to.be.a('string').and.not.equal('carried out a second time');
  });

  it('is a structured-field string or a bare word, printable and not too long', () => {
    expect(idempotencyKeyIn('"a b"')).to.equal('a b');
    expect(idempotencyKeyIn('ab-1')).to.equal('ab-1');
    expect(idempotencyKeyIn('')).to.equal(undefined);
    for (const wrong of ['"', '"a', 'ä', '""', 'x'.repeat(256), 'a b', '"a\\"b"'])
      expect(() => idempotencyKeyIn(wrong), wrong).to.throw('Idempotency-Key');
  });
});

describe('a repeated call of the administration API', () => {
  let world: ApiWorld;
  let token = '';
  before(async () => {
    world = await startApiWorld();
    token = (await world.machineToken('pipeline', await world.register(world.machineOf('pipeline')))).access_token;
  });
  after(() => world?.close());

  const declared = (client_id: string) => ({
    protocol: 'oidc',
    client_id,
    attributes: [],
    metadata: { client_name: client_id, redirect_uris: ['https://shop.example/cb'] },
  });

  it('registers once and gives the same secret, which stands nowhere in the store or the log', async () => {
    const headers = world.key();
    const send = (body: object) => world.call('/providers', { token, body, headers });
    const [first, again] = [await send(declared('shop')), await send(declared('shop'))];
    expect([first.status, again.status], again.text).to.deep.equal([201, 201]);
    expect(again.json).to.deep.equal(first.json);
    expect([first, again].map((one) => one.headers.get('idempotency-replayed'))).to.deep.equal([null, 'true']);
    expect(again.headers.get('etag')).to.equal(first.headers.get('etag')).and.to.be.a('string');
    expect((await send(declared('other'))).json).to.include({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await world.registry.get('oidc', 'other')).to.equal(undefined);
    const storage = openEmbeddedStorage({ file: `${world.data}/hub.sqlite` });
    const kept = await storage.collection<KeyUse>(keyUseCollection).find();
    await storage.close();
    expect(kept.records).to.have.length(1);
    const secret = first.json.client_secret as string;
    expect(JSON.stringify([kept.records, world.logged, await world.audited('api.call')])).to.not.include(secret);
  });

  it('needs a key where it creates or decides, and of many at once carries out one', async () => {
    expect((await world.call('/providers', { token, body: declared('nokey') })).json.code).to.equal(
      'IDEMPOTENCY_KEY_MISSING',
    );
    const headers = world.key();
    const all = await Promise.all(
      Array.from({ length: 8 }, () => world.call('/providers', { token, body: declared('many'), headers })),
    );
    const statuses = all.map(({ status }) => status);
    expect(statuses).to.include(201);
    expect(
      statuses.every((status) => status === 201 || status === 409),
      statuses.join(),
    ).to.equal(true);
    expect(
      (await world.audited('provider.register')).filter(({ provider }) => provider === 'oidc:many'),
    ).to.have.length(1);
  });
});
