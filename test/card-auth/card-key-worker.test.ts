import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { connectCardKeyService } from '../../card-auth/index.ts';
import { refusal } from '../refusal.ts';
import { askCk } from './station.ts';

describe('the card key service as a worker', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanuki-keys-'));
  });
  after(() => rm(folder, { recursive: true }));

  function setUp() {
    const worker = new Worker(new URL('../../idp/card-key-process.ts', import.meta.url), {
      workerData: {
        keysFolder: folder,
        place: { engine: 'embedded', file: join(folder, 'store.sqlite') },
        create: true,
      },
      execArgv: ['--import', 'tsx', '--disable-warning=ExperimentalWarning'],
    });
    return { worker, service: connectCardKeyService(worker) };
  }
  const proof = {
    id: new Uint8Array(16),
    ckv: 1,
    rc: new Uint8Array(16),
    blocks: [0x82, 0x86, 0x90],
    data: new Uint8Array(48),
    mac: new Uint8Array(8),
  };

  it('makes its keys once, private to the account, and answers over the port', async () => {
    const { worker, service } = setUp();
    const id = await service.cardId(new Uint8Array(16));
    expect(id).to.match(/^[\w-]{43}$/);
    expect(await service.verifyRead(proof)).to.equal(false);
    const keys = (await readdir(folder)).filter((name) => name.endsWith('.key'));
    expect(keys, 'the key of a station is none of them').to.have.length(4);
    for (const name of keys) expect((await stat(join(folder, name))).mode & 0o777).to.equal(0o600);
    await worker.terminate();
    const again = setUp();
    expect(await again.service.cardId(new Uint8Array(16))).to.equal(id);
    await again.worker.terminate();
  });

  it('passes refusals on with their code, and never offers to set a first PIN; a card key takes a station', async () => {
    const { worker, service } = setUp();
    expect(await refusal(service.authorise(proof, 0))).to.equal('CARD_REFUSED');
    expect(await refusal(service.evaluatePin(proof, 1, new Uint8Array(32)))).to.equal('CARD_REFUSED');
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(await refusal(askCk(service, privateKey, { id: new Uint8Array(16), ckv: 1 }))).to.equal('STATION_REFUSED');
    expect(service).to.not.have.any.keys('registerPin', 'evaluateFirstPin');
    worker.postMessage({ call: 1e6, operation: 'evaluateFirstPin', args: [new Uint8Array(16), 1, new Uint8Array(32)] });
    const [answer] = await once(worker, 'message');
    expect(answer).to.deep.equal({ call: 1e6, failed: true });
    await worker.terminate();
  });

  it('refuses as unavailable when the worker ends in the middle of a call', async () => {
    const { worker, service } = setUp();
    const asked = service.cardId(new Uint8Array(16));
    const ended = refusal(asked);
    await worker.terminate();
    expect(await ended).to.equal('KEY_SERVICE_UNAVAILABLE');
    expect(await refusal(service.cardId(new Uint8Array(16)))).to.equal('KEY_SERVICE_UNAVAILABLE');
  });
});
