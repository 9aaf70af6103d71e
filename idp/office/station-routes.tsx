import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Station, Stations } from '../../card-auth/index.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import { HubPageError } from '../errors.ts';
import { namesIn, type OfficePagesOptions } from './pages.ts';
import { stationCopy } from './station-copy.ts';
import { StationsPage } from './station-page.tsx';

export interface StationRoutesOptions extends OfficePagesOptions {
  readonly stations: Stations;
}

type Options = StationRoutesOptions;
const home = '/admin/office/stations';
const nameMax = 40;

/** The computers that may write keys into cards: one officer proposes, at the computer; a second one agrees; each ends it. */
export function stationRoutes(options: Options): (router: Router) => void {
  const { door, forms } = options;
  const post = (router: Router, path: string, act: 'card.issue' | 'card.confirm' | 'card.read', how: Acting) =>
    router.post(`${home}/${path}`, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act, returnTo: home });
      if (admitted) await how(ctx, admitted, await forms.read(ctx, aboutOf(admitted.session)), options);
    });
  return (router) => {
    router.get(home, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'card.read' });
      if (admitted) await show(ctx, admitted, options, { name: '', wrong: false });
    });
    post(router, 'propose', 'card.issue', propose);
    post(router, 'decide', 'card.confirm', decide);
    post(router, 'revoke', 'card.read', revoke);
  };
}

type Acting = (ctx: Context, admitted: Admitted, form: URLSearchParams, options: Options) => Promise<void>;

const propose: Acting = async (ctx, admitted, form, options) => {
  const name = (form.get('name') ?? '').normalize('NFKC').trim();
  if (name === '' || name.length > nameMax) {
    ctx.status = 422;
    return show(ctx, admitted, options, { name: name.slice(0, 200), wrong: true });
  }
  const station = await options.stations.propose(form.get('publicKey') ?? '', name, admitted.administrator.id);
  await done(ctx, 'station.proposed', station, admitted, options);
};

const decide: Acting = async (ctx, admitted, form, options) => {
  const { stations, door } = options;
  const station = await stationIn(form, options);
  await door.demand(admitted.administrator, 'card.confirm', { authors: [station.proposedBy], about: [] });
  const agreed = form.get('outcome') === 'agree';
  const decided = await stations.decide(station.id, agreed, admitted.administrator.id);
  await done(ctx, agreed ? 'station.enrolled' : 'station.declined', decided, admitted, options);
};

/** Whoever makes cards or agrees to them may end a station; the support only reads. */
const revoke: Acting = async (ctx, admitted, form, options) => {
  const { stations, door } = options;
  const { administrator } = admitted;
  if (!door.may(administrator, 'card.confirm')) await door.demand(administrator, 'card.issue');
  const revoked = await stations.revoke((await stationIn(form, options)).id, administrator.id);
  await done(ctx, 'station.revoked', revoked, admitted, options);
};

async function stationIn(form: URLSearchParams, { stations }: Options): Promise<Station> {
  const station = await stations.get(form.get('station') ?? '');
  if (!station) throw new HubPageError('PAGE_MISSING', 'there is no such station');
  return station;
}

async function done(ctx: Context, type: string, station: Station, { administrator }: Admitted, { audit }: Options) {
  const detail = { station: station.id, name: station.name };
  await audit.record({ type, result: 'ok', actor: administrator.id, detail });
  ctx.status = 303;
  ctx.redirect(home);
}

async function show(
  ctx: Context,
  { administrator, session }: Admitted,
  options: Options,
  typed: { readonly name: string; readonly wrong: boolean },
): Promise<void> {
  const { stations, door, forms, frame, timeZone } = options;
  const listed = (await stations.list()).toSorted((one, other) => other.proposedAt - one.proposedAt);
  const may = {
    propose: door.may(administrator, 'card.issue'),
    revoke: door.may(administrator, 'card.issue') || door.may(administrator, 'card.confirm'),
    decide: ({ proposedBy }: Station) => door.may(administrator, 'card.confirm', { authors: [proposedBy], about: [] }),
  };
  const names = await namesIn(
    listed.map(({ proposedBy }) => proposedBy),
    options,
  );
  const page = { listed, may, nameOf: names, ...typed, csrf: forms.prepare(ctx, aboutOf(session)), timeZone };
  frame.send(ctx, {
    title: stationCopy.title[frame.preferencesOf(ctx).language],
    ...(ctx.method === 'GET' ? {} : { path: home }),
    body: ({ language }) => <StationsPage {...page} language={language} />,
    script: frame.program('station'),
  });
}
