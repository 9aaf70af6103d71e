import { duplexPair } from 'node:stream';
import { setTimeout as pause, setImmediate as tick } from 'node:timers/promises';
import { expect } from 'chai';
import type { RemoteCardKeyService } from '../../card-auth/card-key-calls.ts';
import {
  type KeyServiceLink,
  KeyServiceRefusal,
  keepCardKeyService,
  refuseCardKeyService,
  serveCardKeyService,
} from '../../card-auth/card-key-channel.ts';
import { streamChannel } from '../../card-auth/card-key-stream.ts';
import { CardError } from '../../card-auth/errors.ts';
import { Pkcs11Error } from '../../lib/pkcs11.ts';
import { refusal } from '../refusal.ts';

const id = Uint8Array.from({ length: 16 }, (_, at) => at);
const unasked = () => Promise.reject(new TypeError('not asked here'));

/** A service that answers with what it was asked, over a stream. */
function serve(change: Partial<Record<keyof RemoteCardKeyService, () => Promise<unknown>>> = {}) {
  const [near, far] = duplexPair();
  const faults: unknown[] = [];
  const service = {
    cardId: async (given: Uint8Array) => Buffer.from(given).toString('hex'),
    retirePin: unasked,
    ...change,
  };
  const channel = streamChannel(far);
  const start = () =>
    serveCardKeyService(channel, {
      service: service as unknown as RemoteCardKeyService,
      onFault: (fault) => void faults.push(fault),
    });
  const link: KeyServiceLink = { channel: streamChannel(near), close: async () => void near.destroy() };
  return { near, far, faults, link, channel, start };
}

const onFault = () => undefined;

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !holds(); turn += 1) await pause(2);
  expect(holds()).to.equal(true);
}

describe('calls of the card key service over a stream', () => {
  it('pass octets as they are, refusals with their code, and nothing of an error that nobody expected', async () => {
    const { link, start, faults } = serve({
      authorise: () => Promise.reject(new CardError('CARD_REFUSED', 'the MAC is wrong')),
      verifyRead: () => Promise.reject(new TypeError('a key 0011223344')),
      adoptPin: async () => undefined,
    });
    start();
    const { keyService, close } = await keepCardKeyService({ open: async () => link, onFault });
    expect(await keyService.cardId(id)).to.equal('000102030405060708090a0b0c0d0e0f');
    const proof = { id, ckv: 1, rc: id, blocks: [0x82], data: id, mac: id.subarray(8) };
    expect(await refusal(keyService.authorise(proof, 1))).to.equal('CARD_REFUSED');
    const told = await keyService.verifyRead(proof).catch((error: Error) => error);
    expect(told).to.include({ code: 'KEY_SERVICE_UNAVAILABLE', message: 'the key service failed' });
    expect(faults, 'the service’s own log has it').to.have.length(1);
    expect(await keyService.adoptPin(id, 2, id, { transcript: id, proof: id })).to.equal(undefined);
    await close();
    expect(await refusal(keyService.cardId(id))).to.equal('KEY_SERVICE_UNAVAILABLE');
  });

  it('say that a token is away, and with which result', async () => {
    const away = new Pkcs11Error('PKCS11_FAILED', 'the token did not answer', { result: 'CKR_DEVICE_REMOVED' });
    const { link, start } = serve({ cardId: () => Promise.reject(away) });
    start();
    const { keyService, close } = await keepCardKeyService({ open: async () => link, onFault });
    const told = await keyService.cardId(id).catch((error: Error) => error);
    expect(told).to.include({ code: 'KEY_SERVICE_UNAVAILABLE' });
    expect((told as Error).message)
      .to.include('[CKR_DEVICE_REMOVED]')
      .and.include('PKCS11_FAILED');
    await close();
  });

  it('end with an answer that does not come in time', async () => {
    const { link, start } = serve({ cardId: () => new Promise(() => undefined) });
    start();
    const { keyService, close } = await keepCardKeyService({ open: async () => link, onFault, deadlineMs: 20 });
    expect(await refusal(keyService.cardId(id))).to.equal('KEY_SERVICE_UNAVAILABLE');
    await close();
  });

  for (const [what, line] of [
    ['what is no JSON', 'GET / HTTP/1.1\n'],
    ['octets that are none', '{"call":1,"operation":"cardId","args":[{"octets":"a b"}]}\n'],
    ['a line without end', '['.repeat(20_000)],
    ['arrays in arrays', `${'['.repeat(16_000)}${']'.repeat(16_000)}\n`],
  ])
    it(`are cut off at ${what}, which a hub in wrong hands may send`, async () => {
      const { near, far, start } = serve();
      start();
      near.write(line);
      await until(() => far.destroyed);
    });

  it('are not done where they name another operation, also one that every object has', async () => {
    const { near, start } = serve();
    const answers: string[] = [];
    near.on('data', (chunk: Buffer) => answers.push(...String(chunk).trim().split('\n')));
    start();
    for (const operation of ['evaluateFirstPin', 'constructor', '__proto__', 'toString'])
      near.write(`${JSON.stringify({ call: 7, operation, args: [] })}\n`);
    await until(() => answers.length >= 5);
    expect(answers).to.deep.equal(['"ready"', ...Array.from({ length: 4 }, () => '{"call":7,"failed":true}')]);
  });
});

describe('a card key service that ends', () => {
  /** Opens what it is given, one after the other. */
  function opening(...starts: ((one: ReturnType<typeof serve>) => void)[]) {
    const opened: ReturnType<typeof serve>[] = [];
    const open = async () => {
      const one = serve();
      const start = starts[opened.length];
      opened.push(one);
      setImmediate(() => start?.(one));
      return one.link;
    };
    return { opened, open };
  }
  const good = ({ start }: ReturnType<typeof serve>) => start();
  const refusing =
    (error: Error) =>
    ({ channel }: ReturnType<typeof serve>) =>
      refuseCardKeyService(channel, error);

  it('is opened again until it is there, through refusals that pass', async () => {
    const away = new Pkcs11Error('PKCS11_TOKEN_MISSING', 'no token');
    const { opened, open } = opening(good, refusing(away), refusing(away), good);
    const faults: { code?: string }[] = [];
    const kept = await keepCardKeyService({
      open,
      onFault: (fault) => faults.push(fault as { code?: string }),
      againMs: 1,
    });
    opened[0]?.near.destroy();
    await until(() => opened.length === 4);
    await tick();
    await tick();
    expect(await kept.keyService.cardId(id)).to.be.a('string');
    expect(faults.map(({ code }) => code)).to.deep.equal([
      'KEY_SERVICE_UNAVAILABLE',
      'PKCS11_TOKEN_MISSING',
      'PKCS11_TOKEN_MISSING',
    ]);
    await kept.close();
  });

  it('is left alone when the token refused its PIN: each start would bring the token nearer to locking itself', async () => {
    const { opened, open } = opening(good, refusing(new Pkcs11Error('PKCS11_PIN_REFUSED', 'no')), good);
    const faults: unknown[] = [];
    const kept = await keepCardKeyService({ open, onFault: (fault) => faults.push(fault), againMs: 1 });
    opened[0]?.near.destroy();
    await until(() => faults.length === 2);
    await pause(20);
    expect(opened, 'no third start').to.have.length(2);
    expect(faults[1]).to.be.instanceOf(KeyServiceRefusal);
    expect(await refusal(kept.keyService.cardId(id))).to.equal('KEY_SERVICE_UNAVAILABLE');
    await kept.close();
  });
});
