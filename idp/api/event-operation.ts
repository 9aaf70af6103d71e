import type { z } from 'zod';
import type { ToldChange } from '../../card-auth/index.ts';
import { parseInstant } from '../../lib/time.ts';
import type { EventFeed, Feed } from '../office/event-feed.ts';
import type { Caller, Callers } from './caller.ts';
import { ApiError } from './errors.ts';
import { type EventRefusal, eventRemedies, isRefusal } from './event-refusals.ts';
import { type Operation, operation } from './operation.ts';
import { type answers, named } from './schemas.ts';

export interface EventOperationOptions {
  readonly events: Pick<EventFeed, 'tell' | 'register'>;
  readonly callers: Pick<Callers, 'demand'>;
}

type Result = z.output<typeof answers.Told>['results'][number];

/** R36: registers and insurers tell of changes in people's lives; each event is taken or refused on its own. */
export function eventOperation({ events, callers }: EventOperationOptions): Operation {
  return operation({
    id: 'tellResidentEvents',
    method: 'post',
    path: '/resident-events',
    acts: ['event.register', 'event.coverage'],
    query: 'none',
    body: 'Events',
    once: 'optional',
    answer: 'Told',
    status: 200,
    handle: async ({ body, caller }) => {
      const feed = await feedOf(caller, { events, callers });
      const results: Result[] = [];
      // One after another: of two events about one person the order of the batch counts.
      for (const [index, said] of body.events.entries()) results.push(await answerTo(said, index, feed, events));
      return { body: { results } };
    },
  });
}

/** In whose name the program tells, by its registration and never by what it sends. */
async function feedOf(
  caller: Caller,
  { events, callers }: EventOperationOptions,
): Promise<Feed & { readonly as: 'register' | 'body' }> {
  const as = caller.scopes.includes('events.coverage') ? 'body' : 'register';
  await callers.demand(caller, as === 'body' ? 'event.coverage' : 'event.register');
  const of = caller.feed ?? '';
  if (as === 'register' && of !== events.register)
    throw new ApiError('FEED_UNKNOWN', 'the client tells for a register that is not the one of this hub');
  return { as, of, by: caller.actor };
}

async function answerTo(said: unknown, index: number, feed: Feed, events: EventOperationOptions['events']) {
  const read = named.ResidentEvent.safeParse(said);
  if (!read.success) {
    const where = read.error.issues[0]?.path.map(String).join('/').slice(0, 100) ?? '';
    return { index, ...idIn(said), ...refusal('EVENT_INVALID'), ...(where === '' ? {} : { where }) };
  }
  const { at, ...event } = read.data;
  const change: ToldChange = { ...event, at: parseInstant(at) ?? Number.NaN };
  if (Number.isNaN(change.at)) return { index, id: event.id, ...refusal('EVENT_INVALID'), where: 'at' };
  const outcome = await events.tell(change, feed);
  return { index, id: event.id, ...(isRefusal(outcome) ? refusal(outcome) : { outcome }) };
}

const refusal = (code: EventRefusal) => ({ outcome: 'refused' as const, code, remedy: eventRemedies[code] });

const idIn = (said: unknown): { id?: string } => {
  const id = typeof said === 'object' && said !== null && 'id' in said ? said.id : undefined;
  return typeof id === 'string' && id.length <= 100 ? { id } : {};
};
