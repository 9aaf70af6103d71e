import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../../storage/index.ts';
import { OfficeError } from './errors.ts';

/** R111: a card reader that a resident has at home; the id is its serial number. */
export interface LentEquipment extends StoredRecord {
  readonly residentRef: string;
  readonly lentAt: number;
  readonly lentBy: string;
  /** YYYY-MM-DD. */
  readonly dueOn: string;
  readonly backAt?: number | undefined;
}

export const equipmentCollection: CollectionDefinition = { name: 'lent-equipment' };

const nobody = { residentRef: '', lentAt: 0, lentBy: '', dueOn: '', backAt: 0 } as const;

export function createEquipment({
  equipment,
  now,
}: {
  readonly equipment: Collection<LentEquipment>;
  readonly now: () => number;
}) {
  /** Of two who lend the same piece one is refused. */
  async function lend(serial: string, loan: Pick<LentEquipment, 'residentRef' | 'lentBy' | 'dueOn'>): Promise<void> {
    await insertOnce(equipment, { ...nobody, id: serial });
    await equipment.update(serial, (current) => {
      if (current.backAt === undefined) throw new OfficeError('EQUIPMENT_TAKEN', 'the equipment is lent already');
      return { ...loan, id: serial, lentAt: now() };
    });
  }

  async function giveBack(serial: string): Promise<void> {
    const back = await equipment.update(serial, (current) => {
      if (current.backAt !== undefined) throw new OfficeError('EQUIPMENT_TAKEN', 'the equipment came back before');
      return { ...current, backAt: now() };
    });
    if (!back) throw new OfficeError('EQUIPMENT_TAKEN', 'there is no such equipment');
  }

  const list = async () => (await equipment.find({ limit: 1000 })).records.filter(({ lentAt }) => lentAt > 0);

  return { lend, giveBack, list };
}

export type Equipment = ReturnType<typeof createEquipment>;
