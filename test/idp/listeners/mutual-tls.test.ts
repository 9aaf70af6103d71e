import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { askingAt } from '../asking-world.ts';
import { browser, issueCard, signInAt } from '../world.ts';
import { createAuthority, type Issued } from './certificates.ts';
import { callback, type MutualTls, openMutualTls } from './mutual-tls-world.ts';
import { ask } from './world.ts';

const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    ({ code, cause }: NodeJS.ErrnoException & { cause?: { code?: string } }) => cause?.code ?? code ?? 'refused',
  );

describe('a listener that demands certificates', () => {
  let world: MutualTls;
  const certificates: Record<'a' | 'b' | 'a2' | 'stranger', Issued> = {} as never;
  const secrets: Record<string, string> = {};
  before(async () => {
    world = await openMutualTls();
    for (const name of ['a', 'b', 'a2', 'stranger'] as const)
      certificates[name] = await world.folder.parties.issue({ name });
    secrets.a = await world.register('a', [certificates.a, certificates.a2], world.program);
    secrets.b = await world.register('b', [certificates.b], world.program);
  });
  after(() => world?.close());

  const tokenOf = async (client: 'a' | 'b', as: Issued = certificates[client]) =>
    JSON.parse((await world.token(client, secrets[client] ?? '', as)).body).access_token as string;

  it('lets nobody in without one, with one of another authority, or with one that has expired', async () => {
    const url = `${world.machines}/oidc/jwks`;
    const { ca } = world.folder.authority;
    const foreign = await (await createAuthority('parties')).issue({ name: 'a' });
    const expired = await world.folder.parties.issue({ name: 'a', days: -1 });
    for (const tls of [{ ca }, world.tlsOf(foreign), world.tlsOf(expired)])
      expect(await refused(ask(url, tls))).to.match(/^(ERR_SSL|ECONNRESET|EPIPE)/);
    expect((await ask(url, world.tlsOf(certificates.stranger))).status, 'the keys of the hub are for all').to.equal(
      200,
    );
  });

  it('serves machines under its own address, with the hub’s own in what they read', async () => {
    const found = JSON.parse(
      (await ask(`${world.machines}/.well-known/openid-configuration`, world.tlsOf(certificates.a))).body,
    );
    expect(found.issuer).to.equal(world.hub.origin);
    expect(found.tls_client_certificate_bound_access_tokens).to.equal(true);
    expect((await ask(`${world.machines}/admin`, world.tlsOf(certificates.a))).status).to.equal(404);
    expect((await fetch(`${world.hub.origin}/api/admin/v1/providers`)).status, 'not on the other listener').to.equal(
      404,
    );
    expect((await fetch(`${world.hub.origin}/oidc/token`, { method: 'POST' })).status).to.equal(404);
  });

  describe('at the token endpoint', () => {
    it('hears a client over its own connection, and with the right secret over no other (RFC 8705 in spirit)', async () => {
      expect((await world.token('a', secrets.a ?? '', certificates.a)).status).to.equal(200);
      for (const as of [certificates.b, certificates.stranger]) {
        const { status, body } = await world.token('a', secrets.a ?? '', as);
        expect([status, JSON.parse(body).error]).to.deep.equal([401, 'invalid_client']);
      }
    });

    it('hears nobody by the certificate alone', async () => {
      expect((await world.token('a', 'x'.repeat(43), certificates.a)).status).to.equal(401);
    });

    it('knows whose connection it is after a resumed session, too', async () => {
      const { port } = new URL(world.machines);
      const options = {
        port: Number(port),
        host: 'localhost',
        servername: 'localhost',
        ...world.tlsOf(certificates.b),
      };
      const answerOver = (session?: Buffer) =>
        new Promise<{ text: string; reused: boolean; session: Buffer | undefined }>((resolve, reject) => {
          let [text, kept, reused] = ['', undefined as Buffer | undefined, false];
          const socket: TLSSocket = connect({ ...options, ...(session ? { session } : {}) }, () => {
            reused = socket.isSessionReused();
            const body = 'grant_type=client_credentials';
            const authorization = world.basic('a', secrets.a ?? '');
            socket.write(
              `POST /oidc/token HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: ${authorization}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
            );
          });
          socket.on('session', (given) => {
            kept = given;
          });
          socket.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          socket.on('error', reject);
          socket.on('close', () => resolve({ text, reused, session: kept }));
        });
      const first = await answerOver();
      const second = await answerOver(first.session);
      expect(second.reused).to.equal(true);
      for (const { text } of [first, second]) expect(text).to.match(/^HTTP\/1\.1 401 /);
    });
  });

  describe('at the administration API', () => {
    it('takes a token of a over a connection of a, and over one of b or of a stranger never', async () => {
      const token = await tokenOf('a');
      expect((await world.call(token, certificates.a)).status).to.equal(200);
      for (const as of [certificates.b, certificates.stranger]) {
        const { status, body } = await world.call(token, as);
        expect([status, JSON.parse(body).code]).to.deep.equal([401, 'TOKEN_REFUSED']);
      }
    });

    it('takes a bound token over the very certificate it was issued to alone (RFC 8705 3)', async () => {
      const bound = { ...world.program, tls_client_certificate_bound_access_tokens: true };
      const secret = await world.register('bound', [certificates.a, certificates.a2], bound);
      const token = JSON.parse((await world.token('bound', secret, certificates.a)).body).access_token;
      expect((await world.call(token, certificates.a)).status).to.equal(200);
      expect((await world.call(token, certificates.a2)).status, 'its own, but another').to.equal(401);
    });

    it('ends a withdrawn certificate and a suspended client at the next request of an open connection', async () => {
      const own = await world.folder.parties.issue({ name: 'leaving' });
      const other = await world.folder.parties.issue({ name: 'new' });
      const secret = await world.register('leaving', [own, other], world.program);
      const token = JSON.parse((await world.token('leaving', secret, own)).body).access_token;
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      expect((await world.call(token, own, agent)).status).to.equal(200);
      await world.register('leaving', [other], world.program);
      expect((await world.call(token, own, agent)).status).to.equal(401);
      expect((await world.call(token, other)).status, 'the one that is left').to.equal(200);
      await world.hub.registry.setStatus('oidc:leaving', 'suspended');
      expect((await world.call(token, other)).status).to.equal(401);
      agent.destroy();
    });
  });

  describe('for a terminal', () => {
    it('takes neither a code nor a token of one over the connection of another, and spends nothing by it', async () => {
      const secret = await world.register('terminal', [certificates.a], { redirect_uris: [callback] });
      const own = browser();
      const issued = await issueCard(world.hub);
      const verifier = 'v'.repeat(43);
      const asked = new URLSearchParams({
        client_id: 'terminal',
        response_type: 'code',
        redirect_uri: callback,
        scope: 'openid profile',
        state: 's',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      const prompt = await own.visit(`${world.hub.origin}/oidc/authorize?${asked}`);
      const { left = '' } = await own.visit(await signInAt(own, prompt.url, issued));
      const code = new URL(left).searchParams.get('code') ?? '';
      const fields = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
      const redeem = (as: Issued) => world.post('/oidc/token', as, world.basic('terminal', secret), fields);
      expect((await redeem(certificates.b)).status).to.equal(401);
      const redeemed = await redeem(certificates.a);
      expect(redeemed.status, redeemed.body).to.equal(200);
      const { access_token: token } = JSON.parse(redeemed.body);
      const look = (as: Issued) =>
        ask(`${world.machines}/oidc/userinfo`, { headers: { authorization: `Bearer ${token}` }, ...world.tlsOf(as) });
      const stolen = await look(certificates.b);
      expect([stolen.status, stolen.body.includes('sub')]).to.deep.equal([401, false]);
      expect((await look(certificates.a)).status).to.equal(200);
      const about = (as: Issued) => world.post('/oidc/introspect', as, world.basic('terminal', secret), { token });
      expect((await about(certificates.b)).status).to.equal(401);
      expect(JSON.parse((await about(certificates.a)).body).active).to.equal(true);
    });
  });

  describe('at the SOAP endpoint', () => {
    it('takes a signed message of a over the connection of a, of b never, and ends it with the registration', async () => {
      const at = askingAt({ ...world.hub, hub: world.hub.hub });
      const [one, other] = [await world.samlParty('one'), await world.samlParty('other')];
      await at.register(one.party);
      await at.register(other.party);
      const { cardId } = await issueCard(world.hub, { residentRef: 'r9', number: '1234567890999' });
      const { cookie } = await at.signIn({ residentRef: 'r9', cardId });
      const bootstrap = await at.bootstrapFor(one.party, cookie);
      const over = async (as: Issued) => {
        const answer = await at.ask(one.party, bootstrap, {}, world.tlsOf(as));
        return answer.kind === 'refused' ? answer.code : answer.kind;
      };
      expect(await over(one.own), 'read, and up to the resident').to.equal('ActionNotAuthorized');
      for (const as of [other.own, certificates.a]) expect(await over(as)).to.equal('InappropriateCredentials');
      expect(world.hub.logged.join('')).to.include('the certificate of the connection is not of the sender');
      await world.hub.registry.setStatus(`saml:${one.party.entityId}`, 'suspended');
      expect(await over(one.own)).to.equal('ProviderIDNotValid');
    });
  });

  describe('when its files change', () => {
    it('follows its file of authorities: whoever is no longer in it gets no new connection', async () => {
      const url = `${world.machines}/oidc/jwks`;
      expect((await ask(url, world.tlsOf(certificates.b))).status).to.equal(200);
      await writeFile(world.folder.clientCertificates.ca, (await createAuthority('next')).ca);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await refused(ask(url, world.tlsOf(certificates.b)))).to.match(/^(ERR_SSL|ECONNRESET|EPIPE)/);
      await writeFile(world.folder.clientCertificates.ca, '');
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await refused(ask(url, { ca: world.folder.authority.ca })), 'an empty file opens nothing').to.match(
        /^(ERR_SSL|ECONNRESET|EPIPE)/,
      );
    });
  });
});
