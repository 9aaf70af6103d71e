import type Router from '@koa/router';
import {
  type CardOffice,
  type CardRegistry,
  type CardTask,
  type CardTasks,
  type CodeBatches,
  cardTaskCollection,
  type Issuances,
  type Programme,
  type Renewals,
  type Residents,
  type Stations,
} from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import type { AccountLinks } from '../../federation/index.ts';
import type { Log } from '../../lib/log.ts';
import { createPdfWriter } from '../../lib/pdf.ts';
import { createKeyedIndex, createSeal } from '../../lib/seal.ts';
import { openSealed } from '../../storage/index.ts';
import type { ChangeRequests } from '../card/change-requests.ts';
import type { Notices } from '../card/notices.ts';
import type { Ground } from '../ground.ts';
import { createLeases, type LeaseRecord, leaseCollection } from '../lease.ts';
import { createApplicationImport } from './application-import.ts';
import { applicationRoutes } from './application-routes.tsx';
import { type Application, applicationCollection, clearOfApplications, createApplications } from './applications.ts';
import { createApprovals, type Proofing, proofingCollection } from './approvals.ts';
import {
  type CallerCase,
  callerCaseCollection,
  createCallerCases,
  type FailedChecks,
  failedCheckCollection,
} from './caller-cases.ts';
import { codeBatchRoutes } from './code-batch-routes.tsx';
import { createDaily } from './daily.ts';
import { createEquipment, equipmentCollection, type LentEquipment } from './equipment.ts';
import { equipmentRoutes } from './equipment-routes.tsx';
import { openEventFeed } from './event-feed.ts';
import { createEvidence, type EvidencePicture, evidenceCollection } from './evidence.ts';
import { faceRoutes } from './face-routes.ts';
import {
  clearOfForms,
  createForms,
  type InsurerConsent,
  insurerConsentCollection,
  type Mandate,
  mandateCollection,
} from './forms.ts';
import { importRoutes } from './import-routes.tsx';
import { letterRoutes } from './letter-routes.tsx';
import { createLetters, type Letter, letterCollection } from './letters.ts';
import { makeRoutes } from './make-routes.tsx';
import type { OfficePagesOptions } from './pages.ts';
import { createPersons, type RegisterLink, registerLinkCollection } from './persons.ts';
import { pictureRoutes } from './picture-routes.ts';
import { proofIndexOf } from './proofed.ts';
import { openRegister } from './register.ts';
import { renewRoutes } from './renew-routes.tsx';
import type { IssuingStation } from './station.ts';
import { stationRoutes } from './station-routes.tsx';
import { supportRoutes } from './support-routes.tsx';
import { sealFormer } from './take-over.ts';
import { taskRoutes } from './task-routes.tsx';
import { toldChangeRoutes } from './told-changes.tsx';

/** The half of the office that lives without pages. */
export interface CardOfficeParts {
  readonly residents: Residents;
  readonly cards: CardRegistry;
  readonly tasks: CardTasks;
  readonly office: CardOffice;
  readonly codeBatches: CodeBatches;
  readonly expiryRound: () => Promise<void>;
  readonly notices: Pick<Notices, 'notify'>;
  readonly issuingStation: IssuingStation | undefined;
  readonly stations: Stations;
  readonly issuances: Issuances;
  readonly renewals: Renewals;
  readonly programme: Programme;
  readonly changeRequests: ChangeRequests;
}

export interface OfficeOptions
  extends Pick<OfficePagesOptions, 'door' | 'forms' | 'frame' | 'administrators' | 'audit' | 'timeZone' | 'now'> {
  readonly settings: Settings;
  readonly ground: Pick<Ground, 'storage' | 'folder'>;
  readonly credential: CardOfficeParts;
  readonly notices: Pick<Notices, 'notify'>;
  /** Pseudonyms by which bodies know people. */
  readonly links: Pick<AccountLinks, 'residentOf'>;
  readonly log: Log;
}

const [hourMs, dayMs] = [3_600_000, 24 * 3_600_000];

/**
 * The card office: applications with their evidence, the register they are compared with, and what follows from a
 * decision. Owns who is proofed and how; a card's states and codes are those of `card-auth`.
 */
