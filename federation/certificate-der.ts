/** What the hub's calendar and comparisons need of a certificate, read from its DER without making a key of it. */
import { createHash } from 'node:crypto';

export interface CertificateFacts {
  /** SHA-256 of the SubjectPublicKeyInfo, base64url. */
  readonly fingerprint: string;
  /** In words: `RSA 2048`, `EC P-256`. */
  readonly kind: string;
  /** ms since 1970; undefined where the certificate says nothing that can be read. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/**
 * RFC 5280 4.1: in the TBSCertificate the validity is the fifth member and the SubjectPublicKeyInfo the seventh (the
 * fourth and the sixth where no version stands). A hundredth of what a key costs, because these come by the thousand.
 */
export function readCertificate(base64: string): CertificateFacts | undefined {
  const der = Buffer.from(base64, 'base64');
  const tbs = memberAt(der, memberAt(der, 0)?.content ?? -1);
  const first = tbs && memberAt(der, tbs.content);
  const serial = first?.tag === 0xa0 ? memberAt(der, first.end) : first;
  const validity = skip(der, serial, 3);
  const key = skip(der, validity, 2);
  if (validity?.tag !== 0x30 || key?.tag !== 0x30) return undefined;
  const from = memberAt(der, validity.content);
  const to = from && memberAt(der, from.end);
  return {
    fingerprint: createHash('sha256').update(der.subarray(key.start, key.end)).digest('base64url'),
    kind: kindOf(der, key),
    from: timeOf(der, from),
    to: timeOf(der, to),
  };
}

type Member = NonNullable<ReturnType<typeof memberAt>>;

/** One DER member (X.690 8.1), with lengths of up to three octets; undefined where it does not fit in. */
function memberAt(der: Buffer, start: number) {
  const [tag, first] = [der[start], der[start + 1]];
  if (tag === undefined || first === undefined) return undefined;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const content = start + 2 + octets;
  if (octets > 3 || (first >= 0x80 && octets === 0) || content > der.length) return undefined;
  const end = content + (octets === 0 ? first : der.readUIntBE(start + 2, octets));
  return end > der.length ? undefined : { tag, start, content, end };
}

function skip(der: Buffer, member: Member | undefined, count: number): Member | undefined {
  let at = member;
  for (let skipped = 0; at && skipped < count; skipped += 1) at = memberAt(der, at.end);
  return at;
}

/** Algorithms and curves of public keys by the hexadecimal form of their identifiers (RFC 3279 2.3, RFC 8410 3). */
const names: Readonly<Record<string, string>> = {
  '2a864886f70d010101': 'RSA',
  '2a8648ce3d0201': 'EC',
  '2a8648ce3d030107': 'P-256',
  '2b81040022': 'P-384',
  '2b81040023': 'P-521',
  '2b6570': 'Ed25519',
};

/** RFC 5280 4.1.2.7: the algorithm with its parameter, then the key in a BIT STRING. */
function kindOf(der: Buffer, key: Member): string {
  const algorithm = memberAt(der, key.content);
  const oid = algorithm && memberAt(der, algorithm.content);
  const parameter = skip(der, oid, 1);
  const nameOf = (member: Member | undefined) => member && names[der.toString('hex', member.content, member.end)];
  const name = nameOf(oid) ?? '';
  if (name !== 'RSA') return [name, nameOf(parameter)].filter(Boolean).join(' ');
  const bits = algorithm && memberAt(der, algorithm.end);
  // Behind the octet that counts unused bits: RSAPublicKey, its modulus first (RFC 8017 A.1.1).
  const modulus = bits && memberAt(der, memberAt(der, bits.content + 1)?.content ?? -1);
  return modulus ? `RSA ${bitsOf(der.subarray(modulus.content, modulus.end))}` : name;
}

/** Length of an unsigned number in bits. */
export function bitsOf(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24);
}

const [utcTime, generalizedTime] = [0x17, 0x18];
const written = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** RFC 5280 4.1.2.5: UTCTime with years from 1950 to 2049, or GeneralizedTime; both in UTC with seconds. */
function timeOf(der: Buffer, member: Member | undefined): number | undefined {
  if (member?.tag !== utcTime && member?.tag !== generalizedTime) return undefined;
  const text = der.toString('latin1', member.content, member.end);
  const full = member.tag === generalizedTime ? text : `${text.slice(0, 2) >= '50' ? '19' : '20'}${text}`;
  const [, year, month, day, hour, minute, second] = written.exec(full)?.map(Number) ?? [];
  if (year === undefined || month === undefined) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
