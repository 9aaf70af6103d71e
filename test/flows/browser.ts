import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { root } from '../root.ts';

export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

export const openChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });

/** The device of the browser's holder: a platform authenticator that verifies its person without a window (CDP WebAuthn). */
export async function openAuthenticator(page: Page) {
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  /** Whether the holder's finger fits. */
  const verify = (isUserVerified: boolean) =>
    client.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  const credentials = async () => (await client.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  /** What the same device held in an earlier window. */
  async function hold(held: Awaited<ReturnType<typeof credentials>>): Promise<void> {
    for (const credential of held) await client.send('WebAuthn.addCredential', { authenticatorId, credential });
  }
  return { verify, credentials, hold };
}

const folder = join(root, 'coverage/screenshots');

/** Leaves a picture of the page for whoever wants to look: with SANUKI_PICTURES=1, because each takes its time. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env.SANUKI_PICTURES) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const wcagAA = "{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }";

/** What axe finds wrong with the page, WCAG 2.2 A and AA unless other options are given; a line for each rule. */
export async function accessibilityFaults(page: Page, options = wcagAA): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    `axe.run(${options})`,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
}
