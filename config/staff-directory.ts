import { z } from 'zod';

/** RFC 4512 1.4: a short name of an attribute. */
const attribute = (name: string) =>
  z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'the short name of an LDAP attribute')
    .default(name);

/** Where the hub asks who works where: an LDAP directory of an employer or of the region, only ever read. */
export const StaffDirectory = z.strictObject({
  url: z
    .url({ protocol: /^ldaps?$/ })
    .describe('ldaps://host:636 (TLS from the start), or ldap://host:389, in production with startTls.'),
  startTls: z.boolean().default(false).describe('With ldap://: TLS before the password is sent, or no connection.'),
  caFile: z
    .string()
    .min(1)
    .optional()
    .describe('PEM file of the authority that signed the directory’s certificate; the system’s own when absent.'),
  bindDn: z.string().min(1).describe('The hub’s own account in the directory; it needs to read and nothing else.'),
  passwordFile: z.string().min(1).describe('File with its password and nothing else; readable by the hub only.'),
  baseDn: z.string().min(1).describe('Where staff entries are; searched with everything below.'),
  filter: z
    .string()
    .min(1)
    .default('(objectClass=inetOrgPerson)')
    .describe('RFC 4515. Entries have to match it as well, so that for example blocked accounts can be left out.'),
  referenceAttribute: attribute('employeeNumber').describe(
    'Attribute with the resident reference of the hub. Only an entry with exactly one that is equal to the letter counts.',
  ),
  attributes: z
    .strictObject({
      role: attribute('employeeType'),
      licence: attribute('title'),
      facilityCode: attribute('departmentNumber'),
      facilityName: attribute('o'),
      validUntil: attribute('shadowExpire'),
    })
    .prefault({})
    .describe('Which attributes say what. Roles may be several; everything else is one value per person.'),
  validUntilFormat: z
    .enum(['days', 'generalized-time', 'windows'])
    .default('days')
    .describe(
      'How validUntil is written: days since 1970 (shadowExpire), GeneralizedTime (RFC 4517), or Windows file time (accountExpires). From then on an entry gives nothing; without the attribute it never ends.',
    ),
  deadlineMs: z.int().min(50).max(30_000).default(2_000).describe('A sign-in never waits longer for the directory.'),
  retryAfterMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(5_000)
    .describe('How long a directory that failed is left alone; sign-ins go on at once without staff attributes.'),
});
