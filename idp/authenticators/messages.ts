import { z } from 'zod';
import { PasskeyError } from './errors.ts';

const base64url = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\w-]+$/);

/** A credential ID has at most 1023 bytes (WebAuthn 4). */
const id = base64url(1364);
const clientDataJSON = base64url(8192);

/** RegistrationResponseJSON, AuthenticationResponseJSON (WebAuthn 5.1): what the hub reads; browsers send more. */
const Registration = z.object({
  id,
  rawId: id,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON,
    attestationObject: base64url(16_384),
    transports: z.array(z.string().max(40)).max(10).optional(),
  }),
});
const Assertion = z.object({
  id,
  rawId: id,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON,
    authenticatorData: base64url(4096),
    signature: base64url(2048),
    userHandle: base64url(100).nullish(),
  }),
});

export type Registered = z.output<typeof Registration>;
export type Asserted = z.output<typeof Assertion>;

/** Where a browser's answer may not go further; the largest is an attestation that nobody asked for. */
export const messageMaxBytes = 48 * 1024;

export const parseRegistration = (message: unknown): Registered => read(Registration, message);
export const parseAssertion = (message: unknown): Asserted => read(Assertion, message);

function read<T>(schema: z.ZodType<T>, message: unknown): T {
  const parsed = schema.safeParse(message);
  if (!parsed.success) throw new PasskeyError('PASSKEY_MALFORMED', 'the answer of the passkey has another shape');
  return parsed.data;
}

/** WebAuthn 5.8.1; never trusted here: it only leads to the challenge that the answer is then checked against. */
const ClientData = z.object({
  challenge: base64url(200),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.unknown().optional(),
});

/** The challenge that an answer claims. An answer out of a frame of somebody else's page is none. */
export function challengeIn({ response }: { readonly response: { readonly clientDataJSON: string } }): string {
  const parsed = ClientData.safeParse(jsonIn(response.clientDataJSON));
  if (!parsed.success) throw new PasskeyError('PASSKEY_MALFORMED', 'the client data have another shape');
  const { challenge, crossOrigin, topOrigin } = parsed.data;
  if (crossOrigin || topOrigin !== undefined)
    throw new PasskeyError('PASSKEY_REFUSED', 'the passkey was asked in a frame of another page');
  return challenge;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new PasskeyError('PASSKEY_MALFORMED', 'the client data are not JSON', { cause });
  }
}

const Binding = z.strictObject({ name: z.string().max(200), answer: z.unknown().optional() });

/** A new passkey with the resident's name for it. */
export function bindingIn(message: unknown): { readonly name: string; readonly message: unknown } {
  const { name, answer } = read(Binding, message);
  return { name, message: answer };
}
