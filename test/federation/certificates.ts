import 'reflect-metadata';
import { generateKeyPairSync } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

export const now = Date.UTC(2026, 10, 25);
export const days = (count: number) => now + count * 86_400_000;

/** A self-signed certificate as base64 DER: strong and of long life unless told otherwise. */
export async function certificate({
  bits = 2048,
  curve,
  hash = 'SHA-256',
  from = days(-10),
  to = days(3650),
}: {
  bits?: number;
  curve?: string;
  hash?: string;
  from?: number;
  to?: number;
} = {}): Promise<string> {
  const algorithm = curve
    ? { name: 'ECDSA', namedCurve: curve, hash }
    : { name: 'RSASSA-PKCS1-v1_5', modulusLength: bits, publicExponent: new Uint8Array([1, 0, 1]), hash };
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=party',
    notBefore: new Date(from),
    notAfter: new Date(to),
    signingAlgorithm: algorithm,
    keys,
  });
  return Buffer.from(made.rawData).toString('base64');
}

export const jwk = (curve = 'prime256v1') =>
  generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({ format: 'jwk' });

const key = (use: string, text: string) =>
  `<md:KeyDescriptor${use ? ` use="${use}"` : ''}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${text}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;

export interface MetadataParts {
  entityId?: string;
  attributes?: string;
  role?: string;
  keys?: readonly (readonly [use: string, certificate: string])[];
  names?: string;
  logout?: string;
  consumers?: string;
  more?: string;
}

const post = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
export const consumer = (location: string, index = '0', binding = post) =>
  `<md:AssertionConsumerService Binding="${binding}" Location="${location}" index="${index}"/>`;

export const logoutService = (location: string, binding = 'SOAP') =>
  `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${location}"/>`;

/** SAML metadata of one provider, part by part. */
export function metadataOf({
  entityId = 'https://party.example/saml',
  attributes = '',
  role = 'AuthnRequestsSigned="true" WantAssertionsSigned="true"',
  keys = [],
  names = '<mdui:DisplayName xml:lang="ja">図書館</mdui:DisplayName><mdui:DisplayName xml:lang="en">Library</mdui:DisplayName>',
  logout = logoutService('https://party.example/slo'),
  consumers = consumer('https://party.example/acs'),
  more = '',
}: MetadataParts): string {
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${entityId}"${attributes}><md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" ${role}><md:Extensions><mdui:UIInfo xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui">${names}</mdui:UIInfo></md:Extensions>${keys.map(([use, text]) => key(use, text)).join('')}${logout}${consumers}${more}</md:SPSSODescriptor></md:EntityDescriptor>`;
}
