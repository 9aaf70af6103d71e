import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { CardError, type CardTask, type Issuances, type Stations } from '../../card-auth/index.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import { HubPageError } from '../errors.ts';
import { base64url } from '../sign-in/messages.ts';
import { OfficeError } from './errors.ts';
import { MakePage } from './make-page.tsx';
import { makePath } from './make-path.ts';
import type { OfficePagesOptions } from './pages.ts';
import { type Found, programSteps } from './program-steps.ts';
import { stationCopy } from './station-copy.ts';

export interface MakeRoutesOptions extends OfficePagesOptions {
  readonly stations: Stations;
  readonly issuances: Issuances;
  readonly softwareReader: string | undefined;
}

type Options = MakeRoutesOptions;

const word = { id: base64url, ckv: z.int().min(0).max(0xffff), third: base64url, mac: base64url };
const messages = {
  key: z.strictObject({
    station: base64url,
    id: base64url,
    ckv: z.int().min(1).max(0xffff),
    recipient: base64url,
    signature: base64url,
  }),
  tap: z.strictObject({}),
  verify: z.strictObject(word),
  record: z.strictObject(word),
} as const;

const path = '/admin/office/make/:task';

/**
 * The page on which an officer makes the card of a task, at a computer that is an issuing station, and its steps. The
 * key goes to nobody whom the station's signature does not stand for besides.
 */
export function makeRoutes(options: Options): (router: Router) => void {
  const { forms, issuances, audit } = options;
  const find = (ctx: Context, returnTo: string) => findTask(ctx, returnTo, options);
  const step = programSteps(options, find);

  return (router) => {
    router.get(path, async (ctx) => {
      const found = await find(ctx, ctx.url);
      if (found) await show(ctx, found, options);
    });
    step(router, `${path}/key`, messages.key, (found, message) => giveKey(found, message, options));
    step(router, `${path}/tap`, messages.tap, ({ about }) => issuances.tap(about.id));
    step(router, `${path}/verify`, messages.verify, ({ about }, message) => issuances.verify(about.id, message));
    step(router, `${path}/record`, messages.record, (found, message) => record(found, message, options));
    router.post(`${path}/discard`, async (ctx) => {
      forms.demandOrigin(ctx);
      const found = await find(ctx, '/admin/office/tasks');
      if (!found) return;
      const { admitted, about: task } = found;
      await forms.read(ctx, aboutOf(admitted.session));
      const { cardId } = await issuances.discard(task.id);
      const actor = admitted.administrator.id;
      await audit.record({ type: 'card.discarded', result: 'ok', card: cardId, actor, detail: { task: task.id } });
      ctx.status = 303;
      ctx.redirect(makePath(task.id));
    });
  };
}

async function findTask(ctx: Context, returnTo: string, options: Options): Promise<Found<CardTask> | undefined> {
  const { door, tasks } = options;
  const admitted = await door.admit(ctx, { act: 'card.issue', returnTo });
  if (!admitted) return undefined;
  const task = await tasks.get(ctx.params.task ?? '');
  if (!task || (task.act !== 'issue' && task.act !== 'replace'))
    throw new HubPageError('PAGE_MISSING', 'there is no such task');
  await door.demand(admitted.administrator, 'card.issue', { authors: [], about: [task.residentRef] });
  return { admitted, about: task };
}

/** Every request for a key is on record, by whom and at which station, the refused ones too. */
async function giveKey(
  { admitted, about: { id } }: Found<CardTask>,
  message: z.output<typeof messages.key>,
  { issuances, audit }: Options,
) {
  const detail = { task: id, station: message.station };
  const event = { type: 'card.key-given', actor: admitted.administrator.id, detail };
  try {
    const given = await issuances.key(id, message);
    await audit.record({ ...event, result: 'ok', card: (await issuances.get(id))?.cardId });
    return given;
  } catch (error) {
    if (error instanceof CardError) await audit.record({ ...event, result: 'refused', code: error.code });
    throw error;
  }
}

async function record(
  { admitted: { administrator }, about: { id } }: Found<CardTask>,
  message: z.output<typeof messages.record>,
  options: Options,
) {
  const card = await options.issuances.record(id, message, { as: 'office', id: administrator.id });
  const next = await nextTask(id, administrator, options);
  return { number: card.number, card: `/admin/office/cards/${card.id}`, ...(next ? { next: makePath(next) } : {}) };
}

/** The next card of the batch that this officer may make. */
async function nextTask(
  made: string,
  administrator: Admitted['administrator'],
  { tasks, door }: Options,
): Promise<string | undefined> {
  const { records } = await tasks.inState('approved', { limit: 200 });
  return records.find(
    ({ id, residentRef }) =>
      id !== made && door.may(administrator, 'card.issue', { authors: [], about: [residentRef] }),
  )?.id;
}

async function show(ctx: Context, { about: task, admitted }: Found<CardTask>, options: Options): Promise<void> {
  const { issuances, stations, residents, forms, frame, softwareReader } = options;
  if (task.state !== 'approved') throw new OfficeError('APPLICATION_CHANGED', 'the task waits for no card');
  const page = {
    task,
    base: makePath(task.id),
    person: (await residents.displayName(task.residentRef)) ?? '',
    ckv: await issuances.versionFor(task.id),
    begun: (await issuances.get(task.id)) !== undefined,
    stations: (await stations.list()).filter(({ state }) => state === 'enrolled').map(({ id }) => id),
    csrf: forms.prepare(ctx, aboutOf(admitted.session)),
    softwareReader,
  };
  frame.send(ctx, {
    title: stationCopy.makeTitle[frame.preferencesOf(ctx).language],
    body: ({ language }) => <MakePage {...page} language={language} />,
    script: frame.program('station'),
    policy: { connect: softwareReader ? [new URL(softwareReader).origin] : [] },
  });
}
