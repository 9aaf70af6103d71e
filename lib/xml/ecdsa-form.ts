/**
 * The two forms of an ECDSA signature: r and s side by side, as XML carries them (RFC 4050 3.3, XMLDSig 1.1 6.4.3), and
 * the DER SEQUENCE of two INTEGERs that OpenSSL speaks. Converting here costs a tenth of what Node takes for a key with
 * options. All lengths are below 128 for P-256 and P-384, so each takes one octet.
 */

/** Of a raw signature of the algorithm's length. */
export function derFromRaw(raw: Uint8Array): Buffer {
  const half = raw.byteLength / 2;
  const numbers = Buffer.concat([integer(raw.subarray(0, half)), integer(raw.subarray(half))]);
  return Buffer.concat([Buffer.from([0x30, numbers.length]), numbers]);
}

/** X.690 8.3: the shortest two's complement; a number whose first bit is set gets a zero octet in front. */
function integer(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.concat([Buffer.from([0x02, digits.length + sign.length, ...sign]), digits]);
}

/** Of a signature that OpenSSL just made. */
export function rawFromDer(der: Uint8Array, rawBytes: number): Buffer {
  const raw = Buffer.alloc(rawBytes);
  let at = 2;
  for (const end of [rawBytes / 2, rawBytes]) {
    const length = der[at + 1] ?? 0;
    const digits = der.subarray(at + 2, at + 2 + length);
    const value = digits[0] === 0 ? digits.subarray(1) : digits;
    raw.set(value, end - value.length);
    at += 2 + length;
  }
  return raw;
}
