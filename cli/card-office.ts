import { type Resident, residentCollection } from '../card-auth/index.ts';
import { cardKeyPlaceOf, openCardOfficeBeside, openGround } from '../idp/index.ts';
import { readHubFile } from './hub-file.ts';

export type Office = Awaited<ReturnType<typeof openOffice>>;

/** The card office on the hub's store, beside a running hub. */
export async function withOffice<T>(data: string, act: (office: Office) => Promise<T>): Promise<T> {
  const office = await openOffice(data);
  try {
    return await act(office);
  } finally {
    await office.close();
  }
}

async function openOffice(data: string) {
  const settings = await readHubFile(data);
  const ground = await openGround({ settings, now: Date.now });
  const residents = ground.storage.collection<Resident>(residentCollection);
  const hasResident = async (id: string) => (await residents.get(id)) !== undefined;
  const parts = openCardOfficeBeside(ground, settings, Date.now);
  const places = { place: ground.place, keyPlace: cardKeyPlaceOf(ground, settings) };
  return { ...parts, ...places, settings, hasResident, close: ground.close };
}
