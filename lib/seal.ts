import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/**
 * Sealing of values at rest: AES-256-GCM under a key derived for one purpose, with the record's identity as
 * additional data, so that a sealed value cannot be moved to another record.
 */
export function createSeal(masterKey: Uint8Array, purpose: string): Seal {
  if (masterKey.byteLength !== 32) throw new TypeError('the sealing master key has 32 bytes');
  // A KeyObject, because Node makes one of raw octets at every call, and slowly.
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), sealInfo(purpose), 32)));
  return sealUnder(() => key);
}

/** What a purpose's key is derived with: HKDF-SHA-256 with an empty salt. */
export const sealInfo = (purpose: string): string => `sanuki-seal-v1:${purpose}`;

/** The same, under an AES-256 key that is asked for at each use. */
export function sealUnder(key: () => KeyObject) {
  /** base64url of iv(12) ‖ ciphertext ‖ tag(16). */
  function seal(plain: Uint8Array, context: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key(), iv, { authTagLength: 16 });
    cipher.setAAD(Buffer.from(context));
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** Throws when the value was changed, belongs to another context, or was sealed under another key. */
  function open(sealed: string, context: string): Buffer {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key(), bytes.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  }

  return { seal, open };
}

export type Seal = ReturnType<typeof sealUnder>;

/**
 * A keyed index: what stands for a value in the store, so that it can be found by whoever holds the master key and
 * tells others nothing but which records have it in common. base64url of HMAC-SHA-256.
 */
export function createKeyedIndex(masterKey: Uint8Array, purpose: string): (text: string) => string {
  if (masterKey.byteLength !== 32) throw new TypeError('the sealing master key has 32 bytes');
  const key = createSecretKey(
    Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `sanuki-index-v1:${purpose}`, 32)),
  );
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
}
