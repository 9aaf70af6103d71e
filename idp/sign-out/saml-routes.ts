import type Router from '@koa/router';
import type { Context } from 'koa';
import {
  buildLogoutResponse,
  decodePost,
  decodeRedirect,
  decodeSoap,
  encodeSoap,
  type LogoutContext,
  type LogoutRequest,
  logoutStatuses,
  parseLogoutRequest,
  parseLogoutResponse,
  type ReceivedMessage,
  type ReplayGuard,
  SamlError,
  type SamlStatus,
  soapFault,
} from '../../federation/index.ts';
import { HubError } from '../../lib/errors.ts';
import { signElement } from '../../lib/xml/index.ts';
import { HubPageError, httpStatusOf } from '../errors.ts';
import { readBody, readForm } from '../guards.ts';
import type { KeyUses } from '../key-use.ts';
import type { Testing } from '../playground/admission.ts';
import type { Sessions } from '../session.ts';
import type { SessionNames } from '../session-names.ts';
import { noteRefusal } from '../traces/notes.ts';
import { traceOf } from '../traces/trace.ts';
import { type AnswerOptions, answerMessage, sendFront, statusOf } from './answer.ts';
import { pathOf } from './chain-routes.tsx';
import type { FrontChannel } from './front-channel.ts';
import type { Answer, SignOut } from './record.ts';
import type { SignOuts } from './sign-outs.ts';

export interface SamlLogoutOptions extends AnswerOptions {
  readonly sloUrl: string;
  readonly sloSoapUrl: string;
  readonly replay: ReplayGuard;
  readonly names: SessionNames;
  readonly sessions: Sessions;
  readonly sessionCookie: string;
  readonly signOut: SignOuts;
  readonly front: FrontChannel;
  readonly testing: Testing;
  readonly keyUses: Pick<KeyUses, 'note'>;
}

const messageMaxBytes = 256 * 1024;

/** SingleLogoutService (SAML Profiles 4.4): requests of parties, and their answers to ours. */
export function samlLogoutRoutes(options: SamlLogoutOptions): (router: Router) => void {
  return (router) => {
    router.get('/saml/slo', (ctx) => {
      const name = ctx.URL.searchParams.has('SAMLResponse') ? 'SAMLResponse' : 'SAMLRequest';
      return explained(ctx, () => receive(ctx, decodeRedirect(ctx.querystring, name), name, options));
    });
    router.post('/saml/slo', async (ctx) => {
      const form = await readForm(ctx, messageMaxBytes);
      const name = form.has('SAMLResponse') ? 'SAMLResponse' : 'SAMLRequest';
      return explained(ctx, () => receive(ctx, decodePost(form, name), name, options));
    });
    router.post('/saml/slo/soap', async (ctx) => {
      const octets = await readBody(ctx, { maxBytes: messageMaxBytes, types: ['text/xml', 'application/soap+xml'] });
      await answerSoap(ctx, octets, options);
    });
  };
}

/** On a page it is about signing out, whatever is wrong with the message; the log says what. */
async function explained(ctx: Context, act: () => Promise<void>): Promise<void> {
  traceOf(ctx).note('request', () => ({ protocol: 'saml', endpoint: 'slo' }));
  try {
    await act();
  } catch (cause) {
    if (!(cause instanceof HubError) || cause instanceof HubPageError) throw cause;
    throw new HubPageError('SIGN_OUT_REFUSED', `${cause.code}: ${cause.message}`, { cause });
  }
}

async function receive(
  ctx: Context,
  message: ReceivedMessage,
  name: 'SAMLRequest' | 'SAMLResponse',
  options: SamlLogoutOptions,
): Promise<void> {
  if (name === 'SAMLResponse') {
    const response = await parseLogoutResponse(message, contextOf(options, options.sloUrl));
    const signOut = await options.front.answered(response);
    if (signOut === undefined) throw new SamlError('MESSAGE_UNEXPECTED', 'the answer is to no request that is open');
    return seeOther(ctx, pathOf({ id: signOut }));
  }
  const { answer, ...asked } = await askedBy(message, options.sloUrl, options);
  if (!('request' in asked)) return send(ctx, answer, asked.status, options);
  const cookieSession = await options.sessions.sessionIdOf(ctx.cookies.get(options.sessionCookie));
  const records = await endFor(asked, answer, cookieSession, options);
  const [first] = records;
  if (!first) return send(ctx, answer, logoutStatuses.success, options);
  return seeOther(ctx, pathOf(first));
}

function seeOther(ctx: Context, path: string): void {
  ctx.set('cache-control', 'no-store');
  ctx.status = 303;
  ctx.redirect(path);
}

