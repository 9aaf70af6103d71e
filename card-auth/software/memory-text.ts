import { z } from 'zod';
import type { SoftwareCardMemory } from './card.ts';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
const SavedCard = z.strictObject({
  idm: hex(8),
  pmm: hex(8),
  wcnt: z.int().min(0).max(0xffffff),
  blocks: z.record(z.string().regex(/^[0-9a-f]{2}$/), hex(16)),
  transit: z.record(z.string().regex(/^[0-9a-f]{4}$/), z.array(hex(16))),
  rideOnly: z.boolean().default(false),
});

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const fromHex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const nameOf = (number: number, digits: number) => number.toString(16).padStart(digits, '0');

/** A software card as plain JSON data, for the file it is kept in. */
export function toSavedCard({ liteS, transit, rideOnly = false }: SoftwareCardMemory): z.output<typeof SavedCard> {
  return {
    idm: toHex(liteS.idm),
    pmm: toHex(liteS.pmm),
    wcnt: liteS.wcnt,
    blocks: Object.fromEntries([...liteS.blocks].map(([block, content]) => [nameOf(block, 2), toHex(content)])),
    transit: Object.fromEntries(
      [...transit.services].map(([service, contents]) => [nameOf(service, 4), contents.map(toHex)]),
    ),
    rideOnly,
  };
}

/** Refuses what is no saved card with the schema's words. */
export function fromSavedCard(saved: unknown): SoftwareCardMemory {
  const { idm, pmm, wcnt, blocks, transit, rideOnly } = SavedCard.parse(saved);
  const contents = Object.entries(blocks).map(
    ([block, content]) => [Number.parseInt(block, 16), fromHex(content)] as const,
  );
  const services = Object.entries(transit).map(
    ([service, records]) => [Number.parseInt(service, 16), records.map(fromHex)] as const,
  );
  return {
    liteS: { idm: fromHex(idm), pmm: fromHex(pmm), wcnt, blocks: new Map(contents) },
    transit: { services: new Map(services) },
    rideOnly,
  };
}
