import { createServer } from 'node:http';
import { expect } from 'chai';
import { candidatesOf, importedRegister, jsonRegister } from '../../../idp/office/register.ts';
import { freePort } from '../../ports.ts';
import { refusal } from '../../refusal.ts';
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
