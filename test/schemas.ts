import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { skipUnless } from './skip-unless.ts';

const schemas = fileURLToPath(new URL('../../shared/schemas', import.meta.url));
const xmllint = '/usr/bin/xmllint';

/**
 * xmllint in the describe block it is called in, with the schemas of the standards. These are the standards' own files
 * and lie outside the project; without them there is nothing to judge by, and the block is skipped visibly.
 */
export function withSchemas() {
  let folder = '';
  before(async function () {
    skipUnless([schemas, xmllint].every(existsSync), 'xmllint or the folder of schemas', this);
    folder = await mkdtemp(join(tmpdir(), 'sanuki-schema-'));
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  /** What xmllint has against a message; empty when it is valid. */
  return async function faultsOf(xml: string, schema: string): Promise<string> {
    const file = join(folder, 'message.xml');
    await writeFile(file, xml);
    const args = ['--nonet', '--noout', '--schema', join(schemas, schema), file];
    const env = { ...process.env, XML_CATALOG_FILES: join(schemas, 'catalog.xml') };
    return promisify(execFile)(xmllint, args, { env }).then(
      () => '',
      (error: { stderr?: string }) => error.stderr ?? 'failed',
    );
  };
}
