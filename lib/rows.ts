import { StringDecoder } from 'node:string_decoder';

/** One row of a file, with the line that it begins on; `fault` says why it could not be read. */
export interface Row {
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly fault?: string | undefined;
}

export type RowFormat = 'csv' | 'json-lines';

/** A row longer than this is no row: a quote was left open, or this is another kind of file. */
const rowMax = 64 * 1024;

/** Reads rows one after another, however large the file is. UTF-8, with or without a byte order mark. */
export async function* readRows(chunks: AsyncIterable<Uint8Array>, format: RowFormat): AsyncGenerator<Row> {
  const records = recordsOf(textOf(chunks), format === 'csv');
  if (format === 'json-lines') {
    for await (const { line, text, fault } of records) {
      if (fault) yield { line, fields: {}, fault };
      else if (text.trim() !== '') yield jsonRow(line, text);
    }
    return;
  }
  let names: readonly string[] | undefined;
  for await (const { line, text, fault } of records) {
    if (!names) names = (cellsOf(text) ?? []).map((name) => name.trim());
    else if (fault) yield { line, fields: {}, fault };
    else if (text !== '') yield csvRow(line, names, cellsOf(text));
  }
}

async function* textOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let first = true;
  for await (const chunk of chunks) {
    const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    yield first && text.startsWith('\uFEFF') ? text.slice(1) : text;
    if (text !== '') first = false;
  }
  yield decoder.end();
}

/** Lines; in CSV a line end inside quotes belongs to its record (RFC 4180 2.6). */
async function* recordsOf(
  texts: AsyncIterable<string>,
  quotes: boolean,
): AsyncGenerator<{ line: number; text: string; fault?: string }> {
  let [rest, line, begins] = ['', 1, 1];
  for await (const text of texts) {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    let open = '';
    for (const part of parts) {
      open = open === '' ? part : `${open}\n${part}`;
      line += 1;
      if (quotes && isOpen(open) && open.length <= rowMax) continue;
      yield recordOf(begins, open);
      [open, begins] = ['', line];
    }
    if (open !== '') {
      rest = `${open}\n${rest}`;
      // Counted again with the rest.
      line = begins;
    }
    if (rest.length > rowMax * 2) throw new TypeError(`line ${begins} is longer than ${rowMax} characters`);
  }
  if (rest !== '') yield recordOf(begins, rest);
}

function recordOf(line: number, text: string) {
  const record = { line, text: text.endsWith('\r') ? text.slice(0, -1) : text };
  return text.length > rowMax ? { ...record, fault: `longer than ${rowMax} characters` } : record;
}

/** Whether a quoted cell goes on behind the end of the line. */
const isOpen = (text: string): boolean => text.includes('"') && (text.split('"').length - 1) % 2 === 1;

/** Undefined where a quote stands in the wrong place. */
function cellsOf(text: string): string[] | undefined {
  if (!text.includes('"')) return text.split(',');
  // Behind a comma of its own every cell begins alike, an empty first one too.
  const cell = /,(?:"((?:[^"]|"")*)"|([^,"]*))(?=,|$)/gy;
  const found = [...`,${text}`.matchAll(cell)];
  const read = found.reduce((length, [whole]) => length + whole.length, 0);
  if (read !== text.length + 1) return undefined;
  return found.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

function csvRow(line: number, names: readonly string[], cells: readonly string[] | undefined): Row {
  if (!cells) return { line, fields: {}, fault: 'a quote in the wrong place' };
  if (cells.length !== names.length)
    return { line, fields: {}, fault: `${cells.length} cells where the first line names ${names.length}` };
  return { line, fields: Object.fromEntries(names.map((name, at) => [name, cells[at]])) };
}

function jsonRow(line: number, text: string): Row {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { line, fields: value as Record<string, unknown> };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { line, fields: {}, fault: 'not a JSON object' };
}
