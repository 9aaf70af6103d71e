import { z } from 'zod';

/** Where the card office finds the basic data that an application is compared with (R34). */
const register = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('imported') }).describe('The residents that `sanuki import residents` read.'),
  z.strictObject({
    kind: z.literal('json'),
    address: z.url({ protocol: /^https?$/ }).describe('Asked with a birth date by POST.'),
    tokenFile: z.string().min(1).optional().describe('File with the bearer token and nothing else.'),
    deadlineMs: z.int().min(100).max(30_000).default(5_000),
  }),
]);

export const CardOffice = z.strictObject({
  register: register.prefault({ kind: 'imported' }).describe('The resident register.'),
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
});
