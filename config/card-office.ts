import { z } from 'zod';

/** RFC 4512 1.4: a short name of an attribute. */
const attribute = z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'the short name of an LDAP attribute');

/** Where the card office finds the basic data that an application is compared with (R34). */
const register = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('imported') }).describe('The residents that `sanuki import residents` read.'),
  z.strictObject({
    kind: z.literal('json'),
    address: z.url({ protocol: /^https?$/ }).describe('Asked with a birth date by POST.'),
    tokenFile: z.string().min(1).optional().describe('File with the bearer token and nothing else.'),
    deadlineMs: z.int().min(100).max(30_000).default(5_000),
  }),
  z.strictObject({
    kind: z.literal('ldap'),
    url: z.url({ protocol: /^ldaps?$/ }).describe('ldaps://host:636, or ldap://host:389 with startTls.'),
    startTls: z.boolean().default(false).describe('With ldap://: TLS before the password is sent, or no connection.'),
    caFile: z.string().min(1).optional().describe('PEM file of the authority behind its certificate.'),
    bindDn: z.string().min(1).describe('The hub’s own account; it needs to read and nothing else.'),
    passwordFile: z.string().min(1).describe('File with its password and nothing else.'),
    baseDn: z.string().min(1).describe('Where the entries of persons are; searched with everything below.'),
    attributes: z
      .strictObject({
        reference: attribute,
        birthDate: attribute,
        sex: attribute,
        kanji: attribute,
        kana: attribute,
        latin: attribute.optional(),
        postal: attribute,
        municipality: attribute,
        town: attribute,
        block: attribute,
      })
      .describe('Which attributes say what. Sex is 1, 2 or 3.'),
    birthDateFormat: z.enum(['YYYY-MM-DD', 'YYYYMMDD']).default('YYYY-MM-DD'),
    deadlineMs: z.int().min(100).max(30_000).default(5_000),
  }),
]);

const text = z.strictObject({ ja: z.string().min(1), en: z.string().min(1) });

const employer = z.strictObject({
  code: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/)
    .describe('As it stands on form 1 and in files that the employer sends.'),
  name: text,
});

const identityAssurance = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe('Whether services are told, with the resident’s consent, how the card office proofed who they are.'),
  trustFramework: z
    .string()
    .min(1)
    .max(200)
    .default('urn:x-sanuki:trust-framework:card-office')
    .describe('Name of the rules under which the office proofs; services decide by it what a proofing is worth.'),
});

export const CardOffice = z.strictObject({
  cardsPerPerson: z
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('How many cards a person may hold at once. A new one that takes the place of another is not counted.'),
  register: register.prefault({ kind: 'imported' }).describe('The resident register.'),
  municipalities: z
    .record(z.string().regex(/^\d{5}$/, 'a code of 5 digits'), z.string().min(1).max(100))
    .default({})
    .describe(
      'Names by codes: where the register has a code, applications are compared by the name, and letters say it.',
    ),
  registerHours: z
    .int()
    .positive()
    .default(24)
    .describe('An answer of the register older than this has to be renewed before anything is decided on it.'),
  evidenceDays: z
    .int()
    .min(0)
    .max(365)
    .default(30)
    .describe('Pictures of evidence of identity are deleted so many days after the decision.'),
  employers: z
    .array(employer)
    .default([])
    .refine(
      (list) => new Set(list.map(({ code }) => code)).size === list.length,
      'every employer has a code of its own',
    )
    .describe('Employers whose staff may apply through them; without any, applicants come by the open call alone.'),
  identityAssurance: identityAssurance
    .prefault({})
    .describe('`verified_claims` of OpenID Connect for Identity Assurance, from the proofings of the office.'),
});
