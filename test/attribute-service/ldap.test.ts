import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { AttributeError } from '../../attribute-service/errors.ts';
import type { LdapStaffOptions } from '../../attribute-service/sources/ldap.ts';
import { type DirectoryEntry, startDirectory, trialDirectory } from '../../trial/index.ts';
import { newKeyPair } from '../peer-keys.ts';
import { freePort, freePorts } from '../ports.ts';
import { refusal } from '../refusal.ts';
import { skipUnless } from '../skip-unless.ts';
import { hasSlapd, ldapTool, startSlapd } from './slapd.ts';
import { instant, password, staffClient } from './staff-client.ts';

const { suffix, baseDn, bindDn } = trialDirectory;

function person(uid: string, more: Readonly<Record<string, readonly string[]>>): DirectoryEntry {
  const attributes = { objectClass: ['inetOrgPerson', 'shadowAccount'], uid: [uid], cn: [uid], sn: [uid], ...more };
  return { dn: `uid=${uid},${baseDn}`, attributes };
}

/** The trial's staff and the cases that it does not have. */
const entries: readonly DirectoryEntry[] = [
  ...trialDirectory.entries,
  person('T1', { employeeNumber: ['P901'], employeeType: ['nurse'], o: ['甲病院'], title: ['看護師'] }),
  person('T2', { employeeNumber: ['P901'], employeeType: ['receptionist'], o: ['甲病院'] }),
  person('T3', { employeeNumber: ['P902'], employeeType: ['nurse'], o: ['甲病院'] }),
  person('T4', { employeeNumber: ['P902'], employeeType: ['nurse'], o: ['乙病院'] }),
  person('T5', { employeeNumber: ['P903'], employeeType: ['support'], shadowExpire: ['20000'] }),
  person('T6', { employeeNumber: ['P904'], employeeType: ['support'], shadowExpire: ['20001'] }),
  person('T7', { employeeNumber: ['A*'], employeeType: ['auditor'] }),
  person('T8', { employeeNumber: ['A)(uid=*'], employeeType: ['auditor'] }),
  ...Array.from({ length: 25 }, (_, at) => person(`M${at}`, { employeeNumber: ['P905'], employeeType: ['nurse'] })),
];

