import { randomBytes } from 'node:crypto';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type CardRecord, changeKinds, displayNameOf, mayMove, type Resident } from '../../card-auth/index.ts';
import { parseDate } from '../../web/index.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import type { Act } from '../admin/roles.ts';
import { HubPageError } from '../errors.ts';
import { type CallerCase, type CallerCases, questions } from './caller-cases.ts';
import { isAlike } from './comparison.ts';
import { OfficeError } from './errors.ts';
import type { EventFeed } from './event-feed.ts';
import type { Forms } from './forms.ts';
import type { Letters } from './letters.ts';
import type { OfficePagesOptions } from './pages.ts';
import { askable } from './support-cards.tsx';
import { supportCopy } from './support-copy.ts';
import { CasePage, FindCaller, type FindOptions } from './support-page.tsx';

export interface SupportRoutesOptions extends OfficePagesOptions {
  readonly callerCases: CallerCases;
  readonly forms2and3: Forms;
  readonly letters: Pick<Letters, 'queue'>;
  readonly events: Pick<EventFeed, 'tell'>;
}

type Options = SupportRoutesOptions;
const home = '/admin/support';
const nothing = { number: '', name: '', birthDate: '' };

/** A3: the support centre, and the counter of the office. A call has an address of its own that names nobody. */
export function supportRoutes(options: Options): (router: Router) => void {
  const { door, forms, callerCases } = options;
  return (router) => {
    router.get(home, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'card.suspend' });
      if (admitted) showFind(ctx, admitted, options, { typed: nothing, problem: undefined });
    });
    router.post(home, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'card.suspend', returnTo: home });
      if (admitted) await find(ctx, admitted, options);
    });
    router.get(`${home}/:id`, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'card.suspend' });
      if (admitted) await show(ctx, admitted, options);
    });
    for (const [name, act, how] of steps)
      router.post(`${home}/:id/${name}`, async (ctx) => {
        forms.demandOrigin(ctx);
        const admitted = await door.admit(ctx, { act, returnTo: home });
        if (!admitted) return;
        const form = await forms.read(ctx, aboutOf(admitted.session), 8192);
        const call = await callerCases.own(ctx.params.id ?? '', admitted.administrator.id);
        await door.demand(admitted.administrator, act, { authors: [], about: [call.residentRef] });
        const told = await how(call, { admitted, form, options });
        ctx.status = 303;
        ctx.redirect(told === 'closed' ? home : `${home}/${call.id}${told ? `?told=${told}` : ''}`);
      });
  };
}

interface Step {
  readonly admitted: Admitted;
  readonly form: URLSearchParams;
  readonly options: Options;
}
type Told = 'asked' | 'done' | 'closed' | undefined;

/** Each step of a call: its address, the act that it is, and what it does. */
const steps: readonly (readonly [string, Act, (call: CallerCase, step: Step) => Promise<Told>])[] = [
  ['stop', 'card.suspend', stop],
  ['check', 'card.suspend', check],
  ['unlock', 'card.unlock', unlock],
  ['ask', 'card.ask', ask],
  ['event', 'event.note', noteEvent],
  ['withdraw', 'event.note', withdraw],
  ['close', 'card.suspend', close],
];

/** At the counter papers are looked at; whoever hears a voice only has to ask. */
const isCounter = ({ admitted, options }: Step) => options.door.may(admitted.administrator, 'application.write');
const personOf = (step: Step) => ({
  as: isCounter(step) ? ('office' as const) : ('support' as const),
  id: step.admitted.administrator.id,
});

function demandChecked({ checked }: CallerCase, step: Step): void {
  if (checked !== 'passed' && !isCounter(step))
    throw new OfficeError('CALLER_UNCHECKED', 'the caller was not checked, or the check failed');
}

/** R38, card-protocol 5: first of all, and before any check: who plays the holder can do no more than this. */
async function stop({ id, residentRef, checked }: CallerCase, step: Step): Promise<Told> {
  const { office, letters, audit } = step.options;
  const given = step.form.get('reason');
  const reason = (['LOST', 'STOLEN', 'DAMAGED'] as const).find((one) => one === given) ?? 'REQUEST';
  const stopped = await office.suspendAllOf(residentRef, reason, personOf(step));
  if (stopped.length > 0) await letters.queue(id, residentRef, 'card-stopped');
  const detail = { case: id, cards: stopped.length, checked };
  await audit.record({ type: 'support.stop', result: 'ok', actor: personOf(step).id, detail });
  return 'done';
}

/** The result is noted; the answers are not. */
async function check(call: CallerCase, step: Step): Promise<Told> {
  const { callerCases, audit } = step.options;
  const answers = Object.fromEntries(questions.map((one) => [one, (step.form.get(one) ?? '').slice(0, 200)]));
  const asked = questions.filter((one) => answers[one]?.trim() !== '');
  const { checked } = await callerCases.check(call, answers);
  await audit.record({
    type: 'support.check',
    result: checked === 'passed' ? 'ok' : 'refused',
    actor: step.admitted.administrator.id,
    detail: { case: call.id, asked },
  });
  return undefined;
}

async function unlock(call: CallerCase, step: Step): Promise<Told> {
  demandChecked(call, step);
  await step.options.office.unlockOnce((await cardIn(call, step)).number, personOf(step));
  return 'done';
}

