import type Router from '@koa/router';
import type { Context } from 'koa';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import {
  type Finding,
  finding,
  type KeyRing,
  type ProviderRecord,
  registrationDigest,
} from '../../federation/index.ts';
import { HubPageError, httpStatusOf } from '../errors.ts';
import type { Written } from './cases.ts';
import { type Looked, lookOver, type Read, type Submission } from './draft.ts';
import { AdminError } from './errors.ts';
import { checkContextOf, type ProviderRoutesOptions, recordOf } from './provider-routes.tsx';
import { diffOf, ofSameProvider, uploadMaxBytes } from './registration-routes.tsx';
import type { SetupLink, SetupLinks } from './setup-links.ts';
import {
  type HubFacts,
  SetupPage,
  type SetupPageOptions,
  SubmittedPage,
  type SubmittedState,
  setupTitle,
} from './setup-page.tsx';
import { documentIn, documentTextOf, sourceKept } from './submission.ts';

export interface SetupRoutesOptions extends Omit<ProviderRoutesOptions, 'door'> {
  readonly setupLinks: SetupLinks;
  readonly keys: Pick<KeyRing, 'published'>;
  readonly origin: string;
  readonly secure: boolean;
}

type Options = SetupRoutesOptions;
const cookie = 'sanuki-hub-setup';
const cookieMs = 8 * 3_600_000;
/** Openings of dead links from one address; a token of 256 bits is not found by trying, and nobody gets to try for long. */
const deadOpenings = { points: 30, duration: 900 };

const aboutOf = ({ id }: SetupLink) => `setup:${id}`;

/** The pages of a service's engineer: no account, no session; the link is all there is. */
export function setupRoutes(options: Options): (router: Router) => void {
  const { secure, setupLinks } = options;
  const limiter = new RateLimiterMemory(deadOpenings);

  /** An address that tried too often is refused before the link is looked at: a good one says nothing then either. */
  async function found(ctx: Context, token: string): Promise<SetupLink> {
    const tried = await limiter.get(ctx.ip);
    if (tried && tried.remainingPoints <= 0) {
      ctx.set('retry-after', String(Math.ceil(tried.msBeforeNext / 1000)));
      throw new HubPageError('TOO_MANY_REQUESTS', 'too many dead set-up links from one address');
    }
    try {
      return await setupLinks.find(token);
    } catch (error) {
      if (error instanceof AdminError) await limiter.penalty(ctx.ip);
      throw error;
    }
  }

  return (router) => {
    // As with an invitation: the token leaves the address at once, and is bound to the pages that need it.
    router.get('/setup/:token', async (ctx) => {
      const { token = '' } = ctx.params;
      const link = await found(ctx, token);
      await setupLinks.record('provider.link-opened', link);
      ctx.cookies.set(cookie, token, { httpOnly: true, sameSite: 'lax', secure, path: '/setup', maxAge: cookieMs });
      ctx.status = 303;
      ctx.redirect('/setup');
    });

    router.get('/setup', async (ctx) => {
      const link = await found(ctx, ctx.cookies.get(cookie) ?? '');
      if (link.used) return showSubmitted(ctx, link, options);
      const record = await changedBy(link, options);
      return showForm(ctx, link, options, {
        metadata: record ? documentTextOf(record) : '',
        seen: seenOf(record),
      });
    });

    router.post('/setup', async (ctx) => {
      options.forms.demandOrigin(ctx);
      const link = await found(ctx, ctx.cookies.get(cookie) ?? '');
      const form = await options.forms.readUpload(ctx, aboutOf(link), uploadMaxBytes);
      if (link.used) return refuseAgain(ctx, link, options);
      return take(ctx, form, link, options);
    });
  };
}

/** A pending registration is replaced, and its version has to be the one that was seen; beside a live one stands none yet. */
const seenOf = (record: ProviderRecord | undefined) => (record?.status === 'pending' ? record.version : 0);

const changedBy = ({ change }: SetupLink, options: Options): Promise<ProviderRecord | undefined> =>
  change ? recordOf(change.provider, options) : Promise.resolve(undefined);

type Shown = Omit<SetupPageOptions, 'link' | 'hub' | 'csrf'>;

function showForm(ctx: Context, link: SetupLink, options: Options, shown: Shown): void {
  const { frame, forms, timeZone } = options;
  const page = { ...shown, link, hub: hubFactsOf(options), csrf: forms.prepare(ctx, aboutOf(link)), timeZone };
  frame.send(ctx, {
    title: setupTitle(link, frame.preferencesOf(ctx).language),
    path: '/setup',
    body: ({ language }) => <SetupPage {...page} language={language} />,
  });
}

function hubFactsOf({ entityId, origin, keys }: Options): HubFacts {
  const certificates = keys.published('saml').flatMap(({ certificate }) => certificate ?? []);
  return { entityId, ssoUrl: `${origin}/saml/sso`, issuer: origin, certificates };
}

async function take(ctx: Context, form: URLSearchParams, link: SetupLink, options: Options): Promise<void> {
  const record = await changedBy(link, options);
  const submission = submittedBy(link, documentIn(form), record);
  const { findings, read } = await looked(submission, record, options);
  const seen = Number(form.get('seen'));
  const shown = { metadata: submission.metadata, seen, findings, diff: diffOf(record, read) };
  if (!read || form.get('do') !== 'submit') {
    const errors = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    await options.setupLinks.record('provider.link-checked', link, { detail: { errors } });
    ctx.status = read ? 200 : 422;
    return showForm(ctx, link, options, shown);
  }
  await submit(ctx, link, options, { read, record, shown });
}

