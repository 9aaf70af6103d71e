import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type Adapter, type AdapterPayload, interactionPolicy, Provider } from 'oidc-provider';
import { serveMeasurements } from './child.ts';

/** The limit for the OIDC flow: oidc-provider alone with records in a Map, the same keys, cookies and client. */
export interface BareOidc {
  readonly origin: string;
  readonly cookie: string;
  readonly clientSecret: string;
}

const records = new Map<string, AdapterPayload>();

function mapAdapter(model: string): Adapter {
  const keyOf = (id: string) => `${model}:${id}`;
  return {
    async upsert(id, payload) {
      records.set(keyOf(id), payload);
      if (payload.uid) records.set(keyOf(`uid:${payload.uid}`), payload);
    },
    find: async (id) => records.get(keyOf(id)),
    findByUid: async (uid) => records.get(keyOf(`uid:${uid}`)),
    findByUserCode: async () => undefined,
    async consume(id) {
      const record = records.get(keyOf(id));
      if (record) record.consumed = Math.floor(Date.now() / 1000);
    },
    async destroy(id) {
      records.delete(keyOf(id));
    },
    async revokeByGrantId() {},
  };
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
const clientSecret = randomBytes(32).toString('base64url');
const provider = new Provider(origin, {
  adapter: mapAdapter,
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', kid: 'es' }] },
  cookies: { keys: [], names: { session: 'session' } },
  clients: [
    {
      client_id: 'phr',
      client_secret: clientSecret,
      redirect_uris: ['http://127.0.0.1:9/callback'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
      subject_type: 'pairwise',
    },
  ],
  subjectTypes: ['pairwise'],
  pairwiseIdentifier: async (_ctx, accountId, client) => `${client.clientId}-${accountId}`,
  responseTypes: ['code'],
  pkce: { required: () => true },
  claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], acr: null, amr: null, auth_time: null, sid: null, iss: null },
  acrValues: ['urn:x-sanuki:ac:card-pin'],
  features: { devInteractions: { enabled: false } },
  interactions: { policy: interactionPolicy.base(), url: () => '/interaction' },
  findAccount: async (_ctx, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
});
const grant = new provider.Grant({ clientId: 'phr', accountId: 'r1' });
grant.addOIDCScope('openid');
grant.addOIDCClaims(['sub', 'acr', 'amr', 'auth_time']);
const grantId = await grant.save();
const cookie = randomBytes(32).toString('base64url');
const now = Math.floor(Date.now() / 1000);
const session = {
  jti: cookie,
  kind: 'Session',
  uid: randomBytes(16).toString('hex'),
  accountId: 'r1',
  loginTs: now,
  iat: now,
  exp: now + 3600,
  acr: 'urn:x-sanuki:ac:card-pin',
  amr: ['hwk', 'pin'],
  authorizations: { phr: { sid: 'sid', grantId } },
};
await mapAdapter('Session').upsert(cookie, session, 3600);
const handle = provider.callback();
server.on('request', (request, response) => void handle(request, response));
const ready: BareOidc = { origin, cookie: `session=${cookie}`, clientSecret };
serveMeasurements(
  ready,
  async () => 0,
  async () => void server.close(),
);
