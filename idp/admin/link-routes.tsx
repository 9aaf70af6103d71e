import type Router from '@koa/router';
import type { Context } from 'koa';
import { contractTerms } from '../../attribute-service/index.ts';
import type { ProviderRecord, SignInProtocol } from '../../federation/index.ts';
import { HubPageError } from '../errors.ts';
import { type Admitted, aboutOf } from './door.ts';
import { isDays, LinkForm, type LinkFormOptions, LinkList, LinkMade } from './link-page.tsx';
import { namesOf, type ProviderRoutesOptions, recordOf } from './provider-routes.tsx';
import { linkCopy } from './setup-copy.ts';
import { actOf, daysDefault, linkStateOf, type SetupLinks } from './setup-links.ts';
import { contentDigest } from './setup-routes.tsx';

export interface LinkRoutesOptions extends ProviderRoutesOptions {
  readonly setupLinks: SetupLinks;
  readonly origin: string;
}

type Options = LinkRoutesOptions;
const perPage = 50;
/** Two names, a note and every box ticked. */
const formMaxBytes = 12_000;

/** The console's side of set-up links: making, listing and withdrawing them. */
export function linkRoutes(options: Options): (router: Router) => void {
  const { door, forms } = options;
  return (router) => {
    router.get('/admin/links', async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'provider.read' });
      if (admitted) await showList(ctx, admitted, options);
    });

    router.get('/admin/links/new', async (ctx) => {
      const admitted = await door.admit(ctx, { act: makingAct(ctx) });
      if (!admitted) return;
      const protocol = ctx.URL.searchParams.get('protocol') === 'oidc' ? 'oidc' : 'saml';
      const record = await changedIn(ctx, options);
      const fixed = record ? fixedBy(record) : { name: { ja: '', en: '' }, contract: [] };
      showForm(ctx, admitted, options, { protocol, ...fixed, note: '', days: String(daysDefault), wrong: [] });
    });

    router.post('/admin/links/new', async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: makingAct(ctx), returnTo: '/admin/links/new' });
      if (admitted) await make(ctx, admitted, options);
    });

    router.post('/admin/links/withdraw', async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'provider.read', returnTo: '/admin/links' });
      if (admitted) await withdraw(ctx, admitted, options);
    });
  };
}

/** The address says whether a registration is to be changed by the link, and which. */
const changedId = (ctx: Context) => ctx.URL.searchParams.get('id');
const makingAct = (ctx: Context) => (changedId(ctx) === null ? 'provider.register' : 'provider.change');

async function changedIn(ctx: Context, options: Options): Promise<ProviderRecord | undefined> {
  const id = changedId(ctx);
  return id === null ? undefined : recordOf(id, options);
}

/** A body's registration is five fields that the office has from its contract; there is no document to send. */
function signInProtocolOf({ protocol }: ProviderRecord): SignInProtocol {
  if (protocol === 'id-wsf') throw new HubPageError('PAGE_MISSING', 'a body is not set up by a link');
  return protocol;
}

/** A change keeps what the service is called and may be given. */
const fixedBy = (record: ProviderRecord) => ({
  protocol: signInProtocolOf(record),
  name: record.name,
  contract: record.contract.attributes,
  changes: record.id,
});

async function showList(ctx: Context, { administrator, session }: Admitted, options: Options): Promise<void> {
  const { frame, forms, door, setupLinks, timeZone, now } = options;
  const after = ctx.URL.searchParams.get('after');
  const { records, next } = await setupLinks.list({ limit: perPage, ...(after === null ? {} : { after }) });
  const links = [...records]
    .sort((one, other) => other.at - one.at)
    .map((link) => {
      const state = linkStateOf(link, now());
      return { link, state, mayWithdraw: state === 'open' && door.may(administrator, actOf(link)) };
    });
  const nameOf = await namesOf(
    records.map(({ by }) => by),
    options,
  );
  const mayMake = door.may(administrator, 'provider.register');
  const page = { links, next, mayMake, nameOf, csrf: forms.prepare(ctx, aboutOf(session)), timeZone };
  frame.send(ctx, {
    title: linkCopy.title[frame.preferencesOf(ctx).language],
    body: ({ language }) => <LinkList {...page} language={language} />,
  });
}

function showForm(
  ctx: Context,
  { session }: Admitted,
  { frame, forms }: Options,
  shown: Omit<LinkFormOptions, 'csrf'>,
): void {
  const csrf = forms.prepare(ctx, aboutOf(session));
  frame.send(ctx, {
    title: linkCopy[shown.changes === undefined ? 'make' : 'makeChange'][frame.preferencesOf(ctx).language],
    ...(ctx.method === 'GET' ? {} : { path: '/admin/links' }),
    body: ({ language }) => <LinkForm {...shown} csrf={csrf} language={language} />,
  });
}

async function make(ctx: Context, admitted: Admitted, options: Options): Promise<void> {
  const { forms, setupLinks, frame, timeZone, origin } = options;
  const form = await forms.read(ctx, aboutOf(admitted.session), formMaxBytes);
  const record = await changedIn(ctx, options);
  const offered = record ? fixedBy(record) : offeredIn(form);
  const [note, days] = [(form.get('note') ?? '').trim(), (form.get('days') ?? '').trim().normalize('NFKC')];
  const wrong = wrongIn({ ...offered, note, days });
  if (wrong.length > 0) {
    ctx.status = 422;
    showForm(ctx, admitted, options, { ...offered, note, days, wrong });
    return;
  }
  const { protocol, name, contract } = offered;
  const change = record && { provider: record.id, base: contentDigest(record) };
  const by = admitted.administrator.id;
  const { token, link } = await setupLinks.offer({ protocol, name, contract, note, by, days: Number(days), change });
  const address = `${origin}/setup/${token}`;
  frame.send(ctx, {
    title: linkCopy.made[frame.preferencesOf(ctx).language],
    path: '/admin/links',
    body: ({ language }) => <LinkMade {...{ link, address, language, timeZone }} />,
  });
}

const contractIds = new Set([
  ...Object.keys(contractTerms.attributes),
  ...Object.values(contractTerms.attributes).flat(),
]);

function offeredIn(form: URLSearchParams) {
  return {
    protocol: (form.get('protocol') === 'oidc' ? 'oidc' : 'saml') as SignInProtocol,
    name: { ja: (form.get('nameJa') ?? '').trim(), en: (form.get('nameEn') ?? '').trim() },
    contract: [...new Set(form.getAll('contract'))].filter((id) => contractIds.has(id)),
  };
}

function wrongIn({ name, note, days }: Pick<LinkFormOptions, 'name' | 'note' | 'days'>): LinkFormOptions['wrong'] {
  const isName = (text: string) => text !== '' && text.length <= 200;
  return [
    ...(isName(name.ja) && isName(name.en) ? [] : ['name' as const]),
    ...(note !== '' && note.length <= 200 ? [] : ['note' as const]),
    ...(isDays(days) ? [] : ['days' as const]),
  ];
}

async function withdraw(ctx: Context, { administrator, session }: Admitted, options: Options): Promise<void> {
  const { door, forms, setupLinks } = options;
  const form = await forms.read(ctx, aboutOf(session));
  const link = await setupLinks.ofNumber(form.get('number') ?? '');
  if (!link) throw new HubPageError('PAGE_MISSING', 'no set-up link has this number');
  await door.demand(administrator, actOf(link));
  await setupLinks.withdraw(link, administrator.id);
  ctx.status = 303;
  ctx.redirect('/admin/links');
}
