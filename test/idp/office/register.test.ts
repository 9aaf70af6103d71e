import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CardOffice } from '../../../config/card-office.ts';
import { candidatesOf, importedRegister, jsonRegister, openRegister } from '../../../idp/office/register.ts';
import { hasSlapd, startSlapd } from '../../attribute-service/slapd.ts';
import { newKeyPair } from '../../peer-keys.ts';
import { freePort } from '../../ports.ts';
import { refusal } from '../../refusal.ts';
import { skipUnless } from '../../skip-unless.ts';
import { people } from './office-world.ts';

const bornOn = async (day: string) => people.filter(({ birthDate }) => birthDate === day);
const { id: reference = '', synthetic: _synthetic, ...basic } = people[0] ?? { synthetic: true };
const entry = { ...basic, reference };

describe('the resident register behind its seam (R34)', () => {
  it('is what was imported; who has no address there is in no state to be matched', async () => {
    const [first, ...rest] = people;
    const without = first ? [{ ...first, address: undefined }] : [];
    const register = importedRegister({ bornOn: async () => [...without, ...rest] });
    expect((await register.bornOn('x')).map((one) => one.reference)).to.deep.equal(['P006', 'P007']);
  });

  it('shows nobody who was merely born on the same day', async () => {
    const twin = { name: { kana: 'たかはし あおい' }, birthDate: '2018-05-05' };
    const found = await candidatesOf(importedRegister({ bornOn }), twin);
    expect(found.map((one) => one.reference)).to.deep.equal(['P007']);
  });

  async function answered(answer: string, { status = 200, wait = 0 } = {}) {
    const port = await freePort();
    const heard: { body: string; authorization: string | undefined }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        heard.push({ body, authorization: request.headers.authorization });
        setTimeout(() => response.writeHead(status).end(answer), wait);
      });
    });
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    const register = jsonRegister({
      kind: 'json',
      address: `http://127.0.0.1:${port}/persons`,
      deadlineMs: 300,
      token: 'secret',
      trial: true,
    });
    const found = await register.bornOn('1984-03-02').catch((error: unknown) => error);
    server.closeAllConnections();
    server.close();
    return { found, heard };
  }

  it('is asked over HTTP with a birth date, and with nothing else', async () => {
    const { found, heard } = await answered(JSON.stringify({ persons: [entry] }));
    expect(found).to.deep.equal([entry]);
    expect(heard).to.deep.equal([{ body: '{"birthDate":"1984-03-02"}', authorization: 'Bearer secret' }]);
  });

  it('is refused where its answer is late, wrong, or about another day, and no error repeats what it said', async () => {
    const codeOf = async (answer: string, how = {}) => refusal(Promise.reject((await answered(answer, how)).found));
    expect(await codeOf('{}', { wait: 600 })).to.equal('REGISTER_SILENT');
    expect(await codeOf('{}', { status: 500 })).to.equal('REGISTER_SILENT');
    for (const answer of ['no json', '{}', JSON.stringify({ persons: [{ ...entry, sex: 9 }] })])
      expect(await codeOf(answer), answer).to.equal('REGISTER_GARBLED');
    const other = JSON.stringify({ persons: [{ ...entry, birthDate: '1984-03-03' }] });
    expect(await codeOf(other)).to.equal('REGISTER_GARBLED');
    const { found } = await answered(JSON.stringify({ persons: [{ ...entry, reference: '髙橋 健一' }] }));
    const said = found instanceof Error ? `${found.message} ${String(found.cause)} ${found.stack}` : '';
    expect(said).to.include('the agreed form').and.not.include('髙橋');
  });
});

