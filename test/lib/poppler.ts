import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { skipUnless } from '../skip-unless.ts';

function isInstalled(): boolean {
  try {
    execFileSync('pdftotext', ['-v'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** What an independent reader finds in a PDF file. */
export interface ReadPdf {
  /** The texts of each page, line by line. */
  readonly pages: readonly string[];
  /** Size of the first page, in mm. */
  readonly width: number;
  readonly height: number;
  /** All that stands in the file about itself. */
  readonly info: string;
  /** A line for each font: name, type, whether embedded, whether a subset. */
  readonly fonts: readonly string[];
}

/** Poppler in the describe block it is called in; without its programs the block is skipped visibly. */
export function withPoppler() {
  let folder = '';
  before(async function () {
    skipUnless(isInstalled(), 'poppler-utils', this);
    folder = await mkdtemp(join(tmpdir(), 'sanuki-pdf-'));
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  async function read(file: Uint8Array): Promise<ReadPdf> {
    const path = join(folder, 'file.pdf');
    await writeFile(path, file);
    const run = async (program: string, ...args: string[]) => (await promisify(execFile)(program, args)).stdout;
    const info = await run('pdfinfo', path);
    const [, width = '', height = ''] = /Page size: +([\d.]+) x ([\d.]+) pts/.exec(info) ?? [];
    const text = await run('pdftotext', '-layout', path, '-');
    const fonts = (await run('pdffonts', path)).trim().split('\n').slice(2);
    const mm = (points: string) => (Number(points) * 25.4) / 72;
    return { pages: text.split('\f').slice(0, -1), width: mm(width), height: mm(height), info, fonts };
  }

  return { read };
}
