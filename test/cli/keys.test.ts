import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { openCardKeys, openDataFolder } from '../../idp/index.ts';
import { audited, type MadeDataFolder, makeDataFolder } from './data-folder.ts';

interface Listed {
  readonly use: string;
  readonly purpose: string;
  readonly move?: string;
  readonly keys: readonly { id: string; state: string; since: string; until?: string }[];
  readonly planned: readonly { move: string; at: string; key?: string }[];
}

const day = 86_400_000;

describe('sanuki keys', function () {
  this.timeout(60_000);
  let hub: MadeDataFolder;
  before(async () => {
    hub = await makeDataFolder('production');
    // As the first start leaves them.
    await openCardKeys((await openDataFolder(hub.folder)).keys, { create: true, trial: true });
  });
  after(() => hub.clean());

  async function json(...args: string[]): Promise<Listed[]> {
    const { code, out, errors } = await hub.run('keys', ...args, '--json');
    expect([code, errors]).to.deep.equal([0, '']);
    return JSON.parse(out) as Listed[];
  }
  const words = (rings: readonly Listed[]) =>
    rings.map(({ purpose, keys }) => `${purpose}: ${keys.map(({ id, state }) => `${id} ${state}`).join(', ')}`);

  it('lists every key with its state and what the schedule will do, and nothing of the keys themselves', async () => {
    const listed = await json('list');
    expect(words(listed)).to.deep.equal([
      'saml: saml-1 active',
      'oidc-es256: oidc-es256-1 active',
      'oidc-rsa: oidc-rsa-1 active',
      'card-master: card-master-1 active',
      'pin-oprf: pin-oprf-1 active',
    ]);
    const [saml] = listed;
    expect(saml?.planned.map(({ move }) => move)).to.deep.equal(['announce']);
    expect(Date.parse(saml?.planned[0]?.at ?? '') - Date.parse(saml?.keys[0]?.since ?? '')).to.equal(700 * day);
    const text = await hub.run('keys', 'list', '--use', 'saml');
    expect(text.out).to.match(/^saml\n {2}saml-1 {2}active {2}since \S+Z\n {2}planned: announce {2}at \S+Z\n$/);
    expect(Object.keys(saml?.keys[0] ?? {})).to.deep.equal(['id', 'state', 'since']);
  });

  it('tells what a rotation would do and does nothing (--dry-run)', async () => {
    const told = await json('rotate', '--use', 'oidc', '--dry-run');
    expect(words(told)).to.deep.equal([
      'oidc-es256: oidc-es256-1 active, oidc-es256-2 next',
      'oidc-rsa: oidc-rsa-1 active, oidc-rsa-2 next',
    ]);
    expect(words(await json('rotate', '--use', 'saml', '--now', '--dry-run'))).to.deep.equal(['saml: saml-2 active']);
    expect(words(await json('list', '--use', 'oidc'))).to.deep.equal([
      'oidc-es256: oidc-es256-1 active',
      'oidc-rsa: oidc-rsa-1 active',
    ]);
    expect((await audited(hub)).filter(({ type }) => type.startsWith('key.'))).to.deep.equal([]);
  });

  it('announces one next key, however many ask for it at once, and audits the one who did', async () => {
    await Promise.all([1, 2, 3].map(() => json('rotate', '--use', 'saml')));
    const [saml] = await json('list', '--use', 'saml');
    expect(words(saml ? [saml] : [])).to.deep.equal(['saml: saml-1 active, saml-2 next']);
    const [, next] = saml?.keys ?? [];
    expect(Date.parse(next?.until ?? '') - Date.parse(next?.since ?? '')).to.equal(30 * day);
    expect(saml?.planned).to.deep.equal([{ move: 'activate', at: next?.until, key: 'saml-2' }]);
    const entries = (await audited(hub)).filter(({ type }) => type.startsWith('key.'));
    expect(entries.map(({ type, detail }) => [type, detail])).to.deep.equal([
      ['key.announced', { purpose: 'saml', keys: ['saml-1 active', 'saml-2 next'] }],
    ]);
    expect((await json('rotate', '--use', 'saml'))[0]?.move).to.equal('none');
  });

  it('changes at once for a compromised key: the announced one signs, and nothing older is published (--now)', async () => {
    const refused = await hub.run('keys', 'rotate', '--now');
    expect([refused.code, refused.errors]).to.deep.equal([
      1,
      'sanuki: --now needs --use: say which keys somebody else may hold\n',
    ]);
    expect(words(await json('rotate', '--use', 'saml', '--now'))).to.deep.equal(['saml: saml-2 active']);
    expect(
      words(await json('rotate', '--use', 'saml', '--now')),
      'the store itself was taken: once more',
    ).to.deep.equal(['saml: saml-3 active']);
    const types = (await audited(hub)).map(({ type }) => type).filter((type) => type.startsWith('key.'));
    expect(types).to.deep.equal(['key.announced', 'key.replaced', 'key.replaced']);
  });

  it('keeps older versions of card keys, which cards in use need', async () => {
    expect(words(await json('rotate', '--use', 'card', '--now'))).to.deep.equal([
      'card-master: card-master-1 retired, card-master-2 active',
      'pin-oprf: pin-oprf-1 retired, pin-oprf-2 active',
    ]);
    expect(words(await json('rotate', '--use', 'card'))).to.deep.equal([
      'card-master: card-master-1 retired, card-master-2 active, card-master-3 next',
      'pin-oprf: pin-oprf-1 retired, pin-oprf-2 active, pin-oprf-3 next',
    ]);
  });

  it('leaves no secret of a key in the store, and refuses what is no kind of key', async () => {
    const master = await readFile(join(hub.folder, 'keys', 'card-master-1.key'));
    const store = Buffer.concat(
      await Promise.all(
        ['hub.sqlite', 'hub.sqlite-wal'].map((name) => readFile(join(hub.folder, name)).catch(() => Buffer.alloc(0))),
      ),
    );
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      expect(store.includes(master.toString(encoding))).to.equal(false);
    expect(store.includes('PRIVATE KEY')).to.equal(false);
    const wrong = await hub.run('keys', 'rotate', '--use', 'tls');
    expect(wrong.code).to.not.equal(0);
    expect(wrong.errors).to.include('one of saml, oidc, card');
  });
});
