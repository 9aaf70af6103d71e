import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Collection, type Storage, StorageError } from './collection.ts';
import { inUse, presentHubs } from './presence.ts';
import { isLiveAt, rowPages } from './rows.ts';
import { type AnyRecord, checkMigrations, latestVersion, type Migration, migrations as ours } from './schema.ts';
import {
  ensureSchema,
  type RunningMigration,
  readSchema,
  type SchemaRecord,
  schemaCollection,
  schemaId,
} from './schema-record.ts';

export interface MigrationOptions {
  readonly now?: () => number;
  readonly migrations?: readonly Migration[];
  /** How long a process that is silent keeps a migration to itself. */
  readonly claimMs?: number;
}

export interface MigrationReport {
  readonly from: number;
  readonly version: number;
  /** What this process did; another one may have done the rest. */
  readonly done: readonly { readonly version: number; readonly name: string; readonly changed: number }[];
}

const pageSize = 100;
const pollMs = 100;

/**
 * Brings the store to the program's version, before anything else is read of it. Of several processes one does a step
 * at a time and the others wait; one that is killed leaves its place behind, and another goes on there. A record is
 * changed only while the claim holds, checked inside its atomic change: a process that slept spoils nothing.
 */
export async function migrateStore(
  storage: Storage,
  { now = Date.now, migrations = ours, claimMs = 30_000 }: MigrationOptions = {},
): Promise<MigrationReport> {
  checkMigrations(migrations);
  const latest = latestVersion(migrations);
  // Looked at before the collection is made: a store of a newer program is not touched.
  const { version: from } = await readSchema(storage, latest);
  const schemas = storage.collection<SchemaRecord>(schemaCollection);
  const claims = createClaims(schemas, { now, claimMs });
  const done: { version: number; name: string; changed: number }[] = [];
  for (;;) {
    const { version } = await ensureSchema(storage, schemas, latest);
    const next = migrations.find((migration) => migration.version === version + 1);
    if (!next) return { from, version, done };
    await checkNoOlderHub(storage, { now: now(), latest });
    const claim = await claims.take(next.version);
    if (claim)
      done.push({ version: next.version, name: next.name, changed: await run(storage, next, { claim, claims }) });
    else await pause(pollMs);
  }
}

/** It would go on writing records of the shape that it knows. */
async function checkNoOlderHub(storage: Storage, { now, latest }: { now: number; latest: number }): Promise<void> {
  const older = (await presentHubs(storage, now)).filter(({ schema }) => schema < latest);
  if (older.length > 0) throw inUse('this store with an older version of the schema', older);
}

/** The right to do one step, held in the store's own record. */
function createClaims(
  schemas: Collection<SchemaRecord>,
  { now, claimMs }: Required<Omit<MigrationOptions, 'migrations'>>,
) {
  const by = randomUUID();
  let until = 0;

  /** Atomic: of several processes one gets it; a claim whose time is over goes to the next with its place. */
  async function take(to: number): Promise<RunningMigration | undefined> {
    const mine = now() + claimMs;
    const schema = await schemas.update(schemaId, (current) => {
      const { version, running } = current;
      if (version !== to - 1 || (running && running.until > now() && running.by !== by)) return current;
      return { ...current, running: { changed: 0, ...running, to, by, until: mine } };
    });
    if (schema?.version !== to - 1 || schema.running?.by !== by) return undefined;
    until = mine;
    return schema.running;
  }

  /** Writes something else in its place, while it is held. */
  async function write(change: (held: RunningMigration, schema: SchemaRecord) => SchemaRecord): Promise<void> {
    const schema = await schemas.update(schemaId, (current) => {
      if (current.running?.by !== by) throw lost();
      return change(current.running, current);
    });
    until = schema?.running?.until ?? 0;
  }

  return {
    take,
    check(): void {
      if (now() >= until) throw lost();
    },
    keep: (place: Pick<RunningMigration, 'after' | 'changed'>) =>
      write((held, schema) => ({ ...schema, running: { ...held, ...place, until: now() + claimMs } })),
    /** The next process need not wait. */
    release: () => write((held, schema) => ({ ...schema, running: { ...held, until: 0 } })),
    finish: (version: number) => write((_held, { id }) => ({ id, version })),
  };
}

