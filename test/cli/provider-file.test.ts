import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { withHub } from '../../cli/open-hub.ts';
import { certificate, consumer, metadataOf } from '../federation/certificates.ts';
import { approve, audited, type MadeDataFolder, makeDataFolder } from './data-folder.ts';

const name = { ja: '図書館', en: 'Library' };
const client = (more: object = {}, metadata: object = {}) => ({
  protocol: 'oidc',
  client_id: 'library',
  name,
  attributes: ['displayName'],
  metadata: { redirect_uris: ['https://library.example/cb'], ...metadata },
  ...more,
});

describe('registrations as code', function () {
  this.timeout(60_000);
  let trial: MadeDataFolder;
  let production: MadeDataFolder;
  let key = '';
  before(async () => {
    [trial, production, key] = await Promise.all([
      makeDataFolder('trial'),
      makeDataFolder('production'),
      certificate(),
    ]);
  });
  after(() => Promise.all([trial.clean(), production.clean()]));
  const party = (more: object = {}, parts: Parameters<typeof metadataOf>[0] = {}) => ({
    protocol: 'saml',
    entityID: 'https://party.example/saml',
    name,
    attributes: [],
    metadata: metadataOf({ keys: [['', key]], ...parts }),
    ...more,
  });

  async function apply(at: MadeDataFolder, providers: object[], ...switches: string[]) {
    const path = await at.file('providers.yaml', stringify({ providers }));
    const { code, out, errors } = await at.run('provider', 'apply', path, '--json', ...switches);
    expect(code, errors).to.equal(0);
    return JSON.parse(out) as {
      id: string;
      act: string;
      waits: boolean;
      status: { after?: string };
      client_secret?: string;
    }[];
  }
  const acts = (list: Awaited<ReturnType<typeof apply>>) =>
    list.map(({ id, act, status, waits }) => `${act} ${id} ${status.after ?? ''}${waits ? ' waits' : ''}`.trim());

  const addressesOf = ({ folder }: MadeDataFolder, key = 'library') =>
    withHub(
      folder,
      async ({ federation }) => (await federation.registry.get('oidc', key))?.oidc?.metadata.redirect_uris,
    );

  it('adds what the file says, tells a client secret this one time, and does nothing the second time', async () => {
    const first = await apply(trial, [client(), party()], '--approve');
    expect(acts(first)).to.deep.equal(['add oidc:library approved', 'add saml:https://party.example/saml approved']);
    expect(first[0]?.client_secret).to.match(/^[\w-]{43}$/);
    const second = await apply(trial, [client(), party()], '--approve');
    expect(acts(second)).to.deep.equal(['keep oidc:library approved', 'keep saml:https://party.example/saml approved']);
    expect(JSON.stringify(second)).to.not.include('client_secret');
  });

  it('comes back as it went: export and apply change nothing, and no secret is in the file', async () => {
    const counter = { facility: { ja: '医院', en: 'Clinic' }, terminal: '受付1' };
    const settings = { encryptAssertion: false };
    const besides = {
      requiredLevel: 'urn:x-sanuki:ac:card-pin',
      logo: 'ab'.repeat(32),
      source: { address: 'https://party.example/metadata', fetchedAt: '2026-11-23T01:02:03.000Z' },
    };
    const odd = party({ settings, ...besides }, { more: '<!-- 日本語: "x" #\n  - y -->' });
    await apply(
      trial,
      [client(), odd, client({ client_id: 'desk', counter, attributes: ['eligibility'] })],
      '--approve',
    );
    const exported = await trial.run('provider', 'export');
    expect(exported.out).to.not.match(/secret:|sealed/i);
    const { providers } = parse(exported.out) as { providers: { client_id?: string; counter?: object }[] };
    expect(providers).to.have.length(3);
    expect(providers.find(({ client_id }) => !client_id)).to.deep.include({ settings, ...besides });
    expect(providers.find(({ client_id }) => client_id === 'desk')?.counter).to.deep.equal(counter);
    const path = await trial.file('exported.yaml', exported.out);
    const diff = await trial.run('provider', 'diff', path);
    expect([diff.code, diff.out]).to.deep.equal([0, 'nothing to change\n']);
    const applied = await trial.run('provider', 'apply', path);
    expect([applied.code, applied.out]).to.deep.equal([0, 'nothing to change\n']);
    expect((await trial.run('provider', 'export')).out).to.equal(exported.out);
  });

  it('tells in words what would change and ends with 2; a dry run does nothing', async () => {
    const moved = client({}, { redirect_uris: ['https://library.example/cb', 'https://other.example/cb'] });
    const path = await trial.file(
      'moved.yaml',
      stringify({
        providers: [moved, party({ settings: { encryptAssertion: false } }, { more: '<!-- 日本語: "x" #\n  - y -->' })],
      }),
    );
    const diff = await trial.run('provider', 'diff', path, '--approve');
    expect(diff.code).to.equal(2);
    expect(diff.out)
      .to.include('~ oidc:library  (approved)')
      .and.include('! redirect address “https://other.example/cb” is added.');
    expect(diff.out).to.include('? oidc:desk').and.include('--prune');
    expect((await trial.run('provider', 'apply', path, '--dry-run', '--approve')).code).to.equal(0);
    expect((await trial.run('provider', 'diff', path, '--approve')).code).to.equal(2);
  });

  it('suspends, and removes only with --prune', async () => {
    expect(acts(await apply(trial, [client({ status: 'suspended' })], '--approve'))[0]).to.equal(
      'update oidc:library suspended',
    );
    expect(acts(await apply(trial, [client()])), 'left out, a status stays as it is').to.include(
      'keep oidc:library suspended',
    );
    const pruned = acts(await apply(trial, [client()], '--prune'));
    expect(pruned).to.include.members(['remove saml:https://party.example/saml', 'remove oidc:desk']);
    expect(JSON.parse((await trial.run('provider', 'list')).out)).to.have.length(1);
  });

  it('keeps by “provider add” what that command cannot say: required level, settings and logo', async () => {
    const kept = { requiredLevel: 'urn:x-sanuki:ac:card-pin', logo: 'ef'.repeat(32), settings: { signResponse: true } };
    await apply(trial, [client({ client_id: 'kept', ...kept })], '--approve');
    const document = { client_id: 'kept', redirect_uris: ['https://library.example/new'] };
    const path = await trial.file('kept.json', JSON.stringify(document));
    const { code, errors } = await trial.run(
      'provider',
      'add',
      '--oidc',
      path,
      '--name-ja',
      '図書館',
      '--name-en',
      'L',
    );
    expect(code, errors).to.equal(0);
    const { providers } = parse((await trial.run('provider', 'export')).out) as { providers: { client_id?: string }[] };
    expect(providers.find(({ client_id }) => client_id === 'kept')).to.deep.include(kept);
  });

  it('names a required level that nobody could reach at a counter, a logo that is no hash, and an address that is none', async () => {
    for (const [more, words] of [
      [
        {
          requiredLevel: 'urn:x-sanuki:ac:passkey',
          counter: { facility: { ja: '医院', en: 'Clinic' }, terminal: '1' },
        },
        'LEVEL_UNREACHABLE',
      ],
      [{ requiredLevel: 'high' }, 'requiredLevel'],
      [{ logo: '../../etc/passwd' }, 'SHA-256'],
      [{ source: { address: 'nowhere' } }, 'source.address'],
    ] as const) {
      const path = await trial.file('bad.yaml', stringify({ providers: [client({ client_id: 'new', ...more })] }));
      const { code, out, errors } = await trial.run('provider', 'apply', path, '--approve');
      expect(code, words).to.equal(1);
      expect(`${out}${errors}`).to.include(words);
    }
  });

  describe('in production', () => {
    it('nobody approves by a file', async () => {
      const path = await production.file('providers.yaml', stringify({ providers: [client({ status: 'approved' })] }));
      const { code, errors } = await production.run('provider', 'apply', path, '--approve');
      expect(code).to.equal(1);
      expect(errors).to.include('second person');
      expect(acts(await apply(production, [client({ status: 'approved' })]))).to.deep.equal([
        'add oidc:library pending waits',
      ]);
      expect(acts(await apply(production, [client({ status: 'approved' })]))).to.deep.equal([
        'keep oidc:library pending waits',
      ]);
    });

    it('what alters trust waits beside what is live, what does not goes on, and what is suspended is not resumed', async () => {
      await approve(production, 'oidc:library');
      const logo = { logo_uri: 'https://library.example/l.png' };
      expect(acts(await apply(production, [client({}, logo)]))).to.deep.equal(['update oidc:library approved']);
      const moved = { ...logo, redirect_uris: ['https://evil.example/cb'] };
      expect(acts(await apply(production, [client({}, moved)]))).to.deep.equal(['update oidc:library approved waits']);
      expect(await addressesOf(production), 'live as before').to.deep.equal(['https://library.example/cb']);
      expect(acts(await apply(production, [client({}, moved)])), 'a second time').to.deep.equal([
        'keep oidc:library approved waits',
      ]);
      await approve(production, 'oidc:library');
      expect(await addressesOf(production)).to.deep.equal(['https://evil.example/cb']);
      expect(acts(await apply(production, [client({}, moved)]))).to.deep.equal(['keep oidc:library approved']);
      expect(acts(await apply(production, [client({ status: 'suspended' }, moved)]))).to.deep.equal([
        'update oidc:library suspended',
      ]);
      expect(acts(await apply(production, [client({ status: 'approved' }, moved)]))).to.deep.equal([
        'keep oidc:library suspended waits',
      ]);
      const more = client({ status: 'approved', attributes: ['displayName', 'staffRole'] }, moved);
      expect(acts(await apply(production, [more]))).to.deep.equal(['update oidc:library suspended waits']);
    });

    it('a suspension counts at once, and what comes with it waits', async () => {
      const desk = (members: object, metadata: object = {}) => client({ client_id: 'slot', ...members }, metadata);
      await apply(production, [desk({})]);
      await approve(production, 'oidc:slot');
      const both = desk({ status: 'suspended' }, { redirect_uris: ['https://new.example/cb'] });
      expect(acts(await apply(production, [both]))[0]).to.equal('update oidc:slot suspended waits');
      expect(acts(await apply(production, [both]))[0]).to.equal('keep oidc:slot suspended waits');
      expect(await addressesOf(production, 'slot')).to.deep.equal(['https://library.example/cb']);
    });

    it('by “provider add” too, a live service stays as it is until somebody else approves', async () => {
      const moved = { client_id: 'tram', redirect_uris: ['https://tram.example/cb'], 'client_name#ja': '電車' };
      const add = async (document: object) => {
        const path = await production.file('tram.json', JSON.stringify({ 'client_name#en': 'Tram', ...document }));
        return production.run('provider', 'add', '--oidc', path);
      };
      expect((await add(moved)).code).to.equal(0);
      await approve(production, 'oidc:tram');
      const again = await add({ ...moved, redirect_uris: ['https://tram.example/cb2'] });
      expect([again.code, again.errors]).to.deep.equal([
        0,
        'proposed beside what is registered: a second person approves it in the console\n',
      ]);
      expect(JSON.parse(again.out)).to.include({ status: 'approved' }).and.not.have.property('client_secret');
      expect(await addressesOf(production, 'tram')).to.deep.equal(['https://tram.example/cb']);
      await approve(production, 'oidc:tram');
      expect(await addressesOf(production, 'tram')).to.deep.equal(['https://tram.example/cb2']);
    });

    it('a required level is raised at once and lowered only with a second person; so is a logo changed', async () => {
      const desk = (members: object) => client({ client_id: 'desk', ...members });
      const changed = async (members: object) => acts(await apply(production, [desk(members)]))[0];
      await changed({});
      await approve(production, 'oidc:desk');
      const high = { requiredLevel: 'urn:x-sanuki:ac:card-pin' };
      expect(await changed(high)).to.equal('update oidc:desk approved');
      expect(await changed({ requiredLevel: 'urn:x-sanuki:ac:card' })).to.equal('update oidc:desk approved waits');
      await approve(production, 'oidc:desk');
      expect(await changed({ ...high, logo: 'cd'.repeat(32) })).to.equal('update oidc:desk approved waits');
    });

    it('keeps the secret over updates, and makes one when the client is to have one again', async () => {
      const archive = (members: object = {}, metadata: object = {}) =>
        client({ client_id: 'archive', ...members }, metadata);
      const secret = () =>
        withHub(
          production.folder,
          async ({ federation }) => (await federation.registry.get('oidc', 'archive'))?.oidc?.sealedSecret,
        );
      await apply(production, [archive()]);
      await approve(production, 'oidc:archive');
      const before = await secret();
      const renamed = await apply(production, [archive({ name: { ja: '市立文書館', en: 'Archive' } })]);
      expect(renamed[0]).to.not.have.property('client_secret');
      expect(await secret()).to.equal(before);
      await apply(production, [archive({}, { token_endpoint_auth_method: 'none' })]);
      expect(await secret(), 'until it is approved').to.equal(before);
      await approve(production, 'oidc:archive');
      expect(await secret()).to.equal(undefined);
      const again = await apply(production, [archive()]);
      expect(again[0]?.client_secret).to.match(/^[\w-]{43}$/);
      await approve(production, 'oidc:archive');
      expect(await secret())
        .to.be.a('string')
        .and.not.equal(before);
    });

    it('writes every act into the audit trail with the state before and after', async () => {
      const records = await audited(production);
      const updates = records.filter(({ provider }) => provider === 'oidc:library');
      expect(updates.map(({ type }) => type)).to.deep.equal([
        'sp.apply',
        'provider.approve',
        'sp.apply',
        'provider.propose',
        'provider.approve',
        'sp.apply',
        'provider.propose',
      ]);
      for (const [at, { detail }] of updates.entries()) {
        if (at > 0)
          expect(detail.before, String(at))
            .to.match(/^[0-9a-f]{64}$/)
            .and.not.equal(detail.after);
        expect(detail.after).to.match(/^[0-9a-f]{64}$/);
      }
      expect(updates[0]?.detail.before).to.equal('none');
      expect(updates[2]?.detail.changed).to.deep.equal(['logo_uri']);
      expect(JSON.stringify(records)).to.not.include('evil.example');
    });
  });

  it('refuses the whole file in words for one bad entry, with 1, and changes nothing', async () => {
    const bad: Record<string, readonly [unknown, string]> = {
      'not YAML': ['providers: [', 'YAML'],
      'an alias bomb': [
        `a: &a [x,x]\n${'bcdefghijk'
          .split('')
          .map((letter, at) => `${letter}: &${letter} [${Array(9).fill(`*${'abcdefghij'[at]}`).join(',')}]`)
          .join('\n')}`,
        'alias',
      ],
      'an unknown member': [{ providers: [client({ atributes: [] })] }, 'atributes'],
      'an unknown top member': [{ provider: [] }, 'provider'],
      'the same twice': [{ providers: [client(), client()] }, 'twice'],
      'a secret in the file': [
        { providers: [client({}, { client_secret: 'x'.repeat(40) })] },
        'secret does not belong',
      ],
      'metadata of another party': [
        { providers: [party({ entityID: 'https://other.example/saml' })] },
        'not of https://other.example/saml',
      ],
      'an address over http': [
        { providers: [party(), client({}, { redirect_uris: ['http://library.example/cb'] })] },
        'https',
      ],
      'an unknown attribute': [{ providers: [party({ attributes: ['shoeSize'] })] }, 'shoeSize'],
      'an answer to anywhere': [
        { providers: [party({}, { consumers: consumer('http://party.example/acs') })] },
        'https',
      ],
    };
    for (const [what, [content, word]] of Object.entries(bad)) {
      const path = await production.file('bad.yaml', typeof content === 'string' ? content : stringify(content));
      const { code, out, errors } = await production.run('provider', 'apply', path);
      expect([what, code]).to.deep.equal([what, 1]);
      expect(`${out}${errors}`, what).to.include(word);
      expect(errors, what).to.not.include('    at ');
    }
    expect(JSON.parse((await production.run('provider', 'list')).out)).to.be.empty;
  });
});
