import { randomBytes } from 'node:crypto';
import {
  FederationError,
  type ProviderRecord,
  type ProviderRegistry,
  type Registration,
  registrationDigest,
  splitProviderId,
} from '../../federation/index.ts';
import type { Seal } from '../../lib/seal.ts';
import { type Collection, type CollectionDefinition, StorageError, type StoredRecord } from '../../storage/index.ts';
import type { Audit } from '../audit.ts';
import type { Ground } from '../ground.ts';
import { proposed, type Read } from './draft.ts';
import { AdminError } from './errors.ts';

/** A change of an approved provider that waits for a second person; what is live stays as it is until then. */
export interface Revision extends StoredRecord {
  /** Id of the provider. */
  readonly id: string;
  /** What the live registration said when this was written: approved over another one it would undo somebody's work. */
  readonly base: string;
  readonly made: Read['made'];
  readonly sealedSecret?: string | undefined;
  readonly authors: readonly string[];
  readonly version: number;
  readonly at: number;
  /** Being applied by an approval: no longer to be changed. */
  readonly claimed?: boolean | undefined;
}

/** Who decided what about a provider, with the words they gave. */
export interface Decision extends StoredRecord {
  readonly provider: string;
  readonly by: string;
  readonly at: number;
  readonly outcome: 'approved' | 'rejected' | 'suspended' | 'resumed';
  readonly comment: string;
}

const revisionCollection: CollectionDefinition = { name: 'provider-revision' };
const decisionCollection: CollectionDefinition = { name: 'provider-decision', indexes: [['provider']] };

export interface CasesOptions {
  readonly registry: Pick<ProviderRegistry, 'register' | 'setStatus' | 'get'>;
  readonly revisions: Collection<Revision>;
  readonly decisions: Collection<Decision>;
  readonly clientSecrets: Seal;
  readonly audit: Audit;
  /** Marks what a trial registers. */
  readonly trial: boolean;
  readonly now: () => number;
}

/** The cases of a hub, for the console and for the command alike. */
export function openCases(
  { storage, audit }: Pick<Ground, 'storage' | 'audit'>,
  options: Omit<CasesOptions, 'revisions' | 'decisions' | 'audit'>,
): Cases {
  const revisions = storage.collection<Revision>(revisionCollection);
  return createCases({ ...options, revisions, decisions: storage.collection<Decision>(decisionCollection), audit });
}

export interface Written {
  readonly id: string;
  /** A client secret, to be shown this one time. */
  readonly secret?: string | undefined;
}

/** What a person saw and decided on. */
export interface Ruling {
  readonly by: string;
  readonly comment: string;
  /** Version of what was on the page. */
  readonly seen: number;
  readonly outcome: 'approved' | 'rejected';
}

/**
 * A registration's way: pending, approved by a second person, suspended and resumed; and revisions beside what is live.
 * Who may do it is decided before; here nothing is lost when two do it at once: every write names the version it rests on.
 */
