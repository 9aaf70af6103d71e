import type Router from '@koa/router';
import type { Context } from 'koa';
import {
  bindings,
  buildLogoutRequest,
  buildLogoutResponse,
  decodePost,
  decodeRedirect,
  decodeSoap,
  encodeFront,
  encodeSoap,
  type IdentityProviderMetadata,
  type LogoutRequest,
  logoutReasons,
  logoutStatuses,
  newMessageId,
  parseLogoutRequest,
  parseLogoutResponse,
  type ReceivedMessage,
  type ReplayGuard,
  SamlError,
} from '../federation/index.ts';
import { readAtMost } from '../lib/body.ts';
import { type SigningKey, signElement } from '../lib/xml/index.ts';
import { PartyError } from './errors.ts';
import type { LeftHow, ProtocolHost } from './protocol.ts';
import type { SignedIn } from './sign-ins.ts';
import { readForm } from './site.tsx';

export interface SamlLogoutOptions {
  readonly host: ProtocolHost;
  readonly entityId: string;
  readonly idp: () => Promise<IdentityProviderMetadata>;
  readonly replay: ReplayGuard;
  readonly key: () => SigningKey;
}

export const samlLogoutUrls = (origin: string) => ({ url: `${origin}/saml/slo`, soapUrl: `${origin}/saml/slo/soap` });

/** Single logout, the party's side (SAML Profiles 4.4): asks for it, hears of it, and says that it is done. */
export function createSamlLogout(options: SamlLogoutOptions) {
  const { host, entityId, idp, replay, key } = options;
  const { origin, signIns, browserSecret, now } = host;
  const { url: sloUrl, soapUrl } = samlLogoutUrls(origin);

  /** Where the browser asks the hub to end the sign-in everywhere. */
  async function address(ctx: Context, { nameId, hubSession }: SignedIn): Promise<string | undefined> {
    const { sloUrl: location } = await idp();
    if (!location || !nameId) return undefined;
    const id = newMessageId();
    await signIns.begin(id, browserSecret(ctx), {});
    const names = { id, issuer: entityId, destination: location, reason: logoutReasons.user };
    const element = buildLogoutRequest({ ...names, nameId, sessionIndex: hubSession, now: now() });
    const sent = await encodeFront(
      { binding: bindings.redirect, location },
      { name: 'SAMLRequest', element, key: key() },
    );
    return 'url' in sent ? sent.url : undefined;
  }

  async function contextFor(destination: string) {
    const { entityId: hub, signingKeys } = await idp();
    const senderOf = async (issuer: string) => {
      if (issuer !== hub) throw new SamlError('MESSAGE_UNEXPECTED', 'the message is of another identity provider');
      return { entityId: hub, signingKeys };
    };
    return { senderOf, replay, destination, now: now() };
  }

  async function end(message: ReceivedMessage, destination: string): Promise<LogoutRequest> {
    const received = await parseLogoutRequest(message, await contextFor(destination));
    if ('refusal' in received) throw received.refusal;
    const { nameId, sessionIndexes } = received.request;
    await signIns.closeOf(nameId.value, sessionIndexes);
    return received.request;
  }

  async function receive(ctx: Context, message: ReceivedMessage, isResponse: boolean): Promise<void> {
    ctx.set('cache-control', 'no-store');
    ctx.status = 303;
    if (isResponse) return ctx.redirect(`/?left=${await leftHow(ctx, message)}`);
    const { id, relayState } = await end(message, sloUrl);
    const { sloUrl: location } = await idp();
    if (!location) throw new PartyError('SIGN_IN_REFUSED', 'the hub has no address for the answer');
    const names = { issuer: entityId, destination: location, inResponseTo: id, status: logoutStatuses.success };
    const element = buildLogoutResponse({ ...names, now: now() });
    const sent = await encodeFront(
      { binding: bindings.redirect, location },
      { name: 'SAMLResponse', element, relayState, key: key() },
    );
    if ('url' in sent) ctx.redirect(sent.url);
  }

  /** Only an answer to a request of this browser: another one would say something untrue. */
  async function leftHow(ctx: Context, message: ReceivedMessage): Promise<LeftHow> {
    const { inResponseTo, status } = await parseLogoutResponse(message, await contextFor(sloUrl));
    await signIns.take(inResponseTo, browserSecret(ctx));
    if (status.code !== logoutStatuses.success.code) return 'here';
    return status.subcode === logoutStatuses.partial.subcode ? 'partly' : 'everywhere';
  }

  function routes(router: Router): void {
    router.get('/saml/slo', (ctx) => {
      const isResponse = ctx.URL.searchParams.has('SAMLResponse');
      return receive(ctx, decodeRedirect(ctx.querystring, isResponse ? 'SAMLResponse' : 'SAMLRequest'), isResponse);
    });
    router.post('/saml/slo', async (ctx) => {
      const form = await readForm(ctx);
      const isResponse = form.has('SAMLResponse');
      return receive(ctx, decodePost(form, isResponse ? 'SAMLResponse' : 'SAMLRequest'), isResponse);
    });
    router.post('/saml/slo/soap', async (ctx) => {
      const octets = await readAtMost(ctx.req, 256 * 1024);
      if (!octets) throw new PartyError('BODY_TOO_LARGE', 'a message of moderate size is expected');
      const { id: inResponseTo } = await end(decodeSoap(octets), soapUrl);
      const names = { issuer: entityId, inResponseTo, status: logoutStatuses.success };
      const element = buildLogoutResponse({ ...names, now: now() });
      ctx.set('cache-control', 'no-store');
      ctx.type = 'text/xml; charset=utf-8';
      ctx.body = encodeSoap(await signElement(element, key(), { after: 'Issuer' }));
    });
  }

  return { address, routes };
}
