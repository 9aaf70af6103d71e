import { decideRelease, discoveryEprAttribute } from '../../attribute-service/index.ts';
import {
  type AccountLinks,
  type AuthnRequest,
  buildErrorResponse,
  composeResponse,
  encodePost,
  type NameId,
  nameIdFormats,
  newTransientId,
  type ProviderRegistry,
  parseAuthnRequest,
  type ReceivedMessage,
  type ReplayGuard,
  type SamlAttribute,
  type SamlError,
  type SamlProvider,
  type SamlStatus,
} from '../../federation/index.ts';
import { randomText } from '../../lib/random.ts';
import type { SigningKey } from '../../lib/xml/index.ts';
import type { Bootstrap } from '../attributes/bootstrap.ts';
import { asksForStaff, type StaffOf, staffSamlAttributes } from '../attributes/staff.ts';
import type { Audit } from '../audit.ts';
import type { KeyUses } from '../key-use.ts';
import type { Testing } from '../playground/admission.ts';
import type { PostForm } from '../post-form.ts';
import type { Sessions, SsoSession } from '../session.ts';

export interface SamlSsoOptions {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly registry: ProviderRegistry;
  readonly replay: ReplayGuard;
  readonly links: AccountLinks;
  readonly sessions: Sessions;
  readonly audit: Audit;
  readonly keyUses: Pick<KeyUses, 'note'>;
  readonly signingKey: () => SigningKey;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
  /** The way to the resident's data, for a party whose contract lists any. */
  readonly bootstrapFor: Bootstrap['bootstrapFor'];
  readonly staffOf: StaffOf;
  /** Who may sign in at a provider that is not approved. */
  readonly testing: Testing;
  readonly now: () => number;
}

/** The asker of a parked request: plain data that survives in an interaction. */
export interface SamlMemory {
  readonly request: Omit<AuthnRequest, 'refusal'>;
}

const displayName = { name: 'urn:oid:2.16.840.1.113730.3.1.241', friendlyName: 'displayName' };
const discoveryEpr = { name: discoveryEprAttribute, friendlyName: 'DiscoveryEPR' };
const pairwiseId = { name: 'urn:oasis:names:tc:SAML:attribute:pairwise-id', friendlyName: 'pairwise-id' };

/** Web SSO as identity provider: from octets to a request, and from a session to the signed answer. */
export function createSamlSso(options: SamlSsoOptions) {
  const { entityId, ssoUrl, registry, replay, links, sessions, audit, keyUses } = options;
  const { signingKey, displayNameOf, staffOf, now } = options;
  const { isTested, isTester } = options.testing;
  const taken = (entityId: string) => registry.samlProvider(entityId, isTested);

  async function receive(message: ReceivedMessage): Promise<{ request: AuthnRequest; provider: SamlProvider }> {
    const context = { registry: { samlProvider: taken }, replay, destination: ssoUrl, now: now() };
    const received = await parseAuthnRequest(message, context);
    const { provider, verifiedBy } = received;
    if (verifiedBy !== undefined) keyUses.note(provider.record.id, verifiedBy);
    return received;
  }

  function targetOf(request: SamlMemory['request'], provider: SamlProvider) {
    return {
      issuer: entityId,
      provider,
      acsUrl: request.acs.location,
      inResponseTo: request.id,
      key: signingKey(),
      now: now(),
    };
  }

  /** Everything the answer says, and the answer; the session gains the provider as a participant. */
  async function compose(request: SamlMemory['request'], session: SsoSession, contextClass: string) {
    const { residentRef } = session;
    const provider = await registry.samlProvider(request.issuer, (record) => isTester(record, residentRef));
    const pseudonym = await links.pseudonymFor(residentRef, provider.record.id);
    const nameId = nameIdFor(request, pseudonym);
    const { released } = decideRelease({ contract: provider.record.contract.attributes });
    const participant = await sessions.join(session, provider.record.id, {
      protocol: 'saml',
      pseudonym: nameId.value,
      sessionIndex: `_${randomText(16, 'hex')}`,
      level: session.level,
      since: now(),
    });
    const attributes = await attributesFor(session, provider, pseudonym, released);
    const content = {
      nameId,
      sessionIndex: participant.sessionIndex,
      contextClass,
      authenticatedAt: session.authenticatedAt,
      sessionEndsAt: session.expiresAt,
      attributes,
    };
    const built = await composeResponse(content, targetOf(request, provider));
    return { ...built, provider, content, released };
  }

  /** The answer for a resident with a session that meets the request. */
  async function respond(request: SamlMemory['request'], session: SsoSession, contextClass: string): Promise<PostForm> {
    const { xml, provider, content, released } = await compose(request, session, contextClass);
    await audit.record({
      type: 'sso.saml',
      result: 'ok',
      provider: provider.record.id,
      pseudonym: content.nameId.value,
      detail: {
        released: [...released],
        contextClass,
        ...(provider.record.status === 'approved' ? {} : { test: true }),
      },
    });
    return formOf(request, xml);
  }

  /** Transient where it is asked for; else the persistent pseudonym, which is what everything else would guess at. */
  function nameIdFor(request: SamlMemory['request'], pseudonym: string): NameId {
    if (request.nameIdPolicy.format === nameIdFormats.transient) return newTransientId();
    return { value: pseudonym, format: nameIdFormats.persistent };
  }

  async function attributesFor(
    session: SsoSession,
    { record }: SamlProvider,
    pseudonym: string,
    released: readonly string[],
  ): Promise<SamlAttribute[]> {
    const { id: sessionId, residentRef, cardId, level, authenticatedAt, expiresAt } = session;
    const scope = new URL(entityId).hostname;
    const name = released.includes('displayName') ? await displayNameOf(residentRef) : undefined;
    const staff = asksForStaff(released) ? await staffOf(residentRef) : undefined;
    const facts = { residentRef, cardId, level, authenticatedAt, sessionId, expiresAt };
    const bootstrap = await options.bootstrapFor(record, facts);
    return [
      { ...pairwiseId, values: [`${pseudonym}@${scope}`] },
      ...(name === undefined ? [] : [{ ...displayName, values: [name] }]),
      ...staffSamlAttributes(staff, released),
      ...(bootstrap ? [{ ...discoveryEpr, values: [bootstrap] }] : []),
    ];
  }

  /** A refusal that the provider is told as a SAML Status. */
  async function refuse(
    request: SamlMemory['request'],
    refusal: SamlError & { readonly status: SamlStatus | undefined },
  ): Promise<PostForm> {
    if (!refusal.status) throw refusal;
    const provider = await taken(request.issuer);
    const xml = await buildErrorResponse(refusal.status, targetOf(request, provider));
    await audit.record({ type: 'sso.saml', result: 'refused', provider: provider.record.id, code: refusal.code });
    return formOf(request, xml);
  }

  return { receive, compose, respond, refuse };
}

export type SamlSso = ReturnType<typeof createSamlSso>;

const formOf = (request: SamlMemory['request'], xml: string): PostForm => ({
  action: request.acs.location,
  fields: encodePost('SAMLResponse', xml, request.relayState),
});
