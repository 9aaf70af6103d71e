import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStorage, type StoredRecord } from '../../storage/index.ts';
import type { Figure } from './measure.ts';

/** Durable writes of the embedded store: one after another beside the disk's own limit, and grouped. By the clock, because the disk waits. */
export async function benchStorage(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-bench-'));
  const storage = openEmbeddedStorage({ file: join(folder, 'store.sqlite') });
  const records = storage.collection<StoredRecord & { readonly value: string }>({ name: 'bench' });
  let next = 0;
  const insert = () => records.insert({ id: `r${++next}`, value: 'x'.repeat(200) });
  try {
    const floor = diskFloor(join(folder, 'floor'));
    const single = await perSecond(async () => {
      await insert();
      return 1;
    });
    const grouped = await perSecond(async () => {
      await Promise.all(Array.from({ length: 64 }, insert));
      return 64;
    });
    return [
      {
        name: 'durable writes, one at a time',
        value: single,
        unit: '/s',
        limit: { name: 'fdatasync of the disk', value: floor },
        target: 0.4,
      },
      {
        name: 'durable writes, 64 at a time',
        value: grouped,
        unit: '/s',
        limit: { name: 'fdatasync of the disk', value: floor },
        target: 4,
      },
    ];
  } finally {
    await storage.close();
    await rm(folder, { recursive: true });
  }
}

async function perSecond(act: () => Promise<number>): Promise<number> {
  const begin = performance.now();
  let count = 0;
  while (performance.now() - begin < 1_000) count += await act();
  return count / ((performance.now() - begin) / 1000);
}

function diskFloor(path: string): number {
  const file = openSync(path, 'w');
  const begin = performance.now();
  let count = 0;
  while (performance.now() - begin < 500) {
    writeSync(file, Buffer.alloc(4096));
    fdatasyncSync(file);
    count += 1;
  }
  closeSync(file);
  return count / ((performance.now() - begin) / 1000);
}