export async function openOfficePages(options: OfficeOptions) {
  const { settings, credential, log, now } = options;
  const parts = await openParts(options);
  const common = {
    ...options,
    ...credential,
    ...parts,
    registerMs: settings.cardOffice.registerHours * hourMs,
    employers: settings.cardOffice.employers,
    operator: settings.service.operator,
    origin: settings.origin,
    support: settings.service.support,
    softwareReader: settings.signIn.softwareReader,
    sender: { operator: settings.service.operator.ja, phone: settings.service.support.phone },
    pdf: createPdfWriter(),
    equipment: createEquipment({
      equipment: options.ground.storage.collection<LentEquipment>(equipmentCollection),
      now,
    }),
  };
  const daily = createDaily({
    ...common,
    settleReplacements: credential.office.settleReplacements,
    settleDue: credential.office.settleDue,
    leases: createLeases({ leases: options.ground.storage.collection<LeaseRecord>(leaseCollection), now }),
    onFault: (err) => log.error({ err }, 'the round of the card office broke off'),
  });
  const pages = [
    // Before those of single applications, whose address it would fit.
    importRoutes(common),
    applicationRoutes(common),
    pictureRoutes(common),
    supportRoutes(common),
    taskRoutes(common),
    makeRoutes(common),
    renewRoutes(common),
    stationRoutes(common),
    toldChangeRoutes(common),
    faceRoutes(common),
    codeBatchRoutes(common),
    letterRoutes(common),
    equipmentRoutes(common),
  ];
  const routes = (router: Router) => {
    for (const add of pages) add(router);
  };
  return { ...parts, routes, round: daily.run, close: daily.close };
}

async function openParts({ settings, ground, credential, audit, notices, links: bodies, now }: OfficeOptions) {
  const { storage, folder } = ground;
  const { residents, cards, tasks, programme } = credential;
  const { cardOffice, profile } = settings;
  const trial = profile === 'trial';
  const register = await openRegister(cardOffice.register, { residents, trial });
  const { index, ...sealed } = await openSealedForms(ground);
  const applications = createApplications({
    applications: sealed.applications,
    registerMs: cardOffice.registerHours * hourMs,
    now,
  });
  const evidence = createEvidence({
    pictures: storage.collection<EvidencePicture>(evidenceCollection),
    seal: createSeal(folder.masterKey, 'card-evidence'),
    now,
  });
  const letters = createLetters({ letters: storage.collection<Letter>(letterCollection), now });
  const proofings = storage.collection<Proofing>(proofingCollection);
  const forms2and3 = createForms({ ...sealed, notify: credential.notices.notify, now });
  const links = storage.collection<RegisterLink>(registerLinkCollection);
  const allTasks = storage.collection<CardTask>(cardTaskCollection);
  const people = {
    links,
    residents,
    cards,
    tasks: allTasks,
    applications,
    register,
    cardsPerPerson: cardOffice.cardsPerPerson,
    synthetic: trial,
  };
  const persons = createPersons(people);
  const employers = cardOffice.employers.map(({ code }) => code);
  const applicationImport = createApplicationImport({ ...sealed, persons, employers, index, now });
  const after = {
    letters,
    proofings,
    tasks,
    register,
    programme,
    evidenceMs: cardOffice.evidenceDays * dayMs,
    proofIndex: proofIndexOf(folder),
  };
  const approvals = createApprovals({ ...after, applications, persons, evidence, forms: forms2and3, audit, now });
  const callerCases = createCallerCases({
    cases: storage.collection<CallerCase>(callerCaseCollection),
    failed: storage.collection<FailedChecks>(failedCheckCollection),
    residents,
    now,
  });
  const events = openEventFeed({
    storage,
    register: register.id,
    office: credential.office,
    notices,
    linkedAt: bodies.residentOf,
    audit,
    now,
  });
  const parts = { events, callerCases, register, applications, applicationImport, evidence, letters, proofings };
  return { ...parts, forms2and3, persons, approvals };
}

/** What applicants wrote, as only the holder of the master key reads it; what lay open before is sealed first. */
export async function openSealedForms({ storage, folder }: Pick<Ground, 'storage' | 'folder'>) {
  const index = createKeyedIndex(folder.masterKey, 'card-office');
  const under = { seal: createSeal(folder.masterKey, 'card-forms'), index };
  const forms = {
    applications: openSealed<Application>(storage, applicationCollection, { ...under, clear: clearOfApplications }),
    mandates: openSealed<Mandate>(storage, mandateCollection, { ...under, clear: clearOfForms }),
    consents: openSealed<InsurerConsent>(storage, insurerConsentCollection, { ...under, clear: clearOfForms }),
  };
  await sealFormer(storage, forms, index);
  return { ...forms, index };
}
