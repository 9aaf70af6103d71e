// Gets the test server's libraries from Maven and compiles it, once for each version of its two sources.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../../node_modules/.cache/mongo-server', import.meta.url));

/** The class path of MongoServer. Throws when Java or Maven is missing, or Maven reaches no repository. */
export function mongoServerClassPath() {
  const version = createHash('sha256');
  for (const name of ['pom.xml', 'MongoServer.java']) version.update(readFileSync(join(sources, name)));
  const folder = join(cache, version.digest('hex').slice(0, 16));
  if (!existsSync(folder)) make(folder);
  return [join(folder, 'classes'), join(folder, 'libraries', '*')].join(delimiter);
}

/** Under another name first, so that the folder is whole as soon as it is there. */
function make(folder) {
  const draft = `${folder}.${process.pid}`;
  const libraries = join(draft, 'libraries');
  mkdirSync(libraries, { recursive: true });
  run('mvn', [
    '-B',
    '-q',
    '-f',
    join(sources, 'pom.xml'),
    'dependency:copy-dependencies',
    `-DoutputDirectory=${libraries}`,
  ]);
  run('javac', ['-cp', join(libraries, '*'), '-d', join(draft, 'classes'), join(sources, 'MongoServer.java')]);
  if (existsSync(folder)) rmSync(draft, { recursive: true });
  else renameSync(draft, folder);
}

function run(command, options) {
  execFileSync(command, options, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${mongoServerClassPath()}\n`);
