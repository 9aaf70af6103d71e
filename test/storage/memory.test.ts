import { createMemoryStorage } from '../../storage/index.ts';
import { itKeepsTheStorageContract } from './contract.ts';

describe('memory storage', () => itKeepsTheStorageContract(async (now) => createMemoryStorage({ now })));
