import type Router from '@koa/router';
import type { Context } from 'koa';
import { sha256 } from '../../lib/bytes.ts';
import type { Text } from '../../web/index.ts';
import { createOwnForms, type OwnFormsOptions } from '../account/own-form.ts';
import { HubPageError } from '../errors.ts';
import { redirectOrigins } from '../oidc/redirect-origins.ts';
import type { PageFrame } from '../page-frame.ts';
import type { Sessions, SsoSession } from '../session.ts';
import { browserSecretOf } from '../sign-in/browser-secret.ts';
import { type AnswerOptions, answerMessage, sendFront, statusOf } from './answer.ts';
import { signOutCopy } from './copy.ts';
import type { FrontChannel } from './front-channel.ts';
import { sendHop } from './hop-page.ts';
import { AskPage, PlainPage, ResultPage } from './pages.tsx';
import { type Answer, isConfirmedByAll, type SignOut, type SignOutStores } from './record.ts';
import { createResults } from './results.ts';
import type { SignOuts, Waiting } from './sign-outs.ts';

export interface ChainOptions extends AnswerOptions, OwnFormsOptions, Pick<SignOutStores, 'signOuts'> {
  readonly sessions: Sessions;
  readonly sessionCookie: string;
  readonly signOut: SignOuts;
  readonly front: FrontChannel;
  readonly frame: PageFrame;
  readonly partyNameOf: (party: string) => Promise<Text | undefined>;
  /** Where an OIDC party's confirmed request goes back to; undefined when what the form says is not registered. */
  readonly returnOf: (fields: URLSearchParams) => Promise<Answer | undefined>;
}

const browserHash = (ctx: Context, options: OwnFormsOptions) =>
  sha256('sanuki-sign-out:', browserSecretOf(ctx, options)).toString('base64url');

export const pathOf = ({ id }: Pick<SignOut, 'id'>) => `/sign-out/${id}`;

/** The hub's own sign-out, and the pages on which every sign-out through a browser goes on and ends. */
export function chainRoutes(options: ChainOptions): (router: Router) => void {
  const { sessions, signOuts, sessionCookie } = options;
  const forms = createOwnForms(options);

  async function recordOf(ctx: Context): Promise<SignOut> {
    const record = await signOuts.get(ctx.params.id ?? '');
    if (!record) throw new HubPageError('PAGE_MISSING', 'no sign-out has this address');
    return record;
  }

  return (router) => {
    router.get('/sign-out', (ctx) => ask(ctx, {}, options));

    router.post('/sign-out', async (ctx) => {
      forms.demandOrigin(ctx);
      const session = await sessions.byCookie(ctx.cookies.get(sessionCookie));
      if (!session) return sendPlain(ctx, 'notSignedIn', options);
      const form = await forms.read(ctx, aboutOf(session), 8192);
      // A link that names a party does not prove that it knows: it is told as the others are.
      await signOutHere(ctx, session, { answer: await options.returnOf(form) }, options);
    });

    router.get('/sign-out/:id', async (ctx) => {
      const record = await claimed(ctx, await recordOf(ctx), options);
      const mine = record.browser === browserHash(ctx, options);
      const hop = mine ? await options.front.next(record) : undefined;
      if (!hop) return finish(ctx, await recordOf(ctx), mine, options);
      const name = (await options.partyNameOf(hop.party)) ?? signOutCopy.gone;
      return sendHop(ctx, { message: hop.message, name, back: pathOf(record), stylesheet: options.stylesheet });
    });

    router.get('/sign-out/:id/continue', async (ctx) => {
      const record = await recordOf(ctx);
      const message = record.answer && (await finalMessage(record, record.answer, options));
      if (!message) throw new HubPageError('PAGE_MISSING', 'nobody waits for the end of this sign-out');
      sendFront(ctx, message, options.stylesheet);
    });
  };
}

/** Ends the session of this browser and leads it through the parties that only it reaches, to the page with the results. */
export async function signOutHere(
  ctx: Context,
  { id }: Pick<SsoSession, 'id'>,
  waiting: Pick<Waiting, 'answer' | 'siblings'>,
  options: OwnFormsOptions & Pick<ChainOptions, 'sessionCookie'> & { readonly signOut: Pick<SignOuts, 'end'> },
): Promise<void> {
  const browser = browserHash(ctx, options);
  const record = await options.signOut.end(id, { reason: 'resident' }, { ...waiting, browser });
  ctx.cookies.set(options.sessionCookie, null);
  ctx.status = 303;
  ctx.redirect(record ? pathOf(record) : '/sign-out');
}

