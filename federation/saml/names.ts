import { elementFactory } from '../../lib/xml/index.ts';

export const samlNs = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const samlpNs = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const mdNs = 'urn:oasis:names:tc:SAML:2.0:metadata';
export const mduiNs = 'urn:oasis:names:tc:SAML:metadata:ui';

export const saml = elementFactory('saml', samlNs, { xsi: 'http://www.w3.org/2001/XMLSchema-instance' });
export const samlp = elementFactory('samlp', samlpNs);
export const md = elementFactory('md', mdNs);
export const mdui = elementFactory('mdui', mduiNs);

/** SAML Bindings 3. */
export const bindings = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
  soap: 'urn:oasis:names:tc:SAML:2.0:bindings:SOAP',
} as const;

/** SAML Core 8.3. */
export const nameIdFormats = {
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  transient: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
  unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  entity: 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity',
} as const;

export const uriNameFormat = 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri';