async function ask(call: CallerCase, step: Step): Promise<Told> {
  demandChecked(call, step);
  const card = await cardIn(call, step);
  const act = askable(card).find((one) => one === step.form.get('act'));
  if (!act) throw new OfficeError('CASE_CLOSED', 'the state of the card leaves nothing like this to ask for');
  const { office, audit } = step.options;
  const by = personOf(step);
  const reason = act === 'code' || act === 'unlock' ? 'PIN' : (card.reason ?? 'REQUEST');
  const { id } = await office.propose(act, card.number, reason, by);
  const detail = { case: call.id, task: id, act };
  await audit.record({ type: 'support.ask', result: 'ok', actor: by.id, card: card.id, detail });
  return 'asked';
}

async function cardIn({ residentRef }: CallerCase, { form, options }: Step): Promise<CardRecord> {
  const card = await options.cards.get(form.get('card') ?? '');
  if (card?.residentRef !== residentRef) throw new HubPageError('PAGE_MISSING', 'no such card of this person');
  return card;
}

/** R36: as the register would tell it; a second officer still agrees to what follows. */
async function noteEvent({ residentRef }: CallerCase, step: Step): Promise<Told> {
  const { form, options } = step;
  const kind = changeKinds.find((one) => one === form.get('kind'));
  if (!kind) throw new OfficeError('REASON_MISSING', 'no kind of change was chosen');
  const leftArea = form.get('leftArea') === '1';
  const id = `E-${randomBytes(8).toString('hex')}`;
  const change = { id, kind, resident: residentRef, at: options.now(), ...(kind === 'move' ? { leftArea } : {}) };
  await options.events.tell(change, { as: 'office', of: 'counter', by: personOf(step).id });
  return 'done';
}

async function withdraw({ residentRef }: CallerCase, step: Step): Promise<Told> {
  const { form, options } = step;
  const [kind, id] = [form.get('kind') === 'mandate' ? 'mandate' : 'consent', form.get('id') ?? ''] as const;
  if (!(await options.forms2and3.withdraw(kind, id, residentRef)))
    throw new HubPageError('PAGE_MISSING', 'no such form of this person');
  await options.audit.record({ type: `${kind}.withdraw`, result: 'ok', actor: personOf(step).id, detail: { id } });
  return 'done';
}

async function close({ id }: CallerCase, { options }: Step): Promise<Told> {
  await options.callerCases.close(id);
  return 'closed';
}

function showFind(
  ctx: Context,
  { session }: Admitted,
  { frame, forms }: Options,
  found: Omit<FindOptions, 'csrf'>,
): void {
  const csrf = forms.prepare(ctx, aboutOf(session));
  frame.send(ctx, {
    title: supportCopy.title[frame.preferencesOf(ctx).language],
    ...(ctx.method === 'GET' ? {} : { path: home }),
    body: ({ language }) => <FindCaller {...found} csrf={csrf} language={language} />,
  });
}

async function find(ctx: Context, admitted: Admitted, options: Options): Promise<void> {
  const form = await options.forms.read(ctx, aboutOf(admitted.session));
  const textOf = (name: keyof typeof nothing) => (form.get(name) ?? '').trim().slice(0, 150);
  const typed = { number: textOf('number'), name: textOf('name'), birthDate: textOf('birthDate') };
  const found = await foundBy(typed, options);
  const [one] = found;
  if (!one || found.length > 1)
    return showFind(ctx, admitted, options, { typed, problem: one ? 'several' : 'notFound' });
  const by = admitted.administrator.id;
  const { id } = await options.callerCases.open(one.id, by);
  await options.audit.record({ type: 'support.open', result: 'ok', actor: by, detail: { case: id } });
  ctx.status = 303;
  ctx.redirect(`${home}/${id}`);
}

async function foundBy(
  { number, name, birthDate }: typeof nothing,
  { cards, residents }: Options,
): Promise<readonly Resident[]> {
  const digits = number.normalize('NFKC').replaceAll(/\D/g, '');
  if (digits !== '') {
    const holder = await residents.get((await cards.byNumber(digits))?.residentRef ?? '');
    return holder ? [holder] : [];
  }
  const day = parseDate(birthDate);
  if (!day || name === '') return [];
  const spoken = { name: { kanji: name, kana: name, latin: name, alias: name }, birthDate: day };
  return (await residents.bornOn(day)).filter((one) => isAlike(spoken, one));
}

async function show(ctx: Context, { administrator, session }: Admitted, options: Options): Promise<void> {
  const { callerCases, residents, cards, forms2and3, door, forms, frame, timeZone } = options;
  const call = await callerCases.own(ctx.params.id ?? '', administrator.id);
  const { residentRef } = call;
  const resident = await residents.get(residentRef);
  if (!resident) throw new HubPageError('PAGE_MISSING', 'the person is gone');
  const may = (act: Act) => door.may(administrator, act, { authors: [], about: [residentRef] });
  const counter = door.may(administrator, 'application.write');
  const held = await cards.ofResident(residentRef);
  const told = ctx.URL.searchParams.get('told');
  const page = {
    call,
    name: displayNameOf(resident),
    cards: held,
    stoppable: held.some(({ status }) => mayMove(status, 'suspended', 'support')),
    told: told === 'asked' || told === 'done' ? told : undefined,
    may: {
      stop: may('card.suspend'),
      ask: may('card.ask') && (counter || call.checked === 'passed'),
      unlock: may('card.unlock') && call.checked === 'passed',
      note: may('event.note'),
      full: may('card.issue'),
    },
    held: await forms2and3.ofResident(residentRef),
    csrf: forms.prepare(ctx, aboutOf(session)),
    timeZone,
  } as const;
  frame.send(ctx, {
    title: supportCopy.call[frame.preferencesOf(ctx).language],
    body: ({ language }) => <CasePage {...page} language={language} />,
  });
}
