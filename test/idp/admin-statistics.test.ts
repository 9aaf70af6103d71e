import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { csvLine } from '../../idp/admin/csv.ts';
import {
  createStatistics,
  everyProvider,
  type FoldCursor,
  foldCursorCollection,
  refusedIn,
  type SignInCount,
  signInCountCollection,
} from '../../idp/admin/statistics.ts';
import { createLeases, type LeaseRecord, leaseCollection } from '../../idp/lease.ts';
import { type Collection, type JournalRecord, openEmbeddedStorage, openJournal } from '../../storage/index.ts';
import { type AdminWorld, startAdminWorld } from './admin-world.ts';

const day = 86_400_000;
/** 09:00 in Japan. */
const start = Date.UTC(2026, 10, 25);
const timeZone = 'Asia/Tokyo';
const providers = ['saml:https://a.example/sp', 'oidc:b', 'oidc:c'];

/** A store on disk with journals of several processes, and folds of several processes on it. */
async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-statistics-'));
  const file = join(folder, 'hub.sqlite');
  let time = start;
  const now = () => time;
  const storage = openEmbeddedStorage({ file, now });
  const open: { close(): Promise<void> }[] = [];
  const headKey = generateKeyPairSync('ed25519');
  async function journal() {
    const opened = await openJournal({ storage, name: 'audit', headsFolder: join(folder, 'heads'), headKey, now });
    open.unshift(opened);
    return opened;
  }
  const reader = await journal();
  type Store = Pick<typeof storage, 'collection'>;
  const countsOf = (store: Store) => store.collection<SignInCount>(signInCountCollection);
  const cursorsOf = (store: Store) => store.collection<FoldCursor>(foldCursorCollection);
  const fold = (more: Partial<Parameters<typeof createStatistics>[0]> = {}, store: Store = storage) =>
    createStatistics({ journal: reader, counts: countsOf(store), cursors: cursorsOf(store), timeZone, now, ...more });
  function another() {
    const other = openEmbeddedStorage({ file, now });
    open.unshift(other);
    return other;
  }
  async function close() {
    for (const one of open) await one.close();
    await storage.close();
    await rm(folder, { recursive: true });
  }
  const to = (at: number) => {
    time = at;
  };
  return { journal, fold, another, storage, countsOf, cursorsOf, to, now, close };
}
type Set = Awaited<ReturnType<typeof setUp>>;

const entryOf = (nth: number) => ({
  type: nth % 2 ? 'sso.saml' : 'sso.oidc',
  result: nth % 7 === 0 ? 'refused' : 'ok',
  provider: providers[nth % 3],
  pseudonym: `p${nth}`,
  ...(nth % 7 === 0 ? { code: nth % 14 === 0 ? 'NO_PASSIVE' : 'SIGN_IN_CANCELLED' } : {}),
});

/** As many sign-ins over so many days, mixed with what is no sign-in. */
async function fill({ to }: Pick<Set, 'to'>, journal: Awaited<ReturnType<Set['journal']>>, count: number, over = 10) {
  for (let nth = 0; nth < over; nth += 1) {
    to(start + nth * day);
    const from = Math.floor((nth * count) / over);
    const until = Math.floor(((nth + 1) * count) / over);
    await Promise.all(
      Array.from({ length: until - from }, (_, more) => [
        journal.append(entryOf(from + more)),
        ...(more % 4 ? [] : [journal.append({ type: 'card.sign-in', result: 'ok', card: 'x' })]),
      ]).flat(),
    );
  }
}

const sum = (records: readonly SignInCount[], period: RegExp) =>
  records
    .filter((record) => period.test(record.period))
    .reduce((total, { answered, ...rest }) => total + answered + refusedIn(rest), 0);
const days = /^\d{4}-\d\d-\d\d$/;
const months = /^\d{4}-\d\d$/;

