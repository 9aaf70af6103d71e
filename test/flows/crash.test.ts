import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { ed25519From, secretFile } from '../../idp/data-folder.ts';
import { openEmbeddedStorage, openJournal } from '../../storage/index.ts';
import { sanuki, startTrialProcess } from './trial.ts';

/** Fails until nothing answers at this address any more. */
async function silent(url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const answered = await fetch(url, { redirect: 'manual' }).then(
      () => true,
      () => false,
    );
    if (!answered) return true;
    await pause(100);
  }
  return false;
}

describe('the product when it is ended', function () {
  this.timeout(120_000);

  it('by SIGTERM: ends cleanly with parties and card box', async () => {
    const trial = await startTrialProcess();
    expect(await trial.stop('SIGTERM')).to.equal(0);
    for (const url of [trial.summary.hub, trial.summary.portal, trial.summary.cardBox])
      expect(await silent(url)).to.equal(true);
    await trial.clean();
  });

  it('by kill -9 in the middle of sign-ins, three times: no session lost that was told, no card taken for a copy, no chain broken', async () => {
    let trial = await startTrialProcess();
    const { data, base } = trial;
    const [card] = trial.summary.cards;
    const jars: string[] = [];
    try {
      for (const round of [1, 2, 3]) {
        const stop = new AbortController();
        const work = signInsUntil(stop.signal, trial.summary, round);
        await pause(2_500);
        await trial.stop('SIGKILL');
        stop.abort();
        jars.push(...(await work));
        trial = await startTrialProcess({ data, base });
      }
      expect(jars.length, 'some sign-ins were told to be done').to.be.at.least(3);
      for (const jar of jars) {
        const again = await signIn(trial.summary.phr, jar, '000000');
        expect(again.code, `${again.errors} a session that was told is still there`).to.equal(0);
      }
      const last = await signIn(trial.summary.phr, join(data, 'fresh.txt'), card?.pin ?? '');
      expect(last.code, `${last.errors} the card still works`).to.equal(0);
    } finally {
      await trial.stop();
    }
    const storage = openEmbeddedStorage({ file: join(data, 'hub.sqlite') });
    const headKey = ed25519From(await secretFile(join(data, 'keys', 'journal-head.key'), 32, false));
    const journal = await openJournal({ storage, name: 'audit', headsFolder: join(data, 'journal-heads'), headKey });
    const { chains, faults } = await journal.verify();
    expect(chains).to.be.at.least(4);
    expect(faults).to.deep.equal([]);
    await journal.close();
    await storage.close();
    await trial.clean();

    async function signIn(party: string, jar: string, pin: string) {
      const start = await fetch(`${party}/sign-in`, { redirect: 'manual' });
      const page = start.headers.get('location') ?? '';
      return sanuki(
        'sign-in',
        '--page',
        page,
        '--cookies',
        jar,
        '--card',
        card?.number ?? '',
        '--pin',
        pin,
        '--data',
        data,
      );
    }

    /** Signs in over and over; returns the cookie files of those that were told to be done. */
    async function signInsUntil(signal: AbortSignal, { phr }: typeof trial.summary, round: number): Promise<string[]> {
      const told: string[] = [];
      for (let at = 0; !signal.aborted; at++) {
        const jar = join(data, `jar-${round}-${at}.txt`);
        const result = await signIn(phr, jar, card?.pin ?? '').catch(() => undefined);
        if (result?.code === 0) told.push(jar);
      }
      return told;
    }
  });
});
