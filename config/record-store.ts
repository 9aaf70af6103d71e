import { z } from 'zod';

/** A password in the address would stand in every place that shows settings: a colon before the "@" begins one. */
const hasPassword = (url: string): boolean => /:\/\/[^@]*:[^@]*@/.test(url);

/** Where the hub keeps its records. */
export const RecordStore = z.discriminatedUnion('engine', [
  z
    .strictObject({ engine: z.literal('embedded') })
    .describe('One file in the data folder: for one host, with as many processes as it likes.'),
  z
    .strictObject({
      engine: z.literal('mongo'),
      url: z
        .string()
        .regex(/^mongodb(\+srv)?:\/\//, 'an address that begins with mongodb:// or mongodb+srv://')
        .refine(
          (url) => !hasPassword(url),
          'no password in the address: it comes from the file that passwordFile names',
        )
        .describe(
          'mongodb://ACCOUNT@HOST:PORT,HOST:PORT/?replicaSet=NAME with all members, or mongodb+srv://ACCOUNT@HOST. Options as MongoDB documents them, for example tls=true and tlsCAFile.',
        ),
      passwordFile: z
        .string()
        .min(1)
        .optional()
        .describe('File with the password of the account and nothing else; readable by the hub only.'),
      database: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,38}$/, 'up to 38 letters, digits, hyphens and low lines')
        .default('sanuki')
        .describe('Name of the database; one for each hub.'),
    })
    .describe('A MongoDB database that hubs on several hosts share.'),
]);
