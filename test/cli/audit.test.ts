import { cp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { readHubFile } from '../../cli/hub-file.ts';
import { openGround } from '../../idp/index.ts';
import { sanuki } from '../flows/trial.ts';
import { type MadeDataFolder, makeDataFolder } from './data-folder.ts';

/** A row as SQLite holds it. */
interface Row {
  id: string;
  body: string;
}

describe('sanuki audit verify', function () {
  this.timeout(60_000);
  let hub: MadeDataFolder;
  const copies: string[] = [];
  before(async () => {
    hub = await makeDataFolder('production');
    // Written a minute ago: the last seconds of a journal may lack a signed head.
    const ground = await openGround({ settings: await readHubFile(hub.folder), now: () => Date.now() - 60_000 });
    for (let at = 1; at <= 5; at += 1) {
      await ground.audit.record({ type: 'sp.test', result: 'ok', provider: `p${at}` });
      await ground.accessJournal.append({ about: `resident-${at % 2}`, at });
    }
    await ground.close();
  });
  after(async () => {
    await hub.clean();
    await Promise.all(copies.map((folder) => rm(folder, { recursive: true, force: true })));
  });

  /** A copy of the folder whose closed store somebody edits. */
  async function edited(
    edit: (table: { database: DatabaseSync; rows: Row[]; name: string }) => void,
    journal = 'audit',
  ) {
    const folder = `${hub.folder}-${copies.length}`;
    copies.push(folder);
    await cp(hub.folder, folder, { recursive: true });
    const settings = JSON.parse(await readFile(join(folder, 'hub.json'), 'utf8'));
    await writeFile(join(folder, 'hub.json'), JSON.stringify({ ...settings, data: folder }));
    const database = new DatabaseSync(join(folder, 'hub.sqlite'));
    const name = `"c_journal-${journal}"`;
    const rows = database.prepare(`SELECT id, body FROM ${name} ORDER BY id`).all() as unknown as Row[];
    edit({ database, rows, name });
    database.close();
    return folder;
  }

  async function verdict(
    folder: string,
  ): Promise<{ code: number | null; faults: Record<string, string[]>; raw: string }> {
    const { code, out, errors } = await sanuki('audit', 'verify', '--json', '--data', folder);
    expect(errors).to.equal('');
    const report = JSON.parse(out);
    const of = (name: string): string[] =>
      report[name].faults?.map(
        ({ sequence, fault }: { sequence: number; fault: string }) => `${sequence} ${fault}`,
      ) ?? ['unreadable'];
    return { code, faults: { audit: of('audit'), access: of('access') }, raw: out };
  }

  it('finds both journals whole, in words and as JSON', async () => {
    const { code, out } = await hub.run('audit', 'verify');
    expect([code, out]).to.deep.equal([
      0,
      'audit   5 records in 1 chains: whole\naccess  5 records in 1 chains: whole\n',
    ]);
    const json = await hub.run('audit', 'verify', '--json');
    expect(JSON.parse(json.out)).to.deep.equal({
      ok: true,
      audit: { chains: 1, records: 5, faults: [] },
      access: { chains: 1, records: 5, faults: [] },
    });
  });

  for (const journal of ['audit', 'access']) {
    const other = journal === 'audit' ? 'access' : 'audit';
    const tamperings: Record<string, [(edit: { database: DatabaseSync; rows: Row[]; name: string }) => void, string]> =
      {
        'a record changed': [
          ({ database, rows, name }) =>
            database
              .prepare(`UPDATE ${name} SET body = replace(body, '"at":', '"at":1') WHERE id = ?`)
              .run(rows[2]?.id ?? ''),
          '3 changed',
        ],
        'a record removed': [
          ({ database, rows, name }) => database.prepare(`DELETE FROM ${name} WHERE id = ?`).run(rows[2]?.id ?? ''),
          '3 missing',
        ],
        'two records exchanged': [
          ({ database, rows, name }) => {
            const set = database.prepare(`UPDATE ${name} SET body = ? WHERE id = ?`);
            set.run(rows[2]?.body ?? '', rows[1]?.id ?? '');
            set.run(rows[1]?.body ?? '', rows[2]?.id ?? '');
          },
          '2 missing',
        ],
        'the tail cut off': [
          ({ database, rows, name }) =>
            database.prepare(`DELETE FROM ${name} WHERE id IN (?, ?)`).run(rows[3]?.id ?? '', rows[4]?.id ?? ''),
          '4 cut off',
        ],
        'everything removed': [({ database, name }) => database.exec(`DELETE FROM ${name}`), '1 cut off'],
        'a record hidden by an expiry': [
          ({ database, rows, name }) =>
            database.prepare(`UPDATE ${name} SET expires_at = 1 WHERE id = ?`).run(rows[4]?.id ?? ''),
          '5 cut off',
        ],
      };
    for (const [what, [edit, fault]] of Object.entries(tamperings)) {
      it(`tells ${what} in the ${journal} journal, with 1`, async () => {
        const { code, faults } = await verdict(await edited(edit, journal));
        expect(code).to.equal(1);
        expect(faults[journal]).to.include(fault);
        expect(faults[other], 'the other journal is whole').to.deep.equal([]);
      });
    }
  }

  it('says in words which record, and what was done to it', async () => {
    const folder = await edited(({ database, rows, name }) =>
      database.prepare(`DELETE FROM ${name} WHERE id = ?`).run(rows[4]?.id ?? ''),
    );
    const { code, out } = await sanuki('audit', 'verify', '--data', folder);
    expect(code).to.equal(1);
    expect(out).to.match(
      /^audit {3}4 records in 1 chains: 1 fault\n {2}chain [\w-]+, record 5: cut off \(records from here on were removed; a signed head knows of them\)\naccess {2}5 records/,
    );
  });

  it('tells what is no record at all, heads that were removed or forged, and a missing key', async () => {
    const garbage = await edited(({ database, rows, name }) =>
      database.prepare(`UPDATE ${name} SET body = 'x' WHERE id = ?`).run(rows[0]?.id ?? ''),
    );
    expect(await verdict(garbage))
      .to.deep.include({ code: 1 })
      .and.to.have.nested.property('faults.audit[0]', 'unreadable');
    const heads = async (folder: string, change: (path: string) => Promise<void>) => {
      for (const file of await readdir(join(folder, 'journal-heads'), { withFileTypes: true }))
        if (file.isFile()) await change(join(folder, 'journal-heads', file.name));
      return verdict(folder);
    };
    const nothing = () => undefined;
    const without = await heads(await edited(nothing), unlink);
    expect([without.code, without.faults.audit]).to.deep.equal([1, ['5 never signed']]);
    const foreign = await heads(await edited(nothing), async (path) => {
      const head = JSON.parse(await readFile(path, 'utf8'));
      await writeFile(path, JSON.stringify({ ...head, sequence: 4 }));
    });
    expect(foreign.faults.audit).to.include('4 head forged');
    const rekeyed = await edited(nothing);
    await unlink(join(rekeyed, 'keys/journal-head.key'));
    const { code, errors } = await sanuki('audit', 'verify', '--data', rekeyed);
    expect(code).to.equal(1);
    expect(errors).to.include('journal-head.key').and.not.include('    at ');
  });
});
