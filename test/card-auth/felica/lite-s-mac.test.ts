import { createHash, hkdfSync } from 'node:crypto';
import { expect } from 'chai';
import {
  diversifiedCardKey,
  generateMac,
  legacyReadMac,
  readMac,
  sessionKey,
  writeMac,
} from '../../../card-auth/felica/lite-s-mac.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const block = (start: string) => bytes(start.padEnd(32, '0'));
const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

describe('FeliCa Lite-S MAC: vectors of nfcpy and our own', () => {
  function setUp() {
    const ck = bytes('37363534333231306665646362613938');
    const rc = bytes('07060504030201000f0e0d0c0b0a0908');
    const sk = sessionKey(ck, rc);
    return { rc, sk, id: block('0102030405060708'), on: block('01') };
  }

  it('V0: generates the MAC over 32 bytes, and another with the key halves exchanged', () => {
    const data = Uint8Array.from({ length: 32 }, (_, i) => i);
    // nfcpy takes the chaining value as 3DES sees it; ours is RC, in card order.
    const iv = data.slice(0, 8).reverse();
    const key = data.slice(0, 16);
    const flipped = join(key.slice(8), key.slice(0, 8));
    expect(hex(generateMac(key, iv, data))).to.equal('0b1268d7a4ac6932');
    expect(hex(generateMac(flipped, iv, data))).to.equal('18cdd33c0fb25dd7');
  });

  it('derives the session key of the password card', () => {
    expect(hex(setUp().sk)).to.equal('b636d955a9f0e2cc48b106f95506c3f6');
  });

  it('V1, V2, V3b: computes the Lite-compatible MAC of block 81', () => {
    const { sk, rc, id, on } = setUp();
    expect(hex(legacyReadMac(sk, rc, block('')))).to.equal('cc97f1b97b8bbc79');
    expect(hex(legacyReadMac(sk, rc, id))).to.equal('91aec5b6d9b3b12d');
    expect(hex(legacyReadMac(sk, rc, on))).to.equal('bd73eb7294a00279');
  });

  it('V3: computes MAC_A for writing STATE at the factory count', () => {
    const { sk, rc, on } = setUp();
    expect(hex(writeMac(sk, rc, 0xfffe00, 0x92, on))).to.equal('17c19e3bbdc3e8bd');
  });

  it('V4, V5: computes MAC_A of reads', () => {
    const { sk, rc, id, on } = setUp();
    expect(hex(readMac(sk, rc, [0x82], id))).to.equal('6a9c1ca386de4213');
    expect(hex(readMac(sk, rc, [0x82, 0x86, 0x90], join(id, on, block(''))))).to.equal('9dd2e136a6038cd5');
  });

  it('V6: diversifies CK from a master key and follows it to every MAC', () => {
    const id = bytes('01020304050607080000000000000001');
    const ck = diversifiedCardKey(bytes('00112233445566778899aabbccddeeff0123456789abcdef'), id);
    expect(hex(ck)).to.equal('1c497ad4cf4c7f62140025ead7213f4a');
    const rc = bytes('a0a1a2a3a4a5a6a7b0b1b2b3b4b5b6b7');
    const sk = sessionKey(ck, rc);
    expect(hex(sk)).to.equal('a6164a5a9508f8b61484d69a58077069');
    expect(hex(readMac(sk, rc, [0x82], id))).to.equal('118f3142641d8ee7');
    expect(hex(readMac(sk, rc, [0x82, 0x86, 0x90], join(id, block('01'), block('05'))))).to.equal('15659f84f8c195e1');
    expect(hex(writeMac(sk, rc, 5, 0x92, block('01')))).to.equal('85fc4a36a5366bcc');
    expect(hex(readMac(sk, rc, [0x92], block('01')))).to.equal('8326fbed1dc91607');
  });

  it('KSSC-CARD-1: gives mac1, stateMac and mac2 of the protocol vector', () => {
    const id = bytes('012e50e7dac78b470000000000000001');
    const master = createHash('sha256').update('test master key v1').digest();
    const info = join(new Uint8Array(Buffer.from('KSSC-CK-v1')), bytes('0001'), id);
    const ck = new Uint8Array(hkdfSync('sha256', master, new Uint8Array(0), info, 16));
    expect(hex(ck)).to.equal('2441e582c90a3dbfc8e5cfff5270ffc3');
    const rc = Uint8Array.from({ length: 16 }, (_, i) => i);
    const sk = sessionKey(ck, rc);
    expect(hex(sk)).to.equal('0406e6b127b0c5c9f94406d4a2695587');
    expect(hex(readMac(sk, rc, [0x82, 0x86, 0x90], join(id, block('01'), block('07'))))).to.equal('b84ba5af22ff2b7d');
    expect(hex(writeMac(sk, rc, 7, 0x92, block('01')))).to.equal('29be162e1bc52f77');
    expect(hex(readMac(sk, rc, [0x92, 0x90], join(block('01'), block('08'))))).to.equal('aee4a043ec104423');
  });

  it('refuses wrong lengths as a fault of our own code', () => {
    expect(() => sessionKey(new Uint8Array(15), new Uint8Array(16))).to.throw(TypeError);
    expect(() => writeMac(new Uint8Array(16), new Uint8Array(16), 2 ** 24, 0x92, new Uint8Array(16))).to.throw(
      TypeError,
    );
  });
});
