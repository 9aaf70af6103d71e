import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import {
  cardPin,
  consumeResponse,
  createReplayGuard,
  decodePost,
  parseIdentityProviderMetadata,
  type UsedId,
  usedIdCollection,
} from '../../federation/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { certificatesIn, isSignedByOneOf, otherProcess, seconds } from '../idp/key-world.ts';
import { authorizationUrl, openParties, type Parties, samlUrl, sp } from '../idp/sign-on-world.ts';
import { attributeIn } from '../idp/world.ts';

/** The run ends when this many keys of each purpose have been in use and this many sign-ons were made, however slow the machine. */
const wanted = { keys: 4, signOns: 20 };
const longestMs = 60_000;
/** Parties read metadata and JWKS anew this often: more often than the hub's notice is long. */
const rereadMs = 500;
const unlimited = { points: 10_000_000 };
const times = { announceDays: seconds(1.2), activeDays: seconds(2), retiredDays: seconds(2) };

interface Counts {
  saml: number;
  oidc: number;
  failed: string[];
  unverified: string[];
}

describe('sign-ons while keys roll', function () {
  this.timeout(longestMs + 30_000);
  let world: Parties;
  let other: Awaited<ReturnType<typeof otherProcess>>;
  let cookie = '';
  before(async () => {
    const limits = { pages: unlimited, signIn: unlimited, token: unlimited };
    world = await openParties({ more: { limits, keys: { rotation: { saml: times, oidc: times } } } });
    other = await otherProcess(world.hub);
    const presented = { residentRef: 'r1', cardId: world.issued.cardId, level: cardPin, amr: ['hwk', 'pin'] };
    const started = await world.hub.sessions.start({ ...presented, at: Date.now() });
    cookie = `${world.hub.sessionCookie}=${started.cookie}`;
  });
  after(async () => {
    await other.close();
    await world.hub.close();
  });

  const visit = (url: string) => fetch(url, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });

  /** A SAML party that keeps a copy of our metadata, and takes a new one only when the copy vouches for it. */
  function samlParty(counts: Counts) {
    const replay = createReplayGuard({ used: createMemoryStorage().collection<UsedId>(usedIdCollection) });
    let copy = '';
    let readAt = 0;

    async function metadata(): Promise<string> {
      if (performance.now() - readAt < rereadMs) return copy;
      readAt = performance.now();
      const fresh = await (await fetch(`${world.hub.origin}/saml/metadata`)).text();
      if (copy && !isSignedByOneOf(certificatesIn(copy), fresh)) counts.unverified.push('metadata');
      copy = fresh;
      return copy;
    }

    return async () => {
      const known = await metadata();
      const requestId = `_${crypto.randomUUID()}`;
      const response = await visit(await samlUrl(world, { id: requestId }));
      const field = attributeIn(await response.text(), /name="SAMLResponse" value="([^"]+)"/);
      if (response.status !== 200 || !field) return void counts.failed.push(`saml ${response.status}`);
      counts.saml += 1;
      if (!isSignedByOneOf(certificatesIn(known), Buffer.from(field, 'base64').toString()))
        counts.unverified.push('xml-crypto');
      const idp = parseIdentityProviderMetadata(known, { now: Date.now() });
      const message = decodePost(new URLSearchParams({ SAMLResponse: field }), 'SAMLResponse');
      const terms = { ...sp, requestId, idp, decryptionKeys: [], replay, now: Date.now() };
      await consumeResponse(message, terms).catch((error: Error) => counts.unverified.push(error.message));
    };
  }

  /** An OpenID Connect party whose ID tokens jose judges by a cached copy of our JWKS. */
  function oidcParty(counts: Counts) {
    const { origin } = world.hub;
    const keySet = createRemoteJWKSet(new URL(`${origin}/oidc/jwks`), { cacheMaxAge: rereadMs });
    const config = world.clients[0];
    if (!config) throw new TypeError('no client');
    return async () => {
      const { url, redeem } = await authorizationUrl(config);
      const left = (await visit(url)).headers.get('location') ?? '';
      const token = await redeem(left).catch((error: Error) => error);
      if (token instanceof Error) return void counts.failed.push(`oidc ${token.message}`);
      counts.oidc += 1;
      await jwtVerify(token.id_token ?? '', keySet, { issuer: origin, audience: 'phr' }).catch((error: Error) =>
        counts.unverified.push(error.message),
      );
    };
  }

  it('none fails, and every signature is verified by copies of metadata and JWKS that are older than the answer', async () => {
    const counts: Counts = { saml: 0, oidc: 0, failed: [], unverified: [] };
    const startedAt = performance.now();
    const watched = new Set<string>();
    const keysSeen = () =>
      Math.min(...['saml', 'oidc-es256'].map((purpose) => [...watched].filter((id) => id.startsWith(purpose)).length));
    const isEnough = () => keysSeen() >= wanted.keys && Math.min(counts.saml, counts.oidc) >= wanted.signOns;
    const keep = async (act: () => Promise<unknown>) => {
      while (!isEnough() && performance.now() - startedAt < longestMs) await act();
    };
    const watch = keep(async () => {
      await pause(50);
      for (const { look } of other.rotating)
        for (const { id, state } of await look()) if (state === 'active') watched.add(id);
    });
    const parties = [samlParty, oidcParty, samlParty, oidcParty].map((open) => open(counts));
    await Promise.all([watch, ...parties.map(keep)]);
    const moves = (await other.audited()).filter(({ type }) => type === 'key.activated').length;
    process.stdout.write(
      `      ${counts.saml} SAML and ${counts.oidc} OIDC sign-ons over ${moves} changes of keys in ${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${counts.failed.length} failed requests, ${counts.unverified.length} failed verifications\n`,
    );
    expect(counts.failed).to.deep.equal([]);
    expect(counts.unverified).to.deep.equal([]);
    expect(keysSeen()).to.be.at.least(wanted.keys);
    expect(Math.min(counts.saml, counts.oidc)).to.be.at.least(wanted.signOns);
    const told = world.hub.logged.map((line) => JSON.parse(line) as { level: number; msg: string });
    expect(told.filter(({ level, msg }) => level >= 40 || msg === 'refused')).to.deep.equal([]);
  });
});
