import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { parseServiceProviderMetadata, registeredKeysOf } from '../../federation/index.ts';
import { certificate, days, jwk, metadataOf, now } from './certificates.ts';

const keysOf = (metadata: string) => registeredKeysOf({ saml: { metadata } });
const jwksOf = (...keys: object[]) => registeredKeysOf({ oidc: { metadata: { jwks: { keys } } } }).keys;

/** What node reads from the same certificate. */
function readByNode(base64: string) {
  const { publicKey, validFromDate, validToDate } = new X509Certificate(Buffer.from(base64, 'base64'));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const fingerprint = createHash('sha256').update(spki).digest('base64url');
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  const curves: Record<string, string> = { prime256v1: 'EC P-256', secp384r1: 'EC P-384' };
  const kind = modulusLength === undefined ? curves[namedCurve ?? ''] : `RSA ${modulusLength}`;
  return { fingerprint, kind, from: validFromDate.getTime(), to: validToDate.getTime() };
}

/** The same certificate as version 1, where neither version nor extensions stand (RFC 5280 4.1.2.1). */
function asVersionOne(base64: string): string {
  const der = Buffer.from(base64, 'base64');
  const member = (start: number) => {
    const octets = (der[start + 1] ?? 0) < 0x80 ? 0 : (der[start + 1] ?? 0) & 0x7f;
    const length = octets === 0 ? (der[start + 1] ?? 0) : der.readUIntBE(start + 2, octets);
    return { tag: der[start], content: start + 2 + octets, end: start + 2 + octets + length, start };
  };
  const outer = member(0);
  const tbs = member(outer.content);
  const kept: Buffer[] = [];
  for (let at = tbs.content; at < tbs.end; at = member(at).end)
    if (![0xa0, 0xa3].includes(member(at).tag ?? 0)) kept.push(der.subarray(at, member(at).end));
  const sequence = (content: Buffer) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(content.length);
    return Buffer.concat([Buffer.from([0x30, 0x82]), length, content]);
  };
  return sequence(Buffer.concat([sequence(Buffer.concat(kept)), der.subarray(tbs.end, outer.end)])).toString('base64');
}

describe('keys of a registration, read without the parser', () => {
  it('have the dates and the fingerprint that node reads, for every kind and way of writing time (RFC 5280 4.1.2.5)', async () => {
    const year = (text: string) => Date.parse(`${text}-06-15T12:34:56Z`);
    const made = [
      await certificate(),
      await certificate({ bits: 4096 }),
      await certificate({ curve: 'P-256', from: year('1999'), to: year('2049') }),
      await certificate({ curve: 'P-384', from: year('2049'), to: year('2050') }),
      await certificate({ curve: 'P-256', from: year('1951'), to: year('9999') }),
      asVersionOne(await certificate()),
    ];
    for (const base64 of made) {
      const [key] = keysOf(metadataOf({ keys: [['signing', base64]] })).keys;
      expect(key).to.deep.equal({ ...readByNode(base64), use: 'signing' });
    }
  });

  it('are those the parser finds: of the service role only, none from comments and signatures, whatever the prefix', async () => {
    const [signing, encryption, both, old, foreign] = await Promise.all(
      [1, 2, 3, 4, 5].map((count) => certificate({ curve: 'P-256', to: days(100 * count) })),
    );
    const xml = metadataOf({
      keys: [
        ['signing', signing ?? ''],
        ['', `\n  ${(both ?? '').match(/.{1,64}/g)?.join('\n  ')}\n`],
      ],
      attributes: ` validUntil="2027-01-01T00:00:00Z"`,
    })
      .replace(
        '<md:KeyDescriptor',
        `<!-- <md:KeyDescriptor use="signing"><X509Certificate>${old}</X509Certificate> -->$&`,
      )
      .replace(
        '<md:SPSSODescriptor',
        `<ds:Signature><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${foreign}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>$&`,
      )
      .replace('use="signing"', `xml:id="a>b" use = 'signing'`);
    const read = keysOf(xml);
    expect(read.validUntil).to.equal(Date.parse('2027-01-01T00:00:00Z'));
    const parsed = parseServiceProviderMetadata(xml, { now, allowHttp: false });
    expect(read.keys.map(({ fingerprint }) => fingerprint)).to.deep.equal(
      parsed.signingKeys.map(({ fingerprint }) => fingerprint),
    );
    expect(read.keys.map(({ use }) => use)).to.deep.equal(['signing', undefined]);
    const plain = metadataOf({ keys: [['encryption', encryption ?? '']] })
      .replaceAll('md:', '')
      .replaceAll('ds:', '');
    expect(keysOf(plain).keys.map(({ use }) => use)).to.deep.equal(['encryption']);
  });

  it('have the dates of x5c only where that certificate is of the same key (RFC 7517 4.7)', async () => {
    const base64 = await certificate({ curve: 'P-256' });
    const { publicKey } = new X509Certificate(Buffer.from(base64, 'base64'));
    const own = publicKey.export({ format: 'jwk' });
    const [certified, bare, foreign] = jwksOf(
      { ...own, kid: 'a', use: 'sig', x5c: [base64] },
      { ...own, use: 'enc' },
      { ...jwk(), x5c: [base64] },
    );
    expect(certified).to.deep.equal({ ...readByNode(base64), kid: 'a', use: 'signing' });
    expect(bare).to.deep.equal({ fingerprint: certified?.fingerprint, kind: 'EC P-256', use: 'encryption' });
    expect(foreign).to.have.all.keys('fingerprint', 'kind', 'use');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 3072 }).publicKey.export({ format: 'jwk' });
    expect(jwksOf(rsa)[0]?.kind).to.equal('RSA 3072');
  });

  it('of a certificate that is cut or no certificate: none, and no error', async () => {
    const base64 = await certificate({ curve: 'P-256' });
    const der = Buffer.from(base64, 'base64');
    for (let length = 0; length < der.length; length += 7)
      expect(
        keysOf(metadataOf({ keys: [['signing', der.subarray(0, length).toString('base64') || 'x']] })).keys,
      ).to.be.an('array');
    for (const text of ['', '!!!', 'AAAA', 'MIIB', Buffer.from([0x30, 0x80]).toString('base64')])
      expect(keysOf(metadataOf({ keys: [['signing', text]] })).keys).to.deep.equal([]);
  });
});
