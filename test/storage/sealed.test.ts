import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { createKeyedIndex, createSeal } from '../../lib/seal.ts';
import type { StoredRecord } from '../../storage/index.ts';
import { openSealed, takeOver } from '../../storage/sealed.ts';
import { refusal } from '../refusal.ts';
import { onEveryEngine } from './engines.ts';

interface Note extends StoredRecord {
  readonly state: string;
  readonly born: string;
  readonly text: string;
  readonly owner?: string | undefined;
}

const definition = { name: 'note', indexes: [['state'], ['born'], ['state', 'born'], ['owner']] };
const note: Note = { id: 'n1', state: 'open', born: '1984-03-02', text: '髙橋 健一' };

onEveryEngine('a collection under seal', ({ open }) => {
  async function setUp(masterKey: Uint8Array = randomBytes(32)) {
    const storage = await open(Date.now);
    const under = (key: Uint8Array) => ({ seal: createSeal(key, 'x'), index: createKeyedIndex(key, 'x') });
    const notes = openSealed<Note>(storage, definition, { ...under(masterKey), clear: ['state'] });
    const stored = storage.collection<StoredRecord & { state?: string }>(definition);
    const withKey = (key: Uint8Array) => openSealed<Note>(storage, definition, { ...under(key), clear: ['state'] });
    const lines = async () => (await storage.raw(definition).page({ limit: 100 })).records.map(({ body }) => body);
    return { storage, notes, stored, withKey, lines, close: () => storage.close() };
  }

  it('keeps the contract: plain values in, plain records out, found by what is under the seal', async () => {
    const { notes, close } = await setUp();
    await notes.insert(note);
    await notes.insert({ ...note, id: 'n2', born: '1990-01-01', owner: 'me' });
    expect(await refusal(notes.insert(note))).to.equal('ALREADY_EXISTS');
    expect(await notes.get('n1')).to.deep.equal(note);
    expect((await notes.find({ where: { born: '1984-03-02' } })).records).to.deep.equal([note]);
    expect((await notes.find({ where: { state: 'open', born: '1990-01-01' } })).records).to.have.length(1);
    expect((await notes.find({ where: { owner: 'me' } })).records.map(({ id }) => id)).to.deep.equal(['n2']);
    expect(await notes.update('n1', (current) => ({ ...current, born: '1984-03-03' }))).to.include({
      born: '1984-03-03',
    });
    expect((await notes.find({ where: { born: '1984-03-02' } })).records, 'the index follows').to.deep.equal([]);
    const [first, rest] = [await notes.find({ limit: 1 }), await notes.find({ limit: 1, after: 'n1' })];
    expect([first.next, ...rest.records.map(({ id }) => id)]).to.deep.equal(['n1', 'n2']);
    expect(await notes.take('n2')).to.include({ owner: 'me' });
    expect(await notes.get('n2')).to.equal(undefined);
    await close();
  });

  it('tells who holds a copy of the store, and lacks the master key, the clear fields and nothing else', async () => {
    const { notes, withKey, lines, close } = await setUp();
    await notes.insert(note);
    const [line = ''] = await lines();
    expect(line).to.include('"state":"open"');
    for (const secret of ['髙橋', '健一', '1984', '03-02', JSON.stringify(note.text).slice(1, -1)])
      for (const text of [secret, Buffer.from(secret).toString('base64url'), Buffer.from(secret).toString('hex')])
        expect(line, text).to.not.include(text);
    const stranger = withKey(randomBytes(32));
    expect(await refusal(stranger.get('n1'))).to.equal('STORE_DAMAGED');
    expect((await stranger.find({ where: { born: note.born } })).records, 'no guess at a birth date').to.deep.equal([]);
    await close();
  });

  it('opens nothing that who can write to the store moved to another id or gave another state', async () => {
    const { notes, stored, close } = await setUp();
    await notes.insert(note);
    const copy = await stored.get('n1');
    if (!copy) throw new Error('no record');
    await stored.insert({ ...copy, id: 'n2' });
    expect(await refusal(notes.get('n2'))).to.equal('STORE_DAMAGED');
    await stored.update('n1', (current) => ({ ...current, state: 'approved' }));
    expect(await refusal(notes.get('n1'))).to.equal('STORE_DAMAGED');
    await close();
  });

  it('takes over what lay open: whole, once, and after a crash between the two writes', async () => {
    const { storage, notes, close } = await setUp();
    const open = storage.collection<Note>({ name: 'open-note' });
    for (let at = 0; at < 205; at += 1) await open.insert({ ...note, id: `n${at}` });
    // Written by a process that was killed before it took the open one away.
    await notes.insert({ ...note, id: 'n7' });
    expect(await takeOver(open, notes, (one) => one)).to.equal(205);
    expect((await open.find()).records).to.deep.equal([]);
    expect((await notes.find({ where: { born: note.born }, limit: 1000 })).records).to.have.length(205);
    expect(await takeOver(open, notes, (one) => one)).to.equal(0);
    await close();
  });
});
