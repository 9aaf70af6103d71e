import { staffAttributeNames } from './staff-attributes.ts';

/** Attributes of other names that mean one of ours. */
const offered: ReadonlyMap<string, string> = new Map([
  ['urn:oid:2.16.840.1.113730.3.1.241', 'displayName'],
  ['displayName', 'displayName'],
  ...Object.values(staffAttributeNames).flatMap(({ name, friendlyName, contract }) => [
    [name, contract] as const,
    [friendlyName, contract] as const,
  ]),
]);

/** What a RequestedAttribute (SAML Metadata 2.4.4.2) asks for, in the words of the release policy. */
export const offeredAttribute = (requested: string): string | undefined => offered.get(requested);
