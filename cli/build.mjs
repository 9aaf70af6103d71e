// Compiles the sources into dist/ when they are newer than the last build: TypeScript through tsc, browser code through esbuild.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist/.built');
const folders = 'lib storage config web card-auth federation attribute-service idp relying-parties trial cli';
const files = 'tsconfig.json tsconfig.build.json package-lock.json';
const sources = `${folders} ${files}`.split(' ').filter((name) => existsSync(join(root, name)));

/** Browser programs: where each starts and what it is called among the assets. */
const browserPrograms = Object.entries({
  'sign-in': 'idp/sign-in/browser/main.ts',
  passkey: 'idp/authenticators/browser/main.ts',
  'card-pin': 'idp/card/browser/main.ts',
  station: 'idp/office/browser/main.ts',
}).filter(([, path]) => existsSync(join(root, path)));

async function newest(path) {
  const info = await stat(path);
  if (!info.isDirectory()) return info.mtimeMs;
  const names = await readdir(path);
  const times = await Promise.all(names.map((name) => newest(join(path, name))));
  return Math.max(info.mtimeMs, ...times);
}

async function isCurrent() {
  const built = await stat(stamp).catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!built) return false;
  const times = await Promise.all(sources.map((name) => newest(join(root, name))));
  return Math.max(...times) < built.mtimeMs;
}

async function compile() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  try {
    await promisify(execFile)(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { cwd: root });
  } catch (error) {
    throw new Error(`the sources do not compile:\n${error.stdout ?? ''}${error.stderr ?? ''}`, { cause: error });
  }
}

async function bundle() {
  if (browserPrograms.length === 0) return;
  const { build: esbuild } = await import('esbuild');
  await esbuild({
    entryPoints: Object.fromEntries(browserPrograms.map(([name, path]) => [name, join(root, path)])),
    outdir: join(root, 'dist/assets'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome120', 'firefox128', 'safari17'],
    legalComments: 'none',
    logLevel: 'warning',
  });
}

/** Files that the compiled tree reads beside its modules. */
async function copyFiles() {
  for (const file of ['web/styles.css', 'config/trial.yaml']) {
    await mkdir(join(root, 'dist', dirname(file)), { recursive: true });
    await copyFile(join(root, file), join(root, 'dist', file));
  }
}

/** Does nothing when dist/ is current. */
export async function build() {
  if (await isCurrent()) return;
  const started = new Date();
  await mkdir(join(root, 'dist'), { recursive: true });
  await Promise.all([compile(), bundle(), copyFiles()]);
  await writeFile(stamp, `${started.toISOString()}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // "npm install" under an old Node still finishes; the first "npm start" builds with the right one.
  if (Number(process.versions.node.split('.')[0]) < 24) process.exit(0);
  await build();
}
