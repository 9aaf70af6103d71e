import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { CardError, type CardTask, type Issuances, type Stations } from '../../card-auth/index.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import { HubPageError } from '../errors.ts';
import { base64url, readMessage } from '../sign-in/messages.ts';
import { OfficeError } from './errors.ts';
import { MakePage } from './make-page.tsx';
import { makePath } from './make-path.ts';
import type { OfficePagesOptions } from './pages.ts';
import { stationCopy } from './station-copy.ts';

export interface MakeRoutesOptions extends OfficePagesOptions {
  readonly stations: Stations;
  readonly issuances: Issuances;
  readonly softwareReader: string | undefined;
}

type Options = MakeRoutesOptions;
type Acting<T> = (task: CardTask, message: T, admitted: Admitted, ctx: Context) => Promise<unknown>;

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

/**
 * The page on which an officer makes the card of a task, at a computer that is an issuing station, and its steps. Each
 * step asks for the officer's sign-in, role and token anew; the key goes to nobody whom the station's signature does
 * not stand for besides.
 */
export function makeRoutes(options: Options): (router: Router) => void {
  const { door, forms, issuances, audit } = options;

  async function admitted(ctx: Context, returnTo: string): Promise<{ admitted: Admitted; task: CardTask } | undefined> {
    const found = await door.admit(ctx, { act: 'card.issue', returnTo });
    if (!found) return undefined;
    const task = await options.tasks.get(ctx.params.task ?? '');
    if (!task || (task.act !== 'issue' && task.act !== 'replace'))
      throw new HubPageError('PAGE_MISSING', 'there is no such task');
    await door.demand(found.administrator, 'card.issue', { authors: [], about: [task.residentRef] });
    return { admitted: found, task };
  }

  function step<T>(router: Router, name: keyof typeof messages, schema: z.ZodType<T>, act: Acting<T>): void {
    router.post(`/admin/office/make/:task/${name}`, async (ctx) => {
      forms.demandOrigin(ctx);
      const known = await admitted(ctx, '/admin/office/tasks');
      // A program asks here, so an ended sign-in is a refusal and no way to the sign-in page.
      if (!known) throw new HubPageError('SIGN_IN_EXPIRED', 'the sign-in has ended');
      forms.demandToken(ctx, aboutOf(known.admitted.session));
      ctx.body = (await act(known.task, await readMessage(ctx, schema), known.admitted, ctx)) ?? {};
    });
  }

  const key: Acting<z.output<typeof messages.key>> = async ({ id }, message, { administrator }) => {
    const event = { type: 'card.key-given', actor: administrator.id, detail: { task: id, station: message.station } };
    try {
      const given = await issuances.key(id, message);
      await audit.record({ ...event, result: 'ok', card: (await issuances.get(id))?.cardId });
      return given;
    } catch (error) {
      if (error instanceof CardError) await audit.record({ ...event, result: 'refused', code: error.code });
      throw error;
    }
  };

  const record: Acting<z.output<typeof messages.record>> = async ({ id }, message, { administrator }) => {
    const card = await issuances.record(id, message, { as: 'office', id: administrator.id });
    const next = await nextTask(id, administrator, options);
    return { number: card.number, card: `/admin/office/cards/${card.id}`, ...(next ? { next: makePath(next) } : {}) };
  };

  return (router) => {
    router.get('/admin/office/make/:task', async (ctx) => {
      const known = await admitted(ctx, ctx.url);
      if (known) await show(ctx, known.task, known.admitted, options);
    });
    step(router, 'key', messages.key, key);
    step(router, 'tap', messages.tap, ({ id }) => issuances.tap(id));
    step(router, 'verify', messages.verify, ({ id }, message) => issuances.verify(id, message));
    step(router, 'record', messages.record, record);
    router.post('/admin/office/make/:task/discard', async (ctx) => {
      forms.demandOrigin(ctx);
      const known = await admitted(ctx, '/admin/office/tasks');
      if (!known) return;
      await forms.read(ctx, aboutOf(known.admitted.session));
      const { cardId } = await issuances.discard(known.task.id);
      const actor = known.admitted.administrator.id;
      await audit.record({
        type: 'card.discarded',
        result: 'ok',
        card: cardId,
        actor,
        detail: { task: known.task.id },
      });
      ctx.status = 303;
      ctx.redirect(makePath(known.task.id));
    });
  };
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

async function show(ctx: Context, task: CardTask, { session }: Admitted, options: Options): Promise<void> {
  const { issuances, stations, residents, forms, frame, softwareReader } = options;
  if (task.state !== 'approved') throw new OfficeError('APPLICATION_CHANGED', 'the task waits for no card');
  const page = {
    task,
    base: makePath(task.id),
    person: (await residents.displayName(task.residentRef)) ?? '',
    ckv: await issuances.versionFor(task.id),
    begun: (await issuances.get(task.id)) !== undefined,
    stations: (await stations.list()).filter(({ state }) => state === 'enrolled').map(({ id }) => id),
    csrf: forms.prepare(ctx, aboutOf(session)),
    softwareReader,
  };
  frame.send(ctx, {
    title: stationCopy.makeTitle[frame.preferencesOf(ctx).language],
    body: ({ language }) => <MakePage {...page} language={language} />,
    script: frame.program('station'),
    policy: { connect: softwareReader ? [new URL(softwareReader).origin] : [] },
  });
}
