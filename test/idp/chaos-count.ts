import { type PinCounter, pinCounterCollection, wrongMax } from '../../card-auth/index.ts';
import type { Ground } from '../../idp/ground.ts';
import type { openHub } from '../../idp/main.ts';
import { type SsoSession, sessionCollection } from '../../idp/session.ts';
import type { Collection, JournalRecord, Storage, StoredRecord } from '../../storage/index.ts';
import type { Ledger } from './chaos-ledger.ts';

/** Acknowledged, and of these lost; and what is there more often than it was done. */
export interface Count {
  readonly acknowledged: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
}

export interface CountOptions {
  readonly ledger: Ledger;
  readonly hub: Pick<Awaited<ReturnType<typeof openHub>>, 'sessions' | 'attributes' | 'links'>;
  readonly storage: Storage;
  readonly journal: Pick<Ground['journal'], 'read'>;
}

/** Compares what was acknowledged with what the store and the journal hold. */
export async function countAll({ ledger, hub, storage, journal }: CountOptions) {
  const entries = await allOf<JournalRecord>({ find: (page) => journal.read(page) });
  const audited = entries.map(({ entry }) => entry);
  return {
    signIns: await countSignIns(ledger, hub, storage),
    signInRecords: countRecords(
      ledger.signIns.map(({ trace, cookie }) => [trace, cookie !== undefined] as const),
      audited.flatMap(({ type, result, trace }) => (type === 'sso.saml' && result === 'ok' ? [String(trace)] : [])),
    ),
    codes: countCodes(ledger),
    codeRecords: await countCodeRecords(ledger, hub, audited),
    consents: await countConsents(ledger, hub),
    consentRecords: countRecords(
      ledger.consents.map(({ party, agreed }) => [party, agreed] as const),
      audited.flatMap(({ type, provider }) => (type === 'consent.give' ? [String(provider)] : [])),
    ),
    guesses: await countGuesses(ledger, storage),
    guessRecords: countGuessRecords(ledger, audited),
    auditRecords: entries.length,
    placesTwice: entries.length - new Set(entries.map(({ chain, sequence }) => `${chain} ${sequence}`)).size,
  };
}

/** Each id that was acknowledged has to be found once, and no other one more than once. */
function countRecords(
  begun: readonly (readonly [id: string, acknowledged: boolean])[],
  found: readonly string[],
): Count {
  const times = new Map<string, number>();
  for (const id of found) times.set(id, (times.get(id) ?? 0) + 1);
  return {
    acknowledged: begun.filter(([, acknowledged]) => acknowledged).length,
    lost: begun.flatMap(([id, acknowledged]) => (acknowledged && !times.has(id) ? [id] : [])),
    doubled: begun.flatMap(([id]) => ((times.get(id) ?? 0) > 1 ? [id] : [])),
  };
}

/** Every cookie leads to a session of its own; and a resident has no more sessions than sign-ins were begun. */
async function countSignIns({ signIns }: Ledger, { sessions }: CountOptions['hub'], storage: Storage): Promise<Count> {
  const told = signIns.filter(({ cookie }) => cookie !== undefined);
  const found = await Promise.all(
    told.map(async ({ trace, cookie, residentRef }) => {
      const session = await sessions.byCookie(cookie);
      return { trace, id: session?.residentRef === residentRef ? session.id : undefined };
    }),
  );
  const times = Map.groupBy(found, ({ id }) => id);
  const stored = await allOf(storage.collection<SsoSession>(sessionCollection));
  const excess = [...Map.groupBy(signIns, ({ residentRef }) => residentRef)].flatMap(([residentRef, begun]) =>
    stored.filter((session) => session.residentRef === residentRef).length > begun.length ? [residentRef] : [],
  );
  return {
    acknowledged: told.length,
    lost: found.flatMap(({ trace, id }) => (id === undefined ? [trace] : [])),
    doubled: [...excess, ...found.flatMap(({ trace, id }) => (id && (times.get(id)?.length ?? 0) > 1 ? [trace] : []))],
  };
}

