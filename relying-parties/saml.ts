import type Router from '@koa/router';
import type { Context } from 'koa';
import { discoveryEprAttribute } from '../attribute-service/index.ts';
import {
  buildAuthnRequest,
  buildSpMetadata,
  consumeResponse,
  createReplayGuard,
  decodePost,
  encodeRedirect,
  newMessageId,
  SamlError,
  type SignedInSubject,
  staffAttributeNames,
  type UsedId,
  usedIdCollection,
} from '../federation/index.ts';
import { writeXml } from '../lib/xml/index.ts';
import type { Storage } from '../storage/index.ts';
import type { PartyIdentity } from './attributes.ts';
import { PartyError } from './errors.ts';
import { createHubMetadata } from './hub-metadata.ts';
import { openOwnKeys } from './own-keys.ts';
import type { Protocol, ProtocolHost } from './protocol.ts';
import { createSamlLogout, samlLogoutUrls } from './saml-logout.ts';
import type { SignedIn, StaffRecord } from './sign-ins.ts';
import { readForm } from './site.tsx';

export interface SamlPartyOptions {
  readonly host: ProtocolHost;
  readonly storage: Storage;
  /** Seals the party's own private key at rest; 32 bytes. */
  readonly sealingKey: Uint8Array;
  readonly name: { readonly ja: string; readonly en: string };
  readonly trial: boolean;
  /** Address of the identity provider's metadata. */
  readonly idpMetadataUrl: string;
}

const displayName = 'urn:oid:2.16.840.1.113730.3.1.241';

export interface SamlProtocol extends Protocol {
  readonly identity: PartyIdentity;
}

/** A party that speaks SAML 2.0 Web SSO: signed Redirect out, POST in, encrypted assertions welcome. */
export async function createSamlProtocol(options: SamlPartyOptions): Promise<SamlProtocol> {
  const { host, storage, sealingKey, name, trial, idpMetadataUrl } = options;
  const { origin, signIns, browserSecret, level, now } = host;
  const [entityId, acsUrl] = [`${origin}/saml/metadata`, `${origin}/saml/acs`];
  const keys = await openOwnKeys('saml', { storage, sealingKey, origin, trial, now });
  const replay = createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) });
  const idp = createHubMetadata(idpMetadataUrl, now);

  async function start(ctx: Context): Promise<void> {
    const { ssoUrl } = await idp();
    const id = newMessageId();
    await signIns.begin(id, browserSecret(ctx), {});
    const requestedAuthnContext = { comparison: 'minimum', classRefs: [level] } as const;
    const xml = await buildAuthnRequest({
      id,
      issuer: entityId,
      destination: ssoUrl,
      acsUrl,
      now: now(),
      requestedAuthnContext,
    });
    ctx.status = 303;
    ctx.redirect(await encodeRedirect(ssoUrl, { name: 'SAMLRequest', xml, relayState: id, key: keys.samlKey() }));
  }

  /** The answer's RelayState leads to our record; the assertion alone decides whether it is an answer to it. */
  async function consume(form: URLSearchParams): Promise<{ id: string; result: SignedIn }> {
    const message = decodePost(form, 'SAMLResponse');
    const { id } = await signIns.find(message.relayState ?? '');
    const { entityId: idpEntityId, signingKeys } = await idp();
    const subject = await consumeResponse(message, {
      entityId,
      acsUrl,
      requestId: id,
      idp: { entityId: idpEntityId, signingKeys },
      decryptionKeys: keys.published('saml').flatMap(({ privateKey }) => privateKey ?? []),
      replay,
      now: now(),
    }).catch(explainRefusal);
    const result = {
      pseudonym: subject.nameId.value,
      nameId: subject.nameId,
      hubSession: subject.sessionIndex,
      level: subject.contextClass,
      authenticatedAt: subject.authenticatedAt,
      name: subject.attributes[displayName]?.[0],
      staff: staffOf(subject),
      endsAt: subject.sessionEndsAt,
      bootstrap: bootstrapOf(subject),
    };
    return { id, result };
  }

  const identity = { providerId: entityId, key: keys.samlKey, hub: idp };
  const logout = createSamlLogout({ host, entityId, idp, replay, key: keys.samlKey });
  return {
    identity,
    start,
    hubOrigin: new URL(idpMetadataUrl).origin,
    signOutAddress: logout.address,
    routes(router: Router, signedIn) {
      logout.routes(router);
      router.get('/saml/metadata', (ctx) => {
        ctx.type = 'application/samlmetadata+xml';
        const certificate = keys.active('saml').certificate ?? '';
        ctx.body = buildSpMetadata({ entityId, acsUrl, slo: samlLogoutUrls(origin), certificate, name });
      });
      // The POST comes from the hub's site, so without our Lax cookies: the answer waits for a GET of ours.
      router.post('/saml/acs', async (ctx) => {
        const { id, result } = await consume(await readForm(ctx));
        await signIns.park(id, result);
        ctx.status = 303;
        ctx.redirect(`/saml/done?id=${encodeURIComponent(id)}`);
      });
      router.get('/saml/done', async (ctx) => {
        const { result } = await signIns.take(ctx.URL.searchParams.get('id') ?? '', browserSecret(ctx));
        if (!result) throw new PartyError('SIGN_IN_UNKNOWN', 'the hub has not answered this sign-in');
        await signedIn(ctx, result);
      });
    },
  };
}

function bootstrapOf({ elements }: SignedInSubject): string | undefined {
  const reference = elements[discoveryEprAttribute];
  return reference && writeXml(reference);
}

/** Without any of the attributes the person is not staff, or the hub could not find out; both mean no rights. */
function staffOf({ attributes }: SignedInSubject): StaffRecord | undefined {
  const { role, licence, facility, facilityCode } = staffAttributeNames;
  const first = ({ name }: { readonly name: string }) => attributes[name]?.[0];
  if (!Object.values(staffAttributeNames).some((attribute) => first(attribute) !== undefined)) return undefined;
  const place = { code: first(facilityCode), name: first(facility) };
  return {
    roles: attributes[role.name] ?? [],
    licence: first(licence),
    facility: place.code === undefined && place.name === undefined ? undefined : place,
  };
}

/** What the hub's status means to the resident; proves nothing, so it decides nothing. */
function explainRefusal(error: unknown): never {
  if (error instanceof SamlError && error.reason === 'AuthnFailed')
    throw new PartyError('SIGN_IN_CANCELLED', 'the resident did not finish the sign-in', { cause: error });
  throw error;
}
