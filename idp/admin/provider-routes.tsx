import type Router from '@koa/router';
import type { Context } from 'koa';
import { contractTerms } from '../../attribute-service/index.ts';
import type { CheckContext, ProviderRecord, ProviderRegistry } from '../../federation/index.ts';
import type { OwnForms } from '../account/own-form.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';
import type { Administrators } from './administrators.ts';
import type { Cases } from './cases.ts';
import { adminCopy } from './copy.ts';
import { type Admitted, aboutOf, type Door } from './door.ts';
import { lookOver, proposed, type Read } from './draft.ts';
import { AdminError } from './errors.ts';
import type { ProviderDirectory } from './provider-directory.ts';
import { ProviderList, pageOf, statusOf } from './provider-list.tsx';
import { ProviderPage } from './provider-page.tsx';
import { formOf } from './submission.ts';

export interface ProviderRoutesOptions {
  readonly door: Door;
  readonly forms: OwnForms;
  readonly frame: PageFrame;
  readonly registry: ProviderRegistry;
  readonly directory: ProviderDirectory;
  readonly cases: Cases;
  readonly administrators: Pick<Administrators, 'get'>;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
  readonly timeZone: string;
  readonly entityId: string;
  /** Trial: addresses over http are allowed. */
  readonly allowHttp: boolean;
  readonly now: () => number;
}

const perPage = 25;
/** A comment of a thousand characters, each nine bytes in a form. */
const decisionMaxBytes = 12_000;

/** Services in the console: the list, one of them, and what may be decided about it. */
export function providerRoutes(options: ProviderRoutesOptions): (router: Router) => void {
  const { door, forms } = options;
  return (router) => {
    router.get('/admin/providers', async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'provider.read' });
      if (admitted) await showList(ctx, admitted, options);
    });

    router.get('/admin/provider', async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'provider.read' });
      if (admitted) await showProvider(ctx, admitted, options);
    });

    for (const [path, act] of [
      ['/admin/provider/decide', decide],
      ['/admin/provider/status', setStatus],
    ] as const) {
      router.post(path, async (ctx) => {
        forms.demandOrigin(ctx);
        const admitted = await door.admit(ctx, { act: 'provider.read', returnTo: '/admin/providers' });
        if (!admitted) return;
        const form = await forms.read(ctx, aboutOf(admitted.session), decisionMaxBytes);
        const record = await recordOf(form.get('id'), options);
        await act(record, form, admitted, options);
        await options.directory.notice(record);
        ctx.status = 303;
        ctx.redirect(pageOf(record.id));
      });
    }
  };
}

type Options = ProviderRoutesOptions;

export async function recordOf(id: string | null, { registry }: Pick<Options, 'registry'>): Promise<ProviderRecord> {
  const [, protocol, key = ''] = /^(saml|oidc):(.*)$/s.exec(id ?? '') ?? [];
  const record = protocol === undefined ? undefined : await registry.get(protocol === 'oidc' ? 'oidc' : 'saml', key);
  if (!record) throw new HubPageError('PAGE_MISSING', 'no provider is registered under this id');
  return record;
}

/** What the linter has to know of this hub. */
export async function checkContextOf({ now, allowHttp, directory, entityId }: Options): Promise<CheckContext> {
  return { now: now(), allowHttp, others: await directory.others(), hubEntityId: entityId, terms: contractTerms };
}

async function showList(ctx: Context, { administrator }: Admitted, options: Options): Promise<void> {
  const { frame, cases, door } = options;
  const { searchParams } = ctx.URL;
  const [query, after] = [(searchParams.get('q') ?? '').trim().slice(0, 200), searchParams.get('after') ?? undefined];
  const status = statusOf(searchParams.get('status'));
  const { found, next } = await pageOfProviders({ query, status, after }, options);
  const records = await Promise.all(
    found.map(async (record) => ({ ...record, revisionWaits: (await cases.revisionOf(record.id)) !== undefined })),
  );
  const mayRegister = door.may(administrator, 'provider.register');
  const page = { records, query, status, next, onFirstPage: after === undefined, mayRegister };
  frame.send(ctx, {
    title: adminCopy.providers[frame.preferencesOf(ctx).language],
    body: ({ language }) => <ProviderList {...page} language={language} />,
  });
}

interface Sought {
  readonly query: string;
  readonly status: ReturnType<typeof statusOf>;
  readonly after: string | undefined;
}

