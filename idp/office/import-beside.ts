import {
  type CardTask,
  cardTaskCollection,
  createResidents,
  type Resident,
  residentCollection,
} from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import { openCardOfficeBeside } from '../card/office.ts';
import type { Ground } from '../ground.ts';
import { createApplicationImport } from './application-import.ts';
import { createApplications } from './applications.ts';
import { openSealedForms } from './open.ts';
import { createPersons, type RegisterLink, registerLinkCollection } from './persons.ts';

/** The import of applications for a command beside a running hub. */
export async function openApplicationImport(
  ground: Ground,
  { settings, now }: { readonly settings: Settings; readonly now: () => number },
) {
  const { storage } = ground;
  const { cardOffice, profile } = settings;
  const { index, ...forms } = await openSealedForms(ground);
  const persons = createPersons({
    links: storage.collection<RegisterLink>(registerLinkCollection),
    residents: createResidents({ residents: storage.collection<Resident>(residentCollection) }),
    cards: openCardOfficeBeside(ground, settings, now).cards,
    tasks: storage.collection<CardTask>(cardTaskCollection),
    applications: createApplications({ ...forms, registerMs: 0, now }),
    register: { id: cardOffice.register.kind },
    cardsPerPerson: cardOffice.cardsPerPerson,
    synthetic: profile === 'trial',
  });
  const employers = cardOffice.employers.map(({ code }) => code);
  return createApplicationImport({ ...forms, persons, employers, index, now });
}
