import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttributeError,
  type AttributeTypeId,
  buildDataQuery,
  type Consent,
  type ConsentRequest,
  type Coverage,
  catalogue,
  consentCollection,
  consentRequestCollection,
  createAccessLog,
  createBroker,
  createConsentRequests,
  createConsents,
  createDataService,
  createEvidenceNumbers,
  type DataAnswer,
  type DataRequest,
  type EvidenceCount,
  evidenceCountCollection,
  type Protection,
  parseDataQuery,
  parseDataResponse,
  parseEligibility,
  parsePath,
  type QueryItem,
  type ReadDataResponse,
  type Source,
} from '../../attribute-service/index.ts';
import { readXml, writeXml } from '../../lib/xml/index.ts';
import { createMemoryStorage, type JournalRecord, openJournal, StorageError } from '../../storage/index.ts';
import { coverageOf, kokuho, kyokai } from './coverages.ts';

export const noon = Date.UTC(2026, 9, 1, 3);
export const selfView = 'urn:x-sanuki:purpose:self-view';
export const atCounter = 'urn:x-sanuki:purpose:eligibility-check';
export const portal = {
  id: 'saml:portal',
  name: { ja: 'ポータル', en: 'portal' },
  contract: ['coverage'],
  returnOrigins: ['https://portal.example.jp'],
};
export const clinic = {
  id: 'oidc:clinic',
  name: { ja: '春日', en: 'clinic' },
  contract: ['eligibility'],
  returnOrigins: [],
  place: { ja: '窓口1', en: 'Counter 1' },
};
const person = { residentRef: 'r1', name: { kanji: '国分 大地' }, sex: 1, birthDate: '1990-11-30' } as const;
export const city = coverageOf({ address: '高松市番町99', postNumber: '760-9999' });

export const path = (text: string) => parsePath(text) ?? [];
export const query = (
  type: AttributeTypeId,
  items: readonly QueryItem[] = [{ kind: 'query', itemId: 'i', path: path(`/${catalogue[type].objectType}`) }],
) =>
  parseDataQuery(
    readXml(Buffer.from(writeXml(buildDataQuery({ serviceType: catalogue[type].serviceType, itemId: 'm', items })))),
  );

export const byPortal: DataRequest = {
  party: portal,
  handle: {
    residentRef: 'r1',
    party: portal.id,
    type: 'coverage',
    purpose: selfView,
    level: 'urn:x-sanuki:ac:card-pin',
    sessionId: 's1',
  },
  purpose: selfView,
  redirect: false,
  messageId: 'urn:uuid:1',
  query: query('coverage'),
};
export const byClinic: DataRequest = {
  party: clinic,
  handle: {
    residentRef: 'r1',
    party: clinic.id,
    type: 'eligibility',
    purpose: atCounter,
    level: 'urn:x-sanuki:ac:card',
    presented: true,
  },
  purpose: atCounter,
  redirect: false,
  messageId: 'urn:uuid:2',
  query: query('eligibility'),
};
export const agreement = {
  residentRef: 'r1',
  party: portal.id,
  purpose: selfView,
  types: ['coverage'],
  textVersion: '1',
  period: '90-days',
  session: { id: 's1', endsAt: noon + 1_000 },
} as const;

/** How the bodies, the resident and the journal are today. */
export interface World {
  readonly coverages?: readonly Coverage[];
  readonly down?: boolean;
  readonly protection?: readonly Protection[];
  readonly live?: boolean;
  readonly journalDown?: boolean;
}

const folders: string[] = [];

export async function cleanUp(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
}

export async function setUp({
  coverages = [city],
  down = false,
  protection = [],
  live = true,
  journalDown = false,
}: World = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-data-'));
  folders.push(folder);
  const storage = createMemoryStorage({ now: () => noon });
  const headKey = generateKeyPairSync('ed25519');
  const journal = await openJournal({
    storage,
    name: 'access',
    headsFolder: folder,
    headKey,
    headEveryMs: 1_000_000,
    foundBy: 'about',
    now: () => noon,
  });
  const accessLog = createAccessLog({ journal });
  const consents = createConsents({
    consents: storage.collection<Consent>(consentCollection),
    macKey: Buffer.alloc(32),
    now: () => noon,
  });
  const requests = storage.collection<ConsentRequest>(consentRequestCollection);
  const logged: unknown[] = [];
  let asked = 0;
  const sourceOf = (body: typeof kokuho, said: readonly Coverage[], fails: boolean): Source => ({
    ...body,
    fetch: async ({ subject }) => {
      asked += 1;
      if (fails) throw new AttributeError('SOURCE_SILENT', 'no answer');
      return { subject, asOf: noon, coverages: said };
    },
  });
  const service = createDataService({
    broker: createBroker({
      sources: [sourceOf(kokuho, coverages, false), sourceOf(kyokai, [], down)],
      links: { isLinked: async () => true, pseudonymFor: async (_, party) => `p-${party}` },
      onFault: (fault) => logged.push(fault),
    }),
    consents,
    consentRequests: createConsentRequests({ requests, now: () => noon }),
    accessLog: journalDown ? { record: () => Promise.reject(new StorageError('STORE_BUSY', 'no room')) } : accessLog,
    evidenceNumbers: createEvidenceNumbers({
      counts: storage.collection<EvidenceCount>(evidenceCountCollection),
      timeZone: 'Asia/Tokyo',
      now: () => noon,
    }),
    personOf: async (ref) => (ref === 'r1' ? { ...person, protection } : undefined),
    isLive: async () => live,
    timeZone: 'Asia/Tokyo',
    now: () => noon,
    onDropped: (fields) => logged.push(fields),
  });
  const accesses = async () => (await accessLog.accessesOf('r1')).accesses;
  const stored = async () =>
    JSON.stringify([
      (await storage.collection<JournalRecord>({ name: 'journal-access' }).find()).records,
      (await storage.collection<Consent>(consentCollection).find()).records,
      (await requests.find()).records,
      (await storage.collection<EvidenceCount>(evidenceCountCollection).find()).records,
      logged,
    ]);
  return { answer: service.answer, consents, requests, accesses, stored, logged, askedBodies: () => asked };
}

/** As the party reads it. */
export function read(answer: DataAnswer): ReadDataResponse {
  if (answer.kind !== 'answer') throw new Error('an answer was expected');
  return parseDataResponse(readXml(Buffer.from(writeXml(answer.body))));
}
export const statusOf = (answer: DataAnswer) => {
  const { code, nested } = read(answer).status;
  return [code, ...nested.map((status) => status.code)].join(' ');
};
export const eligibilityOf = (answer: DataAnswer) => {
  const element = read(answer).data[0]?.content[0];
  if (!element) throw new Error('an eligibility answer was expected');
  return parseEligibility(element);
};
