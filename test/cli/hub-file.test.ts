import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readHubFile } from '../../cli/hub-file.ts';

describe('the settings in a data folder', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-hub-file-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const messageOf = () =>
    readHubFile(folder).then(
      () => 'read',
      (error: Error) => error.message,
    );

  it('are missed in words where no hub was started', async () => {
    expect(await messageOf()).to.include('is not the data folder of a hub');
  });

  it('that a newer program does not take say which and why, and are not taken for a foreign folder', async () => {
    const text = { ja: 'ログイン', en: 'Sign-in' };
    const service = { name: text, operator: text, support: { phone: '0', hours: text } };
    const old = { profile: 'trial', origin: 'http://localhost:4100', data: folder, service, trustedProxy: true };
    for (const [written, words] of [
      [JSON.stringify(old), 'trustedProxy'],
      ['{"profile": "tri', 'JSON'],
    ] as const) {
      await writeFile(join(folder, 'hub.json'), written);
      expect(await messageOf())
        .to.include('cannot be used any more')
        .and.include(words)
        .and.not.include('is not the data folder');
    }
  });
});
