import type Router from '@koa/router';
import type { Context } from 'koa';
import {
  type Authenticator,
  CardError,
  type CardOffice,
  type CardRecord,
  type CardRegistry,
  mayMove,
  type Schemes,
} from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import type { ProviderRegistry } from '../../federation/index.ts';
import { createGate, type GateOptions } from '../account/gate.ts';
import { createOwnForms, type OwnFormsOptions } from '../account/own-form.ts';
import { partyNames } from '../account/party-names.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';
import type { SsoSession } from '../session.ts';
import { CardPage, type ShownOther, StopPage, StoppedPage } from './card-page.tsx';
import { cardCopy } from './copy.ts';
import { withServices } from './notice-words.ts';
import type { Notices } from './notices.ts';
import type { OtherStop } from './other-stop.ts';

export interface CardRoutesOptions extends Omit<GateOptions, 'interactions'>, Omit<OwnFormsOptions, 'interactions'> {
  readonly interactions: GateOptions['interactions'] & OwnFormsOptions['interactions'];
  readonly cards: Pick<CardRegistry, 'ofResident'>;
  readonly office: Pick<CardOffice, 'suspend'>;
  readonly schemes: Pick<Schemes, 'othersOf' | 'refOf' | 'labelOf'>;
  readonly suspendOther: OtherStop;
  readonly notices: Pick<Notices, 'list'>;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly frame: PageFrame;
  readonly settings: Settings;
}

const paths = { card: '/account/card', stop: '/account/card/stop', stopped: '/card/stopped' } as const;

/** R44: whoever lost the card still has the passkey. */
const stopping = { returnTo: paths.stop, orPasskey: true } as const;

/** The rest is on a page of its own. */
const shownNotices = 5;

/** The holder's card: its state and notices, and stopping it (R44). Whoever can act as the holder can stop a card and do no more. */
export function cardRoutes(options: CardRoutesOptions): (router: Router) => void {
  const { cards, office, notices, schemes, suspendOther, frame, settings } = options;
  const forms = createOwnForms(options);
  const enter = createGate(options);
  const partyNameOf = partyNames(options.registry);
  const { timeZone, support } = settings.service;
  const titleOf = (ctx: Context, key: 'title' | 'stopTitle' | 'stopped') =>
    cardCopy[key][frame.preferencesOf(ctx).language];

  const shownOther = (other: Authenticator): ShownOther => ({
    ref: schemes.refOf(other),
    label: schemes.labelOf(other.scheme),
    usable: other.usable,
  });

  async function show(ctx: Context, { residentRef }: SsoSession): Promise<void> {
    const page = {
      cards: await cards.ofResident(residentRef),
      others: (await schemes.othersOf(residentRef)).map(shownOther),
      notices: await withServices((await notices.list(residentRef, { limit: shownNotices })).records, partyNameOf),
      pinChanged: ctx.URL.searchParams.get('done') === 'pin',
      timeZone,
    };
    frame.send(ctx, {
      title: titleOf(ctx, 'title'),
      body: ({ language }) => <CardPage {...page} language={language} />,
    });
  }

  async function ask(ctx: Context, session: SsoSession): Promise<void> {
    const others = (await schemes.othersOf(session.residentRef)).filter(({ final, usable }) => usable && !final);
    const csrfToken = forms.prepare(ctx, aboutOf(session));
    const page = { cards: await stoppable(session, cards), others: others.map(shownOther), csrfToken };
    frame.send(ctx, {
      title: titleOf(ctx, 'stopTitle'),
      body: ({ language }) => <StopPage {...page} language={language} />,
    });
  }

  /** The sign-ins with this card end with it, this one too where it is one of them. */
  async function stop(ctx: Context, session: SsoSession): Promise<void> {
    const form = await forms.read(ctx, aboutOf(session));
    const [number, ref] = [form.get('number') ?? '', form.get('other')];
    if (ref !== null) return stopOther(ctx, session, ref);
    if (!(await stoppable(session, cards)).some((card) => card.number === number))
      throw new HubPageError('PAGE_MISSING', 'the resident has no such card to stop');
    await suspendOnce(office, number, session.residentRef);
    ctx.status = 303;
    ctx.redirect(paths.stopped);
  }

  async function stopOther(ctx: Context, { residentRef }: SsoSession, ref: string): Promise<void> {
    const other = (await schemes.othersOf(residentRef)).find((one) => schemes.refOf(one) === ref);
    if (!other) throw new HubPageError('PAGE_MISSING', 'the resident has no such card to stop');
    await suspendOther(other, 'REQUEST', { as: 'holder', id: `resident:${residentRef}` });
    ctx.status = 303;
    ctx.redirect(paths.stopped);
  }

  return (router) => {
    router.get(paths.card, async (ctx) => {
      const session = await enter(ctx, { returnTo: paths.card });
      if (session) await show(ctx, session);
    });
    router.get(paths.stop, async (ctx) => {
      const session = await enter(ctx, stopping);
      if (session) await ask(ctx, session);
    });
    router.post(paths.stop, async (ctx) => {
      forms.demandOrigin(ctx);
      const session = await enter(ctx, stopping);
      if (session) await stop(ctx, session);
    });
    router.get(paths.stopped, (ctx) => {
      frame.send(ctx, {
        title: titleOf(ctx, 'stopped'),
        body: ({ language }) => <StoppedPage language={language} phone={support.phone} />,
      });
    });
  };
}

/** A token of one sign-in is worth nothing in another. */
const aboutOf = ({ id }: SsoSession) => `card-stop:${id}`;

async function stoppable(
  { residentRef }: SsoSession,
  cards: CardRoutesOptions['cards'],
): Promise<readonly CardRecord[]> {
  return (await cards.ofResident(residentRef)).filter(({ status }) => mayMove(status, 'suspended', 'holder'));
}

/** Two windows may both say so: the card is stopped either way. */
async function suspendOnce(office: CardRoutesOptions['office'], number: string, residentRef: string): Promise<void> {
  try {
    await office.suspend(number, 'REQUEST', { as: 'holder', id: `resident:${residentRef}` });
  } catch (error) {
    if (!(error instanceof CardError && error.code === 'MOVE_REFUSED')) throw error;
  }
}
