import type Router from '@koa/router';
import type { Context } from 'koa';
import {
  diffRegistrations,
  FederationError,
  type Finding,
  finding,
  hasErrors,
  identifierOf,
  type ProviderRecord,
  protocolNamed,
} from '../../federation/index.ts';
import { Notice } from '../../web/index.ts';
import { HubPageError, httpStatusOf } from '../errors.ts';
import { type Logos, sendLogo } from '../logos.ts';
import { traceOf } from '../traces/trace.ts';
import type { Revision, Written } from './cases.ts';
import { type Admitted, aboutOf } from './door.ts';
import { displayNamesIn, type Looked, lookOver, proposed, type Read } from './draft.ts';
import { AdminError } from './errors.ts';
import type { FetchProblem, MetadataFetcher } from './fetch-metadata.ts';
import type { logoRefusals } from './form-copy.ts';
import { providerCopy } from './provider-copy.ts';
import { formTitle, ProviderForm, type ProviderFormOptions } from './provider-form.tsx';
import { pageOf } from './provider-list.tsx';
import { checkContextOf, type ProviderRoutesOptions, recordOf } from './provider-routes.tsx';
import { aboutFetched, emptyForm, type Filled, formOf, submittedForm } from './submission.ts';

export interface RegistrationRoutesOptions extends ProviderRoutesOptions {
  readonly logos: Logos;
  readonly fetchMetadata: MetadataFetcher;
}

type Options = RegistrationRoutesOptions;
/** The registry takes metadata of 1 MiB, pasted or as a file; the rest of the form is small. */
export const uploadMaxBytes = 2 * 1024 * 1024 + 256 * 1024;

/** Writing a registration: a new one, or a change of one that is there. */
export function registrationRoutes(options: Options): (router: Router) => void {
  const { door, forms, logos } = options;
  return (router) => {
    router.get('/admin/providers/new', async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'provider.register' });
      const { searchParams } = ctx.URL;
      const protocol = protocolNamed(searchParams.get('protocol'));
      const submission = emptyForm(protocol, searchParams.get('entry') === 'document');
      if (admitted) showForm(ctx, admitted, options, { submission, seen: 0 });
    });

    router.get('/admin/provider/edit', async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'provider.change' });
      if (!admitted) return;
      const record = await recordOf(ctx.URL.searchParams.get('id'), options);
      const { content, seen } = await latestOf(record, options);
      const submission = formOf(content, ctx.URL.searchParams.get('entry') === 'document');
      showForm(ctx, admitted, options, { submission, seen, record });
    });

    router.post('/admin/providers/new', async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'provider.register', returnTo: '/admin/providers/new' });
      if (!admitted) return;
      const form = await forms.readUpload(ctx, aboutOf(admitted.session), uploadMaxBytes, ['logo']);
      await take(ctx, form, admitted, options);
    });

    router.post('/admin/provider/edit', async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'provider.change', returnTo: '/admin/providers' });
      if (!admitted) return;
      const form = await forms.readUpload(ctx, aboutOf(admitted.session), uploadMaxBytes, ['logo']);
      await take(ctx, form, admitted, options, await recordOf(ctx.URL.searchParams.get('id'), options));
    });

    // From the service's own page: what its address gives now, as a change that nobody has saved yet.
    router.post('/admin/provider/fetch', async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'provider.change', returnTo: '/admin/providers' });
      if (!admitted) return;
      const form = await forms.read(ctx, aboutOf(admitted.session));
      const record = await recordOf(form.get('id'), options);
      const { content, seen } = await latestOf(record, options);
      await showFetched(ctx, admitted, options, { submission: formOf(content, true), seen, record });
    });

    router.get('/admin/logo/:hash', async (ctx) => {
      if (!(await door.admit(ctx, { act: 'provider.read' }))) return;
      sendLogo(ctx, await logos.get(ctx.params.hash ?? ''), 'private, max-age=3600');
    });
  };
}

type Shown = Omit<ProviderFormOptions, 'csrf' | 'id' | 'title' | 'fetchedToken'> & {
  readonly record?: ProviderRecord | undefined;
};

