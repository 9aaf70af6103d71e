import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import { type ApiWorld, everything, startApiWorld } from './api-world.ts';

type Tree = Record<string, unknown>;
interface Operation {
  readonly operationId: string;
  readonly responses: Tree;
  readonly parameters?: readonly { readonly name: string; readonly description: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: object }>> };
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Tree>; readonly responses: Record<string, Tree> };
}

const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;

describe('the OpenAPI document of the administration API', () => {
  let world: ApiWorld;
  let document: Document;
  let token = '';
  before(async () => {
    world = await startApiWorld();
    const secret = await world.register(world.personalOf('desk'));
    document = (await world.call('/openapi.json')).json;
    token = (await world.personToken(world.approver, 'desk', secret)).access_token;
  });
  after(() => world?.close());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, one]) => ({ path, method, one })),
    );

  it('keeps the rules of OpenAPI 3.1, by its own schema', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document) as unknown as Tree);
    expect(valid, JSON.stringify(errors)).to.equal(true);
    expect(validator.version).to.equal('3.1');
  });

  it('names every operation once, and refers to nothing that is not there', () => {
    const ids = operations().map(({ one }) => one.operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)].map(([, pointer = '']) => pointer);
    expect(refs).to.not.be.empty;
    for (const pointer of refs) {
      const found = pointer
        .slice(1)
        .split('/')
        .reduce<unknown>((at, name) => (at as Tree)?.[name], document);
      expect(found, pointer).to.be.an('object');
    }
    for (const { path, one } of operations())
      for (const [, name] of path.matchAll(/\{(\w+)\}/g))
        expect(
          one.parameters?.map((parameter) => parameter.name),
          path,
        ).to.include(name);
  });

  it('documents what is served, and nothing else is', async () => {
    for (const { path, method } of operations()) {
      const { status } = await world.call(path.replace('{id}', 'oidc%3Adesk'), { method: method.toUpperCase() });
      expect(status, `${method} ${path}`).to.equal(path === '/docs' || path === '/openapi.json' ? 200 : 401);
    }
    for (const path of Object.keys(document.paths))
      for (const method of methods.filter((one) => document.paths[path]?.[one] === undefined)) {
        const there = path.replace('{id}', 'oidc%3Adesk');
        const answer = await world.call(there, { method: method.toUpperCase(), token });
        expect([answer.status, answer.json.code], `${method} ${path}`).to.deep.equal([405, 'METHOD_NOT_ALLOWED']);
        expect(answer.headers.get('allow')?.toLowerCase()).to.include(Object.keys(document.paths[path] ?? {})[0]);
      }
    expect((await world.call('/nothing', { token })).json).to.include({ status: 404, code: 'PAGE_MISSING' });
  });

  it('fits every answer and every refusal of a run', async () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'https://hub.example/api', components: document.components });
    const check = (name: string, value: unknown) => {
      const validate = ajv.getSchema(`https://hub.example/api#/components/schemas/${name}`);
      if (!validate) throw new Error(`no schema ${name}`);
      expect(validate(value), `${name}: ${JSON.stringify(validate.errors)}\n${JSON.stringify(value)}`).to.equal(true);
    };
    expect(() => check('Provider', { id: 'x' }), 'it can fail').to.throw();
    const declared = {
      protocol: 'oidc',
      client_id: 'phr',
      name: { ja: '手帳', en: 'Record book' },
      attributes: [],
      settings: { signResponse: true },
      metadata: { redirect_uris: ['https://phr.example/cb'] },
    };
    const manager = await world.signedIn('manager');
    const secret = await world.register(world.personalOf('office'));
    const { access_token: his } = await world.personToken(manager, 'office', secret);
    const made = await world.call('/providers', { token: his, body: declared, headers: world.key() });
    check('Written', made.json);
    const at = `/providers/${encodeURIComponent('oidc:phr')}`;
    const ruling = { outcome: 'approved', comment: 'x' };
    const tag = { ...world.key(), 'if-match': made.headers.get('etag') ?? '' };
    const approved = await world.call(`${at}/decisions`, { token, body: ruling, headers: tag });
    check('Provider', approved.json);
    const changed = { ...declared, attributes: ['displayName'] };
    const etag = { 'if-match': approved.headers.get('etag') ?? '' };
    check('Written', (await world.call(at, { method: 'PUT', token: his, body: changed, headers: etag })).json);
    for (const [path, name] of [
      ['/hub', 'Hub'],
      ['/providers', 'ProviderPage'],
      [at, 'Provider'],
      ['/revisions', 'RevisionPage'],
      ['/administrators', 'AdministratorPage'],
    ] as const)
      check(name, (await world.call(path, { token })).json);
    check('Checked', (await world.call('/checks', { token, body: { declarations: [changed] } })).json);
    for (const refused of [
      await world.call('/hub'),
      await world.call('/audit', { token }),
      await world.call('/providers?limit=x', { token }),
      await world.call('/providers', {
        token: his,
        body: { ...declared, client_id: 'y', metadata: {} },
        headers: world.key(),
      }),
    ]) {
      check('Problem', refused.json);
      expect(refused.headers.get('content-type')).to.match(/^application\/problem\+json/);
    }
    const auditor = await world.signedIn('auditor');
    const { access_token: hers } = await world.personToken(auditor, 'office', secret, everything.join(' '));
    check('AuditPage', (await world.call('/audit', { token: hers })).json);
  });

  it('has examples that can be sent as they stand', async () => {
    const { example } = document.paths['/providers']?.post?.requestBody?.content['application/json'] ?? {};
    const checked = await world.call('/checks', { token, body: { declarations: [example] } });
    expect(checked.json.results[0], checked.text).to.include({ registrable: true });
  });

  it('has words for every parameter', () => {
    const parameters = operations().flatMap(({ one }) => one.parameters ?? []);
    expect(parameters).to.not.be.empty;
    for (const { name, description } of parameters) expect(description, name).to.match(/\.$/);
  });

  it('is a page for people too, in both languages, with every operation and every kind of problem', async () => {
    for (const [language, word] of [
      ['ja', '断りの種類'],
      ['en', 'Problems'],
    ] as const) {
      const response = await fetch(`${world.api}/docs`, { headers: { 'accept-language': language } });
      const html = await response.text();
      expect(response.headers.get('content-security-policy')).to.include("script-src 'self'");
      expect(html).to.include(word).and.not.include('<script');
      for (const { one } of operations().filter(({ path }) => path !== '/docs' && path !== '/openapi.json'))
        expect(html, one.operationId).to.include(`id="${one.operationId}"`);
      const { json } = await world.call('/hub');
      expect(html).to.include(`id="${new URL(json.type).hash.slice(1)}"`);
      for (const [, anchor] of html.matchAll(/href="#([^"]+)"/g)) expect(html, anchor).to.include(`id="${anchor}"`);
    }
  });
});
