import {
  attributeOf,
  childNamed,
  childrenNamed,
  elementFactory,
  elementsOf,
  textOf,
  type XmlElement,
} from '../lib/xml/index.ts';
import {
  addressingNs,
  buildStatus,
  discoNs,
  frameworkNs,
  parseStatusOf,
  type Status,
  tokenNs,
  tokenUsage,
  wrong,
} from './liberty.ts';

const di = elementFactory('di', discoNs);
const sbf = elementFactory('sbf', frameworkNs);
const sec = elementFactory('sec', tokenNs);
const wsa = elementFactory('wsa', addressingNs);

/** Where one service of a resident is found, and the token that opens it (ID-WSF DISCO, EndpointReference). */
export interface EndpointReference {
  readonly address: string;
  readonly providerId: string;
  readonly serviceType: string;
  readonly securityMechId: string;
  /** A saml:Assertion or saml:EncryptedAssertion. */
  readonly token?: XmlElement | undefined;
  readonly abstract?: string | undefined;
}

/** What a party looks for. Criteria are all to be met; several values of one are alternatives; none means any. */
export interface RequestedService {
  readonly requestId?: string | undefined;
  readonly resultsType?: string | undefined;
  readonly serviceTypes: readonly string[];
  readonly providerIds?: readonly string[] | undefined;
  readonly securityMechIds?: readonly string[] | undefined;
  readonly actions?: readonly string[] | undefined;
}

export interface QueryResponse {
  readonly status: Status;
  readonly references: readonly EndpointReference[];
}

export function buildEndpointReference(reference: EndpointReference): XmlElement {
  const { address, providerId, serviceType, securityMechId, token, abstract } = reference;
  return wsa('EndpointReference', {}, [
    wsa('Address', {}, [address]),
    wsa('Metadata', {}, [
      abstract === undefined ? undefined : di('Abstract', {}, [abstract]),
      sbf('Framework', { version: '2.0' }),
      di('ProviderID', {}, [providerId]),
      di('ServiceType', {}, [serviceType]),
      di('SecurityContext', {}, [
        di('SecurityMechID', {}, [securityMechId]),
        token && sec('Token', { usage: tokenUsage }, [token]),
      ]),
    ]),
  ]);
}

/**
 * Reads an endpoint reference, liberally: peers put attributes and elements of their own in it. The first of several
 * security contexts counts, because they stand in the order of preference. The token is handed on unread: only the
 * service it is for can judge it.
 */
export function parseEndpointReference(element: XmlElement): EndpointReference {
  const metadata = childNamed(element, addressingNs, 'Metadata');
  const context = metadata && childrenNamed(metadata, discoNs, 'SecurityContext')[0];
  const address = firstText(element, addressingNs, 'Address');
  const providerId = metadata && firstText(metadata, discoNs, 'ProviderID');
  const serviceType = metadata && firstText(metadata, discoNs, 'ServiceType');
  const securityMechId = context && firstText(context, discoNs, 'SecurityMechID');
  if (!address || !providerId || !serviceType || !securityMechId)
    throw wrong(element, 'lacks an address, provider, service type or security mechanism');
  const holder = childrenNamed(context, tokenNs, 'Token')[0];
  const abstract = firstText(metadata, discoNs, 'Abstract');
  return { address, providerId, serviceType, securityMechId, token: holder && elementsOf(holder)[0], abstract };
}

/** ID-WSF DISCO Query. */
export function buildQuery(services: readonly RequestedService[]): XmlElement {
  return di('Query', {}, services.map(requestedService));
}

function requestedService(service: RequestedService): XmlElement {
  const { requestId, resultsType, serviceTypes, providerIds = [], securityMechIds = [], actions = [] } = service;
  const all = (name: string, values: readonly string[]) => values.map((value) => di(name, {}, [value]));
  return di('RequestedService', { reqID: requestId, resultsType }, [
    ...all('ServiceType', serviceTypes),
    ...all('ProviderID', providerIds),
    ...all('SecurityMechID', securityMechIds),
    // In this message Framework is of the discovery namespace, as the schema has it.
    di('Framework', { version: '2.0' }),
    ...all('Action', actions),
  ]);
}

export function parseQuery(element: XmlElement): readonly RequestedService[] {
  if (element.ns !== discoNs || element.name !== 'Query') throw wrong(element, 'is no discovery query');
  return childrenNamed(element, discoNs, 'RequestedService').map((service) => ({
    requestId: attributeOf(service, 'reqID'),
    resultsType: attributeOf(service, 'resultsType'),
    serviceTypes: allTexts(service, 'ServiceType'),
    providerIds: allTexts(service, 'ProviderID'),
    securityMechIds: allTexts(service, 'SecurityMechID'),
    actions: allTexts(service, 'Action'),
  }));
}

/** Whether an offered service is among those looked for; a query that names none looks for all. */
export function isRequested(
  services: readonly RequestedService[],
  offer: Pick<EndpointReference, 'serviceType' | 'providerId' | 'securityMechId'>,
): boolean {
  const meets = (wanted: readonly string[] = [], value: string) => wanted.length === 0 || wanted.includes(value);
  const asks = ({ serviceTypes, providerIds, securityMechIds, actions = [] }: RequestedService) =>
    meets(serviceTypes, offer.serviceType) &&
    meets(providerIds, offer.providerId) &&
    meets(securityMechIds?.map(messagePart), messagePart(offer.securityMechId)) &&
    meets(actions, `${offer.serviceType}:Query`);
  return services.length === 0 || services.some(asks);
}

/**
 * A mechanism names how the peer and how the message is authenticated. The first is the transport's of this deployment,
 * and the address shows it; only the second is a choice of the party.
 */
const messagePart = (securityMechId: string) => securityMechId.slice(securityMechId.lastIndexOf(':') + 1);

/** An answer without references says NoResults, which is no failure. */
export function buildQueryResponse(references: readonly EndpointReference[]): XmlElement {
  const status = buildStatus({ code: references.length === 0 ? 'NoResults' : 'OK', nested: [] });
  return di('QueryResponse', {}, [status, ...references.map(buildEndpointReference)]);
}

/** A refused query: Failed with the reason below it (Forbidden, NotFound ...). */
export function buildRefusedQueryResponse(code: string): XmlElement {
  return di('QueryResponse', {}, [buildStatus({ code: 'Failed', nested: [{ code, nested: [] }] })]);
}

export function parseQueryResponse(element: XmlElement): QueryResponse {
  if (element.ns !== discoNs || element.name !== 'QueryResponse') throw wrong(element, 'is no discovery answer');
  return {
    status: parseStatusOf(element),
    references: childrenNamed(element, addressingNs, 'EndpointReference').map(parseEndpointReference),
  };
}

function firstText(parent: XmlElement, ns: string, name: string): string | undefined {
  const [first] = childrenNamed(parent, ns, name);
  return first && textOf(first).trim();
}

const allTexts = (parent: XmlElement, name: string) =>
  childrenNamed(parent, discoNs, name).map((child) => textOf(child).trim());
