import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Settings } from '../../config/index.ts';
import { openSources } from '../../idp/sources.ts';
import { refusal } from '../refusal.ts';
import { hubKeyRing } from '../trial/bodies/world.ts';

const name = { ja: '保険者', en: 'insurer' };
const json = { kind: 'json', id: 'a', name, address: 'https://a.example/coverage', deadlineMs: 1500 } as const;
const pemOf = (type: 'rsa' | 'ec') => {
  const pair =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return String(pair.publicKey.export({ type: 'spki', format: 'pem' }));
};
const idWsf = (publicKey: string) =>
  ({
    kind: 'id-wsf',
    id: 'b',
    name,
    address: 'https://b.example/soap',
    providerId: 'urn:b',
    publicKey,
    deadlineMs: 800,
  }) as const;

describe('the sources that settings name', () => {
  let keys: Awaited<ReturnType<typeof hubKeyRing>>;
  before(async () => {
    keys = await hubKeyRing();
  });
  const open = (sources: Settings['sources'], profile: Settings['profile'] = 'production') =>
    openSources({
      settings: { profile, origin: 'https://hub.example', sources },
      keys,
      entityId: 'https://hub.example/saml/metadata',
    });

  it('open in the order of the settings, each with its deadline', async () => {
    const sources = [json, idWsf(pemOf('rsa'))];
    expect((await open(sources)).map(({ id, deadlineMs }) => [id, deadlineMs])).to.deep.equal([
      ['a', 1500],
      ['b', 800],
    ]);
  });

  it('take a key from a file as well, and refuse the start with one that cannot be used', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sanuki-sources-'));
    const file = join(folder, 'b.pem');
    await writeFile(file, pemOf('rsa'));
    expect(await open([idWsf(file)])).to.have.length(1);
    await rm(folder, { recursive: true });
    for (const key of [file, '-----BEGIN PUBLIC KEY-----\nx', pemOf('ec')])
      expect(await refusal(open([idWsf(key)]))).to.equal('START_REFUSED');
  });

  it('are not looked for on the machine itself in production', async () => {
    const [source] = await open([{ ...json, address: 'http://127.0.0.1:9/coverage' }]);
    const asked = source?.fetch({
      type: 'coverage',
      subject: 'pseudonym-1',
      purpose: 'urn:x-sanuki:purpose:self-view',
      requestId: 'request-1',
      signal: AbortSignal.timeout(1000),
    });
    expect(await refusal(asked ?? Promise.resolve())).to.equal('SOURCE_SILENT');
  });
});
