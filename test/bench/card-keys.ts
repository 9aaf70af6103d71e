import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeInToken } from '../../idp/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { initToken, isSoftHsmInstalled, keepTokensIn } from '../softhsm-token.ts';
import { startServer } from './child.ts';
import type { BenchHub } from './hub-process.ts';
import type { Figure } from './measure.ts';
import { benchCard } from './sign-on.ts';

const extension = import.meta.url.split('.').at(-1);

/** Sign-ins per CPU second of a hub whose key service has its keys there. */
async function rateWith(cardKeys: object): Promise<number> {
  process.env.SANUKI_BENCH_CARD_KEYS = JSON.stringify(cardKeys);
  const hub = await startServer<BenchHub>(new URL(`hub-process.${extension}`, import.meta.url));
  try {
    return (await benchCard(hub)).value;
  } finally {
    delete process.env.SANUKI_BENCH_CARD_KEYS;
    await hub.stop();
  }
}

/** The card sign-in with its keys in a token, beside the same with keys in files. */
export async function benchCardKeys(): Promise<Figure[]> {
  if (!isSoftHsmInstalled()) {
    process.stdout.write('softhsm2 is not installed: nothing to compare files with\n');
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-softhsm-'));
  try {
    keepTokensIn(folder);
    const { pin: _, ...pkcs11 } = await initToken(folder, 'bench');
    await makeInToken({ pkcs11, folder, storage: createMemoryStorage() });
    const files = await rateWith({});
    const value = await rateWith({ pkcs11 });
    const limit = { name: 'the same with keys in files', value: files };
    return [{ name: 'card sign-in, keys in a token (SoftHSM2)', value, unit: '/CPU s', limit, target: 0.8 }];
  } finally {
    await rm(folder, { recursive: true });
  }
}
