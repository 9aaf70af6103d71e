import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { CookieJar } from 'tough-cookie';
import { WebSocket } from 'ws';
import {
  isHandOverCode,
  isSuitablePin,
  openSoftwareReader,
  type PinHub,
  ReaderError,
  setPinWithCode,
  typedDigits,
  waitForCard,
} from '../card-auth/client/index.ts';
import type { Settings } from '../config/index.ts';
import { defaultData, print, readHubFile } from './hub-file.ts';
import { refusalWords } from './refusal-words.ts';

interface ActivateOptions {
  readonly card: string;
  readonly codeFile: string;
  readonly pinFile: string;
  readonly data: string;
}

const cardMs = 60_000;

export function activateCommand(): Command {
  return new Command('activate')
    .description('as the holder at a reader: set the PIN of a card of the card box with its hand-over code')
    .requiredOption('--card <number>', 'number of the card')
    .requiredOption('--code-file <file>', 'file that holds the hand-over code; - for standard input')
    .requiredOption('--pin-file <file>', 'file that holds the PIN that the holder chose')
    .option('--data <folder>', 'data folder of the hub, which is running', defaultData)
    .action(activate);
}

async function activate({ card, codeFile, pinFile, data }: ActivateOptions): Promise<void> {
  const settings = await readHubFile(data);
  const code = typedDigits(await readFile(codeFile === '-' ? '/dev/stdin' : codeFile, 'utf8'));
  if (!isHandOverCode(code))
    throw new Error('there is a slip in the code: it has 20 digits, the last checks the others');
  const newPin = typedDigits(await readFile(pinFile, 'utf8'));
  if (!isSuitablePin(newPin, settings.signIn.pinDigits))
    throw new Error(`the PIN is too easy to guess, or has not ${settings.signIn.pinDigits} to 12 digits`);
  const address = settings.signIn.softwareReader;
  if (!address) throw new Error('this hub has no software reader: the headless terminal works in the trial only');
  const socket = new WebSocket(`${address}?card=${encodeURIComponent(card)}`, { origin: settings.origin });
  const reader = await openSoftwareReader(socket as unknown as Parameters<typeof openSoftwareReader>[0]);
  try {
    await waitForCard(reader, { signal: AbortSignal.timeout(cardMs) });
    await setPinWithCode({ reader, hub: await hubAt(settings), code, newPin, origin: settings.origin });
    print({ card, status: 'active' });
  } catch (error) {
    if (error instanceof ReaderError) throw new Error(`the card: ${error.code} (${error.message})`, { cause: error });
    throw error;
  } finally {
    await reader.close();
  }
}

/** The page's own steps, with its cookie and token. */
async function hubAt({ origin }: Settings): Promise<PinHub> {
  const jar = new CookieJar();
  const page = `${origin}/card/activate`;
  const shown = await fetch(page, { headers: { accept: 'text/html' } });
  for (const cookie of shown.headers.getSetCookie()) await jar.setCookie(cookie, page);
  const token = / data-csrf="([^"]+)"/.exec(await shown.text())?.[1];
  if (!token) throw new Error('the hub shows no page for a hand-over code');
  const call = async (step: string, message: object) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      origin,
      'x-csrf-token': token,
      cookie: await jar.getCookieString(page),
    };
    const response = await fetch(`${page}/${step}`, { method: 'POST', headers, body: JSON.stringify(message) });
    const answer = await response.json();
    if (!response.ok) throw new Error(`the hub refused: ${refusalWords(answer)}`);
    return answer;
  };
  return {
    start: () => call('start', {}),
    tap: (message) => call('tap', message),
    prove: (message) => call('prove', message),
    proveCode: (message) => call('prove-code', message),
    confirm: (message) => call('confirm', message),
    commit: (message) => call('commit', message),
  };
}
