import { attributeOf, textOf, type XmlElement } from '../../lib/xml/index.ts';
import { nameIdFormats, saml } from './names.ts';

/** SAML Core 2.2: the tuple a party keeps and sends back when it signs out. */
export interface NameId {
  readonly value: string;
  readonly format: string;
}

/** With the names of who gave it and whom it was given to (SAML Core 2.2.2). */
export interface QualifiedNameId extends NameId {
  readonly nameQualifier?: string | undefined;
  readonly spNameQualifier?: string | undefined;
}

export const nameIdElement = ({ value, format, nameQualifier, spNameQualifier }: QualifiedNameId): XmlElement =>
  saml('NameID', { Format: format, NameQualifier: nameQualifier, SPNameQualifier: spNameQualifier }, [value]);

/** The text as it stands there: a blank before it makes another name. */
export const readNameId = (element: XmlElement): QualifiedNameId => ({
  value: textOf(element),
  format: attributeOf(element, 'Format') ?? nameIdFormats.unspecified,
  nameQualifier: attributeOf(element, 'NameQualifier'),
  spNameQualifier: attributeOf(element, 'SPNameQualifier'),
});

/**
 * The tuple as one text that two equal names share and no others. A qualifier that was left out stands for the
 * identity provider that gives the name and the party it was given to (SAML Core 8.3.7).
 */
export const nameIdTuple = (
  { value, format, nameQualifier, spNameQualifier }: QualifiedNameId,
  { identityProvider, party }: { readonly identityProvider: string; readonly party: string },
): string => JSON.stringify([format, nameQualifier ?? identityProvider, spNameQualifier ?? party, value]);
