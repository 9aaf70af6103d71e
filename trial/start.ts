import type { Settings } from '../config/index.ts';
import { startHub } from '../idp/index.ts';
import { createLog } from '../lib/log.ts';
import { trialAddresses } from './addresses.ts';
import { startChild } from './child.ts';
import { type DemoCard, demoCards, patientCards } from './residents.ts';
import { registerParties, seedPeople } from './seed.ts';

export interface TrialOptions {
  readonly settings: Settings;
  readonly base: number;
}

interface PrintedCard {
  readonly number: string;
  readonly pin: string;
  readonly resident: string;
}

const printed = (cards: readonly DemoCard[]): PrintedCard[] =>
  cards.map(({ number, pin, residentId }) => ({ number, pin, resident: residentId }));

/** The printed line of a started trial, and the way to end it. */
export interface RunningTrial {
  readonly summary: {
    readonly hub: string;
    readonly samlMetadata: string;
    readonly issuer: string;
    readonly portal: string;
    readonly kmix: string;
    readonly phr: string;
    readonly clinic: string;
    readonly cardBox: string;
    readonly cards: readonly PrintedCard[];
    /** Cards for the counter; they lie in the box and are not printed. */
    readonly patients: readonly PrintedCard[];
    readonly pid: number;
  };
  readonly close: () => Promise<void>;
}

const extension = import.meta.url.split('.').at(-1);

/** Brings up hub, parties and card box: the hub in this process, the others in two of their own. */
export async function startTrial({ settings, base }: TrialOptions): Promise<RunningTrial> {
  const { data, service } = settings;
  const addresses = trialAddresses(base);
  const start = { data, base, service };
  const children = ['parties-process', 'card-box-process'].map((name) =>
    startChild(new URL(`${name}.${extension}`, import.meta.url), start),
  );
  const readiness = Promise.all(children.map(({ ready }) => ready));
  readiness.catch(() => undefined);
  let hub: Awaited<ReturnType<typeof startHub>> | undefined;
  const close = async () => {
    await Promise.all([hub?.close(), ...children.map((child) => child.close())]);
  };
  try {
    hub = await startHub({ settings, log: createLog({ name: 'hub', level: settings.log.level }) });
    await seedPeople(hub, data);
    await readiness;
    await registerParties(hub, data, addresses);
  } catch (error) {
    await close();
    throw error;
  }
  const origins = Object.fromEntries(
    (['portal', 'kmix', 'phr', 'clinic', 'cardBox'] as const).map((name) => [name, addresses[name].origin]),
  ) as Record<'portal' | 'kmix' | 'phr' | 'clinic' | 'cardBox', string>;
  return {
    summary: {
      hub: addresses.hub.origin,
      samlMetadata: `${addresses.hub.origin}/saml/metadata`,
      issuer: addresses.hub.origin,
      ...origins,
      cards: printed(demoCards),
      patients: printed(patientCards),
      pid: process.pid,
    },
    close,
  };
}
