import type Router from '@koa/router';
import type { Context } from 'koa';
import {
  buildIdpMetadata,
  decodePost,
  decodeRedirect,
  type KeyRing,
  type ProviderRecord,
  SamlError,
} from '../../federation/index.ts';
import { readForm } from '../guards.ts';
import { type PostForm, sendPostForm } from '../post-form.ts';
import type { Sessions } from '../session.ts';
import { nextStep, type SignInDemand } from '../sign-in/dispatch.ts';
import type { Interaction, Interactions } from '../sign-in/interaction.ts';
import type { Responder } from '../sign-in/routes.ts';
import { noteDecision } from '../traces/notes.ts';
import { traceOf } from '../traces/trace.ts';
import type { SamlMemory, SamlSso } from './sso.ts';
import { decodeNoted } from './trace.ts';

export interface SamlRoutesOptions {
  readonly sso: SamlSso;
  readonly keys: KeyRing;
  readonly sessions: Sessions;
  readonly interactions: Interactions;
  readonly sessionCookie: string;
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly sloUrl: string;
  readonly sloSoapUrl: string;
  readonly name: { readonly ja: string; readonly en: string };
  readonly stylesheet: string;
  readonly now: () => number;
}

const formMaxBytes = 512 * 1024;

/** SAML endpoints: metadata, and Web SSO by Redirect and POST. */
export function samlRoutes(options: SamlRoutesOptions): (router: Router) => void {
  const { sso, keys, entityId, ssoUrl, sloUrl, sloSoapUrl, name, stylesheet, now } = options;

  /** No page is shown, so nobody has the code; the audit record leads to it. */
  function refuseAtOnce(ctx: Context, request: SamlMemory['request'], refusal: SamlError): Promise<PostForm> {
    traceOf(ctx).keep();
    return sso.refuse(request, refusal, traceOf(ctx));
  }

  return (router) => {
    router.get('/saml/metadata', async (ctx) => {
      const certificates = keys.published('saml').flatMap(({ certificate }) => certificate ?? []);
      ctx.type = 'application/samlmetadata+xml';
      const addresses = { entityId, ssoUrl, sloUrl, sloSoapUrl };
      ctx.body = await buildIdpMetadata({ ...addresses, certificates, name, key: keys.samlKey(), now: now() });
    });

    router.get('/saml/sso', async (ctx) => {
      const decode = () => decodeRedirect(ctx.querystring, 'SAMLRequest');
      const message = decodeNoted(ctx, {
        binding: 'redirect',
        parameters: () => new URLSearchParams(ctx.querystring),
        decode,
      });
      const { request, provider } = await sso.receive(message);
      if (request.refusal) return sendPostForm(ctx, await refuseAtOnce(ctx, request, request.refusal), stylesheet);
      return proceed(ctx, { request, ...provider }, options);
    });

    // A cross-site POST comes without our Lax cookies: the verified request is parked and met again at a GET of ours.
    router.post('/saml/sso', async (ctx) => {
      const form = await readForm(ctx, formMaxBytes);
      const decode = () => decodePost(form, 'SAMLRequest');
      const message = decodeNoted(ctx, { binding: 'post', parameters: () => form, decode });
      const { request, provider } = await sso.receive(message);
      if (request.refusal) return sendPostForm(ctx, await refuseAtOnce(ctx, request, request.refusal), stylesheet);
      return park(ctx, { request, ...provider }, options);
    });
  };
}

/** A verified request and the registration that it was verified by. */
interface Asked {
  readonly request: SamlMemory['request'];
  readonly record: Pick<ProviderRecord, 'requiredLevel'>;
}

function demandOf({ request, record }: Asked, now: number): SignInDemand {
  const { forceAuthn: fresh, isPassive: passive, requestedAuthnContext: context } = request;
  return { fresh, passive, context, required: record.requiredLevel, at: now };
}

/** With a session that is enough, the answer goes out at once; nothing is parked. */
async function proceed(ctx: Context, asked: Asked, options: SamlRoutesOptions): Promise<void> {
  const { request } = asked;
  const { sso, sessions, sessionCookie, stylesheet, now } = options;
  const session = await sessions.byCookie(ctx.cookies.get(sessionCookie));
  const [trace, at] = [traceOf(ctx), now()];
  const demand = demandOf(asked, at);
  const step = nextStep(demand, session, at);
  noteDecision(trace, { step, demand, session, at });
  if (step.step === 'respond' && session)
    return sendPostForm(ctx, await sso.respond(request, session, step.contextClass, trace), stylesheet);
  if (step.step === 'refuse') {
    // Passive requests are how services ask whether somebody is signed in; a "no" is no event to look up.
    if (step.reason !== 'NO_PASSIVE') trace.keep();
    const refusal = new SamlError(step.reason, 'the demand cannot be met');
    return sendPostForm(ctx, await sso.refuse(request, refusal, trace), stylesheet);
  }
  return park(ctx, asked, options);
}

async function park(ctx: Context, asked: Asked, { interactions, now }: SamlRoutesOptions): Promise<void> {
  const { request } = asked;
  const memory = { request: { ...request, refusal: undefined } };
  const providerId = `saml:${request.issuer}`;
  const interaction = await interactions.open({
    protocol: 'saml',
    providerId,
    partyKey: request.issuer,
    requestId: request.id,
    demand: demandOf(asked, now()),
    memory,
    trace: traceOf(ctx).park(),
  });
  ctx.status = 303;
  ctx.redirect(`/sign-in/${interaction.id}`);
}

/** How a SAML sign-in goes on after the card. */
export function samlResponder({ sso, stylesheet }: Pick<SamlRoutesOptions, 'sso' | 'stylesheet'>): Responder {
  const requestOf = (interaction: Interaction) => (interaction.memory as unknown as SamlMemory).request;
  return {
    async respond(ctx, interaction, session, contextClass) {
      sendPostForm(ctx, await sso.respond(requestOf(interaction), session, contextClass, traceOf(ctx)), stylesheet);
    },
    async refuse(ctx, interaction, reason) {
      sendPostForm(ctx, await sso.refuse(requestOf(interaction), reason, traceOf(ctx)), stylesheet);
    },
  };
}
