import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sanuki, startTrialProcess, type TrialProcess } from '../flows/trial.ts';
import { makeDataFolder } from './data-folder.ts';

interface Shown {
  readonly number: string;
  readonly resident: string;
  readonly status: string;
  readonly code?: string;
  readonly task?: string;
}

describe('sanuki card', function () {
  this.timeout(120_000);
  let trial: TrialProcess;
  let folder = '';
  before(async () => {
    trial = await startTrialProcess();
    folder = await mkdtemp(join(tmpdir(), 'sanuki-card-'));
  });
  after(async () => {
    await trial.stop();
    await trial.clean();
    await rm(folder, { recursive: true });
  });

  const run = (...args: string[]) => sanuki('card', ...args, '--data', trial.data);
  async function ok<T = Shown>(...args: string[]): Promise<T> {
    const { code, out, errors } = await run(...args);
    expect(code, errors).to.equal(0);
    return JSON.parse(out) as T;
  }
  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const residentNumber = () => trial.summary.cards[0]?.number ?? '';

  /** The account page at the headless terminal. */
  async function enters(number: string, pin: string): Promise<string> {
    const cookies = join(folder, `cookies-${number}`);
    const page = `${trial.summary.hub}/account`;
    const args = ['--page', page, '--cookies', cookies, '--card', number, '--pin', pin, '--data', trial.data];
    const { code, errors } = await sanuki('sign-in', ...args);
    await rm(cookies, { force: true });
    return code === 0 ? 'in' : errors;
  }

  it('stops a card by one, lets it go on by two', async () => {
    const number = residentNumber();
    const pin = trial.summary.cards[0]?.pin ?? '';
    expect(await ok('suspend', number, '--reason', 'LOST')).to.include({ number, status: 'suspended' });
    expect(await enters(number, pin)).to.include('CARD_SUSPENDED');
    const asked = await ok('resume', number);
    expect(await ok<readonly object[]>('tasks')).to.have.length(1);
    expect(await enters(number, pin), `${asked.task} is only asked for`).to.include('CARD_SUSPENDED');
    expect(await ok('resume', number, '--approve')).to.include({ state: 'done' });
    expect(await enters(number, pin)).to.equal('in');
    expect(await ok('show', number)).to.include({ status: 'active', key_version: 1, pin_changes: 0 });
  });

  it('takes a resident from the application to a card that signs in', async () => {
    const applied = await ok('apply', 'P018', '--approve');
    const issued = await ok('issue', applied.task ?? '');
    expect(issued).to.include({ resident: 'P018', status: 'issued' }).and.not.have.property('code');
    expect(await enters(issued.number, '719305')).to.include('CARD_NOT_ACTIVE');
    const handed = await ok('hand-over', issued.number, '--how', 'mail');
    expect((await run('hand-over', issued.number)).errors, 'once').to.include('once');
    const [code, pin] = [await file('code', handed.code ?? ''), await file('pin', '719305')];
    const activate = ['activate', '--card', issued.number, '--code-file', code];
    const weak = await run(...activate, '--pin-file', await file('weak', '123456'));
    expect(weak.code).to.equal(1);
    expect(weak.errors).to.include('too easy to guess');
    expect(await ok(...activate, '--pin-file', pin)).to.include({ status: 'active' });
    expect(await enters(issued.number, '719305')).to.equal('in');
    const again = await run(...activate, '--pin-file', pin);
    expect(again.errors).to.include('CODE_SPENT');
    const replacement = await ok('replace', issued.number, '--reason', 'DAMAGED', '--approve');
    const next = await ok('issue', replacement.task ?? '');
    const second = await file('code2', (await ok('hand-over', next.number)).code ?? '');
    await ok('activate', '--card', next.number, '--code-file', second, '--pin-file', pin);
    expect(await ok('show', next.number)).to.include({ status: 'active', replaces: issued.number, resident: 'P018' });
    expect(await ok('show', issued.number)).to.include({ status: 'revoked', replaced_by: next.number });
    expect(await enters(issued.number, '719305')).to.include('CARD_REVOKED');
  });

  it('locks, gives the tries back by two, and resets with a code', async () => {
    const [number, pin] = [trial.summary.cards[1]?.number ?? '', trial.summary.cards[1]?.pin ?? ''];
    for (let at = 0; at < 5; at++) await enters(number, '907351');
    expect(await enters(number, pin)).to.include('PIN_LOCKED');
    await ok('unlock', number, '--approve');
    expect(await enters(number, pin)).to.equal('in');
    const { code } = await ok('reset', number, '--reason', 'PIN', '--approve');
    const files = ['--code-file', await file('reset', code ?? ''), '--pin-file', await file('new', '837192')];
    await ok('activate', '--card', number, ...files);
    expect(await enters(number, pin)).to.include('PIN_WRONG');
    expect(await enters(number, '837192')).to.equal('in');
  });

  it('keeps no code anywhere, and tells it once', async () => {
    const { code = '' } = await ok('reset', residentNumber(), '--approve');
    expect(code).to.match(/^\d{20}$/);
    expect(JSON.stringify(await ok('show', residentNumber()))).to.not.include(code);
    const files = await readdir(trial.data, { recursive: true, withFileTypes: true });
    for (const one of files.filter((entry) => entry.isFile()))
      expect(await readFile(join(one.parentPath, one.name), 'latin1'), one.name).to.not.include(code);
  });

  it('says what is wrong, in one line', async () => {
    for (const [args, words] of [
      [['show', '9'], 'no card of this number'],
      [['suspend', residentNumber(), '--reason', 'BORED'], 'one of CLONE'],
      [['apply', 'nobody'], 'no such resident'],
      [['issue', 'nothing'], 'waits for no card'],
      [['hand-over', '9'], 'no card of this number'],
      [['hand-over', '9', '--how', 'dove'], 'counter, mail'],
    ] as const) {
      const { code, errors } = await run(...args);
      expect(code).to.equal(1);
      expect(errors).to.include(words);
    }
  });
});

describe('sanuki card in production', () => {
  it('agrees to nothing by itself, and makes no software card', async () => {
    const made = await makeDataFolder('production');
    try {
      for (const act of ['resume', 'revoke', 'replace', 'unlock', 'reset']) {
        const { code, errors } = await made.run('card', act, '1', '--approve');
        expect([code, errors], act).to.satisfy(
          ([ended, text]: [number, string]) => ended === 1 && text.includes('trial only'),
        );
      }
      expect((await made.run('card', 'issue', 'x')).errors).to.include('issuing station');
      expect((await made.run('card', 'hand-over', '1')).errors).to.include('at the console');
      const round = await made.run('card', 'expire');
      expect(round.code, round.errors).to.equal(0);
    } finally {
      await made.clean();
    }
  }).timeout(60_000);
});
