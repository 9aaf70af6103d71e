import { concat, utf8 } from './bytes.ts';
import { toBytes, toText } from './sign-in.ts';

/**
 * What an enrolled issuing station asks the key service for: the key of one card, of one version. `issue`: of a blank
 * one, for a task; `renew`: of a card in use, for itself.
 */
export interface CkRequest {
  readonly purpose: 'issue' | 'renew';
  /** Thumbprint of the station's public key. */
  readonly station: string;
  readonly task: string;
  /** The ID block, as it stands on the card. */
  readonly id: Uint8Array;
  readonly ckv: number;
  /** X25519 public key, 32 bytes, made for this one request: only who made it can open the answer. */
  readonly recipient: Uint8Array;
}

/** What the station signs (Ed25519). Purpose and every field are in it, so that a signature is good for this alone. */
export function ckRequestOctets({ purpose, station, task, id, ckv, recipient }: CkRequest): Uint8Array<ArrayBuffer> {
  return utf8(`sanuki-station-v2 ${purpose} ${station} ${task} ${toText(id)} ${ckv} ${toText(recipient)}`);
}

/** HKDF info of the key that seals the answer: it belongs to this request and to no other. */
export const ckSealInfo = (request: CkRequest): Uint8Array<ArrayBuffer> =>
  concat(utf8('sanuki-station-ck-v1'), ckRequestOctets(request));

/** Of a station's public key (32 bytes), as people compare it and as the station is called by: SHA-256, base64url. */
export async function stationThumbprint(publicKey: Uint8Array): Promise<string> {
  return toText(new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(publicKey))));
}

/** So much of it as people compare: 80 bits, in groups of four hexadecimal digits. */
export function shownThumbprint(thumbprint: string): string {
  const bytes = toBytes(thumbprint).slice(0, 10);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replaceAll(/(.{4})(?=.)/g, '$1 ');
}

/** A key pair for one answer; the private half cannot be taken out of it. */
export async function createRecipient() {
  const pair = await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits']);
  if (!('privateKey' in pair)) throw new TypeError('X25519 gives a pair');
  const { privateKey, publicKey } = pair;
  const recipient = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));

  /** The card key out of `ephemeral public key (32) | AES-256-GCM ciphertext and tag`. */
  async function open(request: CkRequest, sealed: Uint8Array): Promise<Uint8Array> {
    const raw = (bytes: Uint8Array) => Uint8Array.from(bytes);
    const sender = await crypto.subtle.importKey('raw', raw(sealed.slice(0, 32)), { name: 'X25519' }, false, []);
    const shared = await crypto.subtle.deriveBits({ name: 'X25519', public: sender }, privateKey, 256);
    const base = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: ckSealInfo(request) };
    const key = await crypto.subtle.deriveKey(hkdf, base, { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
    // The key is used once, so the nonce may be fixed.
    const gcm = { name: 'AES-GCM', iv: new Uint8Array(12) };
    return new Uint8Array(await crypto.subtle.decrypt(gcm, key, raw(sealed.slice(32))));
  }

  return { recipient, open };
}
