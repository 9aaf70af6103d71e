import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../ports.ts';

const modules = '/usr/lib/apache2/modules';
export const hasApache = (module: string): boolean =>
  existsSync('/usr/sbin/apache2') && existsSync(join(modules, `${module}.so`));

export interface ApacheSite {
  readonly modules: readonly string[];
  /** Files the configuration names, by name; written beside it. */
  readonly files?: Readonly<Record<string, string>>;
  /** The configuration of the one protected location; `folder` holds the files. */
  readonly configuration: (site: { readonly folder: string; readonly origin: string }) => string;
}

/** Apache in the foreground with one protected page that names its visitor in a header. */
export async function startApache(site: ApacheSite) {
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-apache-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'www'));
  await writeFile(join(folder, 'www/index.html'), 'protected page\n');
  for (const [name, text] of Object.entries(site.files ?? {}))
    await writeFile(join(folder, name), text, { mode: 0o644 });
  const common = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'dir', 'headers'];
  const lines = [
    `ServerName 127.0.0.1`,
    `ServerRoot ${folder}`,
    `Listen 127.0.0.1:${port}`,
    `PidFile ${folder}/apache.pid`,
    `ErrorLog ${folder}/error.log`,
    ...(userInfo().uid === 0 ? ['User www-data', 'Group www-data'] : []),
    ...[...common, ...site.modules].map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`),
    `DocumentRoot ${folder}/www`,
    'DirectoryIndex index.html',
    '<Location />',
    '  Require valid-user',
    '  Header always set remote-user "expr=%{REMOTE_USER}"',
    '</Location>',
    site.configuration({ folder, origin }),
  ];
  await writeFile(join(folder, 'apache.conf'), `${lines.join('\n')}\n`);
  const child = spawn('/usr/sbin/apache2', ['-DFOREGROUND', '-f', join(folder, 'apache.conf')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await answering(origin, child, folder);

  async function stop(): Promise<void> {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  }
  return { origin, stop };
}

async function answering(origin: string, child: ChildProcess, folder: string): Promise<void> {
  const errors: string[] = [];
  child.stderr?.on('data', (chunk) => errors.push(String(chunk)));
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`Apache did not start (${folder}): ${errors.join('')}`);
    const answered = await fetch(origin, { redirect: 'manual' }).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('Apache does not answer');
}