async function send(ctx: Context, answer: Answer, status: SamlStatus, options: SamlLogoutOptions): Promise<void> {
  const message = await answerMessage(answer, status, options);
  if (!message) throw new HubPageError('SIGN_OUT_REFUSED', 'the party has no address for the answer');
  sendFront(ctx, message, options.stylesheet);
}

function contextOf({ registry, replay, testing, now }: SamlLogoutOptions, destination: string): LogoutContext {
  return {
    senderOf: async (entityId) => {
      const { metadata } = await registry.samlProvider(entityId, testing.isTested);
      return { entityId, signingKeys: metadata.signingKeys };
    },
    replay,
    destination,
    now: now(),
  };
}

type Asked = { readonly answer: Extract<Answer, { protocol: 'saml' }> } & (
  | { readonly status: SamlStatus }
  | { readonly request: LogoutRequest; readonly sessionIds: readonly string[] }
);

/** A verified request, with the sessions that it names; or what its sender is told instead. */
async function askedBy(message: ReceivedMessage, destination: string, options: SamlLogoutOptions): Promise<Asked> {
  const received = await parseLogoutRequest(message, contextOf(options, destination));
  const { id, issuer, relayState, verifiedBy } = 'request' in received ? received.request : received.refused;
  if (verifiedBy !== undefined) options.keyUses.note(`saml:${issuer}`, verifiedBy);
  const binding = message.binding === 'post' ? 'post' : 'redirect';
  const answer = { protocol: 'saml', party: issuer, requestId: id, binding, relayState } as const;
  if ('refusal' in received) return { answer, status: received.refusal.status ?? unknownPrincipal };
  const sessionIds = await sessionsNamed(received.request, options);
  return sessionIds ? { answer, request: received.request, sessionIds } : { answer, status: unknownPrincipal };
}

const unknownPrincipal: SamlStatus = new SamlError('SUBJECT_UNKNOWN', 'no such session').status ?? { code: '' };

/**
 * SAML Core 3.7.3.2: the sessions in which this very party was given this very name, and with a SessionIndex only
 * those. Another party's name, and another resident's SessionIndex, are unknown; what is over already is a success.
 */
async function sessionsNamed(
  { issuer, nameId, sessionIndexes }: LogoutRequest,
  { names, sessions }: SamlLogoutOptions,
): Promise<readonly string[] | undefined> {
  const ids = await names.sessionIdsOf(issuer, nameId);
  if (ids.length === 0) return undefined;
  const live = (await Promise.all(ids.map((id) => sessions.peek(id)))).filter((one) => one !== undefined);
  const meant = live.filter(({ participants }) => {
    const index = participants[`saml:${issuer}`]?.sessionIndex;
    return index !== undefined && (sessionIndexes.length === 0 || sessionIndexes.includes(index));
  });
  return live.length > 0 && meant.length === 0 ? undefined : meant.map(({ id }) => id);
}

/** The session of this browser last, because its answer speaks for all of them. */
async function endFor(
  { request, sessionIds }: { readonly request: LogoutRequest; readonly sessionIds: readonly string[] },
  answer: Answer | undefined,
  cookieSession: string | undefined,
  { signOut }: Pick<SamlLogoutOptions, 'signOut'>,
): Promise<readonly SignOut[]> {
  const how = { reason: 'party', initiator: `saml:${request.issuer}` } as const;
  const [main = '', ...others] = [...sessionIds].sort((one) => (one === cookieSession ? -1 : 1));
  const ended = (await Promise.all(others.map((id) => signOut.end(id, how)))).filter((one) => one !== undefined);
  const first = await signOut.end(main, how, { answer, siblings: ended.map(({ id }) => id) });
  return first ? [first, ...ended] : ended;
}

/** SAML Bindings 3.2: no browser takes part, so parties that need one are not reached, and the sender hears of it. */
async function answerSoap(ctx: Context, octets: Buffer, options: SamlLogoutOptions): Promise<void> {
  const { entityId, keys, now } = options;
  ctx.set('cache-control', 'no-store');
  ctx.type = 'text/xml; charset=utf-8';
  traceOf(ctx).note('request', () => ({ protocol: 'saml', endpoint: 'slo' }));
  try {
    const { answer, ...asked } = await askedBy(decodeSoap(octets), options.sloSoapUrl, options);
    const ended = 'request' in asked ? await endFor(asked, undefined, undefined, options) : [];
    const status = 'request' in asked ? statusOf(ended) : asked.status;
    const response = buildLogoutResponse({ issuer: entityId, inResponseTo: answer.requestId, status, now: now() });
    ctx.body = encodeSoap(await signElement(response, keys.samlKey(), { after: 'Issuer' }));
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    noteRefusal(traceOf(ctx), { error, told: 'program' });
    const trace = traceOf(ctx).keep();
    ctx.set('sanuki-trace', trace);
    ctx.status = httpStatusOf(error);
    ctx.body = soapFault(`${error.code} (${trace})`);
  }
}
