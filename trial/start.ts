import type { Settings } from '../config/index.ts';
import { startHub } from '../idp/index.ts';
import { createLog } from '../lib/log.ts';
import { type TrialAddresses, trialAddresses } from './addresses.ts';
import { seedBodies } from './bodies/records.ts';
import { registeredBodies } from './bodies/registration.ts';
import { startChild } from './child.ts';
import { renewDirectoryPassword } from './directory.ts';
import type { BodyId } from './insurers.ts';
import { type DemoCard, demoCards, patientCards } from './residents.ts';
import { makeSoftwareCard, registerParties, seedAdministrators, seedPeople } from './seed.ts';

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
    /** The sample bodies; each has a page on which one makes it misbehave. */
    readonly bodies: Readonly<Record<BodyId, string>>;
    readonly cards: readonly PrintedCard[];
    /** Cards for the counter; they lie in the box and are not printed. */
    readonly patients: readonly PrintedCard[];
    readonly pid: number;
  };
  /** As they were completed with the addresses and keys of the sample bodies. */
  readonly settings: Settings;
  readonly close: () => Promise<void>;
}

const extension = import.meta.url.split('.').at(-1);

/** Brings up hub, parties, bodies, card box and staff directory: the hub in this process, the others in four of their own. */
export async function startTrial({ settings: given, base }: TrialOptions): Promise<RunningTrial> {
  const { data, service } = given;
  const addresses = trialAddresses(base);
  const settings = { ...given, sources: await registeredBodies(data, addresses.bodies) };
  const start = { data, base, service };
  await renewDirectoryPassword(data);
  const children = ['parties-process', 'card-box-process', 'bodies-process', 'directory-process'].map((name) =>
    startChild(new URL(`${name}.${extension}`, import.meta.url), start),
  );
  const readiness = Promise.all(children.map(({ ready }) => ready));
  readiness.catch(() => undefined);
  let hub: Awaited<ReturnType<typeof startHub>> | undefined;
  const close = async () => {
    await Promise.all([hub?.close(), ...children.map((child) => child.close())]);
  };
  try {
    const opened: Awaited<ReturnType<typeof startHub>> = await startHub({
      settings,
      log: createLog({ name: 'hub', level: settings.log.level }),
      issuingStation: { make: (residentRef) => makeSoftwareCard(opened, data, residentRef) },
    });
    hub = opened;
    await seedPeople(hub, data);
    await seedAdministrators(hub);
    const { pseudonymFor } = hub.links;
    await seedBodies({ data, pseudonymFor, now: Date.now(), timeZone: service.timeZone });
    await readiness;
    await registerParties(hub, data, addresses);
  } catch (error) {
    await close();
    throw error;
  }
  return { summary: summaryOf(addresses), settings, close };
}

function summaryOf(addresses: TrialAddresses): RunningTrial['summary'] {
  const { hub, portal, kmix, phr, clinic, cardBox, bodies } = addresses;
  return {
    hub: hub.origin,
    samlMetadata: `${hub.origin}/saml/metadata`,
    issuer: hub.origin,
    portal: portal.origin,
    kmix: kmix.origin,
    phr: phr.origin,
    clinic: clinic.origin,
    cardBox: cardBox.origin,
    bodies: { nhi: bodies.nhi.origin, kyokai: bodies.kyokai.origin, others: bodies.others.origin },
    cards: printed(demoCards),
    patients: printed(patientCards),
    pid: process.pid,
  };
}
