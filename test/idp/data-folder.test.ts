import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openDataFolder, secretFile } from '../../idp/data-folder.ts';

describe('the data folder', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-data-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gets a master key at the first start that only its account can read, and keeps it', async () => {
    const first = await openDataFolder(folder);
    const second = await openDataFolder(folder);
    expect(second.masterKey.equals(first.masterKey)).to.equal(true);
    expect((await stat(join(folder, 'keys/master.key'))).mode & 0o777).to.equal(0o600);
    expect((await stat(join(folder, 'keys'))).mode & 0o777).to.equal(0o700);
  });

  it('gives two first starts at once the same key and leaves no draft behind', async () => {
    const [a, b] = await Promise.all([openDataFolder(folder), openDataFolder(folder)]);
    expect(a.masterKey.equals(b.masterKey)).to.equal(true);
    expect(await readdir(join(folder, 'keys'))).to.deep.equal(['master.key']);
  });

  it('refuses a key file of the wrong size instead of replacing it', async () => {
    await writeFile(join(folder, 'short.key'), 'short');
    const refusal = await secretFile(join(folder, 'short.key'), 32, true).catch((error: unknown) => error);
    expect(refusal).to.have.property('code', 'START_REFUSED');
  });

  it('makes no key where the operator hands in prepared ones', async () => {
    const refusal = await openDataFolder(folder, { createKeys: false }).catch((error: unknown) => error);
    expect(refusal).to.have.property('code', 'START_REFUSED');
  });
});
