import type Router from '@koa/router';
import type { Context } from 'koa';
import { checkOpen, type Programme } from '../../card-auth/index.ts';
import type { Text } from '../../web/index.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import type { Act } from '../admin/roles.ts';
import { HubPageError } from '../errors.ts';
import { nothingTyped, readApplication, typedIn } from './application-fields.ts';
import { ApplicationEntry } from './application-form.tsx';
import { ApplicationList } from './application-list.tsx';
import { ApplicationPage } from './application-page.tsx';
import { showPrint } from './application-print.tsx';
import { filterIn, searchApplications } from './application-search.ts';
import { type Application, type Applications, evidenceKinds } from './applications.ts';
import type { Approvals } from './approvals.ts';
import { compareBasic } from './comparison.ts';
import { officeCopy } from './copy.ts';
import type { Employer } from './employers.ts';
import { OfficeError } from './errors.ts';
import type { Evidence } from './evidence.ts';
import { namesIn, type OfficePagesOptions } from './pages.ts';
import type { Persons } from './persons.ts';
import { candidatesOf, type ResidentRegister } from './register.ts';

export interface ApplicationRoutesOptions extends OfficePagesOptions {
  readonly applications: Applications;
  readonly approvals: Approvals;
  readonly evidence: Evidence;
  readonly persons: Persons;
  readonly register: ResidentRegister;
  readonly registerMs: number;
  readonly programme: Programme;
  readonly employers: readonly Employer[];
  readonly operator: Text;
}

type Options = ApplicationRoutesOptions;
const list = '/admin/office/applications';
/** Three forms full of long names. */
const formMaxBytes = 24_000;

/** A1: applications from the desk to the decision (R34, R106-R110, R117). */
export function applicationRoutes(options: Options): (router: Router) => void {
  const { door, forms } = options;
  return (router) => {
    router.get(list, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'application.read' });
      if (admitted) await showList(ctx, admitted, options);
    });
    router.post(list, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'application.read', returnTo: list });
      if (!admitted) return;
      const form = await forms.read(ctx, aboutOf(admitted.session));
      await showList(ctx, admitted, options, form.get('sought') ?? '');
    });
    router.get(`${list}/new`, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'application.write' });
      if (!admitted) return;
      checkOpen(options.programme, options.now());
      showForm(ctx, admitted, options, { typed: nothingTyped, wrong: {} });
    });
    router.post(`${list}/new`, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'application.write', returnTo: list });
      if (admitted) await enter(ctx, admitted, options);
    });
    router.get(`${list}/:id`, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'application.read' });
      if (admitted) await showOne(ctx, admitted, options);
    });
    router.get(`${list}/:id/print`, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'application.write' });
      if (admitted) await showPrint(ctx, admitted, await foundIn(ctx, options.applications), options);
    });
    for (const [name, act, how] of steps)
      router.post(`${list}/:id/${name}`, async (ctx) => {
        forms.demandOrigin(ctx);
        const back = `${list}/${ctx.params.id}`;
        const admitted = await door.admit(ctx, { act, returnTo: back });
        if (!admitted) return;
        const form = await forms.read(ctx, aboutOf(admitted.session), 8192);
        await how(await demanded(ctx, admitted, act, options), { admitted, form, options });
        ctx.status = 303;
        ctx.redirect(back);
      });
  };
}

interface Step {
  readonly admitted: Admitted;
  readonly form: URLSearchParams;
  readonly options: Options;
}

/** Each step of an application: its address, the act that it is, and what it does. */
const steps: readonly (readonly [string, Act, (application: Application, step: Step) => Promise<unknown>])[] = [
  ['compare', 'application.write', compare],
  ['reopen', 'application.write', ({ id }, step) => step.options.applications.reopen(id, seenIn(step))],
  ['forward', 'application.write', forward],
  ['refuse', 'application.write', (application, step) => refuse(application, step, 'received')],
  ['decide', 'application.decide', decide],
];

const seenIn = ({ admitted, form }: Step) => ({ by: admitted.administrator.id, seen: Number(form.get('seen')) });

/** The application of this address, and whether this person may do this with it: not their own work, nor their own card. */
export async function demanded(
  ctx: Context,
  { administrator }: Admitted,
  act: Act,
  { applications, persons, door }: Pick<Options, 'applications' | 'persons' | 'door'>,
): Promise<Application> {
  const application = await foundIn(ctx, applications);
  await door.demand(administrator, act, { authors: application.authors, about: await persons.aboutOf(application) });
  return application;
}

async function foundIn(ctx: Context, applications: Pick<Applications, 'get'>): Promise<Application> {
  const application = await applications.get(ctx.params.id ?? '');
  if (!application) throw new HubPageError('PAGE_MISSING', 'there is no such application');
  return application;
}

async function compare({ id, basic }: Application, step: Step): Promise<void> {
  const { applications, register, audit } = step.options;
  await applications.compared(id, seenIn(step), await candidatesOf(register, basic));
  await audit.record({ type: 'application.compare', result: 'ok', actor: seenIn(step).by, detail: { id } });
}

async function forward({ id, register }: Application, step: Step): Promise<void> {
  const { form, options } = step;
  const evidence = evidenceKinds.find((kind) => kind === form.get('evidence'));
  if (!evidence) throw new OfficeError('EVIDENCE_MISSING', 'no kind of evidence was chosen');
  const chosen = form.get('chosen') ?? '';
  if (!register?.entries.some(({ reference }) => reference === chosen))
    throw new OfficeError('NO_REGISTER_MATCH', 'nobody of the register was chosen');
  const signed = form.get('signed') === '1';
  await options.applications.forward(id, seenIn(step), { chosen, evidence, signed });
  await options.audit.record({ type: 'application.forward', result: 'ok', actor: seenIn(step).by, detail: { id } });
}

