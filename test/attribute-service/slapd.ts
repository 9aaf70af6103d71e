import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { DirectoryEntry } from '../../trial/index.ts';

const slapd = '/usr/sbin/slapd';
export const hasSlapd = existsSync(slapd) && existsSync('/etc/ldap/schema/inetorgperson.schema');
export const ldapTool = (name: 'search' | 'delete') => `/usr/bin/ldap${name}`;

export interface SlapdOptions {
  readonly port: number;
  readonly securePort?: number;
  readonly suffix: string;
  readonly bindDn: string;
  readonly password: string;
  readonly entries: readonly DirectoryEntry[];
  /** PEM; with it StartTLS and ldaps:// are offered, and `tlsOnly` refuses everything else. */
  readonly tls?: { readonly certificate: string; readonly privateKey: string };
  readonly tlsOnly?: boolean;
}

/** OpenLDAP's server in the foreground, with a database of its own in a temporary folder. */
export async function startSlapd(options: SlapdOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-slapd-'));
  const conf = join(folder, 'slapd.conf');
  await mkdir(join(folder, 'db'));
  await writeFile(conf, configuration(folder, options), { mode: 0o600 });
  if (options.tls) {
    await writeFile(join(folder, 'server.crt'), options.tls.certificate);
    await writeFile(join(folder, 'server.key'), options.tls.privateKey, { mode: 0o600 });
  }
  await writeFile(join(folder, 'entries.ldif'), ldif(options));
  await promisify(execFile)('/usr/sbin/slapadd', ['-q', '-f', conf, '-l', join(folder, 'entries.ldif')]);
  const secure = options.securePort ? ` ldaps://127.0.0.1:${options.securePort}` : '';
  const urls = `ldap://127.0.0.1:${options.port}${secure}`;
  let child = await start();

  async function start(): Promise<ChildProcess> {
    // A debug level keeps it in the foreground.
    const started = spawn(slapd, ['-h', urls, '-f', conf, '-d', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
    await answering(options.port, started);
    return started;
  }

  async function end(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }

  return {
    end,
    restart: async () => {
      child = await start();
    },
    close: async () => {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, { suffix, bindDn, tls, tlsOnly = false }: SlapdOptions): string {
  const schemas = ['core', 'cosine', 'inetorgperson', 'nis'];
  return [
    ...schemas.map((name) => `include /etc/ldap/schema/${name}.schema`),
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    `pidfile ${folder}/slapd.pid`,
    ...(tls ? [`TLSCertificateFile ${folder}/server.crt`, `TLSCertificateKeyFile ${folder}/server.key`] : []),
    ...(tlsOnly ? ['security tls=1'] : []),
    'database mdb',
    'maxsize 16777216',
    `suffix "${suffix}"`,
    `directory ${folder}/db`,
    'access to attrs=userPassword by anonymous auth by * none',
    `access to * by dn.exact="${bindDn}" read by anonymous auth by * none`,
    '',
  ].join('\n');
}

/** RFC 2849; every value in base64, which is always right. */
function ldif({ suffix, bindDn, password, entries }: SlapdOptions): string {
  const [, dc = ''] = /^dc=([^,]+)/.exec(suffix) ?? [];
  const [, cn = ''] = /^cn=([^,]+)/.exec(bindDn) ?? [];
  const all: DirectoryEntry[] = [
    { dn: suffix, attributes: { objectClass: ['dcObject', 'organization'], dc: [dc], o: [dc] } },
    {
      dn: bindDn,
      attributes: {
        objectClass: ['applicationProcess', 'simpleSecurityObject'],
        cn: [cn],
        userPassword: [password],
      },
    },
    ...entries,
  ];
  const line = (name: string, value: string) => `${name}:: ${Buffer.from(value).toString('base64')}`;
  return all
    .map(({ dn, attributes }) =>
      [
        line('dn', dn),
        ...Object.entries(attributes).flatMap(([name, values]) => values.map((value) => line(name, value))),
        '',
      ].join('\n'),
    )
    .join('\n');
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  const errors: string[] = [];
  child.stderr?.on('data', (chunk) => errors.push(String(chunk)));
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`slapd did not start: ${errors.join('')}`);
    const socket = connect(port, '127.0.0.1');
    const answered = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answered) return;
    await pause(50);
  }
  throw new Error('slapd does not answer');
}
