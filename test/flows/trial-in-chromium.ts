import type { Browser } from 'playwright-core';
import { skipUnless } from '../skip-unless.ts';
import { chromiumPath, openChromium } from './browser.ts';
import { startTrialProcess, type TrialProcess } from './trial.ts';

/** For a `describe`: its tests have a trial of their own and Chromium, or skip where there is none. */
export function withTrialInChromium(take: (opened: { trial: TrialProcess; browser: Browser }) => void): void {
  let trial: TrialProcess | undefined;
  let browser: Browser | undefined;
  before(async function () {
    skipUnless(chromiumPath !== undefined, 'Chromium', this);
    trial = await startTrialProcess();
    browser = await openChromium();
    take({ trial, browser });
  });
  after(async () => {
    await browser?.close();
    await trial?.stop();
    await trial?.clean();
  });
}
