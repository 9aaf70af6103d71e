import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { CardError, type CardRecord, isFinal, type Renewals, type Stations } from '../../card-auth/index.ts';
import { aboutOf } from '../admin/door.ts';
import { HubPageError } from '../errors.ts';
import { base64url, possession } from '../sign-in/messages.ts';
import type { OfficePagesOptions } from './pages.ts';
import { type Found, programSteps } from './program-steps.ts';
import { RenewPage } from './renew-page.tsx';
import { stationCopy } from './station-copy.ts';

export interface RenewRoutesOptions extends OfficePagesOptions {
  readonly stations: Stations;
  readonly renewals: Renewals;
  readonly softwareReader: string | undefined;
}

type Options = RenewRoutesOptions;
const path = '/admin/office/cards/:id/renew';
const messages = {
  start: z.strictObject({}),
  tap: z.strictObject({ sid: base64url }),
  next: z.strictObject({
    ...possession,
    station: base64url,
    target: z.int().min(1).max(0xffff),
    recipient: base64url,
    signature: base64url,
  }),
} as const;

/** The page on which a card in use gets the key of the active version, with its holder beside it. */
export function renewRoutes(options: Options): (router: Router) => void {
  const { renewals } = options;
  const find = (ctx: Context, returnTo: string) => findCard(ctx, returnTo, options);
  const step = programSteps(options, find);
  return (router) => {
    router.get(path, async (ctx) => {
      const found = await find(ctx, ctx.url);
      if (found) await show(ctx, found, options);
    });
    step(router, `${path}/start`, messages.start, (found) => renewals.start(runOf(found)));
    step(router, `${path}/tap`, messages.tap, (found, { sid }) => renewals.tap(runOf(found), sid));
    step(router, `${path}/next`, messages.next, (found, message) => next(found, message, options));
  };
}

/** One run for each sign-in and card: a new one ends the older. */
const runOf = ({ admitted, about }: Found<CardRecord>) => `renew:${admitted.session.id}:${about.id}`;

async function findCard(ctx: Context, returnTo: string, options: Options): Promise<Found<CardRecord> | undefined> {
  const { door, cards } = options;
  const admitted = await door.admit(ctx, { act: 'card.issue', returnTo });
  if (!admitted) return undefined;
  const card = await cards.get(ctx.params.id ?? '');
  if (!card || isFinal(card.status)) throw new HubPageError('PAGE_MISSING', 'there is no such card');
  await door.demand(admitted.administrator, 'card.issue', { authors: [], about: [card.residentRef] });
  return { admitted, about: card };
}

/** A key that went out, a renewal that ended, and whatever was refused is on record. */
async function next(found: Found<CardRecord>, message: z.output<typeof messages.next>, options: Options) {
  const { renewals, audit } = options;
  const { admitted, about: card } = found;
  const detail = { station: message.station, version: message.target };
  const event = { actor: admitted.administrator.id, card: card.id, detail };
  try {
    const answer = await renewals.next(runOf(found), card.id, message);
    if (answer.step === 'key') await audit.record({ ...event, type: 'card.key-given', result: 'ok' });
    if (answer.step === 'done') await audit.record({ ...event, type: 'card.key-renewed', result: 'ok' });
    return answer;
  } catch (error) {
    if (error instanceof CardError)
      await audit.record({ ...event, type: 'card.key-given', result: 'refused', code: error.code });
    throw error;
  }
}

async function show(ctx: Context, { admitted, about: card }: Found<CardRecord>, options: Options): Promise<void> {
  const { renewals, stations, residents, forms, frame, softwareReader } = options;
  const page = {
    card,
    person: (await residents.displayName(card.residentRef)) ?? '',
    target: await renewals.versionFor(card),
    stations: (await stations.list()).filter(({ state }) => state === 'enrolled').map(({ id }) => id),
    csrf: forms.prepare(ctx, aboutOf(admitted.session)),
    softwareReader,
  };
  frame.send(ctx, {
    title: stationCopy.renewTitle[frame.preferencesOf(ctx).language],
    body: ({ language }) => <RenewPage {...page} language={language} />,
    script: frame.program('station'),
    policy: { connect: softwareReader ? [new URL(softwareReader).origin] : [] },
  });
}
