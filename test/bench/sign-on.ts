import { createHash, createPrivateKey, randomBytes } from 'node:crypto';
import { createSoftwareCard, fromSavedCard } from '../../card-auth/index.ts';
import { buildAuthnRequest, encodeRedirect } from '../../federation/index.ts';
import { browser, signInAt } from '../idp/world.ts';
import type { BareOidc } from './bare-oidc-process.ts';
import { startServer } from './child.ts';
import { createClient } from './http.ts';
import type { BenchHub } from './hub-process.ts';
import { type Figure, inLanes } from './measure.ts';

const lanes = 16;
const extension = import.meta.url.split('.').at(-1);
const sp = { entityId: 'https://portal.example/saml', acsUrl: 'https://portal.example/saml/acs' };
const callback = 'http://127.0.0.1:9/callback';

/** Signed Redirect requests made ahead, each used once. */
async function samlRequests({ origin, partyKey }: BenchHub, count: number): Promise<string[]> {
  const key = { privateKey: createPrivateKey(partyKey), algorithm: 'rsa-sha256' } as const;
  const one = async () => {
    const id = `_${randomBytes(16).toString('hex')}`;
    const xml = await buildAuthnRequest({
      id,
      issuer: sp.entityId,
      destination: `${origin}/saml/sso`,
      acsUrl: sp.acsUrl,
      now: Date.now(),
    });
    return encodeRedirect(`${origin}/saml/sso`, { name: 'SAMLRequest', xml, relayState: 'r', key });
  };
  return Promise.all(Array.from({ length: count }, one));
}

/** Authorize with a live session, then redeem the code: what a party's sign-in costs the provider. */
async function codeFlow(
  origin: string,
  paths: { authorize: string; token: string },
  cookie: string,
  secret: string,
  { send }: ReturnType<typeof createClient>,
): Promise<void> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: 'phr',
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid',
    state: 's',
    nonce: 'n',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const answered = await send(`${origin}${paths.authorize}?${query}`, { headers: { cookie } });
  const code = new URL(answered.headers.location ?? '', origin).searchParams.get('code');
  if (!code) throw new Error(`no code: ${answered.status} ${answered.headers.location} ${answered.text.slice(0, 300)}`);
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    code_verifier: verifier,
  }).toString();
  const authorization = `Basic ${Buffer.from(`phr:${secret}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
  const token = await send(`${origin}${paths.token}`, { method: 'POST', headers, body });
  if (token.status !== 200) throw new Error(`no token: ${token.status} ${token.text.slice(0, 300)}`);
}

/** The hub over HTTP with its durable store, beside the raw signature rate and the bare provider. */
export async function benchSignOn(): Promise<Figure[]> {
  const hub = await startServer<BenchHub>(new URL(`hub-process.${extension}`, import.meta.url));
  const bare = await startServer<BareOidc>(new URL(`bare-oidc-process.${extension}`, import.meta.url));
  const client = createClient();
  try {
    const raw = await hub.raw();
    return [await benchSso(hub, client, raw), await benchOidc(hub, bare, client), await benchCard(hub)];
  } finally {
    client.close();
    await Promise.all([hub.stop(), bare.stop()]);
  }
}

type Hub = Awaited<ReturnType<typeof startServer<BenchHub>>>;
type Client = ReturnType<typeof createClient>;

async function benchSso({ ready, measure }: Hub, { send }: Client, raw: number): Promise<Figure> {
  // A server's code paths are long: runs of three seconds read a tenth lower than what it reaches after ten.
  const [warmUp, count] = [12_000, 4_000];
  const urls = await samlRequests(ready, warmUp + count);
  const one = async (url: string) => {
    const { status, text } = await send(url, { headers: { cookie: ready.cookie } });
    if (status !== 200 || !text.includes('SAMLResponse')) throw new Error(`no answer: ${status} ${text.slice(0, 300)}`);
  };
  await inLanes(urls.slice(0, warmUp), lanes, one);
  const value = await measure(count, () => inLanes(urls.slice(warmUp), lanes, one));
  return {
    name: 'SSO over HTTP with a live session, signed request',
    value,
    unit: '/CPU s',
    limit: { name: 'raw RSA signatures', value: raw },
    target: 0.4,
  };
}

async function benchOidc(
  hub: Hub,
  bare: Awaited<ReturnType<typeof startServer<BareOidc>>>,
  client: Client,
): Promise<Figure> {
  const counts = Array.from({ length: 1_500 }, (_, at) => at);
  const ours = () =>
    inLanes(counts, lanes, () =>
      codeFlow(
        hub.ready.origin,
        { authorize: '/oidc/authorize', token: '/oidc/token' },
        hub.ready.cookie,
        hub.ready.clientSecret,
        client,
      ),
    );
  const theirs = () =>
    inLanes(counts, lanes, () =>
      codeFlow(
        bare.ready.origin,
        { authorize: '/auth', token: '/token' },
        bare.ready.cookie,
        bare.ready.clientSecret,
        client,
      ),
    );
  for (let round = 0; round < 4; round += 1) {
    await ours();
    await theirs();
  }
  const limit = await bare.measure(counts.length, theirs);
  const value = await hub.measure(counts.length, ours);
  return {
    name: 'OIDC code flow (authorize, token), durable',
    value,
    unit: '/CPU s',
    limit: { name: 'bare oidc-provider on a Map', value: limit },
    target: 0.75,
  };
}

/**
 * The whole card sign-in, several residents at once; the terminals' own work (PBKDF2 above all) is in this process and
 * not counted.
 */
export async function benchCard({ ready, measure }: Hub): Promise<Figure> {
  const perCard = 20;
  const warmUp = 20;
  const terminals = await Promise.all(
    ready.cards.map(async (saved) => {
      const urls = await samlRequests(ready, warmUp + perCard);
      const card = createSoftwareCard({ memory: fromSavedCard(saved), save: async () => undefined });
      const tabs = urls.map((url) => ({ tab: browser(), url }));
      return { card, tabs };
    }),
  );
  const pages = new Map<string, string>();
  for (const { tabs } of terminals) for (const { tab, url } of tabs) pages.set(url, (await tab.visit(url)).url);
  const signIns = (from: number, to: number) =>
    Promise.all(
      terminals.map(async ({ card, tabs }) => {
        for (const { tab, url } of tabs.slice(from, to)) {
          card.power();
          await signInAt(tab, pages.get(url) ?? '', { card, pin: ready.pin });
        }
      }),
    );
  await signIns(0, warmUp);
  const count = terminals.length * perCard;
  const value = await measure(count, async () => void (await signIns(warmUp, warmUp + perCard)));
  return { name: 'card sign-in, server side (page, four steps)', value, unit: '/CPU s', target: 200 };
}
