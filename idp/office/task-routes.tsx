import type Router from '@koa/router';
import type { Context } from 'koa';
import {
  type CardRecord,
  type CardTask,
  type CodeBatches,
  checkOpen,
  displayNameOf,
  isFinal,
  type MadeCode,
  type Programme,
  type Renewals,
} from '../../card-auth/index.ts';
import type { PdfWriter } from '../../lib/pdf.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import type { ChangeRequests } from '../card/change-requests.ts';
import { HubPageError } from '../errors.ts';
import { codeLetterOf } from './code-letter.ts';
import { OfficeError } from './errors.ts';
import { faceItems, unprintableOn } from './face.ts';
import { facesMax } from './face-routes.ts';
import { lettersPdf, mayBePdf, type Sender } from './letter-sheet.ts';
import type { Letters } from './letters.ts';
import { CodeLetterPage, OfficeCardPage } from './office-card-page.tsx';
import { cardIn, namesIn, type OfficePagesOptions, residentOf } from './pages.ts';
import { sendPdf } from './pdf-answer.ts';
import type { IssuingStation } from './station.ts';
import { taskCopy } from './task-copy.ts';
import { type ShownTask, TaskList } from './task-page.tsx';

export interface TaskRoutesOptions extends OfficePagesOptions {
  readonly letters: Pick<Letters, 'queue'>;
  readonly codeBatches: Pick<CodeBatches, 'inState'>;
  readonly issuingStation: IssuingStation | undefined;
  readonly renewals: Pick<Renewals, 'versionFor'>;
  readonly programme: Programme;
  readonly changeRequests: Pick<ChangeRequests, 'waiting'>;
  readonly origin: string;
  readonly sender: Sender;
  readonly pdf: PdfWriter;
}

type Options = TaskRoutesOptions;
const home = '/admin/office/tasks';
const cardPath = '/admin/office/cards/:id';

/** A2: what waits for a second person, for a card, and for its holder. */
export function taskRoutes(options: Options): (router: Router) => void {
  const { door, forms } = options;
  const post = (router: Router, path: string, act: 'card.confirm' | 'card.issue', how: Acting) =>
    router.post(path, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act, returnTo: home });
      if (admitted) await how(ctx, admitted, await forms.read(ctx, aboutOf(admitted.session)), options);
    });
  return (router) => {
    router.get(home, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'card.read' });
      if (admitted) await showTasks(ctx, admitted, options);
    });
    post(router, `${home}/decide`, 'card.confirm', decide);
    post(router, `${home}/make`, 'card.issue', make);
    post(router, `${home}/make-all`, 'card.issue', makeBatch);
    router.get(cardPath, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'card.issue' });
      if (admitted) await showCard(ctx, admitted, options);
    });
    post(router, `${cardPath}/hand-over`, 'card.issue', handOver);
  };
}

type Acting = (ctx: Context, admitted: Admitted, form: URLSearchParams, options: Options) => Promise<void>;

const decide: Acting = async (ctx, { administrator }, form, options) => {
  const { tasks, door, office } = options;
  const task = await tasks.get(form.get('task') ?? '');
  if (!task) throw new HubPageError('PAGE_MISSING', 'there is no such task');
  const { openedBy, residentRef } = task;
  await door.demand(administrator, 'card.confirm', { authors: [openedBy], about: [residentRef] });
  const by = { as: 'second-officer', id: administrator.id } as const;
  const agreed = form.get('outcome') === 'approve';
  const made = agreed ? (await office.approve(task.id, by)).made : undefined;
  if (!agreed) await office.decline(task.id, by);
  await notify(task, agreed, options);
  const type = agreed ? 'card.task-agreed' : 'card.task-declined';
  await options.audit.record({ type, result: 'ok', actor: by.id, detail: { task: task.id, act: task.act } });
  if (made) return showCode(ctx, made, options);
  ctx.status = 303;
  ctx.redirect(home);
};

/** Whoever called in somebody's name does not get that person's letters. */
async function notify({ id, act, residentRef }: CardTask, agreed: boolean, { letters }: Options): Promise<void> {
  const kind = { resume: 'card-continued', code: 'new-pin-code' } as const;
  if (agreed && (act === 'resume' || act === 'code')) await letters.queue(id, residentRef, kind[act]);
}

const make: Acting = async (ctx, { administrator }, form, options) => {
  const task = await options.tasks.get(form.get('task') ?? '');
  if (task?.state !== 'approved') throw new OfficeError('APPLICATION_CHANGED', 'the task waits for no card');
  await options.door.demand(administrator, 'card.issue', { authors: [], about: [task.residentRef] });
  const { id } = await makeFor(task, administrator.id, options);
  ctx.status = 303;
  ctx.redirect(`/admin/office/cards/${id}`);
};

/** It has no code yet: that is made at the hand-over. */
async function makeFor(task: CardTask, by: string, options: Options): Promise<CardRecord> {
  const { issuingStation, office, programme, now } = options;
  // Before the station spends a card on it.
  checkOpen(programme, now());
  if (!issuingStation) throw new OfficeError('STATION_MISSING', 'this hub has no issuing station');
  const made = await issuingStation.make(task.residentRef);
  return office.issue(task.id, made, { as: 'office', id: by });
}

/** So many at once that the page still answers; what is left is the next batch. */
const batchMax = 20;

