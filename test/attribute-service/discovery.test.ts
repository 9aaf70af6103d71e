import { expect } from 'chai';
import {
  buildEndpointReference,
  buildQuery,
  buildQueryResponse,
  buildRefusedQueryResponse,
  catalogue,
  isRequested,
  parseEndpointReference,
  parseQuery,
  parseQueryResponse,
} from '../../attribute-service/index.ts';
import { elementFactory, readXml, writeXml, type XmlElement, XmlError } from '../../lib/xml/index.ts';

const onTheWire = (element: XmlElement) => readXml(Buffer.from(writeXml(element)));
const mechanism = 'urn:liberty:security:2006-08:TLS:SAMLV2';
const reference = {
  address: 'https://hub.example.jp/soap',
  providerId: 'https://hub.example.jp/saml/metadata',
  serviceType: catalogue.coverage.serviceType,
  securityMechId: mechanism,
  abstract: '健康保険の加入情報',
};
const token = elementFactory('saml', 'urn:oasis:names:tc:SAML:2.0:assertion')('Assertion', { ID: '_t' });

describe('discovery (ID-WSF DISCO)', () => {
  it('gives back an endpoint reference with the token untouched', () => {
    const read = parseEndpointReference(onTheWire(buildEndpointReference({ ...reference, token })));
    expect({ ...read, token: undefined }).to.deep.equal({ ...reference, token: undefined });
    expect(read.token && writeXml(read.token)).to.equal(writeXml(token));
  });

  it('reads the references of peers that add attributes and further security contexts of their own', () => {
    const xml = writeXml(buildEndpointReference(reference))
      .replace('<wsa:EndpointReference', '<wsa:EndpointReference notOnOrAfter="2026-11-23T01:00:00Z"')
      .replace('<wsa:Metadata', '<wsa:Metadata rankKey="1"')
      .replace(
        '</wsa:Metadata>',
        '<di:SecurityContext xmlns:di="urn:liberty:disco:2006-08"><di:SecurityMechID>urn:x</di:SecurityMechID></di:SecurityContext></wsa:Metadata>',
      );
    expect(parseEndpointReference(readXml(Buffer.from(xml)))).to.deep.equal({ ...reference, token: undefined });
  });

  it('refuses a reference that leads nowhere', () => {
    for (const name of ['wsa:Address', 'di:ProviderID', 'di:ServiceType', 'di:SecurityContext', 'wsa:Metadata']) {
      const xml = writeXml(buildEndpointReference(reference)).replace(new RegExp(`<${name}.*</${name}>`), '');
      expect(() => parseEndpointReference(readXml(Buffer.from(xml))), name).to.throw(XmlError);
    }
  });

  it('reads a query as it was built', () => {
    const service = {
      requestId: 'r1',
      resultsType: 'best',
      serviceTypes: [catalogue.coverage.serviceType],
      providerIds: ['https://hub.example.jp/saml/metadata'],
      securityMechIds: [mechanism],
      actions: [`${catalogue.coverage.serviceType}:Query`],
    };
    expect(parseQuery(onTheWire(buildQuery([service])))).to.deep.equal([service]);
  });

  it('offers what meets every criterion, by any of its values', () => {
    const asks = (change: object) => isRequested([{ serviceTypes: [], ...change }], reference);
    expect(isRequested([], reference)).to.equal(true);
    expect(asks({})).to.equal(true);
    expect(
      asks({ serviceTypes: ['urn:x', reference.serviceType], actions: [`${reference.serviceType}:Query`] }),
    ).to.equal(true);
    expect(asks({ serviceTypes: [reference.serviceType], securityMechIds: ['urn:x'] })).to.equal(false);
    expect(asks({ actions: [`${reference.serviceType}:Modify`] })).to.equal(false);
  });

  it('looks at how a message is authenticated, not at the transport, which the address shows', () => {
    const asks = (mechanismId: string) =>
      isRequested([{ serviceTypes: [], securityMechIds: [mechanismId] }], reference);
    for (const transport of ['null', 'TLS', 'ClientTLS'])
      expect(asks(`urn:liberty:security:2006-08:${transport}:SAMLV2`), transport).to.equal(true);
    expect(asks('urn:liberty:security:2005-02:TLS:Bearer')).to.equal(false);
    expect(asks('urn:liberty:security:2006-08:ClientTLS:peerSAMLV2')).to.equal(false);
  });

  it('tells an empty answer from a refused one', () => {
    expect(parseQueryResponse(onTheWire(buildQueryResponse([]))).status.code).to.equal('NoResults');
    const { status } = parseQueryResponse(onTheWire(buildRefusedQueryResponse('Forbidden')));
    expect([status.code, status.nested[0]?.code]).to.deep.equal(['Failed', 'Forbidden']);
    expect(parseQueryResponse(onTheWire(buildQueryResponse([reference]))).references).to.have.length(1);
  });
});
