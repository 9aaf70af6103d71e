import { elementFactory, type XmlElement, type XmlNode } from '../../../lib/xml/index.ts';

export const samlNamespace = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const samlpNamespace = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const saml = elementFactory('saml', samlNamespace);
export const samlp = elementFactory('samlp', samlpNamespace);

/** An assertion as SAML has it, with a name that stretches every encoding. */
export function assertion(id = '_a1', name = 'n-𠮷葛\u{E0100} & <b> "q" \r\n\t]]>'): XmlElement {
  return saml('Assertion', { ID: id, Version: '2.0', IssueInstant: '2026-11-24T00:00:00Z' }, [
    saml('Issuer', {}, ['https://idp.example']),
    saml('Subject', {}, [saml('NameID', { Format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' }, [name])]),
  ]);
}

export function response(children: readonly XmlNode[], id = '_r1'): XmlElement {
  return samlp('Response', { ID: id, Version: '2.0' }, [saml('Issuer', {}, ['https://idp.example']), ...children]);
}
