import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { consumeResponse, parseAuthnRequest } from '../../federation/index.ts';
import { HubError } from '../../lib/errors.ts';
import { attributeOf, childNamed, readXml, textOf, verifyElement } from '../../lib/xml/index.ts';
import { folder, type KeyKind, keyKinds, keysOf, world } from './saml/world.ts';

const { now, idp, sp, requestId, resident } = world;
const samlNs = 'urn:oasis:names:tc:SAML:2.0:assertion';

/** What the reader takes out of a message: the same few values for every accepted file of a kind. */
const readers = {
  async response(octets: Buffer, kind: KeyKind) {
    const { replay } = await world.ground(kind);
    const subject = await consumeResponse(
      { binding: 'post', octets },
      {
        ...sp,
        requestId,
        idp: { entityId: idp.entityId, signingKeys: [keysOf(kind).owner.verification] },
        decryptionKeys: [],
        replay,
        now,
      },
    );
    return subject.nameId.value;
  },
  async 'authn-request'(octets: Buffer, kind: KeyKind) {
    const parties = await world.ground(kind);
    const { request } = await parseAuthnRequest(
      { binding: 'post', octets },
      { ...parties, destination: idp.ssoUrl, now },
    );
    if (request.refusal) throw request.refusal;
    return `${request.id} ${request.acs.location}`;
  },
  /** The typed reader of LogoutRequest is the sign-out's; what the kernel lets through is checked here. */
  async 'logout-request'(octets: Buffer, kind: KeyKind) {
    const root = readXml(octets);
    const { element } = verifyElement(root, [keysOf(kind).owner.verification]);
    const nameId = childNamed(element, samlNs, 'NameID');
    return `${attributeOf(element, 'ID')} ${nameId && textOf(nameId)}`;
  },
} as const;

const expected = {
  response: resident,
  'authn-request': `${requestId} ${sp.acsUrl}`,
  'logout-request': `${requestId} ${resident}`,
} as const;

describe('SAML attack vectors (XMLDSig, SAML Core 5), each named by its outcome', () => {
  for (const message of ['response', 'authn-request', 'logout-request'] as const) {
    for (const kind of keyKinds) {
      const files = readdirSync(join(folder, message, kind)).toSorted();

      it(`${message}, ${kind}: has all its shapes`, () => {
        expect(files.length).to.be.at.least(45);
        expect(files.filter((name) => name.startsWith('accepted-'))).to.have.length(4);
      });

      for (const name of files) {
        it(`${message}, ${kind}: ${name}`, async () => {
          const octets = readFileSync(join(folder, message, kind, name));
          const outcome = await readers[message](octets, kind).catch((error: unknown) => error);
          if (name.startsWith('accepted-')) return expect(outcome).to.equal(expected[message]);
          expect(outcome, String(outcome)).to.be.instanceOf(HubError);
          return undefined;
        });
      }

      it(`${message}, ${kind}: UTF-16, a deep tree and a hundred thousand attributes are refused`, async () => {
        const plain = readFileSync(join(folder, message, kind, 'accepted-plain.xml'), 'utf8');
        const deep = plain.replace(/(<\/samlp:\w+>)$/, `${'<a>'.repeat(500)}${'</a>'.repeat(500)}$1`);
        const attributes = Array.from({ length: 100_000 }, (_, at) => `a${at}=""`).join(' ');
        const wide = plain.replace(/^(<[\w:]+)/, `$1 ${attributes}`);
        for (const octets of [Buffer.from(plain, 'utf16le'), Buffer.from(deep), Buffer.from(wide)]) {
          expect(await readers[message](octets, kind).catch((error: unknown) => error)).to.be.instanceOf(HubError);
        }
      });
    }
  }
});