export function createCases(options: CasesOptions) {
  const { registry, revisions, decisions, clientSecrets, audit, trial, now } = options;
  const digest = (record: Registration) => registrationDigest({ ...record, status: 'pending' });

  function sealed({ made, secret }: Read): string | undefined {
    return secret === undefined ? undefined : clientSecrets.seal(Buffer.from(secret), `oidc:${made.key}`);
  }

  async function register(read: Read, by: string, via?: string): Promise<Written> {
    const made = withVia(withSecret(read.made, sealed(read)), via);
    const record = await write({ ...made, status: 'pending' as const, trial, authors: [by] }, 0);
    await audit.record({
      type: 'provider.register',
      result: 'ok',
      actor: by,
      provider: record.id,
      detail: withVia(hashes(undefined, record), via),
    });
    return { id: record.id, secret: read.secret };
  }

  /** Of a pending registration: the registration itself. Of an approved one: a revision beside it. */
  async function change(
    record: ProviderRecord,
    read: Read,
    { by, seen, via }: { by: string; seen: number; via?: string },
  ): Promise<Written> {
    const fresh = secretOf(record, read);
    if (record.status !== 'pending') return propose(record, read, { by, seen, via, fresh });
    const made = withVia(withSecret(read.made, fresh ? sealed(read) : record.oidc?.sealedSecret), via);
    const authors = [...new Set([...(record.authors ?? []), by])];
    const changed = await write({ ...made, status: 'pending', trial: record.trial, authors }, seen);
    await audit.record({
      type: 'provider.change',
      result: 'ok',
      actor: by,
      provider: record.id,
      detail: withVia(hashes(record, changed), via),
    });
    return { id: record.id, secret: fresh };
  }

  async function propose(
    record: ProviderRecord,
    read: Read,
    { by, seen, via, fresh }: { by: string; seen: number; via: string | undefined; fresh: string | undefined },
  ): Promise<Written> {
    const { id } = record;
    const proposal = {
      id,
      base: digest(record),
      made: withVia(read.made, via),
      ...(fresh ? { sealedSecret: sealed(read) } : {}),
      at: now(),
    };
    const replaced = await revisions.update(id, (current) => {
      if (current.version !== seen || current.claimed) throw changedMeanwhile();
      const kept = fresh ? {} : { sealedSecret: current.sealedSecret };
      return { ...proposal, ...kept, authors: [...new Set([...current.authors, by])], version: seen + 1 };
    });
    // Counted from a moment, not from one: a page that showed an earlier proposal, rejected since, approves none of these.
    if (!replaced) await firstProposal({ ...proposal, authors: [by], version: proposal.at }, seen);
    const detail = withVia(hashes(record, proposed(record, proposal.made)), via);
    await audit.record({ type: 'provider.propose', result: 'ok', actor: by, provider: id, detail });
    return { id, secret: fresh };
  }

  async function firstProposal(revision: Revision, seen: number): Promise<void> {
    if (seen !== 0) throw changedMeanwhile();
    try {
      await revisions.insert(revision);
    } catch (cause) {
      throw cause instanceof StorageError && cause.code === 'ALREADY_EXISTS' ? changedMeanwhile(cause) : cause;
    }
  }

  /** Of a registration that waits. */
  async function decide(record: ProviderRecord, ruling: Ruling): Promise<void> {
    checkComment(ruling.comment);
    if (record.status !== 'pending') throw new AdminError('NOTHING_TO_DECIDE', 'the registration does not wait');
    if (record.version !== ruling.seen) throw changedMeanwhile();
    const after =
      ruling.outcome === 'approved' ? await write({ ...bare(record), status: 'approved' }, ruling.seen) : record;
    await recordDecision(record, after, ruling);
  }

  /**
   * Of a revision that waits. It is claimed first, so that what was approved is what was seen; then it goes live; then
   * it is taken away. A crash between leaves it claimed, and the approval can be repeated.
   */
  async function decideRevision(record: ProviderRecord, revision: Revision, ruling: Ruling): Promise<void> {
    checkComment(ruling.comment);
    const { id } = record;
    const claimed = await revisions.update(id, (current) => {
      if (current.version !== ruling.seen || revision.version !== ruling.seen) throw changedMeanwhile();
      return { ...current, claimed: true };
    });
    if (!claimed) throw new AdminError('NOTHING_TO_DECIDE', 'the revision was decided already');
    const after = ruling.outcome === 'approved' ? await goLive(record, claimed) : record;
    await revisions.take(id);
    await recordDecision(record, after, ruling);
  }

  async function goLive(record: ProviderRecord, claimed: Revision): Promise<ProviderRecord> {
    const { base, made, sealedSecret, authors } = claimed;
    // Repeated after a crash: the live one says it already.
    if (digest(proposed(record, made)) === digest(record) && sealedSecret === undefined) return record;
    try {
      if (digest(record) !== base) throw changedMeanwhile();
      const content = withSecret(made, sealedSecret ?? record.oidc?.sealedSecret);
      return await write({ ...content, status: record.status, trial: record.trial, authors }, record.version);
    } catch (error) {
      // Open again, so that it can be rejected or written anew over what is live now.
      await revisions.update(record.id, ({ claimed: _claimed, ...open }) => open);
      throw error;
    }
  }

  /** Effective with the next request of the provider. */
  async function setStatus(
    record: ProviderRecord,
    to: 'suspended' | 'approved',
    { by, comment }: Pick<Ruling, 'by' | 'comment'>,
  ): Promise<void> {
    checkComment(comment);
    const from = to === 'suspended' ? 'approved' : 'suspended';
    if (record.status !== from) throw new AdminError('NOTHING_TO_DECIDE', `the registration is ${record.status}`);
    const after = await orConflict(registry.setStatus(record.id, to, { version: record.version }));
    if (!after) throw new AdminError('NOTHING_TO_DECIDE', 'the registration was removed');
    const outcome = to === 'suspended' ? ('suspended' as const) : ('resumed' as const);
    await recordDecision(record, after, { by, comment, outcome });
  }

  async function recordDecision(
    before: ProviderRecord,
    after: ProviderRecord,
    { by, comment, outcome }: { by: string; comment: string; outcome: Decision['outcome'] },
  ): Promise<void> {
    const at = now();
    const id = `${at.toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}`;
    await decisions.insert({ id, provider: before.id, by, at, outcome, comment });
    // The words stay with the provider: people write names into them, and the audit holds none.
    const detail = { ...hashes(before, after), decision: id };
    await audit.record({ type: `provider.${verbs[outcome]}`, result: 'ok', actor: by, provider: before.id, detail });
  }

  const write = (registration: Registration, version: number): Promise<ProviderRecord> =>
    orConflict(registry.register(registration, { version }));

  const revisionOf = (id: string) => revisions.get(id);
  /** Whether what waits there, or is live, came by this set-up link. */
  async function cameBy(id: string, number: string): Promise<boolean> {
    const named = splitProviderId(id);
    const record = named && (await registry.get(named.protocol, named.key));
    return record?.via === number || (await revisions.get(id))?.made.via === number;
  }

  /** All changes that wait, by the id of their provider. */
  const waiting = (page: { limit: number; after?: string }) => revisions.find(page);
  const decisionsOf = async (provider: string) => (await decisions.find({ where: { provider } })).records;

  return { register, change, decide, decideRevision, setStatus, revisionOf, waiting, decisionsOf, cameBy };
}

