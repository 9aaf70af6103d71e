import type Router from '@koa/router';
import type { Context } from 'koa';
import { type AccessLog, AttributeError, type Consents, type RecordedAccess } from '../../attribute-service/index.ts';
import type { Text } from '../../web/index.ts';
import type { Audit } from '../audit.ts';
import type { Notices } from '../card/notices.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';
import type { Reports } from '../reports.ts';
import type { SsoSession } from '../session.ts';
import { AccountPage, type ListedConsent } from './account-page.tsx';
import { accountCopy } from './copy.ts';
import { createGate, type GateOptions } from './gate.ts';
import { createOwnForms, type OwnFormsOptions } from './own-form.ts';
import { type PreviousOptions, previousOf } from './previous-sign-in.tsx';

export interface AccountRoutesOptions extends Omit<GateOptions, 'interactions'>, OwnFormsOptions, PreviousOptions {
  readonly interactions: GateOptions['interactions'];
  readonly consents: Pick<Consents, 'list' | 'withdraw'>;
  readonly accessLog: Pick<AccessLog, 'accessesOf'>;
  readonly audit: Audit;
  readonly notices: Pick<Notices, 'unread' | 'notify'>;
  readonly reports: Pick<Reports, 'ofResident'>;
  readonly frame: PageFrame;
  /** IANA name of the zone in which times are shown. */
  readonly timeZone: string;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
  /** The registered name of a party; undefined when it is no longer registered. */
  readonly partyNameOf: (party: string) => Promise<Text | undefined>;
  /** Name of a body that holds data. */
  readonly sourceNameOf: (source: string) => Promise<Text | undefined>;
}

const path = '/account';
/** On a phone every row is a block of its own: more would be a long way down. */
const accessesPerPage = 10;

/** The resident's own page: consents with withdrawal (R151), accesses to the own data (R70), the sign-in. */
export function accountRoutes(options: AccountRoutesOptions): (router: Router) => void {
  const { frame, timeZone, accessLog, displayNameOf } = options;
  const forms = createOwnForms(options);
  const enter = createGate(options);

  async function show(ctx: Context, session: SsoSession): Promise<void> {
    const { residentRef } = session;
    const { searchParams } = ctx.URL;
    const after = searchParams.get('after');
    const listed = await listedConsents(residentRef, options);
    const { accesses, next } = await accessLog.accessesOf(residentRef, {
      limit: accessesPerPage,
      ...(after === null ? {} : { after }),
    });
    const page = {
      session,
      previous: await previousOf(session, options),
      reported: new Map((await options.reports.ofResident(residentRef)).map(({ entry, number }) => [entry, number])),
      unread: await options.notices.unread(residentRef),
      timeZone,
      sourceNameOf: await namesOfSources(accesses, options),
      accesses,
      next,
      onFirstPage: after === null,
      consents: listed,
      // Said only of a consent that is the resident's own and withdrawn, whatever the address claims.
      justWithdrawn: listed.find(({ id, state }) => state === 'withdrawn' && id === searchParams.get('withdrawn')),
      resident: await displayNameOf(residentRef),
      csrfToken: forms.prepare(ctx, aboutOf(session)),
    };
    frame.send(ctx, {
      title: accountCopy.title[frame.preferencesOf(ctx).language],
      body: ({ language }) => <AccountPage {...page} language={language} />,
    });
  }

  return (router) => {
    router.get(path, async (ctx) => {
      const session = await enter(ctx, { returnTo: ctx.url });
      if (session) await show(ctx, session);
    });

    router.post(`${path}/consents/:id/withdraw`, async (ctx) => {
      forms.demandOrigin(ctx);
      const session = await enter(ctx, { returnTo: path });
      if (!session) return;
      await forms.read(ctx, aboutOf(session));
      const id = await withdraw(session.residentRef, ctx.params.id ?? '', options);
      ctx.status = 303;
      ctx.redirect(`${path}?${new URLSearchParams({ withdrawn: id })}`);
    });
  };
}

/** A token of one sign-in is worth nothing in another. */
const aboutOf = ({ id }: SsoSession) => `account:${id}`;

/** Another resident's consent is refused as missing, so that its id tells nothing. */
async function withdraw(residentRef: string, id: string, options: AccountRoutesOptions): Promise<string> {
  const { consents, audit, notices, now } = options;
  const at = now();
  try {
    const consent = await consents.withdraw(residentRef, id);
    const { party: provider, purpose, types } = consent;
    await audit.record({ type: 'consent.withdraw', result: 'ok', provider, detail: { consent: id, purpose, types } });
    // Pressed twice, it happened once.
    if ((consent.withdrawnAt ?? 0) >= at) await notices.notify(residentRef, 'consent-withdrawn', { party: provider });
    return consent.id;
  } catch (error) {
    if (!(error instanceof AttributeError && error.code === 'CONSENT_MISSING')) throw error;
    throw new HubPageError('PAGE_MISSING', 'the resident has no such consent', { cause: error });
  }
}

/** Looked up once for a page. */
async function namesOfSources(
  accesses: readonly Pick<RecordedAccess, 'sources'>[],
  { sourceNameOf }: Pick<AccountRoutesOptions, 'sourceNameOf'>,
): Promise<(source: string) => Text | undefined> {
  const ids = new Set(accesses.flatMap(({ sources }) => sources.map(({ id }) => id)));
  const names = new Map(await Promise.all([...ids].map(async (id) => [id, await sourceNameOf(id)] as const)));
  return (source) => names.get(source);
}

/** With the names of the services; a consent for one sign-in ends with it, whenever that is. */
async function listedConsents(residentRef: string, options: AccountRoutesOptions): Promise<ListedConsent[]> {
  const listed = await options.consents.list(residentRef);
  return Promise.all(
    listed.map(async ({ consent, state }) => {
      const { sessionId, party } = consent;
      const ended = state === 'given' && sessionId !== undefined && !(await options.sessions.live(sessionId));
      return { ...consent, state: ended ? 'ended' : state, service: await options.partyNameOf(party) };
    }),
  );
}
