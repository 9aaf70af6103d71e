import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { sha256 } from '../lib/bytes.ts';

/** A passkey in software, for trials: whoever reads it is its holder, and nobody ever verified a person with it. */
export interface SoftwareKey {
  readonly credentialId: string;
  /** The site it was made for (WebAuthn 4, RP ID). */
  readonly rpId: string;
  readonly userHandle: string;
  /** PKCS#8, base64url. */
  readonly privateKey: string;
  /** WebAuthn 6.1.1, signature counter. */
  readonly counter: number;
}

/** What the holder's device would say; a device says that it verified its person, and software can only claim it. */
export interface Said {
  readonly challenge: string;
  readonly origin: string;
  readonly userVerified?: boolean;
  /** Further members of the client data. */
  readonly clientData?: object;
}

export function newSoftwareKey({ rpId, userHandle }: Pick<SoftwareKey, 'rpId' | 'userHandle'>): SoftwareKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32).toString('base64url');
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url');
  return { credentialId, rpId, userHandle, privateKey: pkcs8, counter: 0 };
}

/** RegistrationResponseJSON (WebAuthn 5.1), attestation "none". */
export function registrationBy(key: SoftwareKey, said: Said) {
  const authData = authenticatorData(key, said, attestedCredential(key));
  const attestationObject = cbor(
    new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]),
  );
  const response = {
    clientDataJSON: clientData('webauthn.create', said).toString('base64url'),
    attestationObject: attestationObject.toString('base64url'),
    transports: ['internal'],
  };
  return answerOf(key, response);
}

/** AuthenticationResponseJSON (WebAuthn 5.1), ES256. `key.counter` is what it signs: count on before. */
export function assertionBy(key: SoftwareKey, said: Said) {
  const [data, client] = [authenticatorData(key, said), clientData('webauthn.get', said)];
  const privateKey = createPrivateKey({
    key: Buffer.from(key.privateKey, 'base64url'),
    format: 'der',
    type: 'pkcs8',
  });
  const response = {
    clientDataJSON: client.toString('base64url'),
    authenticatorData: data.toString('base64url'),
    signature: sign('sha256', Buffer.concat([data, sha256(client)]), privateKey).toString('base64url'),
    userHandle: key.userHandle,
  };
  return answerOf(key, response);
}

const answerOf = <T>({ credentialId }: SoftwareKey, response: T) => ({
  id: credentialId,
  rawId: credentialId,
  type: 'public-key',
  clientExtensionResults: {},
  response,
});

const clientData = (type: string, { challenge, origin, clientData: more }: Said): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...more }));

/** WebAuthn 6.1: hash of the RP ID, flags, counter, and at the registration the new credential. */
function authenticatorData({ rpId, counter }: SoftwareKey, { userVerified = true }: Said, attested?: Buffer): Buffer {
  const flags = 0x01 | (userVerified ? 0x04 : 0) | (attested ? 0x40 : 0);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(counter);
  return Buffer.concat([sha256(rpId), Buffer.of(flags), count, attested ?? Buffer.alloc(0)]);
}

/** WebAuthn 6.5.1: AAGUID (none), credential ID, COSE key (RFC 9053 2.1, 7.1.1). */
function attestedCredential({ credentialId, privateKey }: SoftwareKey): Buffer {
  const id = Buffer.from(credentialId, 'base64url');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(id.length);
  const { x = '', y = '' } = createPublicKey(
    createPrivateKey({ key: Buffer.from(privateKey, 'base64url'), format: 'der', type: 'pkcs8' }),
  ).export({ format: 'jwk' });
  const cose = new Map<number, unknown>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, Buffer.from(x, 'base64url')],
    [-3, Buffer.from(y, 'base64url')],
  ]);
  return Buffer.concat([Buffer.alloc(16), length, id, cbor(cose)]);
}

/** RFC 8949 3, as far as it is needed: integers, byte strings, texts, maps. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (!(value instanceof Map)) throw new TypeError('no such value is needed here');
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([name, one]) => [cbor(name), cbor(one)])]);
}

function head(major: number, count: number): Buffer {
  const type = major << 5;
  if (count < 24) return Buffer.of(type | count);
  if (count < 0x1_00) return Buffer.of(type | 24, count);
  return Buffer.of(type | 25, count >> 8, count & 0xff);
}
