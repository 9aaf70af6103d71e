import type Router from '@koa/router';
import type { Context } from 'koa';
import { contractTerms } from '../../attribute-service/index.ts';
import {
  type BodyTerms,
  type CheckContext,
  type OtherRegistration,
  type ProviderRecord,
  type ProviderRegistry,
  registeredKeysOf,
  splitProviderId,
} from '../../federation/index.ts';
import type { OwnForms } from '../account/own-form.ts';
import { HubPageError } from '../errors.ts';
import type { KeyUses } from '../key-use.ts';
import type { PageFrame } from '../page-frame.ts';
import type { TestPeriods } from '../playground/test-periods.ts';
import type { Administrators } from './administrators.ts';
import type { Cases } from './cases.ts';
import { adminCopy } from './copy.ts';
import { type Admitted, aboutOf, type Door } from './door.ts';
import { lookOver, proposed, type Read } from './draft.ts';
import { AdminError } from './errors.ts';
import { endsSoon, type KeyCalendar } from './key-calendar.ts';
import type { ProviderDirectory } from './provider-directory.ts';
import { keysSoonFilter, ProviderList, pageOf, statusOf } from './provider-list.tsx';
import { ProviderPage } from './provider-page.tsx';
import { formOf } from './submission.ts';

export interface ProviderRoutesOptions {
  readonly door: Door;
  readonly forms: OwnForms;
  readonly frame: PageFrame;
  readonly registry: ProviderRegistry;
  readonly directory: ProviderDirectory;
  readonly cases: Cases;
  readonly calendar: KeyCalendar;
  readonly keyUses: Pick<KeyUses, 'of'>;
  readonly testPeriods: TestPeriods;
  readonly administrators: Pick<Administrators, 'get'>;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
  readonly timeZone: string;
  readonly entityId: string;
  /** Bodies that the settings name, and what may be registered beside them. */
  readonly settled: readonly OtherRegistration[];
  readonly bodyTerms: BodyTerms;
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
export type CheckOptions = Pick<Options, 'now' | 'allowHttp' | 'directory' | 'entityId' | 'settled' | 'bodyTerms'>;

export async function recordOf(id: string | null, { registry }: Pick<Options, 'registry'>): Promise<ProviderRecord> {
  const named = splitProviderId(id ?? '');
  const record = named && (await registry.get(named.protocol, named.key));
  if (!record) throw new HubPageError('PAGE_MISSING', 'no provider is registered under this id');
  return record;
}

/** What the linter has to know of this hub. */
export async function checkContextOf(options: CheckOptions): Promise<CheckContext> {
  const { now, allowHttp, directory, entityId: hubEntityId, settled, bodyTerms: bodies } = options;
  const others = [...settled, ...(await directory.others())];
  return { now: now(), allowHttp, others, hubEntityId, terms: contractTerms, bodies };
}

async function showList(ctx: Context, { administrator }: Admitted, options: Options): Promise<void> {
  const { frame, cases, door } = options;
  const { searchParams } = ctx.URL;
  const [query, after] = [(searchParams.get('q') ?? '').trim().slice(0, 200), searchParams.get('after') ?? undefined];
  const asked = searchParams.get('status');
  const [status, keysSoon] = [statusOf(asked), asked === keysSoonFilter];
  const { found, next } = await pageOfProviders({ query, status, keysSoon, after }, options);
  const at = options.now();
  const records = await Promise.all(
    found.map(async (record) => ({
      ...record,
      revisionWaits: (await cases.revisionOf(record.id)) !== undefined,
      keysSoon: endsSoon(registeredKeysOf(record), at),
    })),
  );
  const mayRegister = door.may(administrator, 'provider.register');
  const page = { records, query, status, keysSoon, next, onFirstPage: after === undefined, mayRegister };
  frame.send(ctx, {
    title: adminCopy.providers[frame.preferencesOf(ctx).language],
    body: ({ language }) => <ProviderList {...page} language={language} />,
  });
}

export interface Sought {
  readonly query: string;
  readonly status?: ReturnType<typeof statusOf>;
  readonly protocol?: ProviderRecord['protocol'] | undefined;
  readonly keysSoon?: boolean;
  readonly after: string | undefined;
  readonly limit?: number | undefined;
}

/** Without words by the registry's own pages; with words by the directory, and the state as it is now. */
export async function pageOfProviders(
  { query, status, protocol, keysSoon = false, after, limit = perPage }: Sought,
  { registry, directory, calendar }: Pick<Options, 'registry' | 'directory' | 'calendar'>,
) {
  const fits = (record: ProviderRecord) =>
    (!status || record.status === status) && (!protocol || record.protocol === protocol);
  if (query === '' && !keysSoon) {
    directory.warm();
    const where = status ? { status } : protocol ? { protocol } : undefined;
    const page = await registry.list({ limit, ...(where ? { where } : {}), ...(after ? { after } : {}) });
    return { found: page.records.filter(fits), next: page.next };
  }
  const only = keysSoon ? await calendar.endingSoon() : undefined;
  const { ids, next } = await directory.search(query, { limit, after, only });
  const records = await Promise.all(ids.map((id) => recordOf(id, { registry }).catch(goneAs)));
  return { found: records.flatMap((record) => (record && fits(record) ? [record] : [])), next };
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
  const testPeriods = await options.testPeriods.current(record);
  const testers = testPeriods.map(({ administrator: id }) => id);
  const people = [
    ...testers,
    ...(record.authors ?? []),
    ...(revision?.authors ?? []),
    ...decisions.map(({ by }) => by),
  ];
  const page = {
    record,
    revision,
    lastUse: await options.keyUses.of(record.id),
    at: options.now(),
    decisions,
    findings: await findingsOf(record, revision?.made, options),
    csrf: forms.prepare(ctx, aboutOf(session)),
    may: {
      change: door.may(administrator, 'provider.change'),
      approve: waits && door.may(administrator, 'provider.approve', work),
      suspend: door.may(administrator, 'provider.suspend'),
      resume: door.may(administrator, 'provider.resume'),
    },
    // Nobody signs in at a body.
    mayTest: !record.idWsf && door.may(administrator, 'provider.test'),
    testPeriods,
    you: administrator.id,
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
export async function findingsOf(record: ProviderRecord, made: Read['made'] | undefined, options: CheckOptions) {
  const content = made ? proposed(record, made) : record;
  return lookOver(formOf(content, true), await checkContextOf(options), record).findings;
}

/** Names beside numbers: the number stands in the audit, the name is known to the colleagues. */
export async function namesOf(
  ids: readonly string[],
  { administrators, displayNameOf }: Pick<Options, 'administrators' | 'displayNameOf'>,
) {
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