export type Cases = ReturnType<typeof createCases>;

const verbs = { approved: 'approve', rejected: 'reject', suspended: 'suspend', resumed: 'resume' } as const;

const changedMeanwhile = (cause?: unknown) =>
  new AdminError('REGISTRATION_CHANGED', 'somebody else changed it in the meantime', { cause });

/** A write that rests on a version which is no longer there. */
async function orConflict<T>(written: Promise<T>): Promise<T> {
  try {
    return await written;
  } catch (cause) {
    const lost =
      (cause instanceof FederationError && cause.code === 'PROVIDER_CHANGED') ||
      (cause instanceof StorageError && cause.code === 'ALREADY_EXISTS');
    throw lost ? changedMeanwhile(cause) : cause;
  }
}

const hashes = (before: ProviderRecord | undefined, after: ProviderRecord) => ({
  before: registrationDigest(before),
  after: registrationDigest(after),
});

/** Marks what did not come by the hand of the administrator who answers for it. */
const withVia = <T extends object>(made: T, via: string | undefined): T & { via?: string } =>
  via === undefined ? made : { ...made, via };

function checkComment(comment: string): void {
  if (comment.trim() === '' || comment.length > 1000)
    throw new AdminError('COMMENT_MISSING', 'a comment of 1 to 1000 characters');
}

/** A client keeps its secret unless the document brings one, or it had none and needs one now. */
const secretOf = (record: ProviderRecord, { secret, secretGiven }: Read): string | undefined =>
  secretGiven || !record.oidc?.sealedSecret ? secret : undefined;

const withSecret = (made: Read['made'], sealedSecret: string | undefined): Read['made'] => {
  const { token_endpoint_auth_method: method = '' } = made.oidc?.metadata ?? {};
  return made.oidc && String(method).startsWith('client_secret')
    ? { ...made, oidc: { ...made.oidc, sealedSecret } }
    : made;
};

function bare({
  id: _id,
  registeredAt: _at,
  updatedAt: _updated,
  version: _version,
  ...rest
}: ProviderRecord): Registration {
  return rest;
}
