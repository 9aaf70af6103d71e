import type { Context } from 'koa';
import {
  bindings,
  buildLogoutResponse,
  encodeFront,
  type FrontMessage,
  type KeyRing,
  logoutStatuses,
  type ProviderRegistry,
  type SamlStatus,
} from '../../federation/index.ts';
import { sendPostForm } from '../post-form.ts';
import { metadataOf } from './endpoints.ts';
import { type Answer, isConfirmedByAll, type SignOut } from './record.ts';

export interface AnswerOptions {
  readonly entityId: string;
  readonly registry: ProviderRegistry;
  readonly keys: Pick<KeyRing, 'samlKey'>;
  readonly stylesheet: string;
  readonly now: () => number;
}

/** SAML Core 3.7.3.2: the party is told whether every other participant confirmed. */
export const statusOf = (records: readonly Pick<SignOut, 'told'>[]): SamlStatus =>
  isConfirmedByAll(records) ? logoutStatuses.success : logoutStatuses.partial;

/** How the party that asked hears of the end; undefined where it has no address for that. */
export async function answerMessage(
  answer: Answer,
  status: SamlStatus,
  { entityId, registry, keys, now }: AnswerOptions,
): Promise<FrontMessage | undefined> {
  if (answer.protocol === 'oidc') return { url: answer.url };
  const { singleLogoutServices = [] } = (await metadataOf(registry, answer.party)) ?? {};
  const front = singleLogoutServices.filter(({ binding }) => binding !== bindings.soap);
  // SAML Profiles 4.4.3.4: by the binding that the request came by, where the party has it for answers too.
  const service = front.find(({ binding }) => binding === bindings[answer.binding]) ?? front[0];
  if (!service) return undefined;
  const { responseLocation: location, binding } = service;
  const { requestId: inResponseTo, relayState } = answer;
  const element = buildLogoutResponse({ issuer: entityId, destination: location, inResponseTo, status, now: now() });
  return encodeFront({ binding, location }, { name: 'SAMLResponse', element, relayState, key: keys.samlKey() });
}

export function sendFront(ctx: Context, message: FrontMessage, stylesheet: string): void {
  if ('action' in message) {
    sendPostForm(ctx, message, stylesheet);
    return;
  }
  ctx.set('cache-control', 'no-store');
  ctx.status = 303;
  ctx.redirect(message.url);
}
