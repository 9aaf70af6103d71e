import type Router from '@koa/router';
import type { Context } from 'koa';
import { cardPin } from '../../federation/index.ts';
import type { Authenticator } from '../authenticators/authenticators.ts';
import type { Ceremonies } from '../authenticators/ceremonies.ts';
import { PasskeyError } from '../authenticators/errors.ts';
import { bindingIn, messageMaxBytes } from '../authenticators/messages.ts';
import { HubPageError } from '../errors.ts';
import { readJson } from '../guards.ts';
import type { PageFrame } from '../page-frame.ts';
import type { SsoSession } from '../session.ts';
import { browserSecretOf } from '../sign-in/browser-secret.ts';
import { recentCardMs } from '../sign-in/dispatch.ts';
import type { Interactions } from '../sign-in/interaction.ts';
import { type OpenSessionOptions, openSession } from '../sign-in/open-session.ts';
import { authenticatorsCopy } from './authenticators-copy.ts';
import { AuthenticatorsPage } from './authenticators-page.tsx';
import { createGate, type GateOptions } from './gate.ts';
import { createOwnForms, type OwnFormsOptions } from './own-form.ts';

export interface AuthenticatorRoutesOptions extends GateOptions, OpenSessionOptions, Omit<OwnFormsOptions, 'secure'> {
  readonly interactions: Interactions;
  readonly sessions: GateOptions['sessions'];
  readonly ceremonies: Ceremonies;
  readonly frame: PageFrame;
  readonly timeZone: string;
  readonly supportPhone: string;
}

const path = '/account/authenticators';
/** A page that opened still has time to be answered. */
const sendingMs = 60 * 60_000;
/** A passkey is new for as long as its page takes to load. */
const justBoundMs = 60_000;

/** A token of one sign-in is worth nothing in another. */
const aboutOf = ({ id }: SsoSession) => `authenticators:${id}`;

/**
 * The resident's passkeys. A lost one is removed and bound anew with card and PIN, never by mail: the page opens only
 * to a card that was presented lately (R157).
 */
export function authenticatorRoutes(options: AuthenticatorRoutesOptions): (router: Router) => void {
  const { ceremonies, interactions, sessions, sessionCookie } = options;
  const forms = createOwnForms(options);
  const enter = createGate(options);

  /** For the browser program: no page to go to the card from. Origin and token say that our own page asks. */
  async function sessionAt(ctx: Context): Promise<SsoSession> {
    forms.demandOrigin(ctx);
    const session = await sessions.byCookie(ctx.cookies.get(sessionCookie));
    if (!session) throw new PasskeyError('PASSKEY_NEEDS_CARD', 'nobody is signed in');
    interactions.checkCsrf(aboutOf(session), browserSecretOf(ctx, options), ctx.get('x-csrf-token'));
    return session;
  }

  const whereOf = (ctx: Context) => ({ about: path, browserSecret: browserSecretOf(ctx, options) });
  const show = createPage({ ...options, tokenFor: (ctx, session) => forms.prepare(ctx, aboutOf(session)) });

  return (router) => {
    router.get(path, async (ctx) => {
      const session = await enter(ctx, { returnTo: path, maxAgeMs: recentCardMs });
      if (session) await show(ctx, session);
    });

    router.post(`${path}/passkey/bind-start`, async (ctx) => {
      const session = await sessionAt(ctx);
      await readJson(ctx, messageMaxBytes);
      ctx.body = await ceremonies.startBinding(session, whereOf(ctx));
      ctx.set('cache-control', 'no-store');
    });

    router.post(`${path}/passkey/bind-finish`, async (ctx) => {
      const session = await sessionAt(ctx);
      const message = bindingIn(await readJson(ctx, messageMaxBytes));
      await ceremonies.finishBinding(session, whereOf(ctx), message);
      ctx.body = { next: `${path}?bound` };
      ctx.set('cache-control', 'no-store');
    });

    router.post(`${path}/:id/remove`, async (ctx) => {
      forms.demandOrigin(ctx);
      const session = await enter(ctx, { returnTo: path, maxAgeMs: sendingMs });
      if (!session) return;
      await forms.read(ctx, aboutOf(session));
      await remove(ctx, session, options);
      const removed = interactions.csrfToken(removedFor(session), browserSecretOf(ctx, options));
      ctx.status = 303;
      ctx.redirect(`${path}?${new URLSearchParams({ removed })}`);
    });
  };
}

/** What only our own answer can have put into the address: nobody is told by a link that something was removed. */
const removedFor = ({ residentRef }: Pick<SsoSession, 'residentRef'>) => `removed:${residentRef}`;

function createPage(
  options: AuthenticatorRoutesOptions & { readonly tokenFor: (ctx: Context, session: SsoSession) => string },
) {
  const { ceremonies, interactions, frame, timeZone, supportPhone, tokenFor, now } = options;
  const script = frame.program('passkey');

  function justOf(ctx: Context, session: SsoSession, bound: readonly Authenticator[]) {
    const { searchParams } = ctx.URL;
    const removed = interactions.csrfToken(removedFor(session), browserSecretOf(ctx, options));
    if (searchParams.get('removed') === removed) return 'removed';
    const isNew = bound.some(({ createdAt }) => now() - createdAt < justBoundMs);
    return searchParams.has('bound') && isNew ? 'bound' : undefined;
  }

  return async (ctx: Context, session: SsoSession): Promise<void> => {
    const authenticators = await ceremonies.ofResident(session.residentRef);
    const page = {
      authenticators,
      just: justOf(ctx, session, authenticators),
      csrfToken: tokenFor(ctx, session),
      timeZone,
      supportPhone,
    } as const;
    frame.send(ctx, {
      title: authenticatorsCopy.title[frame.preferencesOf(ctx).language],
      body: ({ language }) => <AuthenticatorsPage {...page} language={language} />,
      script,
      // Without what the address says of the act before: it is said once.
      path,
    });
  };
}

/**
 * Sessions that stand on the removed passkey are over with it, and their parties told. Where that is this very one, card and PIN of a moment
 * ago stand on their own in a new one, so that the resident sees what became of it.
 */
async function remove(ctx: Context, session: SsoSession, options: AuthenticatorRoutesOptions): Promise<void> {
  const { residentRef, cardId, authenticatedAt: at } = session;
  const removed = await removeOwn(session, String(ctx.params.id), options);
  if (session.authenticatorId !== removed.id) return;
  const presented = { residentRef, cardId, level: cardPin, amr: ['hwk', 'pin'], at };
  await openSession(ctx, presented, { instead: session }, options);
}

/** Another resident's passkey is refused as missing, so that its id tells nothing. */
async function removeOwn(
  session: SsoSession,
  id: string,
  { ceremonies }: Pick<AuthenticatorRoutesOptions, 'ceremonies'>,
): Promise<Authenticator> {
  try {
    return await ceremonies.remove(session, id);
  } catch (error) {
    if (!(error instanceof PasskeyError && error.code === 'PASSKEY_UNKNOWN')) throw error;
    throw new HubPageError('PAGE_MISSING', 'the resident has no such passkey', { cause: error });
  }
}
