import type Router from '@koa/router';
import {
  type CardOffice,
  type CardRegistry,
  type CardTask,
  type CardTasks,
  type CodeBatches,
  cardTaskCollection,
  type Residents,
} from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import type { Log } from '../../lib/log.ts';
import { createPdfWriter } from '../../lib/pdf.ts';
import { createSeal } from '../../lib/seal.ts';
import type { Ground } from '../ground.ts';
import { createLeases, type LeaseRecord, leaseCollection } from '../lease.ts';
import { applicationRoutes } from './application-routes.tsx';
import { type Application, applicationCollection, createApplications } from './applications.ts';
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
import { createEvidence, type EvidencePicture, evidenceCollection } from './evidence.ts';
import { faceRoutes } from './face-routes.ts';
import {
  createForms,
  type InsurerConsent,
  insurerConsentCollection,
  type Mandate,
  mandateCollection,
} from './forms.ts';
import { letterRoutes } from './letter-routes.tsx';
import { createLetters, type Letter, letterCollection } from './letters.ts';
import type { OfficePagesOptions } from './pages.ts';
import { createPersons, type RegisterLink, registerLinkCollection } from './persons.ts';
import { pictureRoutes } from './picture-routes.ts';
import { openRegister } from './register.ts';
import type { IssuingStation } from './station.ts';
import { supportRoutes } from './support-routes.tsx';
import { taskRoutes } from './task-routes.tsx';

/** The half of the office that lives without pages. */
export interface CardOfficeParts {
  readonly residents: Residents;
  readonly cards: CardRegistry;
  readonly tasks: CardTasks;
  readonly office: CardOffice;
  readonly codeBatches: CodeBatches;
  readonly expiryRound: () => Promise<void>;
  readonly issuingStation: IssuingStation | undefined;
}

export interface OfficeOptions
  extends Pick<OfficePagesOptions, 'door' | 'forms' | 'frame' | 'administrators' | 'audit' | 'timeZone' | 'now'> {
  readonly settings: Settings;
  readonly ground: Pick<Ground, 'storage' | 'folder'>;
  readonly credential: CardOfficeParts;
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
    origin: settings.origin,
    support: settings.service.support,
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
    leases: createLeases({ leases: options.ground.storage.collection<LeaseRecord>(leaseCollection), now }),
    onFault: (err) => log.error({ err }, 'the round of the card office broke off'),
  });
  const pages = [
    applicationRoutes(common),
    pictureRoutes(common),
    supportRoutes(common),
    taskRoutes(common),
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

async function openParts({ settings, ground, credential, audit, now }: OfficeOptions) {
  const { storage, folder } = ground;
  const { residents, cards, tasks } = credential;
  const { cardOffice, profile } = settings;
  const trial = profile === 'trial';
  const register = await openRegister(cardOffice.register, { residents, trial });
  const applications = createApplications({
    applications: storage.collection<Application>(applicationCollection),
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
  const forms2and3 = createForms({
    mandates: storage.collection<Mandate>(mandateCollection),
    consents: storage.collection<InsurerConsent>(insurerConsentCollection),
    now,
  });
  const links = storage.collection<RegisterLink>(registerLinkCollection);
  const allTasks = storage.collection<CardTask>(cardTaskCollection);
  const people = { links, residents, cards, tasks: allTasks, applications, register, synthetic: trial };
  const persons = createPersons(people);
  const after = { letters, proofings, tasks, register, evidenceMs: cardOffice.evidenceDays * dayMs };
  const approvals = createApprovals({ ...after, applications, persons, evidence, forms: forms2and3, audit, now });
  const callerCases = createCallerCases({
    cases: storage.collection<CallerCase>(callerCaseCollection),
    failed: storage.collection<FailedChecks>(failedCheckCollection),
    residents,
    now,
  });
  return { callerCases, register, applications, evidence, letters, proofings, forms2and3, persons, approvals };
}
