import type { Context } from 'koa';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Facts } from '../traces/step.ts';
import { type Trace, traceOf } from '../traces/trace.ts';

/** Under this name the provider's own record of a parked request carries our trace code to the request that resumes it. */
export const traceMember = 'sanuki_trace';

/** The trace of this request; one that resumes after the card goes on with the trace of the sign-in. */
export function oidcTrace(ctx: KoaContextWithOIDC): Trace {
  const trace = traceOf(ctx);
  const code = (ctx.oidc.entities.Interaction?.result as Record<string, unknown> | undefined)?.[traceMember];
  if (typeof code === 'string' && trace.shownCode() !== code) {
    trace.follow({ code, steps: [] });
    trace.keep();
  }
  return trace;
}

const isResumed = (ctx: KoaContextWithOIDC) => ctx.oidc.entities.Interaction?.result !== undefined;

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
const wordsOf = (value: unknown) => textOf(value)?.split(' ').filter(Boolean);

/** Names of all parameters, and the values of those that say nothing of a person and open nothing. */
export function noteRequest(ctx: Context): void {
  const endpoint = ctx.path.split('/').slice(0, 3).join('/').slice(1);
  traceOf(ctx).note('request', () => {
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
    const params: Record<string, unknown> = { ...ctx.query, ...oidc?.body, ...oidc?.params };
    const named = Object.keys(params).filter((name) => params[name] !== undefined);
    return {
      protocol: 'oidc',
      endpoint,
      parameters: named,
      provider: oidc?.client?.clientId ?? textOf(params.client_id),
      redirect: textOf(params.redirect_uri),
      responseType: textOf(params.response_type),
      responseMode: textOf(params.response_mode),
      scopes: wordsOf(params.scope),
      prompts: wordsOf(params.prompt),
      maxAge: params.max_age === undefined ? undefined : Number(params.max_age),
      classes: wordsOf(params.acr_values),
      challenge: textOf(params.code_challenge_method),
      grantType: textOf(params.grant_type),
    };
  });
}

interface Failure {
  readonly error: string;
  readonly error_description?: string | undefined;
}

export const codeOf = (error: string): string => `OIDC_${error.toUpperCase()}`;

/** Passive requests are how services ask whether somebody is signed in; a "no" is no event to look up. */
const passiveNo: readonly string[] = ['login_required', 'interaction_required', 'consent_required'];

/** How the provider's answers, made inside it, come into the trace. */
export function noteAnswersOf(provider: Provider): void {
  provider.on('authorization.success', (ctx) => {
    const { client, session } = ctx.oidc;
    const encryption = client?.idTokenEncryptedResponseAlg;
    oidcTrace(ctx).note('answer', () => ({
      ...destinationOf(ctx),
      parts: 'ID token',
      signature: client?.idTokenSignedResponseAlg,
      encryption: encryption ?? 'none',
      class: session?.acr,
    }));
  });
  // Emitted before the answer takes its way: what becomes a page instead says so itself.
  provider.on('authorization.error', (ctx, failure) => {
    ctx.state.oidcFailure = failure;
  });
}

const destinationOf = ({ oidc }: KoaContextWithOIDC): Facts => ({
  to: textOf(oidc.params?.redirect_uri),
  responseMode: oidc.responseMode,
});

/** An error that went to the party by its redirect address. */
export function noteSentError(ctx: KoaContextWithOIDC): void {
  const { oidcFailure: failure } = ctx.state as { oidcFailure?: Failure };
  if (!ctx.oidc || !failure || ctx.state.oidcPage) return;
  const trace = oidcTrace(ctx);
  const { error, error_description: reason } = failure;
  // The hub's own refusal before it was handed back is the reason already; this is only its way.
  if (!isResumed(ctx)) trace.note('refused', { code: codeOf(error), reason, told: 'party' });
  trace.note('answer', () => ({ error, ...destinationOf(ctx) }));
  if (!passiveNo.includes(error)) trace.keep();
}

/** A refusal that stays with us, as a page or for a program; gives the code to show. */
export function noteShownError(
  ctx: KoaContextWithOIDC,
  { error, reason, told }: { error: string; reason?: string | undefined; told: 'page' | 'program' },
): string {
  ctx.state.oidcPage = true;
  const trace = oidcTrace(ctx);
  trace.note('refused', { code: codeOf(error), reason, told });
  return trace.keep();
}
