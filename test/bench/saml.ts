import { generateKeyPairSync, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { SignedXml } from 'xml-crypto';
import { buildResponse, cardPin, nameIdFormats } from '../../federation/index.ts';
import { readXml, verifyElement, writeXml } from '../../lib/xml/index.ts';
import { keysOf, world } from '../vectors/saml/world.ts';
import { type Figure, perCpuSecond } from './measure.ts';

/** The SAML kernel by itself: an answer built and signed, a signed message verified and read from its verified bytes. */
export async function benchSaml(): Promise<Figure[]> {
  const { owner } = keysOf('rsa');
  const target = {
    issuer: world.idp.entityId,
    provider: await world.provider('rsa'),
    acsUrl: world.sp.acsUrl,
    inResponseTo: world.requestId,
    key: owner.signing,
    now: world.now,
  };
  const content = {
    nameId: { value: world.resident, format: nameIdFormats.persistent },
    sessionIndex: '_session',
    contextClass: cardPin,
    authenticatedAt: world.now,
    sessionEndsAt: world.now + 3600_000,
    attributes: [{ name: 'urn:oid:2.16.840.1.113730.3.1.241', friendlyName: 'displayName', values: ['バス セイジ'] }],
  };
  const rawKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const signAsync = promisify(sign);
  const octets = Buffer.from('x'.repeat(1000));
  const raw = await perCpuSecond(() => signAsync('sha256', octets, rawKey), { parallel: 4 });
  const built = await perCpuSecond(() => buildResponse(content, target), { parallel: 4 });

  const text = await buildResponse(content, target);
  const message = Buffer.from(text);
  const assertionOf = () => {
    const root = readXml(message);
    const found = root.children.find((child) => typeof child !== 'string' && child.name === 'Assertion');
    if (!found || typeof found === 'string') throw new TypeError('no assertion');
    return verifyElement(found, [owner.verification]);
  };
  if (!writeXml(assertionOf().element).includes(world.resident)) throw new TypeError('the bench verifies nothing');
  const kernel = await perCpuSecond(assertionOf);
  const block = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(text)?.[0] ?? '';
  const publicCert = owner.publicPem;
  const foreign = await perCpuSecond(() => {
    const judge = new SignedXml({ publicCert });
    judge.loadSignature(block);
    if (!judge.checkSignature(text)) throw new TypeError('xml-crypto refuses');
  });
  return [
    {
      name: 'SAML answer built and signed (RSA-2048)',
      value: built,
      unit: '/CPU s',
      limit: { name: 'raw RSA signatures', value: raw },
      target: 0.85,
    },
    {
      name: 'signed message verified and read again',
      value: kernel,
      unit: '/CPU s',
      limit: { name: 'xml-crypto verify', value: foreign },
      target: 15,
    },
  ];
}