const lost = () =>
  new StorageError('STORE_BUSY', 'this process was silent too long and lost its turn at the migration: start it again');

interface RunContext {
  readonly claim: RunningMigration;
  readonly claims: ReturnType<typeof createClaims>;
}

async function run(storage: Storage, migration: Migration, { claim, claims }: RunContext): Promise<number> {
  const records = storage.collection<AnyRecord>(migration.definition);
  let { after, changed } = claim;
  for (;;) {
    const page = await records.find({ limit: pageSize, ...(after === undefined ? {} : { after }) });
    const results = await Promise.allSettled(
      page.records.map(({ id }) =>
        records.update(id, (record) => {
          claims.check();
          return migration.change(record);
        }),
      ),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw await failure(migration, failed.reason, claims);
    changed += page.records.length;
    after = page.records.at(-1)?.id ?? after;
    if (page.next === undefined) break;
    await claims.keep({ after, changed });
  }
  await claims.finish(migration.version);
  return changed;
}

/** Which record it was is not told: ids of some are secrets. */
async function failure({ name, definition }: Migration, cause: unknown, { release }: RunContext['claims']) {
  if (cause instanceof StorageError && cause.code !== 'ALREADY_EXISTS') return cause;
  await release();
  return new StorageError(
    'MIGRATION_FAILED',
    `migration "${name}" does not fit a record of ${definition.name}; those before it are changed and stay so, the next start goes on`,
    { cause },
  );
}

export interface MigrationPlan {
  readonly version: number;
  readonly latest: number;
  /** A migration that was cut off, or that another process is doing. */
  readonly running?: { readonly to: number; readonly changed: number };
  readonly steps: readonly PlannedStep[];
}

export interface PlannedStep {
  readonly version: number;
  readonly name: string;
  readonly collection: string;
  readonly records: number;
  /** Of them, those that would be different. */
  readonly changes: number;
  /** Of them, those that it does not fit. */
  readonly failures: number;
}

/** What `migrateStore` would do; reads everything concerned, writes nothing. */
export async function planMigrations(
  storage: Storage,
  { now = Date.now, migrations = ours }: MigrationOptions = {},
): Promise<MigrationPlan> {
  checkMigrations(migrations);
  const latest = latestVersion(migrations);
  const { version, running } = await readSchema(storage, latest);
  const pending = migrations.filter((migration) => migration.version > version);
  const steps = await Promise.all(pending.map((step) => tryStep(storage, step, { pending, now: now() })));
  return { version, latest, ...(running ? { running: { to: running.to, changed: running.changed } } : {}), steps };
}

/** On copies of the records, as the steps before it would leave them. */
async function tryStep(
  storage: Storage,
  { version, name, definition }: Migration,
  { pending, now }: { readonly pending: readonly Migration[]; readonly now: number },
): Promise<PlannedStep> {
  const chain = pending.filter((one) => one.definition.name === definition.name && one.version <= version);
  let [records, changes, failures] = [0, 0, 0];
  for await (const rows of rowPages(storage, definition)) {
    for (const { body } of rows.filter((row) => isLiveAt(now, row))) {
      const outcome = outcomeOf(JSON.parse(body) as AnyRecord, chain);
      records += 1;
      if (outcome === 'changed') changes += 1;
      if (outcome === 'failed') failures += 1;
    }
  }
  return { version, name, collection: definition.name, records, changes, failures };
}

function outcomeOf(record: AnyRecord, chain: readonly Migration[]): 'same' | 'changed' | 'failed' {
  let before = record;
  let after = record;
  try {
    for (const { change } of chain) {
      before = after;
      after = change(before);
    }
  } catch (error) {
    // Whatever a change throws, it does not fit the record; that is what is counted here.
    if (error instanceof Error) return 'failed';
    throw error;
  }
  return JSON.stringify(before) === JSON.stringify(after) ? 'same' : 'changed';
}
