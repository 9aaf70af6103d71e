import { randomUUID } from 'node:crypto';
import type { mongo } from 'mongoose';
import { codeOf, unsuitable } from './mongo-errors.ts';

/** What the server adds to the contract; a hub tells its operator what is missing. */
export interface MongoGuarantees extends Readonly<Record<string, boolean>> {
  /** Several hosts keep every acknowledged write, and one of them takes over. */
  readonly replicated: boolean;
  /** The server itself recognises a write that was sent again after a broken connection. */
  readonly retryableWrites: boolean;
}

interface Greeting {
  readonly isWritablePrimary?: boolean;
  readonly ismaster?: boolean;
  readonly setName?: string;
  readonly msg?: string;
  readonly logicalSessionTimeoutMinutes?: number;
}

const commandUnknown = 59;
const rounds = 3;
const contenders = 4;

/** Acknowledged by a majority of the members, each of which has it in its journal on disk. */
export const durable = { writeConcern: { w: 'majority', j: true, wtimeoutMS: 10_000 } } as const;

/** Refuses a server on which the contract would not hold, and tells what holds beyond it. */
export async function examineServer(database: mongo.Db): Promise<MongoGuarantees> {
  const greeting = await greet(database);
  if (!(greeting.isWritablePrimary ?? greeting.ismaster))
    throw unsuitable('it takes no writes: name all members in the address, with replicaSet=NAME');
  await proveAtomicity(database.collection<Probe>('sanuki_probe'));
  const replicated = greeting.setName !== undefined || greeting.msg === 'isdbgrid';
  return { replicated, retryableWrites: replicated && greeting.logicalSessionTimeoutMinutes !== undefined };
}

async function greet(database: mongo.Db): Promise<Greeting> {
  try {
    return await database.command({ hello: 1 });
  } catch (error) {
    if (codeOf(error) !== commandUnknown) throw error;
    return database.command({ isMaster: 1 });
  }
}

interface Probe {
  readonly _id: string;
  readonly turn: number;
}

/**
 * Some servers that speak the protocol read and write in two steps (FerretDB 1): then two terminals would spend the same
 * challenge, and tries of a PIN would not be counted. Nothing they announce tells, so it is tried: of several
 * writers at once one has to win.
 */
async function proveAtomicity(probes: mongo.Collection<Probe>): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const _id = randomUUID();
    await probes.insertOne({ _id, turn: 0 }, durable);
    const changes = await winners((turn) => probes.findOneAndUpdate({ _id, turn: 0 }, { $set: { turn } }));
    const removals = await winners(() => probes.findOneAndDelete({ _id }));
    if (changes !== 1 || removals !== 1)
      throw unsuitable('of several writers of one record more than one wins. Take MongoDB itself');
  }
}

async function winners(act: (turn: number) => Promise<Probe | null>): Promise<number> {
  const results = await Promise.all(Array.from({ length: contenders }, (_, at) => act(at + 1)));
  return results.filter((result) => result !== null).length;
}
