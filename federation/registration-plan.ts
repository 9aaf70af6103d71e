import { isDeepStrictEqual } from 'node:util';
import { HubError } from '../lib/errors.ts';
import type { ProviderRecord, ProviderStatus, Registration } from './entity-registry.ts';
import { checkRegistration } from './registration-check.ts';
import { diffRegistrations, isTrustChanging, type RegistrationDiff } from './registration-diff.ts';
import type { CheckContext } from './registration-draft.ts';
import {
  declarationOf,
  declaredId,
  declaredKey,
  documentOf,
  type Made,
  type ProviderDeclaration,
  registrationFromDeclaration,
} from './registration-file.ts';
import { type Finding, refusalFinding } from './registration-finding.ts';

/** What applying a file would do to one provider. */
export interface PlannedAct {
  readonly id: string;
  /** left: registered here and not in the file. */
  readonly act: 'add' | 'update' | 'keep' | 'remove' | 'left';
  readonly status: { readonly before?: ProviderStatus | undefined; readonly after?: ProviderStatus | undefined };
  /** The file wants it approved, and somebody else has to do that. */
  readonly waits: boolean;
  /** What was approved stays as it is; the content of the file is proposed beside it. */
  readonly proposes: boolean;
  readonly diff: RegistrationDiff;
  /** Of what would be added or updated; with an error among them nothing of the file is applied. */
  readonly findings: readonly Finding[];
  /** Made from the file; missing where it cannot be. */
  readonly made?: Made | undefined;
  /** The version that the act goes out from; 0 for none. */
  readonly version: number;
  /** The same of a change that waits beside it. */
  readonly waitingVersion: number;
}

/** A change that waits beside a registration for a second person. */
export interface WaitingChange {
  readonly content: Registration;
  readonly version: number;
}

export interface PlanOptions extends Omit<CheckContext, 'replaces'> {
  /** By the id of the registration. */
  readonly waiting: ReadonlyMap<string, WaitingChange>;
  /** Whoever applies may approve as well: in a trial. */
  readonly mayApprove: boolean;
  /** Remove what is not in the file. */
  readonly prune: boolean;
}

/** Compares the declared with the registered; pure. Applying the same file twice does nothing the second time. */
export function planRegistrations(
  declared: readonly ProviderDeclaration[],
  current: readonly ProviderRecord[],
  options: PlanOptions,
): PlannedAct[] {
  const records = new Map(current.map((record) => [record.id, record]));
  const named = new Set(declared.map(declaredId));
  return [
    ...declared.map((one) => planOf(one, records.get(declaredId(one)), options)),
    ...current.filter(({ id }) => !named.has(id)).map((record) => planOfUnnamed(record, options)),
  ];
}

export const changesSomething = ({ act }: PlannedAct): boolean => act !== 'keep' && act !== 'left';

const unchanged = ({ status }: ProviderRecord) => ({
  status: { before: status, after: status },
  waits: false,
  proposes: false,
  diff: [],
  findings: [],
});

function planOfUnnamed(record: ProviderRecord, { prune, waiting }: PlanOptions): PlannedAct {
  const { id, status, version } = record;
  const left = { id, version, waitingVersion: waiting.get(id)?.version ?? 0, ...unchanged(record) };
  return prune
    ? { ...left, act: 'remove', status: { before: status }, diff: diffRegistrations(record, undefined) }
    : { ...left, act: 'left' };
}

function planOf(declared: ProviderDeclaration, record: ProviderRecord | undefined, options: PlanOptions): PlannedAct {
  const id = declaredId(declared);
  const common = { id, version: record?.version ?? 0, waitingVersion: options.waiting.get(id)?.version ?? 0 };
  // Of thousands most are as they were: those need no reading.
  if (record && isDeepStrictEqual(declared, declarationOf(record)))
    return { ...common, ...unchanged(record), act: 'keep' };
  // What is registered already is compared as it was taken; its dates are no reason to refuse the others.
  const made = madeFrom(declared, { now: record ? 0 : options.now, allowHttp: options.allowHttp });
  const act = record ? 'update' : 'add';
  if ('refusal' in made)
    return { ...common, act, status: {}, waits: false, proposes: false, diff: [], findings: [made.refusal] };
  const content = diffRegistrations(record, { ...made, status: record?.status ?? 'pending' });
  const next = statusFor(declared.status, record, { altered: isTrustChanging(content), ...options });
  const diff = diffRegistrations(record, { ...made, status: next.status });
  const waiting = next.proposes ? options.waiting.get(id) : undefined;
  const isDone = waiting ? isProposed(made, waiting) && next.status === record?.status : diff.length === 0;
  const findings = isDone || content.length === 0 ? [] : findingsOf(declared, made, { ...options, replaces: id });
  const status = { before: record?.status, after: next.status };
  const { waits, proposes } = next;
  return { ...common, act: record && isDone ? 'keep' : act, status, waits, proposes, diff, findings, made };
}

const isProposed = (made: Made, { content }: WaitingChange): boolean =>
  diffRegistrations(content, { ...made, status: content.status }).length === 0;

interface StatusOptions extends Pick<PlanOptions, 'mayApprove'> {
  /** Keys, addresses or attributes are others than those that were approved. */
  readonly altered: boolean;
}

type Next = { readonly status: ProviderStatus } & Pick<PlannedAct, 'waits' | 'proposes'>;

/**
 * Nobody approves by a file what a second person has to approve: what is new waits as pending, what alters the trust in
 * an approved one is proposed beside it, and what is suspended stays so. Taking away (pending, suspended) needs nobody
 * else.
 */
function statusFor(
  asked: ProviderStatus | undefined,
  record: ProviderRecord | undefined,
  { altered, mayApprove }: StatusOptions,
): Next {
  const wanted = asked ?? record?.status ?? 'approved';
  if (mayApprove || wanted === 'pending') return { status: wanted, waits: false, proposes: false };
  if (!record || record.status === 'pending')
    return { status: 'pending', waits: wanted === 'approved', proposes: false };
  const status = wanted === 'suspended' ? wanted : record.status;
  return { status, waits: altered || status !== wanted, proposes: altered };
}

function madeFrom(
  declared: ProviderDeclaration,
  context: { now: number; allowHttp: boolean },
): Made | { refusal: Finding } {
  try {
    return registrationFromDeclaration(declared, context);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return { refusal: refusalFinding(error, declaredKey(declared)) };
  }
}

const findingsOf = (declared: ProviderDeclaration, made: Made, context: CheckContext): Finding[] =>
  checkRegistration(
    {
      protocol: declared.protocol,
      metadata: documentOf(declared),
      name: made.name,
      ...(declared.protocol === 'id-wsf' ? {} : { contract: declared.attributes }),
      settings: made.settings,
      requiredLevel: made.requiredLevel,
      source: made.source,
    },
    context,
  );
