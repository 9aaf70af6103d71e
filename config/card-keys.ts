import { z } from 'zod';
import { RecordStore } from './record-store.ts';

/** A token that keeps the card keys and does every HMAC with them. */
const KeyToken = z.strictObject({
  module: z
    .string()
    .min(1)
    .describe('Path of the maker’s PKCS#11 module, for example /usr/lib/softhsm/libsofthsm2.so.'),
  token: z.string().min(1).max(32).describe('Label of the token; one for each hub.'),
  pinFile: z.string().min(1).describe('File with the user PIN and nothing else; readable by the key service only.'),
});

export type KeyTokenPlace = z.output<typeof KeyToken>;

const pkcs11 = KeyToken.optional().describe(
  'A PKCS#11 token that has the card keys; without it they are files in the folder of keys. Nothing is made in it but by a command.',
);

/** Where the card key service runs, and where its keys are. */
export const CardKeys = z
  .strictObject({
    mode: z
      .enum(['worker', 'process', 'socket'])
      .default('worker')
      .describe(
        'A thread of the hub, a process that the hub starts, or a service of its own (`sanuki keys serve`), which can run under another account.',
      ),
    socket: z.string().min(1).optional().describe('With mode socket: the Unix socket of the service.'),
    pkcs11,
  })
  .refine(({ mode, socket }) => (mode === 'socket') === (socket !== undefined), {
    path: ['socket'],
    message: 'the path of the service’s socket belongs to mode socket, and that mode needs it',
  })
  .refine(({ mode, pkcs11: token }) => mode !== 'socket' || token === undefined, {
    path: ['pkcs11'],
    message: 'with mode socket the token stands in the settings of the service, not in those of the hub',
  });

/** Settings of a card key service of its own. */
export const KeyServiceSettings = z
  .strictObject({
    profile: z
      .enum(['trial', 'production'])
      .default('production')
      .describe('As of the hub. A trial has a station whose key lies in the folder of keys.'),
    socket: z
      .string()
      .min(1)
      .describe('Unix socket; its folder decides who may call, and is open to the group of the hub only.'),
    keys: z.strictObject({
      folder: z.string().min(1).describe('Folder of the keys that lie in files; with a token there are none.'),
      create: z.boolean().default(false).describe('Whether keys that are missing are made as files.'),
    }),
    pkcs11,
    storage: RecordStore.prefault({ engine: 'embedded' }).describe('The hub’s store: the counters of PINs are in it.'),
    data: z.string().min(1).optional().describe('With the embedded engine: the hub’s data folder.'),
    log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({}),
  })
  .refine(({ storage, data }) => storage.engine !== 'embedded' || data !== undefined, {
    path: ['data'],
    message: 'the embedded engine needs the data folder of the hub',
  });

export type KeyServiceSettings = z.output<typeof KeyServiceSettings>;