interface Running {
  /** Ends it, and starts it again on the same port. */
  readonly end: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A directory may find nobody, somebody else, or fall over such a value: a role comes from none of them. */
async function nobody(answer: Promise<unknown>): Promise<unknown> {
  return answer.catch((error: { code?: string }) => {
    expect(error.code).to.be.oneOf(['SOURCE_GARBLED', 'SOURCE_SILENT']);
  });
}

/** What the hub relies on, of whatever directory. */
function itIsAStaffDirectory(start: (port: number) => Promise<Running>, available = true): void {
  let running: Running | undefined;
  let url = '';
  const open: { close: () => void }[] = [];
  before(async function () {
    skipUnless(available, 'slapd', this);
    const port = await freePort();
    url = `ldap://127.0.0.1:${port}`;
    running = await start(port);
  });
  after(() => running?.close());
  afterEach(() => {
    for (const opened of open.splice(0)) opened.close();
  });

  function setUp(more: Partial<LdapStaffOptions> = {}) {
    const staff = staffClient(url, more);
    open.push(staff);
    return staff;
  }

  it('says role, licence and facility of a member of staff, and nothing of anybody else', async () => {
    const { staffOf } = setUp();
    expect(await staffOf('P032')).to.deep.equal({
      roles: ['doctor', 'receptionist'],
      licence: '医師',
      facility: { code: '3719999901', name: '春日みなと医院' },
    });
    for (const other of ['P001', 'P040', 'S02', 'nobody', '']) expect(await staffOf(other), other).to.equal(undefined);
  });

  it('merges the entries of one person, and refuses those that contradict', async () => {
    const { staffOf } = setUp();
    const merged = await staffOf('P901');
    expect([...(merged?.roles ?? [])].sort()).to.deep.equal(['nurse', 'receptionist']);
    expect(merged?.licence).to.equal('看護師');
    expect(await refusal(staffOf('P902'))).to.equal('SOURCE_GARBLED');
  });

  it('refuses an answer with more entries than a person can have', async () => {
    expect(await refusal(setUp().staffOf('P905'))).to.equal('SOURCE_GARBLED');
  });

  it('gives nothing from the day on which an entry ends', async () => {
    const { staffOf } = setUp();
    expect(await staffOf('P903')).to.equal(undefined);
    expect((await staffOf('P904'))?.roles).to.deep.equal(['support']);
  });

  it('takes every reference to the letter: no wildcard, no clause, no other spelling (LDAP injection)', async () => {
    const { staffOf } = setUp({ retryAfterMs: 0 });
    const hostile = ['*', 'P03*', 'P032)(uid=*', '*)(objectClass=*', 'P03\\32', 'P032\u0000', ')', '(', '\\', '\\2a'];
    for (const reference of [...hostile, 'p032', ' P032', 'P032 ', 'Ｐ032', '&', '|(uid=*)', '!(uid=x)']) {
      expect(await nobody(staffOf(reference)), JSON.stringify(reference)).to.equal(undefined);
    }
    expect(await staffOf('P032')).to.be.an('object');
  });

  it('finds nobody by any text that is no reference', async () => {
    const { staffOf } = setUp({ retryAfterMs: 0 });
    const known = new Set(entries.flatMap(({ attributes }) => attributes.employeeNumber ?? []));
    const text = fc.string({ unit: fc.constantFrom(...Array.from('()*\\&|!=<>~P032A \u0000ü')) });
    await fc.assert(
      fc.asyncProperty(text, async (reference) => {
        fc.pre(!known.has(reference));
        expect(await nobody(staffOf(reference))).to.equal(undefined);
      }),
      { numRuns: 200 },
    );
  });

  it('answers many lookups at once over one connection', async () => {
    const { staffOf } = setUp();
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => staffOf(at % 2 ? 'P032' : 'P001')));
    expect(answers.filter(Boolean)).to.have.length(20);
  });

  it('is asked again, as our account, after it was restarted', async () => {
    const { staffOf } = setUp();
    expect(await staffOf('P032')).to.be.an('object');
    await running?.end();
    await running?.restart();
    expect(await staffOf('P032')).to.be.an('object');
  });

  it('is left alone for a while once it is down, and then asked again', async () => {
    let time = instant;
    const { staffOf } = setUp({ now: () => time, retryAfterMs: 1000 });
    await running?.end();
    expect(await refusal(staffOf('P032'))).to.equal('SOURCE_SILENT');
    await running?.restart();
    time += 999;
    expect(await refusal(staffOf('P032')), 'not asked').to.equal('SOURCE_SILENT');
    time += 1;
    expect(await staffOf('P032')).to.be.an('object');
  });

  it('refuses a wrong password, is not asked again at once, and its refusal tells no secret', async () => {
    const { staffOf } = setUp({ password: 'guess' });
    const error = await staffOf('P032').catch((cause: unknown) => cause);
    if (!(error instanceof AttributeError)) throw error;
    expect(error.code).to.equal('SOURCE_REFUSED');
    expect(error.message).to.include('LDAP result 49').and.not.include('guess');
    expect(error.cause).to.equal(undefined);
    expect(await refusal(staffOf('P032'))).to.equal('SOURCE_SILENT');
  });

  it('says nothing without our account, and cannot be written with it (asked by the tools of OpenLDAP)', async function () {
    skipUnless(existsSync(ldapTool('search')), 'ldap-utils', this);
    const { staffOf } = setUp();
    const ask = (tool: 'search' | 'delete', ...args: string[]) =>
      promisify(execFile)(ldapTool(tool), ['-x', '-H', url, ...args]).catch((error: { stdout: string }) => error);
    const account = ['-D', bindDn, '-w', password];
    const query = ['-b', baseDn, '(uid=S02)', 'title'];
    const licence = `title:: ${Buffer.from('医師').toString('base64')}`;
    expect((await ask('search', ...account, ...query)).stdout).to.include(licence);
    expect((await ask('search', ...query)).stdout).to.not.include('title::');
    expect((await ask('search', '-D', bindDn, '-w', 'guess', ...query)).stdout).to.not.include('title::');
    expect(await ask('delete', ...account, `uid=S02,${baseDn}`)).to.be.an('error');
    expect(await staffOf('P032')).to.be.an('object');
  });

  it('refuses a search outside its tree without being taken for dead', async () => {
    const { staffOf } = setUp({ baseDn: 'ou=elsewhere,dc=example' });
    expect(await refusal(staffOf('P032'))).to.equal('SOURCE_REFUSED');
    expect(await refusal(staffOf('P032'))).to.equal('SOURCE_REFUSED');
  });
}

