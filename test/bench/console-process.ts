/** A hub with 5,000 services and a signed-in administrator, for `console.ts`. */
import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { X509CertificateGenerator } from '@peculiar/x509';
import { buildSpMetadata, cardPin, parseClientMetadata, type Registration } from '../../federation/index.ts';
import { activeCard } from '../card-auth/active-card.ts';
import { startTestHub } from '../idp/world.ts';
import { serveMeasurements } from './child.ts';
import { inLanes } from './measure.ts';

export const providers = 5_000;

export interface ConsoleHub {
  readonly origin: string;
  readonly cookie: string;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const unlimited = { points: 10_000_000 };
const hub = await startTestHub({
  more: { limits: { pages: unlimited, signIn: unlimited, token: unlimited }, log: { level: 'warn' } },
});

/** P-256, because 5,000 RSA keys would take minutes to make. */
async function certificateOf(nth: number): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${nth.toString(16).padStart(8, '0')}`,
    name: [{ CN: [`sp-${nth}.example`] }],
    notBefore: new Date(Date.now() - 24 * 3_600_000),
    notAfter: new Date(Date.now() + (20 + (nth % 700)) * 24 * 3_600_000),
    signingAlgorithm: algorithm,
    keys: await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']),
  });
  return Buffer.from(certificate.rawData).toString('base64');
}

async function registrationOf(nth: number): Promise<Registration> {
  const name = { ja: `市民サービス${nth}`, en: `Civic service ${nth}` };
  const common = {
    name,
    status: nth % 50 === 0 ? 'pending' : 'approved',
    contract: { attributes: ['displayName'] },
    settings: {},
  } as const;
  if (nth % 2 === 0) {
    const { clientId, metadata } = parseClientMetadata(
      {
        client_id: `service-${nth}`,
        client_name: name.en,
        redirect_uris: [`https://rp-${nth}.example/cb`],
        token_endpoint_auth_method: 'none',
      },
      { allowHttp: false },
    );
    return { ...common, protocol: 'oidc', key: clientId, oidc: { metadata } };
  }
  const [entityId, acsUrl] = [`https://sp-${nth}.example/saml`, `https://sp-${nth}.example/saml/acs`];
  const metadata = buildSpMetadata({ entityId, acsUrl, certificate: await certificateOf(nth), name });
  return { ...common, protocol: 'saml', key: entityId, saml: { metadata } };
}

await inLanes(
  Array.from({ length: providers }, (_, nth) => nth),
  32,
  async (nth) => void (await hub.registry.register(await registrationOf(nth))),
);

const residentRef = 'manager';
const name = { kana: 'カンリ ハナコ' };
await hub.credential.residents.insert({ id: residentRef, name, sex: 2, birthDate: '1980-01-01', synthetic: true });
await hub.credential.cards.insert(activeCard({ id: 'c1', residentRef }));
const until = Date.now() + 24 * 3_600_000;
await hub.administrators.grant({ residentRef, roles: ['sp-administrator'], until, invitedBy: 'command' });
const { cookie } = await hub.sessions.start({
  residentRef,
  cardId: 'c1',
  level: cardPin,
  amr: ['hwk', 'pin'],
  at: Date.now(),
});

const ready: ConsoleHub = { origin: hub.origin, cookie: `${hub.sessionCookie}=${cookie}` };
serveMeasurements(
  ready,
  async () => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1024 / 1024;
  },
  hub.close,
);
