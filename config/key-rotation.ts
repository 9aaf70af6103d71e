import { z } from 'zod';

const dayMs = 24 * 3600 * 1000;

/** How long keys of one kind are in each state. Fractions of a day are allowed. */
const times = ({ announce, active, retired }: { announce: number; active: number; retired: number }) =>
  z
    .strictObject({
      announceDays: z
        .number()
        .positive()
        .default(announce)
        .describe('How long a new key is published before anything is signed with it.'),
      activeDays: z.number().positive().default(active).describe('How long a key signs before the next one does.'),
      retiredDays: z
        .number()
        .positive()
        .default(retired)
        .describe('How long a key that signs no more is still published for what it signed.'),
    })
    .refine(
      ({ announceDays, activeDays }) => announceDays <= activeDays,
      'a key signs at least as long as the next one is announced',
    )
    .prefault({});

/** When the hub's own keys change. */
export const KeyRotation = z.strictObject({
  automatic: z
    .boolean()
    .default(true)
    .describe(
      'Whether keys change by schedule. Without it only the command announces a new one; what is announced is still carried out.',
    ),
  saml: times({ announce: 30, active: 730, retired: 14 }).describe(
    'Keys of SAML messages, metadata and data messages.',
  ),
  oidc: times({ announce: 7, active: 90, retired: 7 }).describe('Keys of ID tokens.'),
  card: times({ announce: 1, active: 1825, retired: 1 }).describe(
    'Versions of the card master key and of the PIN key. A retired version stays as long as any card has it.',
  ),
});

type Times = z.output<typeof KeyRotation>['saml'];

/** The same in ms. */
export const keyTimesOf = ({ announceDays, activeDays, retiredDays }: Times) => ({
  announceMs: announceDays * dayMs,
  activeMs: activeDays * dayMs,
  retiredMs: retiredDays * dayMs,
});

/** Our SAML metadata is valid this long: whoever has an older copy must still know the key that signs. */
const metadataValidDays = 14;

/** What would let partners fail at a change of keys, in words; undefined where nothing does. */
export function unsafeRotation(
  { saml, oidc }: z.output<typeof KeyRotation>,
  { sessionMinutes }: { readonly sessionMinutes: number },
): string | undefined {
  if (saml.announceDays < metadataValidDays)
    return `keys.rotation.saml.announceDays is ${metadataValidDays} at least: so long is our metadata valid`;
  if (oidc.announceDays < 1) return 'keys.rotation.oidc.announceDays is 1 at least: so long may a party keep our keys';
  const sessionDays = sessionMinutes / (24 * 60);
  if (saml.retiredDays < sessionDays || oidc.retiredDays < sessionDays)
    return 'retiredDays covers the longest session at least: data tokens and ID tokens of it are shown to the hub again';
  return undefined;
}
