import { formatInstant } from '../../lib/time.ts';
import {
  dsNamespace,
  elementFactory,
  type SigningKey,
  signElement,
  writeXml,
  type XmlElement,
} from '../../lib/xml/index.ts';
import { bindings, md, mdui, nameIdFormats } from './names.ts';
import { newMessageId } from './response.ts';

const ds = elementFactory('ds', dsNamespace);

export interface IdpMetadata {
  readonly entityId: string;
  readonly ssoUrl: string;
  /** For LogoutRequests and LogoutResponses that pass a browser. */
  readonly sloUrl: string;
  readonly sloSoapUrl: string;
  /** Certificates of every key that signs, will sign or did sign. */
  readonly certificates: readonly string[];
  readonly name: { readonly ja: string; readonly en: string };
  readonly key: SigningKey;
  readonly now: number;
}

const validMs = 14 * 24 * 3600 * 1000;

/** Our signed metadata (SAML Metadata 2.3.2, 2.4.3): every rollover key, one SSO address for both bindings. */
export async function buildIdpMetadata({
  entityId,
  ssoUrl,
  sloUrl,
  sloSoapUrl,
  certificates,
  name,
  key,
  now,
}: IdpMetadata): Promise<string> {
  const role = md(
    'IDPSSODescriptor',
    { protocolSupportEnumeration: 'urn:oasis:names:tc:SAML:2.0:protocol', WantAuthnRequestsSigned: 'true' },
    [
      md('Extensions', {}, [
        mdui('UIInfo', {}, [
          mdui('DisplayName', { 'xml:lang': 'ja' }, [name.ja]),
          mdui('DisplayName', { 'xml:lang': 'en' }, [name.en]),
        ]),
      ]),
      ...certificates.map(signingKey),
      ...logoutServices(sloUrl, sloSoapUrl),
      ...[nameIdFormats.persistent, nameIdFormats.transient].map((format) => md('NameIDFormat', {}, [format])),
      ...[bindings.redirect, bindings.post].map((binding) =>
        md('SingleSignOnService', { Binding: binding, Location: ssoUrl }),
      ),
    ],
  );
  const attributes = {
    ID: newMessageId(),
    entityID: entityId,
    validUntil: formatInstant(now + validMs),
    cacheDuration: 'PT6H',
  };
  return writeXml(await signElement(md('EntityDescriptor', attributes, [role]), key));
}

/** SAML Metadata 2.4.2: the binding without a browser first, because it reaches a party whatever the browser does. */
const logoutServices = (frontUrl: string, soapUrl: string): XmlElement[] =>
  [
    [bindings.soap, soapUrl],
    [bindings.redirect, frontUrl],
    [bindings.post, frontUrl],
  ].map(([Binding, Location]) => md('SingleLogoutService', { Binding, Location }));

function signingKey(certificate: string): XmlElement {
  return md('KeyDescriptor', { use: 'signing' }, [keyInfo(certificate)]);
}

const keyInfo = (certificate: string) =>
  ds('KeyInfo', {}, [ds('X509Data', {}, [ds('X509Certificate', {}, [certificate])])]);

export interface SpMetadata {
  readonly entityId: string;
  readonly acsUrl: string;
  /** Where it takes LogoutRequests, from a browser and by SOAP; a party without them is never told. */
  readonly slo?: { readonly url: string; readonly soapUrl: string } | undefined;
  readonly certificate: string;
  readonly name: { readonly ja: string; readonly en: string };
}

/** Metadata of one of our own relying parties: signs its requests, wants its assertions encrypted. */
export function buildSpMetadata({ entityId, acsUrl, slo, certificate, name }: SpMetadata): string {
  const role = md(
    'SPSSODescriptor',
    {
      protocolSupportEnumeration: 'urn:oasis:names:tc:SAML:2.0:protocol',
      AuthnRequestsSigned: 'true',
      WantAssertionsSigned: 'true',
    },
    [
      md('Extensions', {}, [
        mdui('UIInfo', {}, [
          mdui('DisplayName', { 'xml:lang': 'ja' }, [name.ja]),
          mdui('DisplayName', { 'xml:lang': 'en' }, [name.en]),
        ]),
      ]),
      signingKey(certificate),
      md('KeyDescriptor', { use: 'encryption' }, [keyInfo(certificate)]),
      ...(slo ? logoutServices(slo.url, slo.soapUrl) : []),
      md('NameIDFormat', {}, [nameIdFormats.persistent]),
      md('AssertionConsumerService', { Binding: bindings.post, Location: acsUrl, index: '0', isDefault: 'true' }),
    ],
  );
  return writeXml(md('EntityDescriptor', { entityID: entityId }, [role]));
}