describe('staff from the directory of the trial', () => {
  itIsAStaffDirectory(async (port) => {
    const start = () => startDirectory({ listen: { host: '127.0.0.1', port }, password, entries });
    let server = await start();
    return {
      end: () => server.close(),
      restart: async () => {
        server = await start();
      },
      close: () => server.close(),
    };
  });
});

describe('staff from OpenLDAP', () => {
  itIsAStaffDirectory((port) => startSlapd({ port, suffix, bindDn, password, entries }), hasSlapd);

  it('finds a reference of signs that mean something in filters (RFC 4515 3)', async function () {
    skipUnless(hasSlapd, 'slapd', this);
    const port = await freePort();
    const slapd = await startSlapd({ port, suffix, bindDn, password, entries });
    const staff = staffClient(`ldap://127.0.0.1:${port}`);
    for (const reference of ['A*', 'A)(uid=*'])
      expect((await staff.staffOf(reference))?.roles, reference).to.deep.equal(['auditor']);
    expect(await staff.staffOf('A')).to.equal(undefined);
    staff.close();
    await slapd.close();
  });

  it('over TLS: ldaps and StartTLS, to a directory with the right certificate only', async function () {
    this.timeout(30_000);
    skipUnless(hasSlapd, 'slapd', this);
    const tls = await newKeyPair('localhost');
    const port = await freePorts(2);
    const securePort = port + 1;
    const slapd = await startSlapd({ port, securePort, suffix, bindDn, password, entries, tls, tlsOnly: true });
    const open: { close: () => void }[] = [];
    const setUp = (url: string, more: Partial<LdapStaffOptions>) => {
      const staff = staffClient(url, { retryAfterMs: 0, ...more });
      open.push(staff);
      return staff;
    };
    try {
      const trusted = { ca: tls.certificate };
      const stranger = { ca: (await newKeyPair('localhost')).certificate };
      const plain = `ldap://localhost:${port}`;
      const secure = `ldaps://localhost:${securePort}`;
      expect(await refusal(setUp(plain, {}).staffOf('P032')), 'without TLS').to.equal('SOURCE_REFUSED');
      const byStartTls = setUp(plain, { startTls: true, ...trusted });
      const byLdaps = setUp(secure, trusted);
      expect(await byStartTls.staffOf('P032')).to.be.an('object');
      expect(await byLdaps.staffOf('P032')).to.be.an('object');
      for (const [url, more] of [
        [secure, stranger],
        [secure, {}],
        [`ldaps://127.0.0.1:${securePort}`, trusted],
        [plain, { startTls: true, ...stranger }],
        [`ldap://127.0.0.1:${port}`, { startTls: true, ...trusted }],
      ] as const)
        expect(await refusal(setUp(url, more).staffOf('P032')), url).to.equal('SOURCE_SILENT');
      await slapd.end();
      await slapd.restart();
      expect(await byStartTls.staffOf('P032'), 'TLS and account again after a restart').to.be.an('object');
      expect(await byLdaps.staffOf('P032')).to.be.an('object');
    } finally {
      for (const opened of open) opened.close();
      await slapd.close();
    }
  });
});