/** Lost: every exchange was answered, and none with tokens. Doubled: two were. */
function countCodes({ codes }: Ledger): Count {
  return {
    acknowledged: codes.filter(({ redeemed }) => redeemed > 0).length,
    lost: codes.flatMap(({ code, redeemed, refused, broken }) =>
      refused > 0 && redeemed === 0 && broken === 0 ? [code] : [],
    ),
    doubled: codes.flatMap(({ code, redeemed }) => (redeemed > 1 ? [code] : [])),
  };
}

/** A code that was seen has its record; and there are no more records than authorizations that were begun. */
async function countCodeRecords(
  { codes }: Ledger,
  { links }: CountOptions['hub'],
  audited: readonly JournalRecord['entry'][],
): Promise<Count> {
  const recorded = Map.groupBy(
    audited.filter(({ type, result }) => type === 'sso.oidc' && result === 'ok'),
    ({ pseudonym }) => pseudonym,
  );
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const [residentRef, begun] of Map.groupBy(codes, (attempt) => attempt.residentRef)) {
    const records = recorded.get(await links.knownPseudonym(residentRef, 'oidc:phr'))?.length ?? 0;
    if (records < begun.filter(({ code }) => code !== '').length) lost.push(residentRef);
    if (records > begun.length) doubled.push(residentRef);
  }
  return { acknowledged: codes.filter(({ code }) => code !== '').length, lost, doubled };
}

async function countConsents({ consents }: Ledger, { attributes }: CountOptions['hub']): Promise<Count> {
  const residents = [...new Set(consents.map(({ residentRef }) => residentRef))];
  const given = (await Promise.all(residents.map((residentRef) => attributes.consents.list(residentRef)))).flat();
  const begun = consents.map(({ party, agreed }) => [party, agreed] as const);
  return countRecords(
    begun,
    given.flatMap(({ consent, state }) => (state === 'given' ? [consent.party] : [])),
  );
}

/** Every try that was answered is counted, none twice, and no card has more than it may. */
async function countGuesses({ guessed }: Ledger, storage: Storage): Promise<Count> {
  const counters = await allOf(storage.collection<PinCounter>(pinCounterCollection));
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const { cardId, told, broken } of guessed) {
    const wrong = counters.find(({ id }) => id.startsWith(`${cardId}.`))?.wrong ?? 0;
    // The same number of tries left, told twice, means that one of the two was not counted.
    if (wrong < told.length || new Set(told).size < told.length || told.length > wrongMax) lost.push(cardId);
    if (wrong > told.length + broken || wrong > wrongMax) doubled.push(cardId);
  }
  return { acknowledged: guessed.reduce((sum, { told }) => sum + told.length, 0), lost, doubled };
}

function countGuessRecords({ guessed }: Ledger, audited: readonly JournalRecord['entry'][]): Count {
  const failed = Map.groupBy(
    audited.filter(({ type }) => type === 'auth.fail'),
    ({ card }) => card,
  );
  const recorded = (cardId: string) => failed.get(cardId)?.length ?? 0;
  return {
    acknowledged: guessed.reduce((sum, { told }) => sum + told.length, 0),
    lost: guessed.flatMap(({ cardId, told }) => (recorded(cardId) < told.length ? [cardId] : [])),
    doubled: guessed.flatMap(({ cardId, told, broken }) => (recorded(cardId) > told.length + broken ? [cardId] : [])),
  };
}

async function allOf<T extends StoredRecord>({ find }: Pick<Collection<T>, 'find'>): Promise<T[]> {
  const found: T[] = [];
  let after: string | undefined;
  do {
    const page = await find({ limit: 1000, ...(after === undefined ? {} : { after }) });
    found.push(...page.records);
    after = page.next;
  } while (after !== undefined);
  return found;
}
