import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import { attributeIn, browser } from '../idp/world.ts';
import { skipUnless } from '../skip-unless.ts';
import { hasApache } from './apache.ts';
import { startMellon } from './mellon.ts';
import { sanuki, startTrialProcess, type TrialProcess } from './trial.ts';

describe('a change of SAML keys at the running product', function () {
  this.timeout(60_000);
  let trial: TrialProcess;
  before(async () => {
    trial = await startTrialProcess();
  });
  after(async () => {
    await trial.stop();
    await trial.clean();
  });

  async function run(...args: string[]): Promise<string> {
    const { code, out, errors } = await sanuki(...args, '--data', trial.data);
    expect(code, errors).to.equal(0);
    return out;
  }

  /** The status of the page behind a sign-in at Apache, or of what Apache says to the answer. */
  async function signOn(origin: string): Promise<number> {
    const [card] = trial.summary.cards;
    const tab = browser();
    const start = await tab.request(`${origin}/`);
    const login = await tab.request(new URL(start.headers.get('location') ?? '', origin).href);
    const page = login.headers.get('location') ?? '';
    const jar = join(trial.data, `${randomBytes(6).toString('hex')}.txt`);
    const by = ['--cookies', jar, '--card', card?.number ?? '', '--pin', card?.pin ?? ''];
    const { html = '' } = JSON.parse(await run('sign-in', '--page', page, ...by)) as { html?: string };
    const inputs = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const fields = inputs.map(([tag, name = '']): [string, string] => [name, attributeIn(tag, /value="([^"]*)"/)]);
    const action = attributeIn(html, /<form method="post" action="([^"]+)"/);
    const answered = await tab.request(action, { method: 'POST', body: new URLSearchParams(fields) });
    if (answered.status >= 400) return answered.status;
    return (await tab.request(new URL(answered.headers.get('location') ?? '', origin).href)).status;
  }

  it('is survived by mod_auth_mellon with both certificates; with the old one alone it works until the change', async function () {
    skipUnless(hasApache('mod_auth_mellon'), 'mod_auth_mellon', this);
    const old = await startMellon(trial.summary.samlMetadata);
    await run('keys', 'rotate', '--use', 'saml');
    const prepared = await startMellon(trial.summary.samlMetadata);
    try {
      for (const { origin } of [old, prepared])
        await run('provider', 'add', '--metadata', `${origin}/mellon/metadata`, '--approve');
      expect(await signOn(old.origin), 'while the next key is announced').to.equal(200);
      expect(await signOn(prepared.origin)).to.equal(200);
      await run('keys', 'rotate', '--use', 'saml', '--now');
      expect(await signOn(prepared.origin), 'nobody restarted anything').to.equal(200);
      expect(await signOn(old.origin), 'it never read our metadata again').to.be.at.least(400);
      const metadata = await (await fetch(trial.summary.samlMetadata)).text();
      expect(metadata.match(/<md:KeyDescriptor/g)).to.have.length(1);
    } finally {
      await Promise.all([old.stop(), prepared.stop()]);
    }
  });
});
