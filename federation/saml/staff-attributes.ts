/** How SAML answers name what a staff directory says of a person; `contract` is the word of a provider's contract. */
export const staffAttributeNames = {
  role: { name: 'urn:x-sanuki:attr:staff:role', friendlyName: 'staffRole', contract: 'staffRole' },
  licence: { name: 'urn:x-sanuki:attr:staff:licence', friendlyName: 'staffLicence', contract: 'staffLicence' },
  facility: { name: 'urn:x-sanuki:attr:staff:facility', friendlyName: 'staffFacility', contract: 'staffFacility' },
  facilityCode: {
    name: 'urn:x-sanuki:attr:staff:facility-code',
    friendlyName: 'staffFacilityCode',
    contract: 'staffFacility',
  },
} as const;
