import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
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

  async function issue({ name: subject, days = 10, hosts = [] }: Wanted): Promise<Issued> {
    const its = await generate();
    const made = await X509CertificateGenerator.create({
      ...common(subject, days),
      issuer: own.subject,
      publicKey: its.publicKey,
      signingKey: keys.privateKey,
      extensions:
        hosts.length > 0
          ? [new SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns' as const, value })))]
          : [],
    });
    return { certificate: pemOf(made), key: await keyPem(its.privateKey) };
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

async function keyPem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----\n`;
}
