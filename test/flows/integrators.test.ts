import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { freePorts } from '../ports.ts';
import { root } from '../root.ts';
import { skipUnless } from '../skip-unless.ts';
import { hasApache } from './apache.ts';
import { startTrialProcess, type TrialProcess } from './trial.ts';

const run = promisify(execFile);

/** The commands of the guide's beginning and of some sections, as they stand there. */
async function commandsOf(...sections: string[]): Promise<string> {
  const guide = await readFile(join(root, 'docs/integrators.md'), 'utf8');
  const parts = guide
    .split(/^(?=## )/m)
    .filter((part, at) => at === 0 || sections.some((title) => part.startsWith(`## ${title}`)));
  return parts.flatMap((part) => [...part.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block)).join('\n');
}

describe('the guide for integrators', function () {
  this.timeout(120_000);
  let trial: TrialProcess | undefined;
  let folder = '';
  before(async function () {
    skipUnless(hasApache('mod_auth_mellon') && hasApache('mod_auth_openidc'), 'Apache with both modules', this);
    trial = await startTrialProcess();
    folder = await mkdtemp(join(tmpdir(), 'sanuki-guide-'));
    await chmod(folder, 0o755);
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await mkdir(join(folder, 'bin'));
    const command = `exec ${process.execPath} ${join(root, 'cli/sanuki.mjs')} "$@" --data ${trial.data}`;
    await writeFile(join(folder, 'bin/npx'), `#!/bin/sh\nshift\n${command}\n`, { mode: 0o755 });
  });
  after(async () => {
    await trial?.stop();
    await trial?.clean();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Runs them in a folder of its own, with this trial's addresses and the command of this checkout. */
  async function follow(...sections: string[]): Promise<string> {
    const port = await freePorts(3);
    const commands = (await commandsOf(...sections))
      .replaceAll('http://localhost:4100', trial?.summary.hub ?? '')
      .replaceAll(/\b808([123])\b/g, (_, at: string) => String(port + Number(at) - 1));
    // Where a command fails, Apache does not outlive the script.
    const ends = "trap 'cat */apache.pid 2>/dev/null | xargs -r kill' EXIT";
    const script = join(folder, 'guide.sh');
    await writeFile(script, `set -eu\n${ends}\n${commands}`);
    const { stdout } = await run('bash', [script], {
      cwd: folder,
      env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
  }

  it('has the same commands in Japanese', async () => {
    const blocksOf = async (name: string) =>
      (await readFile(join(root, 'docs', name), 'utf8')).match(/^```[\s\S]*?^```$/gm) ?? [];
    expect(await blocksOf('integrators.ja.md')).to.deep.equal(await blocksOf('integrators.md')).and.to.not.be.empty;
  });

  it('leads from nothing to a page behind mod_auth_mellon', async () => {
    expect(await follow('SAML')).to.match(/protected page\n$/);
  });

  it('leads to a sign-in test for CI with openid-client', async () => {
    const out = await follow('OpenID Connect, with openid-client');
    expect(out).to.match(/signed in at level urn:x-sanuki:ac:card-pin, known here as [\w-]{32,}\n$/);
  });

  it('leads from nothing to a page behind mod_auth_openidc, and on to registrations as files', async () => {
    const out = await follow('OpenID Connect, with mod_auth_openidc', 'Registrations as files');
    expect(out)
      .to.include('protected page\n')
      .and.match(/nothing to change\nnothing to change\n$/);
  });
});
