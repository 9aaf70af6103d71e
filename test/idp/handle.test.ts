import { expect } from 'chai';
import { createHandles, type Handle } from '../../idp/attributes/handle.ts';
import { createSeal } from '../../lib/seal.ts';

describe('the handle behind a token', () => {
  function setUp() {
    let time = 1_000;
    const handles = createHandles({ seal: createSeal(new Uint8Array(32), 'handles'), now: () => time });
    return { ...handles, passTime: (ms: number) => (time += ms) };
  }
  const handle: Handle = {
    residentRef: 'P001',
    party: 'saml:https://portal.example',
    cardId: 'c1',
    level: 'urn:x-sanuki:ac:card-pin',
    authenticatedAt: 500,
    sessionId: 's1',
    expiresAt: 2_000,
  };

  it('comes back as it was, and twice sealed looks twice different', () => {
    const { sealHandle, openHandle } = setUp();
    expect(openHandle(sealHandle(handle))).to.deep.equal(handle);
    expect(sealHandle(handle)).to.not.equal(sealHandle(handle));
    expect(sealHandle(handle)).to.not.include('P001');
  });

  it('is nothing to a party that changes it, seals its own or comes late', () => {
    const { sealHandle, openHandle, passTime } = setUp();
    const sealed = sealHandle(handle);
    const changed = Buffer.from(sealed, 'base64url');
    changed[20] = (changed[20] ?? 0) ^ 1;
    const foreign = createHandles({ seal: createSeal(new Uint8Array(32).fill(1), 'handles'), now: () => 0 });
    for (const text of [changed.toString('base64url'), foreign.sealHandle(handle), '', 'P001', 'a'.repeat(5_000)])
      expect(openHandle(text)).to.equal(undefined);
    passTime(1_000);
    expect(openHandle(sealed)).to.equal(undefined);
  });
});
