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
import { sendPostForm } from '../post-form.ts';
import type { Sessions } from '../session.ts';
import { nextStep, type SignInDemand } from '../sign-in/dispatch.ts';
import type { Interaction, Interactions } from '../sign-in/interaction.ts';
import type { Responder } from '../sign-in/routes.ts';
import type { SamlMemory, SamlSso } from './sso.ts';

export interface SamlRoutesOptions {
  readonly sso: SamlSso;
  readonly keys: KeyRing;
  readonly sessions: Sessions;
  readonly interactions: Interactions;
  readonly sessionCookie: string;
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly name: { readonly ja: string; readonly en: string };
  readonly stylesheet: string;
  readonly now: () => number;
}

const formMaxBytes = 512 * 1024;

/** SAML endpoints: metadata, and Web SSO by Redirect and POST. */
export function samlRoutes(options: SamlRoutesOptions): (router: Router) => void {
  const { sso, keys, entityId, ssoUrl, name, stylesheet, now } = options;
  return (router) => {
    router.get('/saml/metadata', async (ctx) => {
      const certificates = keys.published('saml').flatMap(({ certificate }) => certificate ?? []);
      ctx.type = 'application/samlmetadata+xml';
      ctx.body = await buildIdpMetadata({ entityId, ssoUrl, certificates, name, key: keys.samlKey(), now: now() });
    });

    router.get('/saml/sso', async (ctx) => {
      const { request, provider } = await sso.receive(decodeRedirect(ctx.querystring, 'SAMLRequest'));
      if (request.refusal) return sendPostForm(ctx, await sso.refuse(request, request.refusal), stylesheet);
      return proceed(ctx, { request, ...provider }, options);
    });

    // A cross-site POST comes without our Lax cookies: the verified request is parked and met again at a GET of ours.
    router.post('/saml/sso', async (ctx) => {
      const { request, provider } = await sso.receive(decodePost(await readForm(ctx, formMaxBytes), 'SAMLRequest'));
      if (request.refusal) return sendPostForm(ctx, await sso.refuse(request, request.refusal), stylesheet);
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
  const step = nextStep(demandOf(asked, now()), session, now());
  if (step.step === 'respond' && session)
    return sendPostForm(ctx, await sso.respond(request, session, step.contextClass), stylesheet);
  if (step.step === 'refuse')
    return sendPostForm(
      ctx,
      await sso.refuse(request, new SamlError(step.reason, 'the demand cannot be met')),
      stylesheet,
    );
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
  });
  ctx.status = 303;
  ctx.redirect(`/sign-in/${interaction.id}`);
}

/** How a SAML sign-in goes on after the card. */
export function samlResponder({ sso, stylesheet }: Pick<SamlRoutesOptions, 'sso' | 'stylesheet'>): Responder {
  const requestOf = (interaction: Interaction) => (interaction.memory as unknown as SamlMemory).request;
  return {
    async respond(ctx, interaction, session, contextClass) {
      sendPostForm(ctx, await sso.respond(requestOf(interaction), session, contextClass), stylesheet);
    },
    async refuse(ctx, interaction, reason) {
      sendPostForm(ctx, await sso.refuse(requestOf(interaction), reason), stylesheet);
    },
  };
}
