import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect } from 'chai';
import { derFromRaw, rawFromDer } from '../../../lib/xml/ecdsa-form.ts';

describe('the forms of an ECDSA signature', () => {
  for (const [namedCurve, bytes, hash] of [
    ['prime256v1', 64, 'sha256'],
    ['secp384r1', 96, 'sha384'],
  ] as const) {
    it(`are the same number twice, as Node reads and writes them (${namedCurve})`, () => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
      // Short and long INTEGERs both come up within this many.
      for (let at = 0; at < 300; at += 1) {
        const octets = Buffer.from(`message ${at}`);
        const der = sign(hash, octets, privateKey);
        const raw = rawFromDer(der, bytes);
        expect(verify(hash, octets, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).to.equal(true);
        expect(derFromRaw(raw).equals(der)).to.equal(true);
      }
    });
  }

  it('of zero, one and the largest numbers are the shortest two’s complement (X.690 8.3)', () => {
    const raw = Buffer.concat([Buffer.alloc(32), Buffer.alloc(32, 0xff)]);
    expect(derFromRaw(raw).toString('hex')).to.equal(`3026020100022100${'ff'.repeat(32)}`);
    const one = Buffer.alloc(64);
    one[31] = 1;
    one[63] = 0x80;
    expect(derFromRaw(one).toString('hex')).to.equal('300702010102020080');
    expect(rawFromDer(derFromRaw(one), 64).equals(one)).to.equal(true);
  });
});
