import {
  declarationOf,
  diffRegistrations,
  type ProviderRecord,
  type Registration,
  registrationDigest,
} from '../../federation/index.ts';
import { sha256 } from '../../lib/bytes.ts';
import { formatInstant } from '../../lib/time.ts';
import type { Cases, Decision, Revision } from '../admin/cases.ts';
import { type CheckOptions, findingsOf } from '../admin/provider-routes.tsx';

export interface ViewOptions extends CheckOptions {
  readonly cases: Pick<Cases, 'revisionOf' | 'decisionsOf'>;
}

/** A registration in the form that can be sent back. */
function contentOf(registration: Registration) {
  const { status: _status, ...content } = declarationOf(registration);
  return content;
}

export function summaryOf(record: ProviderRecord, revisionWaits: boolean) {
  const { id, protocol, key, name, status, version } = record;
  const [registeredAt, updatedAt] = [formatInstant(record.registeredAt), formatInstant(record.updatedAt)];
  return { id, protocol, key, name, status, version, revisionWaits, registeredAt, updatedAt };
}

export function revisionView(record: ProviderRecord, revision: Revision) {
  const { id, authors, at, version, made, sealedSecret } = revision;
  const proposed = { ...made, status: record.status };
  return {
    provider: id,
    authors,
    at: formatInstant(at),
    version,
    declaration: contentOf(proposed),
    changes: diffRegistrations(record, proposed, { secretChanged: sealedSecret !== undefined }),
  };
}

const decisionView = ({ outcome, by, at, comment }: Decision) => ({ outcome, by, at: formatInstant(at), comment });

/** Everything about one registration, as its page in the console shows it. */
export async function providerView(record: ProviderRecord, options: ViewOptions) {
  const revision = await options.cases.revisionOf(record.id);
  const decisions = await options.cases.decisionsOf(record.id);
  return {
    ...summaryOf(record, revision !== undefined),
    declaration: contentOf(record),
    authors: record.authors ?? [],
    findings: await findingsOf(record, revision?.made, options),
    revision: revision ? revisionView(record, revision) : null,
    decisions: decisions.map(decisionView),
  };
}

/**
 * RFC 9110 8.8.3: stands for the registration and the change that waits beside it, by what they say: after a rejection
 * the next change counts from the beginning again, and must not pass for the one that was looked at.
 */
export function entityTag(record: ProviderRecord, revision: Revision | undefined): string {
  const { id, registeredAt, version, status } = record;
  const waits = revision ? [revision.version, revision.at, registrationDigest({ ...revision.made, status })] : [];
  const digest = sha256(JSON.stringify([id, registeredAt, version, ...waits])).toString('base64url');
  return `"${digest.slice(0, 22)}"`;
}
