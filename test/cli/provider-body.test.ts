import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { approve, audited, type MadeDataFolder, makeDataFolder } from './data-folder.ts';

const id = 'id-wsf:urn:example:insurer';
const name = { ja: '架空健保', en: 'Example insurer' };
const names = ['--name-ja', name.ja, '--name-en', name.en];
const publicKey = String(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }),
);
const metadata = { address: 'https://insurer.example/soap', publicKey, types: ['coverage'], deadlineMs: 1500 };
const providerID = 'urn:example:insurer';

describe('bodies that hold data, by the command', function () {
  this.timeout(60_000);
  let production: MadeDataFolder;
  before(async () => {
    production = await makeDataFolder('production');
  });
  after(() => production.clean());
  const file = (more: object = {}) =>
    production.file('body.json', JSON.stringify({ providerID, ...metadata, ...more }));
  const declared = (more: object = {}) => ({
    protocol: 'id-wsf',
    providerID,
    name,
    metadata: { ...metadata, ...more },
  });
  const yaml = (...providers: object[]) => production.file('providers.yaml', stringify({ providers }));

  it('are checked and added as pending, shown and listed', async () => {
    const { run } = production;
    const wrong = await run('provider', 'check', '--id-wsf', await file({ address: 'https://10.0.0.1/' }), ...names);
    expect(wrong.code).to.equal(1);
    expect(wrong.out).to.match(/^error {3}BODY_ADDRESS_PRIVATE {2}address\n/);
    const none = await run('provider', 'add', '--id-wsf', await file({ publicKey: 'x' }), ...names);
    expect(none.errors).to.include('BODY_KEY_UNREADABLE');
    const consumer = await run('provider', 'add', '--id-wsf', await file(), '--attributes', 'coverage', ...names);
    expect(consumer.errors).to.include('CONTRACT_OF_BODY');
    const added = JSON.parse((await run('provider', 'add', '--id-wsf', await file(), ...names)).out);
    expect(added).to.deep.include({ id, status: 'pending', providerID, metadata });
    const shown = JSON.parse((await run('provider', 'show', providerID)).out);
    expect(shown).to.deep.equal(added);
    const [listed] = JSON.parse((await run('provider', 'list')).out);
    expect(listed).to.deep.include({ id, protocol: 'id-wsf', attributes: [], types: ['coverage'] });
  });

  it('come back as they went, and wait for a second person where trust is altered', async () => {
    const { run } = production;
    await approve(production, id);
    const exported = await run('provider', 'export');
    expect(parse(exported.out).providers).to.deep.equal([{ ...declared(), status: 'approved' }]);
    const same = await production.file('exported.yaml', exported.out);
    expect((await run('provider', 'diff', same)).out).to.equal('nothing to change\n');
    const slower = await run('provider', 'apply', await yaml(declared({ deadlineMs: 2000 })), '--json');
    expect(JSON.parse(slower.out)[0]).to.deep.include({ act: 'update', waits: false });
    const moved = declared({ deadlineMs: 2000, address: 'https://other.example/soap' });
    const diff = await run('provider', 'diff', await yaml(moved));
    expect(diff.code).to.equal(2);
    expect(diff.out).to.include('! address that is asked changes from “https://insurer.example/soap”');
    const applied = await run('provider', 'apply', await yaml(moved), '--json');
    expect(JSON.parse(applied.out)[0]).to.deep.include({ act: 'update', waits: true });
    expect(JSON.parse((await run('provider', 'show', providerID)).out).metadata).to.deep.include({
      address: 'https://insurer.example/soap',
    });
    expect((await audited(production)).filter(({ provider }) => provider === id).map(({ type }) => type)).to.deep.equal(
      ['sp.register', 'provider.approve', 'sp.apply', 'provider.propose'],
    );
  });

  it('of a file with errors, or under a name of the settings, are refused as a whole', async () => {
    const { run } = production;
    for (const [what, provider] of [
      ['contract', { ...declared(), attributes: ['coverage'] }],
      ['BODY_KEY_PRIVATE', declared({ publicKey: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' })],
    ] as const) {
      const { code, errors, out } = await run('provider', 'apply', await yaml(provider));
      expect([what, code]).to.deep.equal([what, 1]);
      expect(errors + out, what).to.match(what === 'contract' ? /attributes/ : /BODY_INVALID|BODY_KEY_PRIVATE/);
    }
    const settings = JSON.parse(await readFile(join(production.folder, 'hub.json'), 'utf8'));
    const city = {
      kind: 'id-wsf',
      id: 'city',
      name,
      address: 'https://city.example/soap',
      providerId: 'urn:example:city',
    };
    await production.file('hub.json', JSON.stringify({ ...settings, sources: [{ ...city, publicKey }] }));
    const posed = await run('provider', 'add', '--id-wsf', await file({ providerID: 'urn:example:city' }), ...names);
    expect(posed.errors).to.include('ENTITY_ID_TAKEN').and.include('KEY_SHARED');
    expect((await run('provider', 'remove', providerID)).code).to.equal(0);
  });
});