async function expectAll(set: Set, count: number) {
  const statistics = set.fold();
  expect(sum(await statistics.of(everyProvider), days), 'days').to.equal(count);
  expect(sum(await statistics.of(everyProvider), months), 'months').to.equal(count);
  let each = 0;
  for (const provider of providers) each += sum(await statistics.of(provider), days);
  expect(each, 'each').to.equal(count);
}

describe('counts of sign-ins', function () {
  this.timeout(60_000);
  let set: Set;
  beforeEach(async () => {
    set = await setUp();
  });
  afterEach(() => set.close());

  it('fold ten thousand records of two chains that grow at the same time, each once', async () => {
    const [one, two] = [await set.journal(), await set.journal()];
    await fill(set, one, 5000);
    await fill(set, two, 5000);
    const statistics = set.fold();
    expect(await statistics.refresh()).to.equal(true);
    await expectAll(set, 10_000);
    const [first] = (await statistics.of('oidc:b')).filter(({ period }) => days.test(period));
    expect(first).to.include({ period: '2026-11-25', provider: 'oidc:b' });
    expect(first?.refused).to.have.keys('NO_PASSIVE', 'SIGN_IN_CANCELLED');
    expect(JSON.stringify(await statistics.of(everyProvider)), 'no persons').to.not.match(/"p\d|pseudonym|card/);
    await fill(set, one, 100);
    set.to(start + 11 * day);
    await statistics.refresh();
    await expectAll(set, 10_100);
  });

  it('read the journal at most once a minute, and only what is new', async () => {
    const one = await set.journal();
    await fill(set, one, 2000);
    let read = 0;
    const journal: Parameters<typeof createStatistics>[0]['journal'] = {
      read: async (page) => {
        const found = await one.read(page);
        read += found.records.length;
        return found;
      },
    };
    const statistics = set.fold({ journal });
    await Promise.all([statistics.refresh(), statistics.refresh()]);
    const all = read;
    expect(all).to.be.within(2500, 2510);
    await statistics.refresh();
    set.to(set.now() + 59_999);
    await statistics.refresh();
    expect(read, 'within the minute').to.equal(all);
    set.to(set.now() + 1);
    await one.append(entryOf(1));
    await statistics.refresh();
    expect(read - all, 'the new one').to.be.below(5);
    await expectAll(set, 2001);
  });

  it('go on where a crash broke them off, wherever it was, without counting anything twice', async () => {
    const one = await set.journal();
    await fill(set, one, 3000);
    const failingAt = (at: number) => {
      let writes = 0;
      const guard = <T extends { id: string }>(collection: Collection<T>): Collection<T> => ({
        ...collection,
        update: async (id, change) => {
          writes += 1;
          if (writes === at) throw new Error('the process was killed');
          return collection.update(id, change);
        },
        insert: async (record) => {
          writes += 1;
          if (writes === at) throw new Error('the process was killed');
          return collection.insert(record);
        },
      });
      const { storage } = set;
      return set.fold({ counts: guard(set.countsOf(storage)), cursors: guard(set.cursorsOf(storage)) });
    };
    let crashes = 0;
    for (const at of [1, 2, 5, 9, 12, 17, 18, 19, 20, 33, 34, 35, 60])
      await failingAt(at)
        .refresh()
        .catch((error: Error) => {
          expect(error.message).to.equal('the process was killed');
          crashes += 1;
        });
    expect(crashes).to.be.above(8);
    await set.fold().refresh();
    await expectAll(set, 3000);
  });

  it('are the same when two processes fold at once, and when one holds old records for long', async () => {
    const one = await set.journal();
    await fill(set, one, 3000);
    const others = [set.another(), set.another()];
    await Promise.all(others.map((store) => set.fold({}, store).refresh()));
    await expectAll(set, 3000);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    await one.append(entryOf(1));
    const slow = set
      .fold({
        journal: {
          read: async (page) => {
            const found = await one.read(page);
            if (page?.limit !== 1) await held;
            return found;
          },
        },
      })
      .refresh();
    await set.fold().refresh();
    await one.append(entryOf(2));
    await set.fold().refresh();
    release();
    await slow;
    await expectAll(set, 3002);
  });

  it('are folded by one process at a time: the others show what there is, and take over when that one is held up', async () => {
    const one = await set.journal();
    await fill(set, one, 900, 3);
    const leases = (store: Parameters<Set['countsOf']>[0]) =>
      createLeases({ leases: store.collection<LeaseRecord>(leaseCollection), now: set.now });
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const journal: Parameters<typeof createStatistics>[0]['journal'] = {
      read: async (page) => {
        const found = await one.read(page);
        if (page?.limit !== 1) await held;
        return found;
      },
    };
    const slow = set.fold({ journal, leases: leases(set.storage) }).refresh();
    const other = set.another();
    const waiting = set.fold({ leases: leases(other) }, other);
    expect(await waiting.refresh(), 'somebody else counts').to.equal(false);
    expect(await waiting.of(everyProvider)).to.deep.equal([]);
    set.to(set.now() + 15_000);
    expect(await waiting.refresh()).to.equal(true);
    await expectAll(set, 900);
    release();
    expect(await slow, 'the slow one notices that it is not the only one').to.equal(false);
    await expectAll(set, 900);
  });

  it('fold so much per look and tell that there is more', async () => {
    await fill(set, await set.journal(), 1500);
    const statistics = set.fold({ atMost: 700 });
    const looks: boolean[] = [];
    while (looks.at(-1) !== true && looks.length < 9) looks.push(await statistics.refresh());
    expect(looks).to.deep.equal([false, false, true]);
    await expectAll(set, 1500);
  });

  it('belong to the day and month of the deployment’s own zone', async () => {
    const one = await set.journal();
    for (const at of ['2026-11-30T14:59:59.999Z', '2026-11-30T15:00:00Z']) {
      set.to(Date.parse(at));
      await one.append(entryOf(1));
    }
    const statistics = set.fold();
    await statistics.refresh();
    expect((await statistics.of(everyProvider)).map(({ period, answered }) => [period, answered])).to.deep.equal([
      ['2026-11', 1],
      ['2026-11-30', 1],
      ['2026-12', 1],
      ['2026-12-01', 1],
    ]);
    expect(statistics.periods('day').slice(-2)).to.deep.equal(['2026-11-30', '2026-12-01']);
    expect(statistics.periods('month')).to.have.length(13);
    expect([statistics.periods('month')[0], statistics.periods('month').at(-1)]).to.deep.equal(['2025-12', '2026-12']);
  });

  it('leave what is too old out, days before months, and read on over records that have expired', async () => {
    const one = await set.journal();
    await fill(set, one, 900, 3);
    const records = set.storage.collection<JournalRecord>({ name: 'journal-audit' });
    const { records: kept } = await records.find({ limit: 1000 });
    for (const { id } of kept.slice(100, 400))
      await records.update(id, (record) => ({ ...record, expiresAt: start + day }));
    set.to(start + 2 * day);
    const live = (await records.find({ limit: 1000 })).records.filter(({ entry }) =>
      String(entry.type).startsWith('sso.'),
    );
    const rest = 900 - (await countGone(kept.slice(100, 400)));
    expect(live.length).to.be.below(900);
    const statistics = set.fold();
    await statistics.refresh();
    expect(sum(await statistics.of(everyProvider), days)).to.equal(rest);
    set.to(start + 60 * day);
    expect(sum(await statistics.of(everyProvider), days), 'after two months').to.equal(0);
    expect(sum(await statistics.of(everyProvider), months)).to.equal(rest);
    set.to(start + 450 * day);
    expect(await statistics.of(everyProvider)).to.deep.equal([]);
    const late = set.fold({ cursors: set.storage.collection<FoldCursor>({ name: 'fresh-cursor' }) });
    await late.refresh();
    expect(await late.of(everyProvider), 'folded late').to.deep.equal([]);
  });

  const countGone = async (gone: readonly JournalRecord[]) =>
    gone.filter(({ entry }) => String(entry.type).startsWith('sso.')).length;
});

describe('a line for spreadsheets', () => {
  it('never begins a formula, quotes what has to be quoted (RFC 4180), and leaves numbers alone', () => {
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1', '\r=1'])
      expect(csvLine([text])).to.match(/^"?'/);
    expect(csvLine(['=HYPERLINK("http://evil")', 'a,b', 'a"b', 'plain', -5])).to.equal(
      `"'=HYPERLINK(""http://evil"")","a,b","a""b",plain,-5\r\n`,
    );
  });
});

describe('the page of statistics', () => {
  let world: AdminWorld;
  before(async () => {
    world = await startAdminWorld();
    for (const [key, name] of [
      ['library', '図書館'],
      ['evil', '=HYPERLINK("http://evil.example")<script>alert(1)</script>'],
    ] as const)
      await world.registry.register({
        protocol: 'oidc',
        key,
        name: { ja: name, en: name },
        status: 'approved',
        contract: { attributes: [] },
        settings: {},
        oidc: { metadata: {} },
      });
    const storage = openEmbeddedStorage({ file: join(world.data, 'hub.sqlite') });
    const journal = await openJournal({
      storage,
      name: 'audit',
      headsFolder: join(world.data, 'second-heads'),
      headKey: generateKeyPairSync('ed25519'),
    });
    for (const key of ['library', 'library', 'evil', 'gone'])
      await journal.append({ type: 'sso.oidc', result: 'ok', provider: `oidc:${key}`, pseudonym: 'secret-pseudonym' });
    await journal.append({ type: 'sso.oidc', result: 'refused', provider: 'oidc:library', code: 'NO_PASSIVE' });
    await journal.close();
    await storage.close();
  });
  after(() => world.close());

  it('shows every service with its numbers, refusals by code, and a picture that has words', async () => {
    const own = await world.signedIn('auditor');
    const html = await world.textOf(own, '/admin/statistics');
    expect(html).to.include('図書館').and.include('oidc:gone').and.include('NO_PASSIVE 1');
    expect(html).to.match(/<svg role="img" aria-label="[^"]*ログインできた4件、断った1件/);
    expect(html).to.not.include('<script>alert').and.not.include('secret-pseudonym');
    const library = await world.textOf(own, '/admin/statistics?by=month&service=oidc%3Alibrary');
    expect(library).to.include('ログインできた2件、断った1件');
    expect((await own.request(`${world.origin}/admin/statistics?service=oidc%3Anever`)).status).to.equal(404);
  });

  it('gives a CSV that spreadsheets read as UTF-8 and in which no name is a formula', async () => {
    const own = await world.signedIn('auditor');
    const response = await own.request(`${world.origin}/admin/statistics.csv?by=month`, {
      headers: { 'accept-language': 'ja' },
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(Buffer.from(bytes.slice(0, 3)).toString('hex')).to.equal('efbbbf');
    expect(response.headers.get('content-disposition')).to.include('sign-ins-by-month.csv');
    expect(response.headers.get('cache-control')).to.equal('no-store');
    const lines = new TextDecoder().decode(bytes).trimEnd().split('\r\n');
    expect(lines[0]).to.equal('期間,識別子,サービス,結果,件数');
    expect(lines.some((line) => line.endsWith(',library,図書館,ログインできた,2'))).to.equal(true);
    expect(lines.some((line) => line.endsWith(',library,図書館,NO_PASSIVE,1'))).to.equal(true);
    expect(lines.find((line) => line.includes('HYPERLINK'))).to.include(`"'=HYPERLINK(`);
    expect(lines.join()).to.not.include('*').and.not.include('pseudonym');
  });

  it('is for who may read about services, and there for nobody else', async () => {
    const resident = await world.signedIn('resident');
    for (const path of ['/admin/statistics', '/admin/statistics.csv'])
      expect((await resident.request(`${world.origin}${path}`)).status, path).to.equal(404);
  });
});
