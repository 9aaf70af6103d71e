import { expect } from 'chai';
import { type Row, type RowFormat, readRows } from '../../lib/rows.ts';

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function rowsIn(text: string, format: RowFormat = 'csv', size = 1 << 16): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(inPieces(text, size), format)) rows.push(row);
  return rows;
}

describe('rows of a file', () => {
  const csv = '\uFEFFid,name,note\r\nr1,羽巢 聖司,\r\n,"a, ""b""","two\r\nlines"\n\nr3,x,y';

  for (const size of [1, 2, 3, 7, 1 << 16])
    it(`reads CSV (RFC 4180) in pieces of ${size} bytes, with the line each begins on`, async () => {
      expect(await rowsIn(csv, 'csv', size)).to.deep.equal([
        { line: 2, fields: { id: 'r1', name: '羽巢 聖司', note: '' } },
        { line: 3, fields: { id: '', name: 'a, "b"', note: 'two\r\nlines' } },
        { line: 6, fields: { id: 'r3', name: 'x', note: 'y' } },
      ]);
    });

  it('tells rows with too few or too many cells, and quotes in the wrong place', async () => {
    const rows = await rowsIn('a,b\n1\n1,2,3\n1,x"y"\n1,2\n');
    expect(rows.map(({ line, fault }) => [line, fault !== undefined])).to.deep.equal([
      [2, true],
      [3, true],
      [4, true],
      [5, false],
    ]);
  });

  it('reads JSON lines, and tells those that are no object', async () => {
    const rows = await rowsIn('{"a":1}\n\n[1]\n{"a":\n"text"\n{"a":2}', 'json-lines', 3);
    expect(rows.map(({ line, fields, fault }) => [line, fault ?? fields])).to.deep.equal([
      [1, { a: 1 }],
      [3, 'not a JSON object'],
      [4, 'not a JSON object'],
      [5, 'not a JSON object'],
      [6, { a: 2 }],
    ]);
  });

  it('gives up on a file without line ends instead of filling the memory', async () => {
    const failed = await rowsIn('x'.repeat(1 << 20), 'json-lines', 1 << 14).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(TypeError);
  });
});
