import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Consents } from '../../attribute-service/index.ts';
import { type AccountLink, type AccountLinks, type ProviderRegistry, splitProviderId } from '../../federation/index.ts';
import type { Text } from '../../web/index.ts';
import { contractChoices } from '../admin/provider-copy.ts';
import type { Audit } from '../audit.ts';
import type { Notices } from '../card/notices.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';
import type { SsoSession } from '../session.ts';
import { type OpenSessionOptions, openSession } from '../sign-in/open-session.ts';
import type { SignOuts } from '../sign-out/sign-outs.ts';
import { accountCopy } from './copy.ts';
import { createGate, type GateOptions } from './gate.ts';
import { createOwnForms, type OwnFormsOptions } from './own-form.ts';
import { servicesCopy } from './services-copy.ts';
import { type ListedService, ServicesPage, UnlinkPage, unlinkTitle } from './services-page.tsx';

export interface ServiceRoutesOptions extends GateOptions, OpenSessionOptions, Omit<OwnFormsOptions, 'secure'> {
  readonly interactions: GateOptions['interactions'] & OwnFormsOptions['interactions'];
  readonly sessions: GateOptions['sessions'];
  readonly links: Pick<AccountLinks, 'linksOf' | 'unlink'>;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly consents: Pick<Consents, 'list' | 'withdrawAll'>;
  readonly signOut: Pick<SignOuts, 'end'>;
  readonly audit: Audit;
  readonly notices: Pick<Notices, 'notify'>;
  readonly frame: PageFrame;
  readonly timeZone: string;
  readonly sourceNameOf: (source: string) => Promise<Text | undefined>;
}

const path = '/account/services';

/** A token of one sign-in is worth nothing in another. */
const aboutOf = ({ id }: SsoSession) => `services:${id}`;

/** The services that know the resident (R49): listed, and left one by one. */
export function serviceRoutes(options: ServiceRoutesOptions): (router: Router) => void {
  const { frame } = options;
  const forms = createOwnForms(options);
  const enter = createGate(options);

  return (router) => {
    router.get(path, async (ctx) => {
      const session = await enter(ctx, { returnTo: path });
      if (session) await show(ctx, session, options);
    });

    router.get(`${path}/unlink`, async (ctx) => {
      const session = await enter(ctx, { returnTo: path });
      if (!session) return;
      const link = await ownLink(session, ctx.URL.searchParams.get('service'), options);
      const page = { service: await named(session, link, options), csrfToken: forms.prepare(ctx, aboutOf(session)) };
      frame.send(ctx, {
        title: unlinkTitle(page.service, frame.preferencesOf(ctx).language),
        body: ({ language }) => <UnlinkPage {...page} language={language} />,
      });
    });

    router.post(`${path}/unlink`, async (ctx) => {
      forms.demandOrigin(ctx);
      const session = await enter(ctx, { returnTo: path });
      if (!session) return;
      const form = await forms.read(ctx, aboutOf(session));
      const link = await ownLink(session, form.get('service'), options);
      await unlink(ctx, session, link, options);
      ctx.status = 303;
      ctx.redirect(`${path}?${new URLSearchParams({ unlinked: link.id })}`);
    });
  };
}

/** A service is where somebody signs in; a body is only asked for data, under the id of its registration. */
const isService = ({ party }: AccountLink) => ['saml', 'oidc'].includes(splitProviderId(party)?.protocol ?? '');

/** Another resident's link is refused as missing, so that its id tells nothing. */
async function ownLink(
  { residentRef }: SsoSession,
  id: string | null,
  { links }: Pick<ServiceRoutesOptions, 'links'>,
): Promise<AccountLink> {
  const link = (await links.linksOf(residentRef)).find((one) => one.id === id);
  if (!link || !isService(link) || link.unlinkedAt !== undefined)
    throw new HubPageError('PAGE_MISSING', 'the resident has no such link');
  return link;
}

async function named(
  { residentRef }: SsoSession,
  { party, ...link }: AccountLink,
  { registry, consents }: ServiceRoutesOptions,
): Promise<ListedService> {
  const { protocol = 'saml', key = party } = splitProviderId(party) ?? {};
  const record = await registry.get(protocol, key);
  const listed = await consents.list(residentRef);
  const contract = record?.contract.attributes ?? [];
  return {
    ...link,
    name: record?.name ?? accountCopy.goneService,
    given: contractChoices.filter(({ id }) => contract.includes(id)).map(({ name }) => name),
    consents: listed.flatMap(({ consent, state }) =>
      state === 'given' && consent.party === party ? [consent.id] : [],
    ),
  };
}

async function show(ctx: Context, session: SsoSession, options: ServiceRoutesOptions): Promise<void> {
  const { frame, links, timeZone, sourceNameOf } = options;
  const all = (await links.linksOf(session.residentRef)).toSorted((one, other) => other.linkedAt - one.linkedAt);
  const services = await Promise.all(all.filter(isService).map((link) => named(session, link, options)));
  const bodies = await Promise.all(
    all
      .filter((link) => !isService(link))
      .map(async ({ id, party, linkedAt }) => ({ id, linkedAt, name: await sourceNameOf(party) })),
  );
  const page = {
    services,
    bodies: bodies.flatMap(({ name, ...body }) => (name === undefined ? [] : [{ ...body, name }])),
    // Said only of an own link that is undone, whatever the address claims.
    justUnlinked: services.find(
      ({ id, unlinkedAt }) => unlinkedAt !== undefined && id === ctx.URL.searchParams.get('unlinked'),
    ),
    timeZone,
  };
  frame.send(ctx, {
    title: servicesCopy.title[frame.preferencesOf(ctx).language],
    path,
    body: ({ language }) => <ServicesPage {...page} language={language} />,
  });
}

/**
 * Consents first, then every session that led there, whose end takes the party's grants and tokens with it and tells
 * the party; the link last. After a crash in between it still stands on the page, and the act is done once more.
 */
async function unlink(
  ctx: Context,
  session: SsoSession,
  { party }: AccountLink,
  options: ServiceRoutesOptions,
): Promise<void> {
  const { residentRef, cardId, level, amr, authenticatorId, authenticatedAt: at } = session;
  const { sessions, consents, signOut, links, audit, notices } = options;
  const withdrawn = await consents.withdrawAll(residentRef, party);
  const led = (await sessions.sessionsOf({ residentRef })).filter(({ participants }) => party in participants);
  const ended = await Promise.all(led.map(({ id }) => signOut.end(id, { reason: 'resident' })));
  await links.unlink(residentRef, party);
  await audit.record({
    type: 'link.remove',
    result: 'ok',
    provider: party,
    detail: { consents: withdrawn.length, signOuts: ended.flatMap((one) => (one ? [one.id] : [])) },
  });
  await notices.notify(residentRef, 'link-removed', { party });
  // Card or passkey of a moment ago stand as they did: the resident sees what became of it.
  if (led.some(({ id }) => id === session.id))
    await openSession(ctx, { residentRef, cardId, level, amr, authenticatorId, at }, { instead: session }, options);
}
