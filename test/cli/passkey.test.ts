import { chmod, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { sanuki, startTrialProcess, type TrialProcess } from '../flows/trial.ts';
import { makeDataFolder } from './data-folder.ts';

const bound = 'urn:x-sanuki:ac:card-pin-bound';

describe('sanuki sign-in with a test key', function () {
  this.timeout(60_000);
  let trial: TrialProcess;
  before(async () => {
    trial = await startTrialProcess();
  });
  after(async () => {
    await trial.stop();
    await trial.clean();
  });

  let jar = '';
  beforeEach(() => {
    jar = join(trial.data, `${Math.random()}.txt`);
  });

  async function signIn(page: string, ...more: string[]) {
    const [card] = trial.summary.cards;
    const common = { page, cookies: jar, card: card?.number ?? '', pin: card?.pin ?? '', data: trial.data };
    return sanuki('sign-in', ...Object.entries(common).flatMap(([name, value]) => [`--${name}`, value]), ...more);
  }

  const pageOf = async (party: 'kmix' | 'phr', more: Record<string, string> = {}) => {
    const { headers } = await fetch(`${trial.summary[party]}/sign-in`, { redirect: 'manual' });
    const url = new URL(headers.get('location') ?? '');
    for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value);
    return url.href;
  };

  const answerIn = (out: string): string => {
    const { html = '' } = JSON.parse(out) as { html?: string };
    return Buffer.from(/name="SAMLResponse" value="([^"]+)"/.exec(html)?.[1] ?? '', 'base64').toString();
  };
  const keysIn = async () => JSON.parse(await readFile(`${jar}.passkey`, 'utf8')) as { counter: number }[];

  it('says that a service asks for a passkey, and what to do', async () => {
    const { code, errors } = await signIn(await pageOf('kmix'));
    expect([code, errors]).to.deep.equal([
      1,
      'sanuki: the page asks for a passkey: --bound binds and uses a test key\n',
    ]);
  });

  it('binds one at the first time and uses the same from then on, kept for its owner only', async () => {
    const first = await signIn(await pageOf('kmix'), '--bound');
    expect(first.code, first.errors).to.equal(0);
    expect(answerIn(first.out)).to.include('Response');
    expect((await stat(`${jar}.passkey`)).mode & 0o777).to.equal(0o600);
    await rm(jar);
    const second = await signIn(await pageOf('kmix'), '--bound');
    expect(second.code, second.errors).to.equal(0);
    const keys = await keysIn();
    expect(keys.map(({ counter }) => counter)).to.deep.equal([2]);
    expect(`${first.out}${second.out}${first.errors}`).to.not.include('privateKey');
  });

  it('does without the card where the service accepts that', async () => {
    await signIn(await pageOf('kmix'), '--bound');
    await rm(jar);
    const alone = ['--passkey', '--pin', '000000'];
    const page = await pageOf('phr', { acr_values: 'urn:x-sanuki:ac:passkey' });
    const [card] = trial.summary.cards;
    const common = ['--page', page, '--cookies', jar, '--data', trial.data, '--card', card?.number ?? ''];
    const { code, out, errors } = await sanuki('sign-in', ...common, ...alone);
    expect(code, errors).to.equal(0);
    expect(JSON.parse(out).next).to.include('code=');
    const both = await pageOf('phr', { acr_values: `${'urn:x-sanuki:ac:card-pin'} urn:x-sanuki:ac:passkey` });
    await rm(jar);
    const offered = await sanuki('sign-in', '--page', both, ...common.slice(2), ...alone);
    expect(offered.code, offered.errors).to.equal(0);
  });

  it('uses no key file that others may read, none that is spoilt, and none at a hub that is no trial', async () => {
    await signIn(await pageOf('kmix'), '--bound');
    await chmod(`${jar}.passkey`, 0o644);
    await rm(jar);
    expect((await signIn(await pageOf('kmix'), '--bound')).errors).to.include('may be read by others');
    const production = await makeDataFolder('production');
    const refused = await production.run(
      'sign-in',
      '--page',
      'https://id.example/sign-in/x',
      '--cookies',
      jar,
      '--card',
      '1',
      '--bound',
    );
    expect([refused.code, refused.errors]).to.deep.equal([1, 'sanuki: test keys are for a trial: this hub is none\n']);
    await production.clean();
  });

  it('reaches the level that it is for', async () => {
    await signIn(await pageOf('kmix'), '--bound');
    const wish = await signIn(await pageOf('phr', { acr_values: bound }), '--bound');
    expect(JSON.parse(wish.out).next).to.include('code=');
  });
});
