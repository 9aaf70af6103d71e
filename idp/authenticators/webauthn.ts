import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { fromBase64url, toBase64url } from '../../lib/bytes.ts';
import type { Authenticator } from './authenticators.ts';
import { challengeMs } from './challenge.ts';
import { PasskeyError } from './errors.ts';
import type { Asserted, Registered } from './messages.ts';

/** Who the passkeys are made for: the hub at its one origin. The RP ID is its host and nothing above it. */
export interface RelyingParty {
  readonly origin: string;
  readonly name: string;
}

/** COSE algorithms: ES256, EdDSA, RS256 (Windows Hello). */
const algorithms = [-7, -8, -257];

const rpIdOf = ({ origin }: RelyingParty) => new URL(origin).hostname;
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'base64url'));

type Named = Pick<Authenticator, 'credentialId' | 'transports'>;
const describedAs = ({ credentialId: id, transports }: Named) => ({
  id,
  // Names of transports that this version of the library does not know are handed on all the same.
  transports: [...transports] as NonNullable<
    NonNullable<Parameters<typeof generateAuthenticationOptions>[0]['allowCredentials']>[number]['transports']
  >,
});

export interface BindWish {
  readonly challenge: string;
  readonly userHandle: string;
  /** What the device's own dialogs call the resident. */
  readonly displayName: string;
  readonly bound: readonly Named[];
}

/** WebAuthn 5.4: a passkey that the device keeps and asks its holder for; no attestation, because nothing hangs on its make. */
export function bindOptions(party: RelyingParty, wish: BindWish): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    rpName: party.name,
    rpID: rpIdOf(party),
    userID: bytesOf(wish.userHandle),
    userName: wish.displayName,
    userDisplayName: wish.displayName,
    challenge: bytesOf(wish.challenge),
    timeout: challengeMs,
    attestationType: 'none',
    excludeCredentials: wish.bound.map(describedAs),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  });
}

/** WebAuthn 5.5. Without named passkeys the device offers those it has: the page tells nobody who is known here. */
export function useOptions(
  party: RelyingParty,
  { challenge, allowed }: { readonly challenge: string; readonly allowed: readonly Named[] },
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return generateAuthenticationOptions({
    rpID: rpIdOf(party),
    challenge: bytesOf(challenge),
    timeout: challengeMs,
    userVerification: 'required',
    ...(allowed.length > 0 ? { allowCredentials: allowed.map(describedAs) } : {}),
  });
}

/** WebAuthn 7.1: type, challenge, origin, RP ID hash, presence and verification of the person, algorithm. */
export async function verifyBinding(
  party: RelyingParty,
  challenge: string,
  message: Registered,
): Promise<Pick<Authenticator, 'credentialId' | 'publicKey' | 'counter'>> {
  const result = await verified('binding', () =>
    verifyRegistrationResponse({
      response: { ...message, response: withoutTransports(message.response), clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: rpIdOf(party),
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    }),
  );
  if (!result.verified) throw new PasskeyError('PASSKEY_REFUSED', 'the binding could not be verified');
  const { id, publicKey, counter } = result.registrationInfo.credential;
  return { credentialId: id, publicKey: toBase64url(publicKey), counter };
}

const withoutTransports = ({ clientDataJSON, attestationObject }: Registered['response']) => ({
  clientDataJSON,
  attestationObject,
});

/**
 * WebAuthn 7.2 but for the counter: the library judges that before the signature, when the number is still anybody's.
 * Returns the counter that the authenticator signed.
 */
export async function verifyUse(
  party: RelyingParty,
  challenge: string,
  { message, authenticator }: { readonly message: Asserted; readonly authenticator: Authenticator },
): Promise<number> {
  const { clientDataJSON, authenticatorData, signature } = message.response;
  const result = await verified('assertion', () =>
    verifyAuthenticationResponse({
      response: {
        ...message,
        response: { clientDataJSON, authenticatorData, signature },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: rpIdOf(party),
      requireUserVerification: true,
      credential: { id: authenticator.credentialId, publicKey: keyOf(authenticator), counter: 0 },
    }),
  );
  if (!result.verified) throw new PasskeyError('PASSKEY_REFUSED', 'the signature is not by the bound key');
  return result.authenticationInfo.newCounter;
}

function keyOf({ publicKey }: Authenticator): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64url(publicKey);
  if (!bytes) throw new TypeError('a stored public key is no base64url');
  return Uint8Array.from(bytes);
}

/** The library throws plain errors for whatever it refuses, unreadable CBOR included; they stay as the cause. */
async function verified<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw new PasskeyError('PASSKEY_REFUSED', `the ${what} does not verify`, { cause });
  }
}
