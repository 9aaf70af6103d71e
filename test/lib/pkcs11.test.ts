import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { openToken, type TokenPlace } from '../../lib/pkcs11.ts';
import { ck, loadPkcs11Module, resultName, type Ulong } from '../../lib/pkcs11-module.ts';
import { root } from '../root.ts';
import { withSoftHsm } from '../softhsm.ts';

/** The code of a refusal that is thrown at once, with its words. */
function refusalOf(act: () => unknown): { code: unknown; message: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a PKCS#11 token', () => {
  const { module, makeToken } = withSoftHsm();
  let place: TokenPlace;
  before(async () => {
    const { token, pin } = await makeToken();
    place = { module, label: token, pin: () => pin };
  });

  /** What another program could do with the module and the PIN, by its own hand. */
  function byHand() {
    const { call, ulong, ulongs, ulongsIn } = loadPkcs11Module(module);
    const session = [0 as Ulong];
    const [slots, count] = [ulongs(64), [64]];
    expect(call.C_GetSlotList(1, slots, count)).to.equal(0);
    const slot = ulongsIn(slots, 64).find((one) => {
      const info = Buffer.alloc(512);
      return call.C_GetTokenInfo(one, info) === 0 && info.toString('utf8', 0, 32).trimEnd() === place.label;
    });
    expect(call.C_OpenSession(slot, ck.rw, null, null, session)).to.equal(0);
    const [at] = session;
    const listed = (attributes: readonly { type: number; value: Uint8Array }[]) =>
      [attributes.map((one) => ({ ...one, length: one.value.byteLength })), attributes.length] as const;
    return {
      finalize: () => call.C_Finalize(null),
      create: (attributes: Parameters<typeof listed>[0]) => call.C_CreateObject(at, ...listed(attributes), [0]),
      read(label: string, into: Uint8Array): string {
        expect(call.C_FindObjectsInit(at, ...listed([{ type: ck.label, value: Buffer.from(label) }]))).to.equal(0);
        const [handles, found] = [ulongs(1), [0]];
        expect(call.C_FindObjects(at, handles, 1, found)).to.equal(0);
        expect(call.C_FindObjectsFinal(at)).to.equal(0);
        expect(Number(found[0])).to.equal(1);
        const wanted = listed([{ type: ck.value, value: into }]);
        return resultName(call.C_GetAttributeValue(at, ulongsIn(handles, 1)[0], ...wanted));
      },
      ulong,
    };
  }

  it('stays loaded for the life of the process, whatever is collected meanwhile', async () => {
    const program = `
      const { openToken } = await import(${JSON.stringify(join(root, 'lib/pkcs11.ts'))});
      const token = openToken({ module: '${module}', label: '${place.label}', pin: () => '${place.pin()}' });
      for (let turn = 0; turn < 5; turn += 1) {
        gc();
        await new Promise((done) => setTimeout(done, 5));
      }
      console.log(token.find('none') === undefined);`;
    const flags = ['--expose-gc', '--import=tsx', '--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root });
    expect(stdout).to.equal('true\n');
  });

  it('does HMAC-SHA-256 with a key that lay elsewhere (RFC 4231, test case 1 padded to the 32 bytes of ours)', () => {
    const token = openToken(place);
    const secret = Buffer.concat([Buffer.alloc(20, 0x0b), Buffer.alloc(12)]);
    const mac = token.take('rfc', secret).mac(Buffer.from('Hi There'));
    // A key shorter than a block is filled with zeros (FIPS 198-1, step 3), so the published value holds.
    expect(mac.toString('hex')).to.equal('b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7');
    const data = randomBytes(1000);
    expect(token.find('rfc')?.mac(data)).to.deep.equal(createHmac('sha256', secret).update(data).digest());
    token.close();
  });

  it('makes a key that another session finds by label and id, and by nothing else', () => {
    const [token, other] = [openToken(place), openToken(place)];
    const [one, two] = [token.generate('made'), token.generate('made')];
    expect(one.id)
      .to.match(/^[0-9a-f]{32}$/)
      .and.not.equal(two.id);
    expect(other.find('made', one.id)?.mac(Buffer.from('x'))).to.deep.equal(one.mac(Buffer.from('x')));
    expect(two.mac(Buffer.from('x'))).to.not.deep.equal(one.mac(Buffer.from('x')));
    expect(other.find('made', randomBytes(16).toString('hex'))).to.equal(undefined);
    expect(other.find('never made')).to.equal(undefined);
    const { code, message } = refusalOf(() => other.find('made'));
    expect([code, message]).to.deep.equal([
      'PKCS11_KEY_UNSAFE',
      'the token has several keys "made": leave the one that is meant',
    ]);
    token.close();
    other.close();
  });

  describe('against an attacker', () => {
    it('who has the PIN and the module: no key is read out of the token, made or taken', () => {
      const token = openToken(place);
      const secret = randomBytes(32);
      token.take('taken secret', secret);
      token.generate('made secret');
      for (const label of ['taken secret', 'made secret']) {
        const into = Buffer.alloc(32);
        expect(byHand().read(label, into)).to.equal('CKR_ATTRIBUTE_SENSITIVE');
        expect(into.equals(Buffer.alloc(32)), 'nothing came out').to.equal(true);
      }
      token.close();
    });

    it('who puts a key of the right name there whose octets he knows: it is not used', () => {
      const token = openToken(place);
      const { create, ulong } = byHand();
      const open = [
        { type: ck.class, value: ulong(ck.secretKey) },
        { type: ck.keyType, value: ulong(ck.genericSecret) },
        { type: ck.token, value: Buffer.from([1]) },
        { type: ck.label, value: Buffer.from('planted') },
        { type: ck.id, value: randomBytes(16) },
        { type: ck.sensitive, value: Buffer.from([0]) },
        { type: ck.extractable, value: Buffer.from([1]) },
        { type: ck.sign, value: Buffer.from([1]) },
        { type: ck.value, value: randomBytes(32) },
      ];
      expect(create(open)).to.equal(0);
      expect(refusalOf(() => token.find('planted')).code).to.equal('PKCS11_KEY_UNSAFE');
      token.close();
    });

    it('who lets it run against a wrong PIN: it is tried once, so that the token does not lock itself', async () => {
      const { token, pin } = await makeToken();
      let asked = 0;
      const holder = openToken({ module, label: token, pin: () => (++asked === 1 ? pin : '1111-1111') });
      const key = holder.generate('held');
      byHand().finalize();
      for (const _ of [1, 2, 3]) expect(refusalOf(() => key.mac(Buffer.from('x'))).code).to.equal('PKCS11_PIN_REFUSED');
      expect(asked, 'once at the start, once after the loss').to.equal(2);
    });
  });

  it('says by name what is missing, and what to do', async () => {
    const wrong = (change: Partial<TokenPlace>) => refusalOf(() => openToken({ ...place, ...change }));
    const { token } = await makeToken();
    expect(wrong({ module: '/nowhere.so' })).to.include({ code: 'PKCS11_MODULE_UNUSABLE' });
    expect(wrong({ label: 'another' }).code).to.equal('PKCS11_TOKEN_MISSING');
    expect(wrong({ label: 'another' }).message).to.include('correct pkcs11.token');
    const refused = wrong({ label: token, pin: () => '0000-0001' });
    expect(refused.code).to.equal('PKCS11_PIN_REFUSED');
    expect(refused.message).to.include('[CKR_PIN_INCORRECT]').and.not.include('0000-0001');
  });

  it('goes on after its sessions were closed under it, and after the module was restarted', () => {
    const token = openToken(place);
    const key = token.generate('survivor');
    const before = key.mac(Buffer.from('x'));
    expect(byHand().finalize()).to.equal(0);
    expect(key.mac(Buffer.from('x'))).to.deep.equal(before);
    token.close();
    // The session is closed: whoever holds the key opens another one.
    expect(key.mac(Buffer.from('x'))).to.deep.equal(before);
  });
});
