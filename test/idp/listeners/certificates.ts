import 'reflect-metadata';
import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

export interface Issued {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

interface Wanted {
  readonly name: string;
  readonly days?: number;
  /** Names of a server. */
  readonly hosts?: readonly string[];
  /** RSA; without it a new one is made. */
  readonly privateKey?: KeyObject;
}

/** An authority of the tests with real certificates for servers and for parties. */
export async function createAuthority(name = 'parties') {
  const keys = await generate();
  const own = await X509CertificateGenerator.createSelfSigned({
    ...common(name, 30),
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });

  async function issue({ name: subject, days = 10, hosts = [], privateKey }: Wanted): Promise<Issued> {
    const its = privateKey ? await given(privateKey) : await made();
    const issued = await X509CertificateGenerator.create({
      ...common(subject, days),
      issuer: own.subject,
      publicKey: its.publicKey,
      signingKey: keys.privateKey,
      extensions:
        hosts.length > 0
          ? [new SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns' as const, value })))]
          : [],
    });
    return { certificate: pemOf(issued), key: its.key };
  }

  return { ca: pemOf(own), issue };
}

const generate = async () => (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;

const common = (name: string, days: number) => ({
  serialNumber: randomBytes(8).toString('hex').replace(/^./, '1'),
  subject: `CN=${name}`,
  name: `CN=${name}`,
  notBefore: new Date(Date.now() - 20 * dayMs),
  notAfter: new Date(Date.now() + days * dayMs),
  signingAlgorithm: algorithm,
});

const pemOf = (made: X509Certificate) => `${made.toString('pem')}\n`;

async function made(): Promise<{ publicKey: CryptoKey; key: string }> {
  const { publicKey, privateKey } = await generate();
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----\n`;
  return { publicKey, key };
}

async function given(privateKey: KeyObject): Promise<{ publicKey: CryptoKey; key: string }> {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const publicKey = await crypto.subtle.importKey('spki', new Uint8Array(spki), rsa, true, ['verify']);
  return { publicKey, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
