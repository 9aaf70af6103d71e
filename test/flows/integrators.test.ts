import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { freePorts } from '../ports.ts';
import { root } from '../root.ts';
import { hasApache } from './apache.ts';
import { skipUnless, startTrialProcess, type TrialProcess } from './trial.ts';

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
  });
  after(async () => {
    await trial?.stop();
    await trial?.clean();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Runs them in a folder of its own, with this trial's addresses and the command of this checkout. */
  async function follow(...sections: string[]): Promise<string> {
    const port = await freePorts(2);
    const commands = (await commandsOf(...sections))
      .replaceAll('http://localhost:4100', trial?.summary.hub ?? '')
      .replaceAll(/\b808([12])\b/g, (_, at: string) => String(port + Number(at) - 1));
    const command = `${process.execPath} ${join(root, 'cli/sanuki.mjs')}`;
    // Where a command fails, Apache does not outlive the script.
    const ends = "trap 'cat */apache.pid 2>/dev/null | xargs -r kill' EXIT";
    const script = join(folder, 'guide.sh');
    await writeFile(script, `set -eu\n${ends}\nnpx() { shift; ${command} "$@" --data ${trial?.data}; }\n${commands}`);
    const { stdout } = await run('bash', [script], { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  }

  it('leads from nothing to a page behind mod_auth_mellon', async () => {
    expect(await follow('SAML')).to.match(/protected page\n$/);
  });

  it('leads from nothing to a page behind mod_auth_openidc, and on to registrations as files', async () => {
    const out = await follow('OpenID Connect', 'Registrations as files');
    expect(out)
      .to.include('protected page\n')
      .and.match(/nothing to change\nnothing to change\n$/);
  });
});
