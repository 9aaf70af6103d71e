import { expect } from 'chai';
import fc from 'fast-check';
import { createSenderOf } from '../../../idp/listeners/sender.ts';

const proxy = '10.0.0.5';
const visitor = '203.0.113.7';
const plain = (address: string) => ({ address, encrypted: false });

describe('who sends a request', () => {
  const behind = createSenderOf({ trusted: ['10.0.0.0/24', '2001:db8::/32'], header: 'x-forwarded' });
  const through = (forwardedFor: string, proto: string | null = 'https', from = proxy) =>
    behind.senderOf(plain(from), {
      'x-forwarded-for': forwardedFor,
      ...(proto === null ? {} : { 'x-forwarded-proto': proto }),
    });

  it('is the connection’s own address where no proxy is named, whatever the headers say', () => {
    const { senderOf } = createSenderOf(undefined);
    const forged = { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https', forwarded: 'for=1.2.3.4;proto=https' };
    expect(senderOf(plain(visitor), forged)).to.deep.equal({ address: visitor, https: false });
    expect(senderOf({ address: visitor, encrypted: true }, { 'x-forwarded-proto': 'http' }).https).to.equal(true);
  });

  it('is the connection’s own address where somebody else than the proxy connects', () => {
    expect(through('1.2.3.4', 'https', visitor)).to.deep.equal({ address: visitor, https: false });
  });

  it('is the right-most address that is no proxy; what stands left of it is invented', () => {
    expect(through(visitor)).to.deep.equal({ address: visitor, https: true });
    expect(through(`1.1.1.1, 10.0.0.9, ${visitor}, 10.0.0.8`).address).to.equal(visitor);
    expect(through(`10.0.0.1, ${visitor}`).address).to.equal(visitor);
    expect(through('10.0.0.7, 10.0.0.8').address, 'nobody but proxies').to.equal('10.0.0.7');
  });

  it('reads ports, brackets and mapped addresses, in the socket too', () => {
    expect(through(`${visitor}:4711`).address).to.equal(visitor);
    expect(through('[2001:DB9::1]:4711').address).to.equal('2001:db9::1');
    expect(through('2001:db9::1, [2001:db8::5]').address).to.equal('2001:db9::1');
    expect(through('::ffff:203.0.113.7').address).to.equal(visitor);
    expect(through(visitor, 'https', '::ffff:10.0.0.5').address).to.equal(visitor);
  });

  it('is the proxy itself where its entry is no address, never the entry before it', () => {
    for (const entry of ['unknown', '_hidden', '', '1.2.3', '1.2.3.4.5', '1.2.3.4 5.6.7.8', '10.0.0.300'])
      expect(through(`9.9.9.9, ${entry}`).address, entry).to.equal(proxy);
  });

  it('came over TLS only where every proxy says so', () => {
    for (const proto of ['http', 'http, https', 'https, http', '', 'httpsx', null])
      expect(through(visitor, proto).https, String(proto)).to.equal(false);
    expect(through(visitor, 'HTTPS').https).to.equal(true);
    expect(behind.senderOf({ address: proxy, encrypted: true }, {}).https, 'a silent proxy with TLS').to.equal(false);
  });

  describe('by Forwarded (RFC 7239)', () => {
    const { senderOf } = createSenderOf({ trusted: [proxy, '10.0.0.6'], header: 'forwarded' });
    const by = (forwarded: string, more: object = {}) => senderOf(plain(proxy), { forwarded, ...more });

    it('is read with quotes, ports and the scheme of the sender’s own hop', () => {
      expect(by(`for=${visitor};proto=https;by=10.0.0.5`)).to.deep.equal({ address: visitor, https: true });
      expect(by('For="[2001:db9::1]:4711"; Proto=https').address).to.equal('2001:db9::1');
      expect(by(`for=1.1.1.1;proto=https, for=${visitor};proto=http`)).to.deep.equal({
        address: visitor,
        https: false,
      });
      expect(by(`for=${visitor};proto=https, for=10.0.0.6;proto=http`)).to.deep.equal({
        address: visitor,
        https: true,
      });
    });

    it('ignores X-Forwarded headers, which such a proxy passes on, and the other way round', () => {
      expect(
        by(`for=${visitor};proto=http`, { 'x-forwarded-for': '1.1.1.1', 'x-forwarded-proto': 'https' }),
      ).to.deep.equal({ address: visitor, https: false });
      const passedOn = {
        forwarded: 'for=1.1.1.1;proto=https',
        'x-forwarded-for': visitor,
        'x-forwarded-proto': 'http',
      };
      expect(behind.senderOf(plain(proxy), passedOn)).to.deep.equal({ address: visitor, https: false });
    });

    it('does not let a quoted comma or semicolon start an element of its own', () => {
      expect(by(`for=${visitor};proto=http;x=", for=1.1.1.1;proto=https"`)).to.deep.equal({
        address: visitor,
        https: false,
      });
      expect(by(`for="unknown;proto=https, for=1.1.1.1", for=${visitor};proto=http`).address).to.equal(visitor);
    });
  });

  it('is an address, and the right one, whatever a visitor writes in front of the proxy’s entry', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'binary-ascii' }), (invented) => {
        expect(through(`${invented}, ${visitor}`).address).to.equal(visitor);
      }),
    );
  });

  it('counts a long list in a moment', () => {
    const { senderOf } = createSenderOf({ trusted: [proxy], header: 'forwarded' });
    const started = performance.now();
    for (const forwarded of ['"'.repeat(16_000), 'for=;'.repeat(3_000), '"\\'.repeat(8_000), ','.repeat(16_000)])
      senderOf(plain(proxy), { forwarded, 'x-forwarded-for': forwarded });
    expect(performance.now() - started).to.be.below(1000);
  });
});
