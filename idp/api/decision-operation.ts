import type { ProviderRecord } from '../../federation/index.ts';
import type { Revision } from '../admin/cases.ts';
import { AdminError } from '../admin/errors.ts';
import { recordOf } from '../admin/provider-routes.tsx';
import type { Callers } from './caller.ts';
import { ApiError } from './errors.ts';
import { type Call, type Operation, operation } from './operation.ts';
import { currentOf, type ProviderOperationsOptions, shown } from './provider-operations.ts';

export interface DecisionOptions extends ProviderOperationsOptions {
  readonly callers: Pick<Callers, 'demand'>;
}

/** Approving, sending back, suspending and resuming: the console's buttons, by the same rules. */
export function decisionOperation(options: DecisionOptions): Operation {
  return operation({
    id: 'decideProvider',
    method: 'post',
    path: '/providers/{id}/decisions',
    acts: ['provider.approve', 'provider.suspend', 'provider.resume'],
    query: 'none',
    body: 'Ruling',
    ifMatch: 'required',
    once: 'required',
    answer: 'Provider',
    status: 200,
    handle: (call) => decide(call, options),
  });
}

async function decide({ id, ifMatch, body, caller }: Call<'none', 'Ruling'>, options: DecisionOptions) {
  const { cases, callers, directory } = options;
  const { outcome, comment } = body;
  // Nobody approves what they have not seen; to stop something nobody has to read it first.
  if (ifMatch === '*' && outcome !== 'suspended')
    throw new ApiError('VERSION_MISSING', 'If-Match: * goes with "suspended" alone');
  const known = await recordOf(id, options);
  if (outcome === 'suspended' || outcome === 'resumed') {
    const act = outcome === 'suspended' ? 'provider.suspend' : 'provider.resume';
    await callers.demand(caller, act, { authors: [], provider: known.id });
    const { record } = await currentOf(id, ifMatch, options);
    const to = outcome === 'suspended' ? 'suspended' : 'approved';
    await cases.setStatus(record, to, { by: caller.actor, comment });
  } else {
    const authors = waitingIn(known, await cases.revisionOf(known.id))?.authors ?? [];
    await callers.demand(caller, 'provider.approve', { authors, provider: known.id });
    const { record, revision } = await currentOf(id, ifMatch, options);
    const waiting = waitingIn(record, revision);
    if (!waiting) throw new AdminError('NOTHING_TO_DECIDE', 'neither the registration nor a change of it waits');
    const ruling = { by: caller.actor, comment, seen: waiting.version, outcome };
    if (record.status === 'pending') await cases.decide(record, ruling);
    else if (revision) await cases.decideRevision(record, revision, ruling);
  }
  await directory.notice(known);
  return shown(await recordOf(id, options), options);
}

/** What waits for a second person: the registration itself, or a change beside it. */
const waitingIn = (record: ProviderRecord, revision: Revision | undefined) =>
  record.status === 'pending' ? record : revision;
