import type { BlockElement, Status } from '../felica/commands.ts';

/** The transit system (80DE) of a software card: only what can be read without a key. Blocks of 16 bytes, newest first. */
export interface TransitMemory {
  readonly services: ReadonlyMap<number, readonly Uint8Array[]>;
}

export const transitServices = { balance: 0x008b, history: 0x090f, gates: 0x108f, entry: 0x10cb } as const;

/** A card that was never used for a ride: a balance and empty records. */
export function newTransitMemory(balanceYen: number): TransitMemory {
  const balance = new Uint8Array(16);
  balance.set([balanceYen & 0xff, balanceYen >> 8], 11);
  const empty = (count: number) => Array.from({ length: count }, () => new Uint8Array(16));
  const { history, gates, entry } = transitServices;
  return {
    services: new Map([
      [transitServices.balance, [balance]],
      [history, empty(20)],
      [gates, empty(3)],
      [entry, empty(2)],
    ]),
  };
}

const blocksMax = 12;
const refused = (sf1: number, sf2: number): { status: Status; data?: Uint8Array } => ({ status: { sf1, sf2 } });

/** Read Without Encryption over several services; status flag 1 names the position in the list. */
export function readTransit(
  memory: TransitMemory,
  services: readonly number[],
  elements: readonly BlockElement[],
): { status: Status; data?: Uint8Array } {
  if (services.length < 1 || services.length > 16) return refused(0xff, 0xa1);
  if (elements.length < 1 || elements.length > blocksMax) return refused(0xff, 0xa2);
  const missing = services.findIndex((service) => !memory.services.has(service));
  if (missing >= 0) return refused(1 << missing, 0xa6);
  const data: number[] = [];
  for (const [position, { service, access, block }] of elements.entries()) {
    const code = services[service];
    if (code === undefined) return refused(1 << (position & 7), 0xa3);
    if (access !== 0) return refused(1 << (position & 7), 0xa7);
    const content = memory.services.get(code)?.[block];
    if (!content) return refused(1 << (position & 7), 0xa8);
    data.push(...content);
  }
  return { status: { sf1: 0, sf2: 0 }, data: Uint8Array.from(data) };
}
