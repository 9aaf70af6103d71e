import {
  attributeTypeOf,
  buildQueryResponse,
  type DataService,
  discoveryServiceType,
  isPurpose,
  isRequested,
  issueToken,
  parseDataQuery,
  parseQuery,
  type ReceivedSoap,
  SoapFault,
} from '../../attribute-service/index.ts';
import { nameIdFormats } from '../../federation/index.ts';
import type { SigningKey, XmlElement } from '../../lib/xml/index.ts';
import type { CounterPresentations } from '../counter-presentations.ts';
import type { Sessions } from '../session.ts';
import type { askingPartyOf } from './asking-party.ts';
import { securityMechanismAt } from './bootstrap.ts';
import type { Handle, Handles } from './handle.ts';

type Party = Awaited<ReturnType<typeof askingPartyOf>>;

export interface IdWsfOptions {
  readonly origin: string;
  readonly entityId: string;
  readonly soapUrl: string;
  readonly handles: Handles;
  readonly sessions: Pick<Sessions, 'live'>;
  readonly presentations: Pick<CounterPresentations, 'live'>;
  readonly dataService: DataService;
  readonly signingKey: () => SigningKey;
  readonly now: () => number;
}

/** From discovery to the data service is a matter of seconds. */
const dataTokenMs = 120_000;

/**
 * What the SOAP endpoint does with a verified message, by the root of its Body: a discovery query, or a query of one of
 * the catalogue's services, all of which the hub brokers. Resolves to the Body of the answer; refuses by SoapFault.
 */
export function createIdWsf(options: IdWsfOptions) {
  const { origin, entityId, soapUrl, handles, dataService, signingKey, now } = options;

  async function answer(request: ReceivedSoap, party: Party): Promise<XmlElement> {
    const handle = await handleOf(request, party);
    const { ns, name } = request.body;
    if (ns === discoveryServiceType && name === 'Query') return discover(request, party, handle);
    if (name === 'Query') return queryData(request, party, handle);
    throw new SoapFault('IDStarMsgNotUnderstood', 'no service here has such a message');
  }

  /**
   * What the token stands for: sealed by us, for this very party, and with a session or presentation that still lives,
   * so that sign-out and a suspended card end it at the next message.
   */
  async function handleOf({ token }: ReceivedSoap, { record }: Party): Promise<Handle> {
    const handle = token && handles.openHandle(token.nameId);
    const lives = handle?.party === record.id && (await isAlive(handle));
    if (!handle || !lives)
      throw new SoapFault('InappropriateCredentials', 'the token stands for no session or presentation of this party');
    return handle;
  }

  async function isAlive({ sessionId, presentationId, residentRef }: Handle): Promise<boolean> {
    const { sessions, presentations } = options;
    if (sessionId !== undefined) return (await sessions.live(sessionId))?.residentRef === residentRef;
    return (await presentations.live(presentationId))?.residentRef === residentRef;
  }

  /** ID-WSF DISCO 3: each service that the contract allows, with a token for it alone. */
  async function discover({ body, purpose }: ReceivedSoap, party: Party, handle: Handle): Promise<XmlElement> {
    const services = parseQuery(body);
    const place = { address: soapUrl, providerId: entityId, securityMechId: securityMechanismAt(soapUrl) };
    const offers = party.asking.contract
      .flatMap((id) => attributeTypeOf(id) ?? [])
      .map((type) => ({ ...place, type, serviceType: type.serviceType, abstract: type.name.en }))
      .filter((offer) => isRequested(services, offer));
    return buildQueryResponse(
      await Promise.all(
        offers.map(async ({ type, ...offer }) => {
          const wanted = isPurpose(purpose) ? purpose : type.purposes[0];
          return { ...offer, token: await dataToken(party, { ...handle, type: type.id, purpose: wanted }) };
        }),
      ),
    );
  }

  async function dataToken({ keys, providerId }: Party, handle: Handle): Promise<XmlElement> {
    const [holderKey] = keys;
    if (!holderKey) throw new SoapFault('ProviderIDNotValid', 'the party has no key');
    const expiresAt = Math.min(now() + dataTokenMs, handle.expiresAt);
    return issueToken({
      issuer: entityId,
      audience: entityId,
      holder: { providerId, publicKey: holderKey.publicKey },
      subject: { nameId: handles.sealHandle({ ...handle, expiresAt }), format: nameIdFormats.transient },
      contextClass: handle.level,
      authenticatedAt: handle.authenticatedAt,
      key: signingKey(),
      now: now(),
      lifetimeMs: expiresAt - now(),
    });
  }

  /** DST 2.1 Query at one of our services. A bootstrap token opens discovery only. */
  async function queryData(request: ReceivedSoap, { asking }: Party, handle: Handle): Promise<XmlElement> {
    const { type, purpose, presentationId, ...facts } = handle;
    if (type === undefined || purpose === undefined)
      throw new SoapFault('InappropriateCredentials', 'the token is for discovery, not for data');
    const result = await dataService.answer({
      party: asking,
      handle: { ...facts, type, purpose, presented: presentationId !== undefined },
      // The token is good for one purpose, so a message that names none is about that one.
      purpose: request.purpose ?? purpose,
      redirect: request.redirect,
      messageId: request.messageId,
      query: parseDataQuery(request.body),
    });
    if (result.kind === 'answer') return result.body;
    throw new SoapFault('InteractionRequired', 'the resident has not agreed yet', {
      redirectUrl: `${origin}/consent/${result.requestId}`,
      relatesTo: request.messageId,
    });
  }

  return { answer };
}

export type IdWsf = ReturnType<typeof createIdWsf>;