/** Everything that waits and is not the officer's own; what breaks off leaves whole cards and whole tasks. */
const makeBatch: Acting = async (ctx, { administrator }, _form, options) => {
  const { tasks, door, audit } = options;
  const agreed = (await tasks.inState('approved', { limit: 200 })).records;
  const mine = agreed.filter(({ residentRef }) =>
    door.may(administrator, 'card.issue', { authors: [], about: [residentRef] }),
  );
  const batch = mine.slice(0, batchMax);
  for (const task of batch) await makeFor(task, administrator.id, options);
  const detail = { cards: batch.length };
  await audit.record({ type: 'card.batch-made', result: 'ok', actor: administrator.id, detail });
  ctx.status = 303;
  ctx.redirect(home);
};

const handOver: Acting = async (ctx, { administrator }, form, options) => {
  const card = await cardIn(ctx, options);
  await options.door.demand(administrator, 'card.issue', { authors: [], about: [card.residentRef] });
  const how = form.get('how') === 'mail' ? 'mail' : 'counter';
  const made = await options.office.handOver(card.id, how, { as: 'office', id: administrator.id });
  await (form.get('as') === 'pdf' ? sendCode(ctx, made, options) : showCode(ctx, made, options));
};

async function showCode(ctx: Context, made: MadeCode, options: Options): Promise<void> {
  const { frame, timeZone } = options;
  const sheet = await codeLetterOf(made, options);
  frame.send(ctx, {
    title: taskCopy.letterTitle[frame.preferencesOf(ctx).language],
    path: home,
    body: ({ language }) => <CodeLetterPage {...{ sheet, timeZone, language }} />,
  });
}

/** The code is made, so a letter that cannot be PDF is shown all the same. */
async function sendCode(ctx: Context, made: MadeCode, options: Options): Promise<void> {
  if (!mayBePdf(await residentOf(made.card.residentRef, options))) return showCode(ctx, made, options);
  const sheet = await codeLetterOf(made, options);
  sendPdf(ctx, 'letter', await options.pdf.write(lettersPdf([sheet], options.now(), options.timeZone)));
}

async function showTasks(ctx: Context, { administrator, session }: Admitted, options: Options): Promise<void> {
  const { tasks, door, forms, frame, timeZone, issuingStation, now } = options;
  const [open, toMake] = await Promise.all(
    (['open', 'approved'] as const).map(async (state) => (await tasks.inState(state, { limit: 200 })).records),
  );
  const authors = await namesIn(
    [...(open ?? []), ...(toMake ?? [])].map(({ openedBy }) => openedBy),
    options,
  );
  const shown = (task: CardTask) => shownOf(task, administrator, authors, options);
  const page = {
    open: await Promise.all((open ?? []).map(shown)),
    toMake: await Promise.all((toMake ?? []).map(shown)),
    toHandOver: door.may(administrator, 'card.issue')
      ? await namedOf(await options.cards.waiting(facesMax), options)
      : [],
    batches: (await options.codeBatches.inState('open')).length,
    told: door.may(administrator, 'event.note') ? await toldOf(options) : undefined,
    station: issuingStation !== undefined,
    csrf: forms.prepare(ctx, aboutOf(session)),
    at: now(),
    timeZone,
  };
  frame.send(ctx, {
    title: taskCopy.title[frame.preferencesOf(ctx).language],
    body: ({ language }) => <TaskList {...page} language={language} />,
  });
}

async function shownOf(
  task: CardTask,
  administrator: Admitted['administrator'],
  nameOf: (id: string) => string,
  { residents, cards, door }: Options,
): Promise<ShownTask> {
  const { residentRef, cardId, openedBy, state } = task;
  const full = door.may(administrator, 'card.issue') || door.may(administrator, 'card.confirm');
  const number = full ? ((await cards.get(cardId ?? ''))?.number ?? '') : '';
  const act = state === 'open' ? 'card.confirm' : 'card.issue';
  const authors = state === 'open' ? [openedBy] : [];
  return {
    task,
    number,
    person: (await residents.displayName(residentRef)) ?? '',
    openedBy: /^(event|system):/.test(openedBy) ? undefined : nameOf(openedBy),
    may: door.may(administrator, act, { authors, about: [residentRef] }),
  };
}

const toldOf = async ({ changeRequests, residents }: Options) =>
  Promise.all(
    (await changeRequests.waiting(100)).records.map(async (request) => ({
      request,
      person: (await residents.displayName(request.id)) ?? '',
    })),
  );

const namedOf = (cards: readonly CardRecord[], { residents }: Options) =>
  Promise.all(
    cards.map(async (card) => {
      const resident = await residents.get(card.residentRef);
      return {
        card,
        person: resident ? displayNameOf(resident) : '',
        fault: resident && unprintableOn(faceItems(resident, card.number)),
      };
    }),
  );

async function showCard(ctx: Context, { administrator, session }: Admitted, options: Options): Promise<void> {
  const { cards, door, forms, frame, renewals, timeZone } = options;
  const card = await cardIn(ctx, options);
  const resident = await residentOf(card.residentRef, options);
  const page = {
    card,
    person: displayNameOf(resident),
    fault: unprintableOn(faceItems(resident, card.number)),
    supersedes: (await cards.get(card.supersedes ?? ''))?.number,
    nameOf: await namesIn([card.handedOver?.by ?? ''], options),
    mayIssue: door.may(administrator, 'card.issue', { authors: [], about: [card.residentRef] }),
    isOld: !isFinal(card.status) && (await renewals.versionFor(card)) !== undefined,
    csrf: forms.prepare(ctx, aboutOf(session)),
    timeZone,
  };
  frame.send(ctx, {
    title: taskCopy.cardTitle[frame.preferencesOf(ctx).language],
    body: ({ language }) => <OfficeCardPage {...page} language={language} />,
  });
}
