import { openMongoStorage } from '../../storage/mongo.ts';
import { withMongo } from '../mongo-server.ts';
import { itKeepsTheStorageContract } from './contract.ts';

describe('mongo storage', () => {
  const { url, database } = withMongo();

  describe('as any engine', () =>
    itKeepsTheStorageContract((now) => openMongoStorage({ url: url(), database: database(), now, sweepEveryMs: 0 })));

  describe('as any engine, for read-mostly records', () =>
    itKeepsTheStorageContract(async (now) => {
      const storage = await openMongoStorage({ url: url(), database: database(), now, sweepEveryMs: 0 });
      return { ...storage, collection: (definition) => storage.collection({ ...definition, readMostly: true }) };
    }));
});
