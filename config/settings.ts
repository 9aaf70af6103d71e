import { z } from 'zod';
import { CardKeys } from './card-keys.ts';
import { CardOffice } from './card-office.ts';
import { KeyRotation } from './key-rotation.ts';
import { Connections, Listener } from './listeners.ts';
import { Programme } from './programme.ts';
import { RecordStore } from './record-store.ts';
import { StaffDirectory } from './staff-directory.ts';

const text = z.strictObject({ ja: z.string().min(1), en: z.string().min(1) });

/** Requests allowed per window and source address. */
const rate = (points: number) =>
  z.strictObject({ points: z.int().positive().default(points), seconds: z.int().positive().default(60) }).prefault({});

/** What every body that holds data has in common, whatever it speaks. */
const body = {
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
    .describe('Name of the registration; the pseudonyms that this body knows hang on it, so it never changes.'),
  name: text.describe('As residents read it beside its data.'),
  address: z.url({ protocol: /^https?$/ }).describe('Where the body is asked.'),
  deadlineMs: z
    .int()
    .min(50)
    .max(10_000)
    .default(1500)
    .describe('How long an answer is waited for; after that the body counts as silent.'),
};

/** One body that holds data (insurers and others), asked by the hub in the resident's name. */
const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('json'), ...body }),
  z.strictObject({
    kind: z.literal('id-wsf'),
    ...body,
    providerId: z
      .string()
      .min(1)
      .describe('The ID-WSF providerID of the body: audience of our tokens, Sender of its answers.'),
    publicKey: z
      .string()
      .min(1)
      .describe('RSA key of the body, as PEM text (a public key or a certificate) or as the path of a file with it.'),
  }),
]);

/** Port 0 is whatever is free. */
function haveOwnPorts(listeners: readonly { readonly host: string; readonly port: number }[]): boolean {
  const places = listeners.filter(({ port }) => port !== 0).map(({ host, port }) => `${host} ${port}`);
  return new Set(places).size === places.length;
}

/** The one schema of settings: defaults, types and documentation. Unknown keys are refused. */
export const Settings = z.strictObject({
  profile: z
    .enum(['trial', 'production'])
    .default('production')
    .describe('The trial allows software cards and synthetic residents; production refuses them at start.'),
  origin: z
    .url({ protocol: /^https?$/ })
    .refine((url) => new URL(url).origin === url, 'the origin has no path and no trailing slash')
    .describe(
      'Scheme, host and port under which browsers reach the hub. OIDC issuer and root of the SAML entityID: it never changes after launch.',
    ),
  listen: Listener.prefault({}).describe(
    'Where the hub listens, when it is one place. Production needs TLS there, or a proxy in front.',
  ),
  listeners: z
    .array(Listener)
    .min(1)
    .refine(haveOwnPorts, 'every listener has a port of its own')
    .optional()
    .describe('Where the hub listens, when there are several places; replaces `listen`.'),
  connections: Connections.prefault({}),
  data: z
    .string()
    .min(1)
    .describe('Folder of the store, keys and journal heads; private to the account that runs the hub.'),
  storage: RecordStore.prefault({ engine: 'embedded' }).describe(
    'Where records are kept. Master keys and journal heads are in the data folder with either engine.',
  ),
  keys: z
    .strictObject({
      folder: z.string().optional().describe('Folder of the master keys; defaults to "keys" in the data folder.'),
      create: z
        .boolean()
        .default(true)
        .describe(
          'Whether missing master keys are made at the first start. Several hosts share prepared ones and say false.',
        ),
      rotation: KeyRotation.prefault({}).describe('When the keys change that the hub signs with, and those of cards.'),
    })
    .prefault({}),
  cardKeys: CardKeys.prefault({}).describe('The card key service: where it runs, and where its keys are.'),
  service: z.strictObject({
    name: text.describe('Name of the sign-in service as residents read it.'),
    operator: text.describe('The organisation that runs it.'),
    slogan: text.optional(),
    timeZone: z.string().default('UTC').describe('IANA name of the zone in which pages show times.'),
    support: z.strictObject({ phone: z.string().min(1), hours: text }),
  }),
  session: z
    .strictObject({
      absoluteMinutes: z
        .int()
        .positive()
        .default(12 * 60)
        .describe('Longest life of one sign-in.'),
      idleMinutes: z.int().positive().default(60).describe('A session not used for this long ends.'),
    })
    .prefault({}),
  signIn: z
    .strictObject({
      minutes: z.int().positive().default(15).describe('How long a started sign-in may stay unfinished.'),
      pinDigits: z.int().min(4).max(12).default(6),
      unfinishedPerHour: z
        .int()
        .positive()
        .default(10)
        .describe('Card authorisations per card and hour that may stay without a PIN proof.'),
      softwareReader: z
        .url({ protocol: /^wss?$/ })
        .optional()
        .describe('Trial only: the card box that plays a reader.'),
    })
    .prefault({}),
  signOut: z
    .strictObject({
      deadlineMs: z
        .int()
        .min(100)
        .max(10_000)
        .default(1000)
        .describe(
          'How long each party has to confirm a sign-out while the resident waits; after that it is told again.',
        ),
      partiesInOwnNetwork: z
        .boolean()
        .default(false)
        .describe(
          'Whether parties are told of sign-outs at addresses in a private network. Only where they lie in the region’s own network.',
        ),
    })
    .prefault({})
    .describe('Telling parties that a sign-in is over.'),
  staff: StaffDirectory.optional().describe(
    'Directory of staff; without it nobody has a role, a licence or a facility.',
  ),
  programme: Programme.prefault({}).describe(
    'The programme that the cards belong to: its days, and the years of a card.',
  ),
  cardOffice: CardOffice.prefault({}).describe('Applications for cards, their evidence, and the resident register.'),
  traces: z
    .strictObject({
      days: z
        .int()
        .positive()
        .default(30)
        .describe('How long the steps of a refused or unfinished sign-in can be looked up under its trace code.'),
      answeredHours: z.int().positive().default(24).describe('The same for sign-ins with a card that ended well.'),
      perSource: rate(20).describe('Records that one source address can cause without presenting a card.'),
      most: z
        .int()
        .positive()
        .default(20_000)
        .describe(
          'Records without a presented card that are kept at all; beyond, the oldest makes room (about 2 kB each).',
        ),
    })
    .prefault({})
    .describe(
      'Steps of sign-ins under the trace code that refusals and sign-in pages show. No personal data is in them.',
    ),
  limits: z
    .strictObject({
      pages: rate(600),
      signIn: rate(120),
      token: rate(1200),
      api: rate(600).describe('Calls of the administration API, per client instead of per address.'),
    })
    .prefault({}),
  sources: z
    .array(source)
    .default([])
    .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'every source has an id of its own')
    .describe('Bodies that hold data of residents; one more is an entry here.'),
  bodyTls: z
    .strictObject({
      certificate: z.string().min(1).describe('PEM file with the hub’s certificate as a client.'),
      key: z.string().min(1).describe('PEM file with its private key.'),
      ca: z.string().min(1).optional().describe('PEM file with the authorities of bodies, instead of the system’s.'),
    })
    .optional()
    .describe('What the hub shows bodies that demand a client certificate. The files are read at each question.'),
  bodiesInOwnNetwork: z
    .boolean()
    .default(false)
    .describe(
      'Bodies that administrators register may have addresses in a private network. Only where the bodies lie in the region’s own network: otherwise a registration could lead the hub to machines that are nobody’s business.',
    ),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({}),
});

export type Settings = z.output<typeof Settings>;