const aboutOf = ({ id }: SsoSession) => `sign-out:${id}`;

/** Shown for a link that nobody has proved to come from a party of this session: a link alone signs nobody out. */
export async function ask(
  ctx: Context,
  fields: Readonly<Record<string, string>>,
  options: ChainOptions & { readonly from?: Text | undefined },
): Promise<void> {
  const { sessions, sessionCookie, partyNameOf, frame, from } = options;
  const session = await sessions.byCookie(ctx.cookies.get(sessionCookie));
  if (!session) return sendPlain(ctx, 'notSignedIn', options);
  const names = await Promise.all(Object.keys(session.participants).map(partyNameOf));
  const services = names.map((name) => name ?? signOutCopy.gone);
  const csrf = createOwnForms(options).prepare(ctx, aboutOf(session));
  const answer = await options.returnOf(new URLSearchParams(fields));
  const formAction = answer?.protocol === 'oidc' ? redirectOrigins([answer.url]) : [];
  frame.send(ctx, {
    title: signOutCopy.ask[frame.preferencesOf(ctx).language],
    policy: { formAction },
    body: ({ language }) => <AskPage {...{ services, from, language }} fields={{ ...fields, csrf }} />,
  });
}

function sendPlain(ctx: Context, which: 'notSignedIn' | 'strange', { frame }: Pick<ChainOptions, 'frame'>): void {
  const { language } = frame.preferencesOf(ctx);
  const [title, text] =
    which === 'strange' ? (['done', 'strange'] as const) : (['notSignedIn', 'notSignedInText'] as const);
  frame.send(ctx, {
    title: signOutCopy[title][language],
    body: () => <PlainPage title={signOutCopy[title][language]} text={signOutCopy[text][language]} />,
  });
}

/**
 * Bound to the browser that held the session. Whoever else brings a party's LogoutRequest here would read in the next
 * hops what other parties call the resident, and on the last page which services they use.
 */
async function claimed(ctx: Context, record: SignOut, options: ChainOptions): Promise<SignOut> {
  const { sessions, sessionCookie, signOuts } = options;
  if (record.browser !== undefined) return record;
  if ((await sessions.sessionIdOf(ctx.cookies.get(sessionCookie))) !== record.sessionId) return record;
  const browser = browserHash(ctx, options);
  ctx.cookies.set(sessionCookie, null);
  const written = await signOuts.update(record.id, (current) => ({ ...current, browser: current.browser ?? browser }));
  return written ?? record;
}

async function withSiblings(record: SignOut, { signOuts }: Pick<ChainOptions, 'signOuts'>): Promise<SignOut[]> {
  const others = await Promise.all((record.siblings ?? []).map((id) => signOuts.get(id)));
  return [record, ...others.filter((one) => one !== undefined)];
}

const finalMessage = async (record: SignOut, answer: Answer, options: ChainOptions) =>
  answerMessage(answer, statusOf(await withSiblings(record, options)), options);

/** Straight back to the party that asked when everybody confirmed; otherwise the resident is told first. */
async function finish(ctx: Context, record: SignOut, mine: boolean, options: ChainOptions): Promise<void> {
  const { answer } = record;
  const records = await withSiblings(record, options);
  const whole = isConfirmedByAll(records);
  const message = answer && (whole || !mine) ? await finalMessage(record, answer, options) : undefined;
  if (message) return sendFront(ctx, message, options.stylesheet);
  if (!mine) return sendPlain(ctx, 'strange', options);
  const { frame, partyNameOf } = options;
  const results = await createResults(options)(records);
  const back = answer && {
    name: (await partyNameOf(`${answer.protocol}:${answer.party}`)) ?? signOutCopy.gone,
    href: `${pathOf(record)}/continue`,
  };
  frame.send(ctx, {
    title: signOutCopy.done[frame.preferencesOf(ctx).language],
    body: ({ language }) => <ResultPage {...{ results, back, language }} path={pathOf(record)} />,
  });
}