function showForm(ctx: Context, { session }: Admitted, { frame, forms }: Options, { record, ...shown }: Shown): void {
  const { language } = frame.preferencesOf(ctx);
  const [csrf, id, title] = [forms.prepare(ctx, aboutOf(session)), record?.id, record?.name[language]];
  const { source, metadata: document } = shown.submission;
  const fetchedToken =
    source?.fetchedAt === undefined
      ? undefined
      : forms.prepare(ctx, aboutFetched({ ...source, fetchedAt: source.fetchedAt, document }));
  const path = id === undefined ? '/admin/providers/new' : pageOf(id);
  frame.send(ctx, {
    title: formTitle(id)[language],
    body: () => <ProviderForm {...shown} {...{ csrf, id, title, fetchedToken, language }} />,
    ...(ctx.method === 'GET' ? {} : { path }),
  });
}

/** What a change goes out from: a revision that waits, or what is registered. */
export function latestIn(record: ProviderRecord, revision: Revision | undefined) {
  if (record.status === 'pending') return { content: record, seen: record.version };
  return { content: revision ? proposed(record, revision.made) : record, seen: revision?.version ?? 0 };
}

async function latestOf(record: ProviderRecord, { cases }: Pick<Options, 'cases'>) {
  return latestIn(record, await cases.revisionOf(record.id));
}

async function take(
  ctx: Context,
  form: URLSearchParams,
  admitted: Admitted,
  options: Options,
  record?: ProviderRecord,
): Promise<void> {
  const latest = record && (await latestOf(record, options)).content;
  const filled = submittedForm(form, { latest, tokenOf: (about) => options.forms.prepare(ctx, about) });
  const { logo, logoProblem } = await takeLogo(form, filled, options);
  const sent = { submission: { ...filled, logo }, seen: Number(form.get('seen')), record, logoProblem };
  // What nobody has looked at is not registered: a document that is not there yet is fetched and shown.
  const isBlank = !filled.fields && filled.metadata.trim() === '' && filled.source !== undefined;
  if (form.get('do') === 'fetch' || isBlank) return showFetched(ctx, admitted, options, sent);
  const nameMissing = !filled.name.ja || !filled.name.en;
  const { findings, read } = await looked(sent.submission, record, options);
  const shown = { ...sent, findings, nameMissing, diff: diffOf(record, read) };
  const isGood = read !== undefined && !nameMissing && !logoProblem;
  if (!isGood || form.get('do') !== 'save') {
    ctx.status = isGood ? 200 : 422;
    return showForm(ctx, admitted, options, shown);
  }
  return save(ctx, admitted, options, { ...shown, read });
}

async function save(
  ctx: Context,
  admitted: Admitted,
  options: Options,
  shown: Shown & { readonly read: Read },
): Promise<void> {
  const { record, seen, read } = shown;
  const by = admitted.administrator.id;
  try {
    if (read.made.logo) await options.logos.keep(read.made.logo);
    const written = record
      ? await options.cases.change(record, read, { by, seen })
      : await options.cases.register(read, by);
    await options.directory.notice({ ...read.made, id: written.id });
    showWritten(ctx, written, options);
  } catch (error) {
    if (error instanceof FederationError && error.code === 'PROVIDER_NAME_TAKEN') {
      // By another process, since the directory was read.
      ctx.status = 422;
      showForm(ctx, admitted, options, { ...shown, findings: [takenFinding(read.made), ...(shown.findings ?? [])] });
      return;
    }
    if (!(error instanceof AdminError && error.code === 'REGISTRATION_CHANGED')) throw error;
    await showConflict(ctx, admitted, options, { ...shown, error });
  }
}

/** What the address gives, in the form and before the linter; nothing is stored. */
async function showFetched(ctx: Context, admitted: Admitted, options: Options, shown: Shown): Promise<void> {
  const { submission, record } = shown;
  const address = submission.source?.address ?? '';
  const fetched = await options.fetchMetadata(address, admitted.administrator.id, traceOf(ctx));
  if ('problem' in fetched) return showProblem(ctx, admitted, options, { ...shown, problem: fetched.problem });
  const { fields: _fields, ...document } = submission;
  const filled: Filled = {
    ...document,
    metadata: fetched.text,
    source: { address, fetchedAt: fetched.at },
    name: displayNamesIn(submission, fetched.text, options),
    ownFindings: [],
  };
  const { findings, read } = await looked(filled, record, options);
  ctx.status = read && !shown.logoProblem ? 200 : 422;
  showForm(ctx, admitted, options, {
    ...shown,
    submission: filled,
    findings,
    diff: diffOf(record, read),
    fetched: true,
  });
}

