import { expect } from 'chai';
import fc from 'fast-check';
import { facesOf } from '../../../idp/listeners/face.ts';
import { freePort } from '../../ports.ts';
import { startTestHub, type TestHub } from '../world.ts';

describe('what a listener serves', () => {
  const ports = { pages: 0, console: 0, api: 0, 'id-wsf': 0, tokens: 0, setup: 0, health: 0 };
  type Served = keyof typeof ports;
  let hub: TestHub;
  before(async () => {
    for (const face of Object.keys(ports) as Served[]) ports[face] = await freePort();
    const listeners = Object.entries(ports).map(([face, port]) => ({ port, serves: [face] }));
    hub = await startTestHub({ more: { listeners, limits: { pages: { points: 10_000 }, token: { points: 10_000 } } } });
  });
  after(() => hub?.close());

  /** Everything of the hub's own origin, by the listener that is asked. */
  async function ask(face: Served, path: string, method = 'GET') {
    const headers = { host: new URL(hub.origin).host, 'content-type': 'text/xml', accept: 'text/html' };
    const { request } = await import('node:http');
    return new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request(
        { port: ports[face], host: '127.0.0.1', path, method, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
          );
        },
      );
      sent.on('error', reject);
      sent.end();
    });
  }

  /** Without what differs from answer to answer. */
  const plain = ({ status, text }: { status: number; text: string }) =>
    `${status} ${text.replaceAll(/[0-9A-F]{10}/g, '').replaceAll(/return=[^"&]*/gi, '')}`;

  const samples: readonly (readonly [method: string, path: string, served: readonly Served[]])[] = [
    ['GET', '/', ['pages']],
    ['GET', '/account', ['pages']],
    ['GET', '/saml/sso', ['pages']],
    ['GET', '/saml/metadata', ['pages', 'tokens']],
    ['GET', '/saml/slo', ['pages']],
    ['POST', '/saml/slo/soap', ['tokens']],
    ['GET', '/oidc/end-session', ['pages']],
    ['GET', '/sign-out', ['pages', 'console']],
    ['GET', '/.well-known/openid-configuration', ['pages', 'tokens']],
    ['GET', '/oidc/jwks', ['pages', 'tokens']],
    ['GET', '/oidc/authorize', ['pages']],
    ['POST', '/oidc/token', ['tokens']],
    ['POST', '/oidc/introspect', ['tokens']],
    ['GET', '/oidc/userinfo', ['tokens']],
    ['POST', '/soap', ['id-wsf']],
    ['GET', '/api/admin/v1/providers', ['api']],
    ['GET', '/.well-known/oauth-protected-resource/api/admin/v1', ['api']],
    ['GET', '/admin', ['console']],
    ['GET', '/admin/audit', ['console']],
    ['GET', '/setup', ['setup']],
    ['GET', '/healthz', ['health']],
  ];

  for (const [method, path, served] of samples)
    it(`${method} ${path} is there for ${served.join(' and ')}, and a plain 404 elsewhere`, async () => {
      for (const face of Object.keys(ports) as Served[]) {
        const unknown = await ask(face, '/nowhere', method);
        const found = await ask(face, path, method);
        expect(unknown.status).to.equal(404);
        if (served.includes(face)) expect(plain(found), face).to.not.equal(plain(unknown));
        else expect(plain(found), face).to.equal(plain(unknown));
      }
    });

  it('is not widened by the case, slashes or escapes of an address (attacker: the console from the internet)', async () => {
    const disguised = [
      '/ADMIN',
      '/Admin/Audit',
      '/admin/',
      '//admin',
      '/./admin',
      '/%61dmin',
      '/account/../admin',
      '/admin%2faudit',
      '/;/admin',
      `http://localhost:${ports.pages}/admin`,
      '/SOAP',
      '/soap/',
      '/API/admin/v1/providers',
      '/Healthz',
      '/OIDC/Token',
    ];
    for (const path of disguised)
      for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS'])
        expect((await ask('pages', path, method)).status, `${method} ${path}`).to.equal(404);
  });

  it('knows every address as something, in either case', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        expect(facesOf(`/${text}`)).to.not.be.empty;
        expect(facesOf(`/${text.toUpperCase()}`)).to.deep.equal(facesOf(`/${text.toUpperCase().toLowerCase()}`));
      }),
    );
    for (const name of ['constructor', '__proto__', 'toString']) expect(facesOf(`/${name}`)).to.deep.equal(['pages']);
  });
});
