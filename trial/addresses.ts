import type { Text } from '../web/index.ts';

export const partyIds = ['portal', 'kmix', 'phr', 'clinic'] as const;
export type PartyId = (typeof partyIds)[number];

/** The clinic's terminal at its reception: a registration of its own beside the clinic's. */
export const counterId = 'clinic-counter-1';
export type CounterId = typeof counterId;

export const counterTerminal = {
  facility: { ja: '春日みなと医院', en: 'Kasuga Minato clinic' },
  terminal: '受付1',
} as const;

/** Everything of a trial listens on the base port and up to this many above it. */
export const lastOffset = 23;

/** Where everything of a trial listens. The hub is another site than the parties, so that cross-site rules are lived every day. */
export function trialAddresses(base: number) {
  const at = (host: string, offset: number) => ({ origin: `http://${host}:${base + offset}`, port: base + offset });
  return {
    hub: at('localhost', 0),
    portal: at('127.0.0.1', 1),
    kmix: at('127.0.0.1', 2),
    phr: at('127.0.0.1', 3),
    clinic: at('127.0.0.1', 4),
    cardBox: at('127.0.0.1', 5),
    bodies: { nhi: at('127.0.0.1', 20), kyokai: at('127.0.0.1', 21), others: at('127.0.0.1', 22) },
    reader: `ws://127.0.0.1:${base + 5}/reader`,
    directory: { url: `ldap://127.0.0.1:${base + 23}`, port: base + 23 },
  };
}

export type TrialAddresses = ReturnType<typeof trialAddresses>;

/** The parties of the first deployment, under the names residents read. */
export const partyNames: Readonly<Record<PartyId, Text>> = {
  portal: { ja: 'かがわSSCポータル', en: 'Kagawa SSC portal' },
  kmix: { ja: 'K-MIX 遠隔医療', en: 'K-MIX telemedicine' },
  phr: { ja: 'eヘルスケアバンク', en: 'e-Healthcare Bank' },
  clinic: { ja: '春日みなと医院 受付', en: 'Kasuga Minato clinic, reception' },
};
