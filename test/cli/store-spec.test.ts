import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { storeOf } from '../../cli/store-spec.ts';

describe('the name of a store', () => {
  let folder = '';
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'sanuki-spec-')));
  });
  after(() => rm(folder, { recursive: true }));
  const fileWith = async (text: string) => {
    await writeFile(join(folder, 'address'), text);
    return `@${join(folder, 'address')}`;
  };
  const failure = async (spec: string) => {
    const error: unknown = await storeOf(spec).catch((failed: unknown) => failed);
    expect(error, spec).to.be.instanceOf(Error);
    return (error as Error).message;
  };

  it('is a data folder or a file, under one name by whatever way', async () => {
    const data = join(folder, 'data');
    const file = join(data, 'hub.sqlite');
    await mkdir(data);
    await symlink(data, join(folder, 'link'));
    const place = { engine: 'embedded', file };
    expect(await storeOf(data)).to.deep.equal({ place, name: file, isThere: false });
    await writeFile(file, '');
    for (const spec of [data, file, `${data}/`, join(folder, 'link'), join(folder, 'link/hub.sqlite')])
      expect(await storeOf(spec), spec).to.deep.equal({ place, name: file, isThere: true });
    expect(await failure(join(folder, 'nowhere/store'))).to.include('there is no folder');
  });

  it('is an address, under one name whatever the order of hosts, the account and the options', async () => {
    const name = 'mongodb://a:27017,b.example/hub';
    for (const spec of ['mongodb://a:27017,b.example/hub', 'mongodb://who@B.example,a:27017/hub?replicaSet=rs0'])
      expect(await storeOf(spec), spec).to.deep.equal({
        place: { engine: 'mongo', url: spec, database: 'hub' },
        name,
        isThere: true,
      });
    expect((await storeOf('mongodb://a')).name).to.equal('mongodb://a/sanuki');
    expect((await storeOf('mongodb+srv://a.example/?tls=true')).name).to.equal('mongodb+srv://a.example/sanuki');
    expect((await storeOf('mongodb://[::1]:27017/x')).name).to.equal('mongodb://[::1]:27017/x');
  });

  it('has a password only in a file, and never shows it', async () => {
    const secret = 's3cret';
    const refused = await failure(`mongodb://who:${secret}@a/hub`);
    expect(refused).to.include('@FILE').and.not.include(secret);
    const url = `mongodb://who:${secret}@a/hub`;
    const { name, place } = await storeOf(await fileWith(`${url}\n`));
    expect([name, place]).to.deep.equal(['mongodb://a/hub', { engine: 'mongo', url, database: 'hub' }]);
    for (const hostile of [`${secret}@x`, `x@${secret}`, `12/${secret}`, `12?${secret}`, `/${secret}`, `12#${secret}`])
      for (const spec of [`mongodb://who:${hostile}@a/hub`, await fileWith(`mongodb://who:${hostile}@a/hub`)])
        expect(await failure(spec).catch(() => ''), hostile).to.not.include(secret);
    expect(await failure(await fileWith(secret))).to.not.include(secret);
  });
});