/** Without words by the registry's own pages; with words by the directory, and the state as it is now. */
async function pageOfProviders({ query, status, after }: Sought, { registry, directory }: Options) {
  if (query === '') {
    directory.warm();
    const page = await registry.list({
      limit: perPage,
      ...(status ? { where: { status } } : {}),
      ...(after ? { after } : {}),
    });
    return { found: page.records, next: page.next };
  }
  const { ids, next } = await directory.search(query, { limit: perPage, after });
  const records = await Promise.all(ids.map((id) => recordOf(id, { registry }).catch(goneAs)));
  return {
    found: records.flatMap((record) => (record && (!status || record.status === status) ? [record] : [])),
    next,
  };
}

/** Removed by another process since the directory was read. */
function goneAs(error: unknown): undefined {
  if (!(error instanceof HubPageError)) throw error;
}

async function showProvider(ctx: Context, { administrator, session }: Admitted, options: Options): Promise<void> {
  const { frame, cases, door, forms, timeZone } = options;
  const record = await recordOf(ctx.URL.searchParams.get('id'), options);
  const revision = await cases.revisionOf(record.id);
  const decisions = await cases.decisionsOf(record.id);
  const waits = record.status === 'pending' || revision !== undefined;
  const work = { authors: (record.status === 'pending' ? record.authors : revision?.authors) ?? [] };
  const approver = door.may(administrator, 'provider.approve');
  const people = [...(record.authors ?? []), ...(revision?.authors ?? []), ...decisions.map(({ by }) => by)];
  const page = {
    record,
    revision,
    decisions,
    findings: await findingsOf(record, revision?.made, options),
    csrf: forms.prepare(ctx, aboutOf(session)),
    may: {
      change: door.may(administrator, 'provider.change'),
      approve: waits && door.may(administrator, 'provider.approve', work),
      suspend: door.may(administrator, 'provider.suspend'),
      resume: door.may(administrator, 'provider.resume'),
    },
    ownWork: waits && approver && work.authors.includes(administrator.id),
    nameOf: await namesOf(people, options),
    timeZone,
  };
  frame.send(ctx, {
    title: record.name[frame.preferencesOf(ctx).language],
    body: ({ language }) => <ProviderPage {...page} language={language} />,
  });
}

/** Looked over again each time: keys expire and others register while something waits. */
async function findingsOf(record: ProviderRecord, made: Read['made'] | undefined, options: Options) {
  const content = made ? proposed(record, made) : record;
  return lookOver(formOf(content, true), await checkContextOf(options), record).findings;
}

/** Names beside numbers: the number stands in the audit, the name is known to the colleagues. */
async function namesOf(ids: readonly string[], { administrators, displayNameOf }: Options) {
  const names = new Map<string, string>();
  for (const id of new Set(ids)) {
    const known = await administrators.get(id);
    const name = known && (await displayNameOf(known.residentRef));
    names.set(id, name ? `${name} (${id})` : id);
  }
  return (id: string) => names.get(id) ?? id;
}

type Act = (record: ProviderRecord, form: URLSearchParams, admitted: Admitted, options: Options) => Promise<void>;

const decide: Act = async (record, form, { administrator }, { door, cases }) => {
  const ruling = {
    by: administrator.id,
    comment: (form.get('comment') ?? '').trim(),
    seen: Number(form.get('seen')),
    outcome: form.get('outcome') === 'approved' ? ('approved' as const) : ('rejected' as const),
  };
  const revision = form.get('what') === 'revision' ? await cases.revisionOf(record.id) : undefined;
  if (form.get('what') === 'revision' && !revision) throw new AdminError('NOTHING_TO_DECIDE', 'no revision waits');
  const authors = (revision ? revision.authors : record.authors) ?? [];
  await door.demand(administrator, 'provider.approve', { authors, provider: record.id });
  if (revision) await cases.decideRevision(record, revision, ruling);
  else await cases.decide(record, ruling);
};

const setStatus: Act = async (record, form, { administrator }, { door, cases }) => {
  const to = form.get('do') === 'resume' ? 'approved' : 'suspended';
  const act = to === 'approved' ? 'provider.resume' : 'provider.suspend';
  await door.demand(administrator, act, { authors: [], provider: record.id });
  await cases.setStatus(record, to, { by: administrator.id, comment: (form.get('comment') ?? '').trim() });
};
