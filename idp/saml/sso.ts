import { decideRelease, discoveryEprAttribute, type ReleaseDecision } from '../../attribute-service/index.ts';
import {
  type AccountLinks,
  type AuthnRequest,
  buildErrorResponse,
  composeResponse,
  encodePost,
  type NameId,
  nameIdFormats,
  newTransientId,
  type ProviderRecord,
  type ProviderRegistry,
  parseAuthnRequest,
  protectionFor,
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
import { HubPageError } from '../errors.ts';
import type { KeyUses } from '../key-use.ts';
import type { Testing } from '../playground/admission.ts';
import type { PostForm } from '../post-form.ts';
import type { Participant, Sessions, SsoSession } from '../session.ts';
import type { SessionNames } from '../session-names.ts';
import { noteRefusal } from '../traces/notes.ts';
import type { Facts } from '../traces/step.ts';
import type { Trace } from '../traces/trace.ts';
import type { NoteVisit } from '../visits.ts';

export interface SamlSsoOptions {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly registry: ProviderRegistry;
  readonly replay: ReplayGuard;
  readonly links: AccountLinks;
  readonly sessions: Sessions;
  readonly names: Pick<SessionNames, 'note'>;
  readonly noteVisit: NoteVisit;
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
  const { entityId, ssoUrl, registry, replay, links, sessions, names, audit, keyUses } = options;
  const { signingKey, displayNameOf, staffOf, noteVisit, now } = options;
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
    const release = decideRelease({ contract: provider.record.contract.attributes });
    const { released } = release;
    const { nameId, participant } = await join(session, provider.record, nameIdFor(request, pseudonym));
    const attributes = await attributesFor(session, provider, pseudonym, released);
    const content = {
      nameId,
      sessionIndex: participant.sessionIndex,
      contextClass,
      authenticatedAt: session.authenticatedAt,
      sessionEndsAt: session.expiresAt,
      attributes,
    };
    const target = targetOf(request, provider);
    const built = await composeResponse(content, target);
    return { ...built, provider, content, release, target };
  }

  /** The answer for a resident with a session that meets the request. */
  async function respond(
    request: SamlMemory['request'],
    session: SsoSession,
    contextClass: string,
    trace: Trace,
  ): Promise<PostForm> {
    const { xml, provider, content, release, target } = await compose(request, session, contextClass);
    const { released } = release;
    trace.note('release', () => releaseFacts(release, content.attributes));
    trace.note('answer', () => ({
      to: target.acsUrl,
      ...protectionFor(provider, target.key),
      nameIdFormat: content.nameId.format,
      class: contextClass,
      level: session.level,
    }));
    await audit.record({
      type: 'sso.saml',
      result: 'ok',
      trace: trace.shownCode(),
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

  /** The party as a participant, found again by the NameID it gets: the first of its format in this session. */
  async function join(session: SsoSession, { id: party, key }: ProviderRecord, fresh: NameId) {
    const qualified = { ...fresh, nameQualifier: entityId, spNameQualifier: key };
    const nameIn = (one: Participant | undefined) => one?.nameIds?.find(({ format }) => format === fresh.format);
    const since = { level: session.level, since: now() };
    const sessionIndex = `_${randomText(16, 'hex')}`;
    // In any order: the party has the name only after both, and a name without a participant ends nothing.
    const [participant] = await Promise.all([
      sessions.join(session, party, { protocol: 'saml', nameIds: [qualified], sessionIndex, ...since }),
      nameIn(session.participants[party]) ? undefined : names.note(session, key, qualified),
      session.participants[party] ? undefined : noteVisit(session.residentRef, party),
    ]);
    const nameId = nameIn(participant);
    if (!participant || !nameId) throw new HubPageError('SIGN_IN_EXPIRED', 'the session ended during the sign-in');
    return { nameId, participant };
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
    trace: Trace,
  ): Promise<PostForm> {
    if (!refusal.status) throw refusal;
    const provider = await taken(request.issuer);
    const target = targetOf(request, provider);
    const { code, subcode = code } = refusal.status;
    noteRefusal(trace, { error: refusal, told: 'party' });
    trace.note('answer', () => ({
      error: subcode.split(':').at(-1),
      to: target.acsUrl,
      parts: 'Response',
      signature: protectionFor(provider, target.key).signature,
    }));
    const xml = await buildErrorResponse(refusal.status, target);
    await audit.record({
      type: 'sso.saml',
      result: 'refused',
      trace: trace.shownCode(),
      provider: provider.record.id,
      code: refusal.code,
    });
    return formOf(request, xml);
  }

  return { receive, compose, respond, refuse };
}

export type SamlSso = ReturnType<typeof createSamlSso>;

/** Which attributes go out and which do not, and why; never what they say. */
function releaseFacts({ released, withheld }: ReleaseDecision, sent: readonly SamlAttribute[]): Facts {
  const names = new Set(sent.map(({ friendlyName }) => friendlyName));
  // The pseudonym is the NameID and the pairwise-id; staff attributes have names of their own in SAML.
  const empty = released.includes('displayName') && !names.has('displayName') ? ['displayName: no value here'] : [];
  return { released, withheld: [...withheld.map(({ attribute, reason }) => `${attribute}: ${reason}`), ...empty] };
}

const formOf = (request: SamlMemory['request'], xml: string): PostForm => ({
  action: request.acs.location,
  fields: encodePost('SAMLResponse', xml, request.relayState),
});
