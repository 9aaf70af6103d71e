import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStorage, openEmbeddedStorage, type Storage } from '../../storage/index.ts';
import { openMongoStorage } from '../../storage/mongo.ts';
import { withMongo } from '../mongo-server.ts';

export interface Engine {
  /** Opens a fresh store. */
  readonly open: (now: () => number) => Promise<Storage>;
  /** How much slower than memory it is, for tests that try many things. */
  readonly slowness: number;
}

/** Declares the same tests for every engine. */
export function onEveryEngine(title: string, suite: (engine: Engine) => void): void {
  describe(`${title}, in memory`, () => suite({ open: async (now) => createMemoryStorage({ now }), slowness: 1 }));

  describe(`${title}, in a file`, () => {
    let folder = '';
    let files = 0;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sanuki-engine-'));
    });
    after(() => rm(folder, { recursive: true }));
    suite({ open: async (now) => openEmbeddedStorage({ file: join(folder, `${++files}`), now }), slowness: 3 });
  });

  describe(`${title}, in MongoDB`, () => {
    const { url, database } = withMongo();
    suite({ open: (now) => openMongoStorage({ url: url(), database: database(), now }), slowness: 12 });
  });
}
