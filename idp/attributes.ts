import { join } from 'node:path';
import {
  type Consent,
  type ConsentRequest,
  consentCollection,
  consentRequestCollection,
  createAccessLog,
  createConsentRequests,
  createConsents,
} from '../attribute-service/index.ts';
import { type JournalOptions, openJournal, type Storage } from '../storage/index.ts';
import type { DataFolder } from './data-folder.ts';

export interface AttributesOptions {
  readonly folder: Pick<DataFolder, 'heads'>;
  readonly storage: Storage;
  readonly headKey: JournalOptions['headKey'];
  readonly secret: (purpose: string) => Uint8Array;
  readonly now: () => number;
}

/** What the resident decides and may read: consents, open questions, and the journal of accesses. */
export async function openAttributes({ folder, storage, headKey, secret, now }: AttributesOptions) {
  // Heads of its own: each journal answers for every head in its folder.
  const headsFolder = join(folder.heads, 'access');
  const journal = await openJournal({ storage, name: 'access', headsFolder, headKey, foundBy: 'about', now });
  const consents = createConsents({
    consents: storage.collection<Consent>(consentCollection),
    macKey: secret('consents'),
    now,
  });
  const requests = createConsentRequests({
    requests: storage.collection<ConsentRequest>(consentRequestCollection),
    now,
  });
  return { consents, requests, accessLog: createAccessLog({ journal }), close: () => journal.close() };
}