function showProblem(
  ctx: Context,
  admitted: Admitted,
  options: Options,
  shown: Shown & { readonly problem: FetchProblem },
): void {
  ctx.status = shown.problem.status;
  if (ctx.status === 429) ctx.set('retry-after', '60');
  showForm(ctx, admitted, options, shown);
}

async function looked(filled: Filled, record: ProviderRecord | undefined, options: Options): Promise<Looked> {
  const { findings, read } = ofSameProvider(lookOver(filled, await checkContextOf(options), record), record);
  const all = [...filled.ownFindings, ...findings];
  return { findings: all, read: hasErrors(all) ? undefined : read };
}

/** A new picture goes before the one that is there. */
async function takeLogo(
  form: URLSearchParams,
  { logo: kept }: Filled,
  { logos }: Options,
): Promise<{ logo: string | undefined; logoProblem?: keyof typeof logoRefusals }> {
  const upload = Buffer.from(form.get('logo') ?? '', 'base64');
  const current = form.get('logoRemove') === 'yes' ? undefined : kept;
  try {
    if (upload.length > 0) return { logo: await logos.add(upload) };
    if (current && !(await logos.get(current))) throw new HubPageError('LOGO_GONE', 'the picture is no longer there');
    return { logo: current };
  } catch (error) {
    if (!(error instanceof HubPageError)) throw error;
    const { code } = error;
    if (code !== 'LOGO_GONE' && code !== 'LOGO_REFUSED' && code !== 'LOGO_TOO_LARGE') throw error;
    return { logo: code === 'LOGO_GONE' ? undefined : current, logoProblem: code };
  }
}

/** Nothing is lost: what was sent stays in the form, beside its differences to what somebody else wrote. */
async function showConflict(
  ctx: Context,
  admitted: Admitted,
  options: Options,
  { read, error, ...shown }: Shown & { readonly read: Read; readonly error: AdminError },
): Promise<void> {
  const { protocol, key } = read.made;
  const record = await recordOf(`${protocol}:${key}`, options);
  const { content, seen } = await latestOf(record, options);
  ctx.status = httpStatusOf(error);
  showForm(ctx, admitted, options, { ...shown, record, seen, diff: diffOf(content, read), conflict: true });
}

export const diffOf = (record: ProviderRecord | undefined, read: Read | undefined) =>
  record && read
    ? diffRegistrations(record, { ...read.made, status: record.status }, { secretChanged: read.secretGiven })
    : undefined;

/** A change never turns one provider into another. */
export function ofSameProvider(
  { findings, read }: Looked,
  record: Pick<ProviderRecord, 'protocol' | 'key'> | undefined,
): Looked {
  if (!record || !read || read.made.key === record.key) return { findings, read };
  return { findings: [takenFinding(read.made), ...findings], read: undefined };
}

const takenFinding = ({ protocol, key }: Read['made']): Finding =>
  finding('ENTITY_ID_TAKEN', identifierOf[protocol], { value: key, severity: 'error' });

/** A client secret is on this page and nowhere else; everything else is seen at the registration. */
function showWritten(ctx: Context, { id, secret }: Written, { frame }: Options): void {
  if (secret === undefined) {
    ctx.status = 303;
    ctx.redirect(pageOf(id));
    return;
  }
  frame.send(ctx, {
    title: providerCopy.registered[frame.preferencesOf(ctx).language],
    path: pageOf(id),
    body: ({ language }) => (
      <>
        <h1>{providerCopy.registered[language]}</h1>
        <Notice kind="warning" title={providerCopy.secret[language]}>
          <p>{providerCopy.secretText[language]}</p>
          <p>
            <code id="secret">{secret}</code>
          </p>
        </Notice>
        <p>
          <a class="button" href={pageOf(id)}>
            {providerCopy.goOn[language]}
          </a>
        </p>
      </>
    ),
  });
}