/** Only the document is read from the form: everything beside it is the administrator's, whatever else is sent. */
function submittedBy(
  { protocol, name, contract }: SetupLink,
  metadata: string,
  record: ProviderRecord | undefined,
): Submission {
  const { settings = {}, requiredLevel, logo } = record ?? {};
  return { protocol, name, contract, metadata, settings, requiredLevel, logo, source: sourceKept(record, metadata) };
}

async function submit(
  ctx: Context,
  link: SetupLink,
  options: Options,
  { read, record, shown }: { readonly read: Read; readonly record: ProviderRecord | undefined; readonly shown: Shown },
): Promise<void> {
  try {
    const written = await writeOnce(link, { read, record, seen: shown.seen }, options);
    await options.directory.notice({ ...read.made, id: written.id });
    const used = await options.setupLinks.finish(link, written.id);
    await showSubmitted(ctx, used, options, { secret: written.secret });
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    ctx.status = httpStatusOf(error);
    const { code } = error;
    await options.setupLinks.record('provider.link-used', link, { result: 'refused', code });
    if (code === 'SETUP_LINK_USED') return refuseAgain(ctx, link, options);
    if (code !== 'REGISTRATION_CHANGED') throw error;
    showForm(ctx, link, options, { ...shown, conflict: true });
  }
}

interface Sent {
  readonly read: Read;
  readonly record: ProviderRecord | undefined;
  readonly seen: number;
}

/**
 * Claimed, then written, then (by the caller) marked as used: of two submissions one writes. A crash after the claim
 * leaves the link claimed; a minute later it counts as used if the registration is there, and as open if it is not.
 */
async function writeOnce(link: SetupLink, { read, record, seen }: Sent, options: Options): Promise<Written> {
  const { cases, setupLinks } = options;
  const claimed = await setupLinks.claim(link, `${read.made.protocol}:${read.made.key}`);
  try {
    if (!record) return await cases.register(read, link.by, link.number);
    // What others wrote since the link was made stays: the link was for another content.
    if (contentDigest(record) !== link.change?.base || (await cases.revisionOf(record.id)))
      throw new AdminError('REGISTRATION_CHANGED', 'the registration changed since the link was made');
    return await cases.change(record, read, { by: link.by, seen, via: link.number });
  } catch (error) {
    await setupLinks.release(claimed);
    throw error;
  }
}

/** Of what a registration says; suspending and resuming it changes nothing of that. */
export const contentDigest = (record: ProviderRecord): string => registrationDigest({ ...record, status: 'pending' });

/** The linter's findings for somebody outside: without the names of others, and without what only the contract can mend. */
async function looked(submission: Submission, record: ProviderRecord | undefined, options: Options): Promise<Looked> {
  const context = await checkContextOf(options);
  const others = context.others?.map((other) => ({ ...other, name: '***' }));
  const { findings, read } = ofSameProvider(lookOver(submission, { ...context, others }, record), record);
  const counter = read && counterFinding(read, record);
  return {
    findings: [...(counter ? [counter] : []), ...findings.filter(({ code }) => code !== 'PURPOSE_MISSING')],
    read: counter ? undefined : read,
  };
}

/** What happens at a counter is agreed with a facility, and not by whoever has a link. */
function counterFinding({ made }: Read, record: ProviderRecord | undefined): Finding | undefined {
  return JSON.stringify(made.counter) === JSON.stringify(record?.counter)
    ? undefined
    : finding('COUNTER_BY_LINK', 'sanuki_counter');
}

async function refuseAgain(ctx: Context, link: SetupLink, options: Options): Promise<void> {
  ctx.status = 409;
  const now = await options.setupLinks.reread(link);
  if (!now?.used) throw new AdminError('SETUP_LINK_USED', 'another submission by this link is being written');
  await showSubmitted(ctx, now, options, { again: true });
}

async function showSubmitted(
  ctx: Context,
  link: SetupLink,
  options: Options,
  more: { readonly secret?: string | undefined; readonly again?: boolean } = {},
): Promise<void> {
  const { frame, timeZone } = options;
  const { provider, at } = link.used ?? { provider: '', at: 0 };
  const state = await stateOf(link, options);
  const page = { link, state, at, identifier: provider.replace(/^\w+:/, ''), hub: hubFactsOf(options), timeZone };
  frame.send(ctx, {
    title: setupTitle(link, frame.preferencesOf(ctx).language),
    path: '/setup',
    body: ({ language }) => <SubmittedPage {...page} {...more} language={language} />,
  });
}

async function stateOf({ used, number }: SetupLink, { registry, cases }: Options): Promise<SubmittedState> {
  const { provider = '', at = 0 } = used ?? {};
  const record = await recordOf(provider, { registry });
  const revision = await cases.revisionOf(provider);
  const last = (await cases.decisionsOf(provider)).filter((decision) => decision.at >= at).at(-1)?.outcome;
  if (last === 'rejected') return 'sentBack';
  if (revision?.made.via === number || record.status === 'pending') return 'waits';
  return record.status === 'suspended' ? 'stopped' : 'live';
}