describe('the resident register in a directory', function () {
  this.timeout(30_000);
  const attributes = {
    reference: 'employeeNumber',
    birthDate: 'departmentNumber',
    sex: 'employeeType',
    kanji: 'cn',
    kana: 'displayName',
    postal: 'postalCode',
    municipality: 'l',
    town: 'street',
    block: 'roomNumber',
  };
  const person = (uid: string, more: Readonly<Record<string, readonly string[]>> = {}) => ({
    dn: `uid=${uid},dc=city`,
    attributes: {
      objectClass: ['inetOrgPerson'],
      uid: [uid],
      sn: ['x'],
      employeeNumber: [uid],
      departmentNumber: ['19840302'],
      employeeType: ['1'],
      cn: ['髙橋 健一'],
      displayName: ['タカハシ ケンイチ'],
      postalCode: ['760-9904'],
      l: ['高松市'],
      street: ['太田上町'],
      roomNumber: ['4番地'],
      ...more,
    },
  });
  let slapd: Awaited<ReturnType<typeof startSlapd>> | undefined;
  let port: number;
  before(async function () {
    skipUnless(hasSlapd, 'slapd', this);
    port = await freePort();
    const entries = [person('R1'), person('R2', { departmentNumber: ['19840303'], employeeType: ['9'] })];
    slapd = await startSlapd({ port, suffix: 'dc=city', bindDn: 'cn=hub,dc=city', password: 'right', entries });
  });
  after(() => slapd?.close());

  async function ask(day: string, more: object = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'sanuki-register-'));
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, 'password' in more ? String(more.password) : 'right');
    const caFile = join(folder, 'ca.pem');
    if ('ca' in more) await writeFile(caFile, String(more.ca));
    const where = { url: `ldap://127.0.0.1:${port}`, bindDn: 'cn=hub,dc=city', baseDn: 'dc=city' };
    const tls = 'ca' in more ? { caFile } : {};
    const how = 'place' in more ? { ...where, ...(more.place as object), ...tls } : where;
    const { register: settings } = CardOffice.parse({
      register: { kind: 'ldap', ...how, passwordFile, attributes, birthDateFormat: 'YYYYMMDD', deadlineMs: 2000 },
    });
    const register = await openRegister(settings, { residents: { bornOn }, trial: true });
    await rm(folder, { recursive: true });
    return register.bornOn(day);
  }

  it('answers with who was born on a day, and nobody where nobody was', async () => {
    const [found, ...others] = await ask('1984-03-02');
    expect(others).to.deep.equal([]);
    expect(found).to.deep.include({ reference: 'R1', sex: 1, birthDate: '1984-03-02' });
    expect(found?.name).to.include({ kanji: '髙橋 健一', kana: 'タカハシ ケンイチ' });
    expect(await ask('1999-01-01')).to.deep.equal([]);
    expect(await ask('*'), 'no wildcard').to.deep.equal([]);
  });

  it('is refused where an entry cannot be used or the account is not let in', async () => {
    expect(await refusal(ask('1984-03-03'))).to.equal('REGISTER_GARBLED');
    expect(await refusal(ask('1984-03-02', { password: 'wrong' }))).to.equal('REGISTER_SILENT');
  });

  it('is asked behind StartTLS, and hears no password from a hub that could be speaking to somebody else', async () => {
    const tls = await newKeyPair('localhost');
    const [own, entries] = [await freePort(), [person('R1')]];
    const where = { port: own, suffix: 'dc=city', bindDn: 'cn=hub,dc=city', password: 'right', entries };
    const directory = await startSlapd({ ...where, tls, tlsOnly: true });
    const at = (host: string, startTls: boolean) => ({ url: `ldap://${host}:${own}`, startTls });
    const ca = tls.certificate;
    try {
      const found = await ask('1984-03-02', { place: at('localhost', true), ca });
      expect(found.map(({ reference: of }) => of)).to.deep.equal(['R1']);
      const refused = {
        'without TLS, which this directory refuses': { place: at('localhost', false), ca },
        'an authority that nobody named': { place: at('localhost', true) },
        'the certificate of a stranger': {
          place: at('localhost', true),
          ca: (await newKeyPair('localhost')).certificate,
        },
        'a certificate of another name': { place: at('127.0.0.1', true), ca },
      };
      for (const [what, more] of Object.entries(refused))
        expect(await refusal(ask('1984-03-02', more)), what).to.equal('REGISTER_SILENT');
    } finally {
      await directory.close();
    }
  });
});