async function refuse(application: Application, step: Step, from: Application['state']): Promise<void> {
  if (application.state !== from) throw new OfficeError('APPLICATION_CHANGED', `the application is not ${from}`);
  const outcome = step.form.get('outcome') === 'returned' ? 'returned' : 'declined';
  await step.options.approvals.refuse(application, { ...seenIn(step), reason: reasonIn(step) }, outcome);
}

async function decide(application: Application, step: Step): Promise<void> {
  if (step.form.get('outcome') !== 'approved') return refuse(application, step, 'forwarded');
  await step.options.approvals.approve(application, { ...seenIn(step), reason: reasonIn(step) });
}

const reasonIn = ({ form }: Step) => (form.get('reason') ?? '').trim();

async function showList(ctx: Context, { administrator, session }: Admitted, options: Options, sought = '') {
  const { applications, employers, door, forms, frame, timeZone } = options;
  const { searchParams } = ctx.URL;
  const mayEnter = door.may(administrator, 'application.write');
  const filter = filterIn(searchParams, mayEnter ? 'received' : 'forwarded', sought);
  const found = await searchApplications(applications, filter, searchParams.get('after') ?? undefined);
  const csrf = forms.prepare(ctx, aboutOf(session));
  const page = { ...found, filter, employers, mayEnter, csrf, timeZone };
  frame.send(ctx, {
    title: officeCopy.title[frame.preferencesOf(ctx).language],
    path: ctx.method === 'GET' ? ctx.url : list,
    body: ({ language }) => <ApplicationList {...page} language={language} />,
  });
}

type Filled = Omit<Parameters<typeof ApplicationEntry>[0], 'csrf' | 'language' | 'employers'>;

function showForm(ctx: Context, { session }: Admitted, options: Options, filled: Filled): void {
  const { frame, forms, employers } = options;
  const csrf = forms.prepare(ctx, aboutOf(session));
  frame.send(ctx, {
    title: officeCopy.enter[frame.preferencesOf(ctx).language],
    ...(ctx.method === 'GET' ? {} : { path: list }),
    body: ({ language }) => <ApplicationEntry {...filled} employers={employers} csrf={csrf} language={language} />,
  });
}

async function enter(ctx: Context, admitted: Admitted, options: Options): Promise<void> {
  const { forms, applications, persons, employers, door, audit } = options;
  const { administrator, session } = admitted;
  checkOpen(options.programme, options.now());
  const typed = typedIn(await forms.read(ctx, aboutOf(session), formMaxBytes));
  const read = readApplication(
    typed,
    employers.map(({ code }) => code),
  );
  if ('wrong' in read) {
    ctx.status = 422;
    return showForm(ctx, admitted, options, { typed, wrong: read.wrong });
  }
  const about = await persons.aboutOf(read.form);
  await door.demand(administrator, 'application.write', { authors: [], about });
  const { id } = await applications.enter(read.form, administrator.id);
  await audit.record({ type: 'application.enter', result: 'ok', actor: administrator.id, detail: { id } });
  ctx.status = 303;
  ctx.redirect(`${list}/${id}`);
}

async function showOne(ctx: Context, { administrator, session }: Admitted, options: Options): Promise<void> {
  const { applications, evidence, persons, residents, registerMs, door, forms, frame, timeZone, now } = options;
  const application = await foundIn(ctx, applications);
  const { id, basic, register: answer, authors, chosen, decision } = application;
  const about = await persons.aboutOf(application);
  const entries = (answer?.entries ?? []).filter(({ reference }) => !chosen || reference === chosen);
  const candidates = await Promise.all(
    entries.map(async (entry) => {
      const known = await residents.get(entry.reference);
      const hideAddress = known?.protection?.includes('hideAddress') ?? false;
      return { ...compareBasic(basic, entry), reference: entry.reference, hideAddress };
    }),
  );
  const work = { authors, about };
  const mayAt = (act: Act) => door.may(administrator, act, work);
  const page = {
    application,
    candidates,
    outdated: !decision && answer !== undefined && answer.askedAt + registerMs <= now(),
    pictures: await evidence.list(id),
    duplicates: decision ? [] : await persons.duplicatesOf(application),
    may: { write: mayAt('application.write'), decide: mayAt('application.decide'), see: mayAt('evidence.read') },
    closed: closedTo(administrator, work),
    csrf: forms.prepare(ctx, aboutOf(session)),
    nameOf: await namesIn([...authors, decision?.by ?? ''], options),
    employers: options.employers,
    timeZone,
  };
  await options.audit.record({ type: 'application.read', result: 'ok', actor: administrator.id, detail: { id } });
  frame.send(ctx, {
    title: `${officeCopy.title[frame.preferencesOf(ctx).language]} ${id}`,
    body: ({ language }) => <ApplicationPage {...page} language={language} />,
  });
}

function closedTo(
  { id, residentRef, roles }: Admitted['administrator'],
  { authors, about }: { readonly authors: readonly string[]; readonly about: readonly string[] },
): 'ownCard' | 'ownWork' | undefined {
  if (about.includes(residentRef)) return 'ownCard';
  return roles.includes('second-officer') && authors.includes(id) ? 'ownWork' : undefined;
}
