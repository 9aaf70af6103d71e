import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { toSavedCard } from '../../card-auth/index.ts';
import {
  buildSpMetadata,
  cardPin,
  createKeyRing,
  type KeyRecord,
  keyCollection,
  parseClientMetadata,
} from '../../federation/index.ts';
import { createSeal } from '../../lib/seal.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { activeCard } from '../card-auth/active-card.ts';
import { issueCard, startTestHub } from '../idp/world.ts';
import { serveMeasurements } from './child.ts';
import { perCpuSecond } from './measure.ts';

export const sp = { entityId: 'https://portal.example/saml', acsUrl: 'https://portal.example/saml/acs' };
export const callback = 'http://127.0.0.1:9/callback';

export interface BenchHub {
  readonly origin: string;
  readonly cookie: string;
  readonly partyKey: string;
  readonly partyCertificate: string;
  readonly clientSecret: string;
  /** Software cards of as many residents, saved. */
  readonly cards: readonly unknown[];
  readonly pin: string;
}

const unlimited = { points: 10_000_000 };
const hub = await startTestHub({
  more: {
    limits: { pages: unlimited, signIn: unlimited, token: unlimited },
    signIn: { unfinishedPerHour: 1_000_000 },
    log: { level: 'warn' },
    cardKeys: JSON.parse(process.env.SANUKI_BENCH_CARD_KEYS ?? '{}'),
  },
});
const issued: Awaited<ReturnType<typeof issueCard>>[] = [];
for (let at = 0; at < 8; at++)
  issued.push(await issueCard(hub, { residentRef: `holder-${at}`, number: `123456789020${at}` }));
await hub.credential.residents.insert({
  id: 'r1',
  name: { kana: 'バス セイジ' },
  sex: 1,
  birthDate: '1960-10-10',
  synthetic: true,
});
await hub.credential.cards.insert(activeCard({ id: 'c1', residentRef: 'r1' }));

/** Others who hold a card, where the bench asks for them. */
const others = Number(process.env.SANUKI_BENCH_CARDS ?? 0);
for (let from = 0; from < others; from += 500)
  await Promise.all(
    Array.from({ length: Math.min(500, others - from) }, async (_, at) => {
      const [id, number] = [`other-${from + at}`, String(3_000_000_000_000 + from + at)];
      const person = { id, name: { kana: 'サヌキ' }, sex: 1, birthDate: '1980-01-01', synthetic: true } as const;
      await hub.credential.residents.insert(person);
      await hub.credential.cards.insert(activeCard({ id, residentRef: id, number }));
    }),
  );

const partyKeys = createKeyRing({
  keys: createMemoryStorage().collection<KeyRecord>(keyCollection),
  seal: createSeal(randomBytes(32), 'bench'),
  commonName: 'portal.example',
  trial: true,
  purposes: ['saml'],
});
await partyKeys.ensure();
const { privateKey, certificate = '' } = partyKeys.active('saml');
const name = { ja: 'ポータル', en: 'Portal' };
await hub.registry.register({
  protocol: 'saml',
  key: sp.entityId,
  name,
  status: 'approved',
  contract: { attributes: ['displayName'] },
  settings: { encryptAssertion: false },
  saml: { metadata: buildSpMetadata({ ...sp, certificate, name }) },
});
const { secret = '', metadata } = parseClientMetadata(
  { client_id: 'phr', redirect_uris: [callback], client_name: 'PHR' },
  { allowHttp: true },
);
await hub.registry.register({
  protocol: 'oidc',
  key: 'phr',
  name,
  status: 'approved',
  contract: { attributes: [] },
  settings: {},
  oidc: { metadata, sealedSecret: hub.clientSecrets.seal(Buffer.from(secret), 'oidc:phr') },
});
const { cookie } = await hub.sessions.start({
  residentRef: 'r1',
  cardId: 'c1',
  level: cardPin,
  amr: ['hwk', 'pin'],
  at: Date.now(),
});

const rawKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const signAsync = promisify(sign);
const message = randomBytes(1000);
const ready: BenchHub = {
  origin: hub.origin,
  cookie: `${hub.sessionCookie}=${cookie}`,
  partyKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  partyCertificate: certificate,
  clientSecret: secret,
  cards: issued.map(({ card }) => toSavedCard(card.memory())),
  pin: issued[0]?.pin ?? '',
};
serveMeasurements(
  ready,
  () =>
    perCpuSecond(() => signAsync('sha256', message, rawKey), {
      parallel: 4,
    }),
  hub.close,
);
