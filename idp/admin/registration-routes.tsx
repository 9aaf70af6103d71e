import type Router from '@koa/router';
import type { Context } from 'koa';
import {
  diffRegistrations,
  FederationError,
  type Finding,
  finding,
  identifierOf,
  type ProviderRecord,
  protocolNamed,
} from '../../federation/index.ts';
import { Notice } from '../../web/index.ts';
import { httpStatusOf } from '../errors.ts';
import { bodyDocumentIn } from './body-form.ts';
import type { Revision, Written } from './cases.ts';
import { type Admitted, aboutOf } from './door.ts';
import { type Looked, lookOver, type Read, type Submission, submissionOf, withContent } from './draft.ts';
import { AdminError } from './errors.ts';
import { providerCopy } from './provider-copy.ts';
import { formTitle, ProviderForm, type ProviderFormOptions } from './provider-form.tsx';
import { pageOf } from './provider-list.tsx';
import { checkContextOf, type ProviderRoutesOptions, recordOf } from './provider-routes.tsx';

type Options = ProviderRoutesOptions;
/** The registry takes metadata of 1 MiB; the rest of the form is small. */
export const uploadMaxBytes = 2 * 1024 * 1024 + 64 * 1024;

/** Writing a registration: a new one, or a change of one that is there. */
export function registrationRoutes(options: Options): (router: Router) => void {
  const { door, forms } = options;
  return (router) => {
    router.get('/admin/providers/new', async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'provider.register' });
      const protocol = protocolNamed(ctx.URL.searchParams.get('protocol'));
      const submission: Submission = { protocol, metadata: '', name: { ja: '', en: '' }, contract: [] };
      if (admitted) showForm(ctx, admitted, options, { submission, seen: 0 });
    });

    router.get('/admin/provider/edit', async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'provider.change' });
      if (!admitted) return;
      const record = await recordOf(ctx.URL.searchParams.get('id'), options);
      const { content, seen } = await latestOf(record, options);
      showForm(ctx, admitted, options, { submission: submissionOf(content), seen, record });
    });

    router.post('/admin/providers/new', async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'provider.register', returnTo: '/admin/providers/new' });
      if (!admitted) return;
      const form = await forms.readUpload(ctx, aboutOf(admitted.session), uploadMaxBytes);
      await take(ctx, form, admitted, options);
    });

    router.post('/admin/provider/edit', async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'provider.change', returnTo: '/admin/providers' });
      if (!admitted) return;
      const form = await forms.readUpload(ctx, aboutOf(admitted.session), uploadMaxBytes);
      await take(ctx, form, admitted, options, await recordOf(ctx.URL.searchParams.get('id'), options));
    });
  };
}

type Shown = Omit<ProviderFormOptions, 'csrf' | 'id' | 'title'> & { readonly record?: ProviderRecord | undefined };

function showForm(ctx: Context, { session }: Admitted, { frame, forms }: Options, { record, ...shown }: Shown): void {
  const { language } = frame.preferencesOf(ctx);
  const [csrf, id, title] = [forms.prepare(ctx, aboutOf(session)), record?.id, record?.name[language]];
  const path = id === undefined ? '/admin/providers/new' : pageOf(id);
  frame.send(ctx, {
    title: formTitle(id)[language],
    body: () => <ProviderForm {...shown} {...{ csrf, id, title, language }} />,
    ...(ctx.method === 'GET' ? {} : { path }),
  });
}

/** What a change goes out from: a revision that waits, or what is registered. */
export function latestIn(record: ProviderRecord, revision: Revision | undefined) {
  if (record.status === 'pending') return { content: record, seen: record.version };
  return { content: revision ? withContent(record, revision.made) : record, seen: revision?.version ?? 0 };
}

const latestOf = async (record: ProviderRecord, { cases }: Pick<Options, 'cases'>) =>
  latestIn(record, await cases.revisionOf(record.id));

/** A chosen file goes before the pasted text. Line ends as the document had them, before the form changed them. */
export function documentIn(form: URLSearchParams): string {
  const text = form.get('file')?.trim() ? form.get('file') : form.get('metadata');
  return (text ?? '').replaceAll('\r\n', '\n');
}

function submittedIn(form: URLSearchParams, record: ProviderRecord | undefined): Submission {
  const protocol = record?.protocol ?? protocolNamed(form.get('protocol'));
  return {
    protocol,
    metadata: protocol === 'id-wsf' ? bodyDocumentIn(form) : documentIn(form),
    name: { ja: (form.get('nameJa') ?? '').trim(), en: (form.get('nameEn') ?? '').trim() },
    contract: protocol === 'id-wsf' ? [] : [...new Set(form.getAll('contract'))],
  };
}

async function take(
  ctx: Context,
  form: URLSearchParams,
  admitted: Admitted,
  options: Options,
  record?: ProviderRecord,
): Promise<void> {
  const submission = submittedIn(form, record);
  const nameMissing = !submission.name.ja || !submission.name.en;
  const { findings, read } = ofSameProvider(lookOver(submission, await checkContextOf(options), record), record);
  const seen = Number(form.get('seen'));
  const shown = { submission, seen, record, findings, nameMissing, diff: diffOf(record, read) };
  if (!read || nameMissing || form.get('do') !== 'save') {
    ctx.status = read && !nameMissing ? 200 : 422;
    showForm(ctx, admitted, options, shown);
    return;
  }
  try {
    const by = admitted.administrator.id;
    const written = record
      ? await options.cases.change(record, read, { by, seen })
      : await options.cases.register(read, by);
    await options.directory.notice({ ...read.made, id: written.id });
    showWritten(ctx, written, options);
  } catch (error) {
    if (error instanceof FederationError && error.code === 'PROVIDER_NAME_TAKEN') {
      // By another process, since the directory was read.
      ctx.status = 422;
      showForm(ctx, admitted, options, { ...shown, findings: [takenFinding(read.made), ...findings] });
      return;
    }
    if (!(error instanceof AdminError && error.code === 'REGISTRATION_CHANGED')) throw error;
    await showConflict(ctx, admitted, options, { ...shown, read, error });
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
