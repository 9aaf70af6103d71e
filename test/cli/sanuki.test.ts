import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { sanuki, startTrialProcess, type TrialProcess } from '../flows/trial.ts';
import { freePort } from '../ports.ts';
import { root } from '../root.ts';

const text = { ja: 'ログイン', en: 'Sign-in' };
const service = { name: text, operator: text, support: { phone: '0120', hours: text } };

describe('the sanuki command', function () {
  this.timeout(60_000);
  let trial: TrialProcess;
  let folder = '';
  before(async () => {
    trial = await startTrialProcess();
    folder = await mkdtemp(join(tmpdir(), 'sanuki-cli-'));
  });
  after(async () => {
    await trial.stop();
    await trial.clean();
    await rm(folder, { recursive: true });
  });
  const run = (...args: string[]) => sanuki(...args, '--data', trial.data);
  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const client = (more: object = {}) =>
    JSON.stringify({ client_id: 'demo', redirect_uris: ['http://127.0.0.1:9/cb'], client_name: 'Demo', ...more });
  const authorize = (clientId: string) =>
    fetch(
      `${trial.summary.issuer}/oidc/authorize?${new URLSearchParams({ client_id: clientId, response_type: 'code', scope: 'openid', redirect_uri: 'http://127.0.0.1:9/cb', code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' })}`,
      { redirect: 'manual', headers: { accept: 'text/html' } },
    );

  describe('admin', () => {
    it('lists the five of the trial, and refuses roles that are none or do not go together', async () => {
      const listed = JSON.parse((await run('admin', 'list')).out);
      expect(
        listed.map(({ resident, roles, state }: Record<string, unknown>) => [resident, roles, state]),
      ).to.have.deep.members([
        ['P001', ['registrar'], 'current'],
        ['P040', ['approver'], 'current'],
        ['P014', ['card-office'], 'current'],
        ['P012', ['second-officer'], 'current'],
        ['P013', ['support'], 'current'],
      ]);
      for (const roles of ['root', 'registrar,approver', '']) {
        const refused = await run('admin', 'invite', '--roles', roles);
        expect([refused.code, refused.out], roles).to.deep.equal([1, '']);
      }
      expect((await run('admin', 'invite', '--roles', 'auditor', '--days', '900')).code).to.equal(1);
      expect((await run('admin', 'revoke', 'A-NOBODY')).code).to.equal(1);
    });
  });

  describe('storage', () => {
    it('is not copied away under a running hub, which has the version that it began with', async () => {
      const to = join(folder, 'copy.sqlite');
      const refused = await sanuki('storage', 'copy', '--from', trial.data, '--to', to, '--dry-run');
      expect([refused.code, refused.out]).to.deep.equal([1, '']);
      expect(refused.errors).to.include(`a hub works on the source (process ${trial.summary.pid}`);
      expect(JSON.parse((await run('storage', 'migrate', '--json')).out)).to.deep.equal({
        from: 1,
        version: 1,
        done: [],
      });
    });
  });

  describe('provider', () => {
    it('registers an OIDC party, says its secret once, and a running hub knows it at once', async () => {
      expect((await authorize('demo')).status).to.equal(400);
      const added = await run('provider', 'add', '--oidc', await file('client.json', client()), '--approve');
      expect(added.code, added.errors).to.equal(0);
      const registration = JSON.parse(added.out);
      expect(registration).to.include({ client_id: 'demo', status: 'approved', protocol: 'oidc' });
      expect(registration.client_secret).to.match(/^[\w-]{43}$/);
      expect((await authorize('demo')).status).to.equal(303);
      const shown = await run('provider', 'show', 'demo');
      expect(shown.out).to.not.include(registration.client_secret).and.not.include('sealed');
      const moved = await file('moved.json', client({ redirect_uris: ['http://127.0.0.1:9/moved'] }));
      const proposed = await run('provider', 'add', '--oidc', moved);
      expect(proposed.errors, 'without approval it waits for one').to.include('a second person approves it');
      expect(JSON.parse(proposed.out)).to.include({ status: 'approved', version: 1 });
      expect((await authorize('demo')).status, 'and the live one goes on').to.equal(303);
      expect(JSON.parse((await run('provider', 'remove', 'demo')).out)).to.deep.equal({ removed: 'oidc:demo' });
      expect((await run('provider', 'show', 'demo')).code).to.equal(1);
    });

    it('registers a counter terminal, says so, and takes it away alone (R103)', async () => {
      const member = { facility: { ja: '医院', en: 'Clinic' }, terminal: '受付2' };
      const counter = await file('counter.json', client({ client_id: 'counter-2', sanuki_counter: member }));
      const added = await run('provider', 'add', '--oidc', counter, '--attributes', 'eligibility', '--approve');
      expect(JSON.parse(added.out)).to.deep.include({ counter: member, contract: { attributes: ['eligibility'] } });
      expect(JSON.parse((await run('provider', 'show', 'counter-2')).out).counter).to.deep.equal(member);
      const listed = JSON.parse((await run('provider', 'list')).out) as { key: string; counter?: object }[];
      const counters = listed.filter((provider) => provider.counter).map(({ key }) => key);
      expect(counters).to.have.members(['clinic-counter-1', 'counter-2']);
      expect((await authorize('counter-2')).status).to.equal(303);
      await run('provider', 'remove', 'counter-2');
      expect((await authorize('counter-2')).status).to.equal(400);
    });

    it('takes SAML metadata from a file and from an address, with the names in it', async () => {
      const listed = JSON.parse((await run('provider', 'list')).out);
      expect(listed.map(({ key }: { key: string }) => key)).to.include(`${trial.summary.portal}/saml/metadata`);
      const url = `${trial.summary.kmix}/saml/metadata`;
      const added = JSON.parse((await run('provider', 'add', '--metadata', url, '--approve')).out);
      expect(added.source).to.deep.include({ address: url });
      expect(added).to.deep.include({ entityID: url, name: { ja: 'K-MIX 遠隔医療', en: 'K-MIX telemedicine' } });
    });

    it('writes the registrations of the trial as a file that changes nothing when it is applied', async () => {
      const exported = await run('provider', 'export');
      expect(exported.out).to.include('protocol: saml').and.include('client_id: clinic-counter-1');
      const diff = await run('provider', 'diff', await file('providers.yaml', exported.out));
      expect([diff.code, diff.out], diff.errors).to.deep.equal([0, 'nothing to change\n']);
    });

    it('reads what a party asks for: the scopes of a client, the attributes of SAML metadata by name or friendly name', async () => {
      const staff = ['staffRole', 'staffLicence', 'staffFacility'];
      const path = await file('staff.json', client({ client_id: 'staff', scope: 'openid profile staff' }));
      const { contract } = JSON.parse((await run('provider', 'add', '--oidc', path)).out);
      expect(contract.attributes).to.deep.equal(['displayName', ...staff]);
      const known = await (await fetch(`${trial.summary.kmix}/saml/metadata`)).text();
      const asked = [
        'urn:x-sanuki:attr:staff:role',
        'urn:x-sanuki:attr:staff:facility',
        'urn:x-sanuki:attr:staff:facility-code',
        'staffLicence',
        'urn:example:unknown',
      ];
      const service = `<md:AttributeConsumingService index="0"><md:ServiceName xml:lang="en">x</md:ServiceName>${asked
        .map((name) => `<md:RequestedAttribute Name="${name}"/>`)
        .join('')}</md:AttributeConsumingService></md:SPSSODescriptor>`;
      const metadata = known
        .replace(`${trial.summary.kmix}/saml/metadata`, 'https://staff.example/saml')
        .replace('</md:SPSSODescriptor>', service);
      const added = await run('provider', 'add', '--metadata', await file('staff.xml', metadata));
      expect(added.code, added.errors).to.equal(0);
      const { attributes } = JSON.parse(added.out).contract;
      expect(attributes).to.deep.equal(['staffRole', 'staffFacility', 'staffLicence']);
    });

    it('refuses in words what is not usable, with exit code 1 and nothing registered', async () => {
      const bad = {
        'no json': [await file('a.json', '{'), 'JSON'],
        'unknown member': [await file('b.json', client({ redirect_uri: 'x' })), 'redirect_uri'],
        'redirect with fragment': [
          await file('c.json', client({ redirect_uris: ['https://x.example/#f'] })),
          'fragment',
        ],
        'redirect with wildcard': [await file('d.json', client({ redirect_uris: ['https://*.example/'] })), 'wildcard'],
        'implicit flow': [await file('e.json', client({ response_types: ['token'] })), 'response_types'],
        'private key in jwks': [
          await file(
            'f.json',
            client({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ kty: 'EC', d: 'x' }] } }),
          ),
          'private',
        ],
        'a terminal that cannot show who it is': [
          await file(
            'h.json',
            client({
              token_endpoint_auth_method: 'none',
              sanuki_counter: { facility: '医院', terminal: '受付2' },
            }),
          ),
          'authenticate',
        ],
        'short secret': [await file('g.json', client({ client_secret: 'short' })), '16 characters'],
      } as const;
      for (const [what, [path, word]] of Object.entries(bad)) {
        const { code, errors } = await run('provider', 'add', '--oidc', path, '--approve');
        expect([what, code]).to.deep.equal([what, 1]);
        expect(errors, what).to.include(word);
        expect(errors, what).to.not.include('    at ');
      }
      const metadata = await file('bad.xml', '<!DOCTYPE x><x/>');
      expect((await run('provider', 'add', '--metadata', metadata)).errors).to.include('metadata');
      expect((await run('provider', 'add', '--metadata', 'http://10.0.0.1/metadata')).errors).to.include('network');
      expect((await run('provider', 'add')).errors).to.include('--metadata, --oidc');
      expect((await run('provider', 'show', 'demo')).code).to.equal(1);
    });
  });

  it('lists cards without what could identify them elsewhere', async () => {
    const { out } = await run('card', 'list');
    const cards = JSON.parse(out);
    expect(cards, 'three printed, eight patients, one suspended').to.have.length(12);
    for (const { reason: _reason, ...card } of cards)
      expect(card).to.have.all.keys('number', 'resident', 'status', 'expires', 'software');
  });

  describe('sign-in', () => {
    const signIn = (page: string, card: string, pin: string, jar = join(folder, `${Math.random()}.txt`)) =>
      run('sign-in', '--page', page, '--cookies', jar, '--card', card, '--pin', pin);

    it('keeps a session in the cookie file, and other cookies in it untouched', async () => {
      const [card] = trial.summary.cards;
      const jar = await file('jar.txt', '# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tother\tvalue\n');
      const start = await fetch(`${trial.summary.phr}/sign-in`, { redirect: 'manual' });
      const page = start.headers.get('location') ?? '';
      const first = await signIn(page, card?.number ?? '', card?.pin ?? '', jar);
      expect(first.code, first.errors).to.equal(0);
      expect(JSON.parse(first.out).next).to.match(new RegExp(`^${trial.summary.phr}/oidc/callback\\?code=`));
      const again = await signIn(page, card?.number ?? '', '000000', jar);
      expect(JSON.parse(again.out).next, 'no card was asked for').to.include('code=');
      const kept = await readFile(jar, 'utf8');
      expect(kept)
        .to.include('other\tvalue')
        .and.include('#HttpOnly_localhost\tFALSE\t/\tFALSE\t0\tsanuki-hub-session\t');
    });

    it('completes a counter’s page, with the PIN or with the card alone, and keeps no session', async () => {
      const [card] = trial.summary.cards;
      const jar = join(folder, 'counter.txt');
      const counterPage = (more: object = {}) =>
        `${trial.summary.issuer}/oidc/authorize?${new URLSearchParams({ client_id: 'clinic-counter-1', response_type: 'code', scope: 'openid', redirect_uri: `${trial.summary.clinic}/counter/callback`, code_challenge: 'A'.repeat(43), code_challenge_method: 'S256', ...more })}`;
      const acr = { essential: true, value: 'urn:x-sanuki:ac:card' };
      const alone = counterPage({ claims: JSON.stringify({ id_token: { acr } }) });
      const common = ['sign-in', '--cookies', jar, '--card', card?.number ?? ''];
      for (const [page, ...pin] of [[counterPage(), '--pin', card?.pin ?? ''], [alone]] as const) {
        const done = await run(...common, '--page', page, ...pin);
        expect(done.errors).to.equal('');
        expect(JSON.parse(done.out).next).to.match(new RegExp(`^${trial.summary.clinic}/counter/callback\\?code=`));
      }
      expect((await run(...common, '--page', counterPage())).errors).to.include('asks for a PIN');
      expect(await readFile(jar, 'utf8')).to.not.include('sanuki-hub-session');
    });

    it('takes turns when several terminals want the same card at once', async () => {
      const [card] = trial.summary.cards;
      const all = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const start = await fetch(`${trial.summary.phr}/sign-in`, { redirect: 'manual' });
          return signIn(start.headers.get('location') ?? '', card?.number ?? '', card?.pin ?? '');
        }),
      );
      expect(all.map(({ code, errors }) => [code, errors])).to.deep.equal(all.map(() => [0, '']));
    });

    it('ends with 1 and a reason: wrong PIN, suspended card, unknown card, a page elsewhere, a page that is not there', async () => {
      const start = await fetch(`${trial.summary.phr}/sign-in`, { redirect: 'manual' });
      const page = start.headers.get('location') ?? '';
      const card = trial.summary.cards[2]?.number ?? '';
      const reasons: [ReturnType<typeof signIn>, RegExp][] = [
        [signIn(page, card, '111999'), /PIN_WRONG, 4 tries left \(trace [0-9A-F]{10}\)/],
        [signIn(page, '3702605581073', '295748'), /CARD_SUSPENDED/],
        [signIn(page, '9999999999999', '111999'), /READER_ABSENT/],
        [signIn(`${trial.summary.phr}/sign-in`, card, '111999'), /not of the hub/],
        [signIn(`${trial.summary.hub}/sign-in/gone`, card, '111999'), /SIGN_IN_EXPIRED/],
      ];
      for (const [running, reason] of reasons) {
        const { code, errors } = await running;
        expect(code).to.equal(1);
        expect(errors).to.match(reason).and.not.include('    at ');
      }
    });
  });

  describe('start', () => {
    it('production refuses a software reader, plain http, and the data of a trial; and says why', async () => {
      const behindProxy = { trusted: ['127.0.0.1'] };
      const start = async (settings: object) => {
        const path = await file(
          'settings.json',
          JSON.stringify({ service, listen: { port: await freePort(), behindProxy }, ...settings }),
        );
        return sanuki('start', '--profile', path);
      };
      const https = { origin: 'https://id.example', data: join(folder, 'data') };
      expect((await start({ ...https, origin: 'http://id.example' })).errors).to.include('https origin');
      expect((await start({ ...https, signIn: { softwareReader: 'ws://127.0.0.1:1' } })).errors).to.include(
        'software reader',
      );
      const onTrial = await start({ ...https, data: trial.data });
      expect([onTrial.code, /trial/.test(onTrial.errors)]).to.deep.equal([1, true]);
      const withoutTls = await start({ ...https, listen: { port: await freePort() } });
      expect(withoutTls.code).to.equal(1);
      expect(withoutTls.errors).to.include('"tls"').and.include('"behindProxy"').and.not.include('    at ');
      expect((await start({ ...https, unknown: 1 })).errors).to.include('unknown');
    });

    it('says which option helps when a port is in use', async () => {
      const { code, errors } = await sanuki('start', '--data', join(folder, 'second'), '--port', String(trial.base));
      expect(code).to.equal(1);
      expect(errors).to.include('--port').and.not.include('    at ');
    });

    it('under an older Node says what is missing', async () => {
      const old = '/usr/local/bin/node';
      const version = await promisify(execFile)(old, ['--version']).then(
        ({ stdout }) => stdout,
        () => 'none',
      );
      if (!/^v(1\d|2[0-3])\./.test(version)) {
        process.stdout.write('      no older Node is at hand\n');
        return;
      }
      const failed = await promisify(execFile)(old, [join(root, 'cli/sanuki.mjs'), 'start']).catch(
        (error: unknown) => error,
      );
      expect(failed).to.have.property('stderr').that.includes('needs Node 24');
    });
  });
});
