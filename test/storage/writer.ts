// A writer process of the crash test: inserts, counts and journals until it is killed, and prints what was acknowledged.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openJournal, openStorage, type StoragePlace, type StoredRecord } from '../../storage/index.ts';

interface Counter extends StoredRecord {
  readonly value: number;
}

const [place = '', headsFolder = '', name = '', keyPem = ''] = process.argv.slice(2);
const privateKey = createPrivateKey(keyPem);
const storage = await openStorage(JSON.parse(place) as StoragePlace);
const counters = storage.collection<Counter>({ name: 'counter' });
const entries = storage.collection<StoredRecord>({ name: 'entry' });
const journal = await openJournal({
  storage,
  name: 'crash',
  headsFolder,
  headKey: { privateKey, publicKey: createPublicKey(privateKey) },
  headEveryMs: 20,
});

/** Straight to the pipe, so that a line is out before the next write begins. */
const acknowledge = (line: string) => writeSync(1, `${line}\n`);

writeSync(1, 'ready\n');
for (let at = 0; ; at += 1) {
  const id = `${name}-${at}`;
  await Promise.all([
    entries.insert({ id }).then(() => acknowledge(`entry ${id}`)),
    counters
      .update('total', (counter) => ({ ...counter, value: counter.value + 1 }))
      .then(() => acknowledge('count 1')),
    journal.append({ id }).then(({ chain, sequence }) => acknowledge(`journal ${chain} ${sequence}`)),
    entries.take(`prize-${at}`).then((prize) => prize && acknowledge(`prize ${prize.id}`)),
  ]);
}
