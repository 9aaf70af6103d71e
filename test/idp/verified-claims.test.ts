import { expect } from 'chai';
import * as oidc from 'openid-client';
import { cardPin, parseClientMetadata, passkey } from '../../federation/index.ts';
import { answerVerifiedClaims, verificationOf } from '../../idp/oidc/verified-claims.ts';
import { type OfficeWorld, startOfficeWorld } from './office/office-world.ts';
import { attributeIn } from './world.ts';

const redirectUri = 'https://party.example/callback';
const secret = 'a-secret-of-24-characters';
const framework = 'urn:x-sanuki:trust-framework:card-office';
const all = { name: null, birthdate: null, gender: null, address: null };
const ask = (claims: object = all, verification: object = {}) => ({
  verification: { trust_framework: null, ...verification },
  claims,
});

describe('verified_claims (OpenID Connect for Identity Assurance)', () => {
  let world: OfficeWorld;
  let number = 0;
  beforeEach(async () => {
    const cardOffice = { identityAssurance: { enabled: true } };
    world = await startOfficeWorld({ more: { cardOffice } });
    await register('with', ['verifiedIdentity']);
    await register('without', ['displayName']);
    await world.approvedTask();
  });
  afterEach(() => world.close());

  async function register(clientId: string, attributes: string[]): Promise<void> {
    const given = { client_id: clientId, redirect_uris: [redirectUri], client_secret: secret };
    const { metadata, name } = parseClientMetadata(given, { allowHttp: true });
    const sealedSecret = world.clientSecrets.seal(Buffer.from(secret), `oidc:${clientId}`);
    const common = { protocol: 'oidc', key: clientId, name, status: 'approved', settings: {} } as const;
    await world.registry.register({ ...common, contract: { attributes }, oidc: { metadata, sealedSecret } });
  }

  /** A browser of somebody who is signed in, at a client. */
  async function party(clientId = 'with', residentRef = 'P004', level: string = cardPin) {
    const card = await (residentRef === 'P004' && number++ === 0 ? world.holderCard() : undefined);
    const cardId = card?.cardId ?? world.cards.get('auditor')?.cardId ?? '';
    const { session, cookie } = await world.sessions.start({
      residentRef,
      cardId,
      level,
      amr: ['hwk', 'pin'],
      at: world.now(),
    });
    const config = await oidc.discovery(new URL(world.origin), clientId, secret, undefined, {
      execute: [oidc.allowInsecureRequests],
    });
    const jar = new Map([[world.sessionCookie, cookie]]);

    async function visit(url: string | URL, init: RequestInit = {}): Promise<Response> {
      const headers = new Headers(init.headers);
      headers.set('cookie', [...jar].map((pair) => pair.join('=')).join('; '));
      const response = await fetch(new URL(url, world.origin), { ...init, headers, redirect: 'manual' });
      for (const line of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      return response;
    }

    async function begin(claims: object, more: Record<string, string> = {}) {
      const verifier = oidc.randomPKCECodeVerifier();
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid',
        claims: JSON.stringify(claims),
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...more,
      });
      return { verifier, response: await visit(url) };
    }
    const locationOf = (response: Response) => new URL(response.headers.get('location') ?? '/none', world.origin);

    /** Answers the consent page, and goes on until the party's address. */
    async function answer(at: URL, decision: 'agree' | 'decline', period = 'session'): Promise<URL> {
      const html = await (await visit(at)).text();
      const body = new URLSearchParams({ csrf: attributeIn(html, /name="csrf" value="([^"]+)"/), decision });
      if (decision === 'agree')
        for (const [name, value] of Object.entries({ types: 'verifiedIdentity', period })) body.append(name, value);
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: world.origin };
      let response = await visit(at, { method: 'POST', body: body.toString(), headers });
      for (let hop = 0; hop < 5 && locationOf(response).origin === world.origin; hop += 1)
        response = await visit(locationOf(response));
      return locationOf(response);
    }

    async function redeem(back: URL, verifier: string) {
      const tokens = await oidc.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier });
      const userInfo = () => oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
      return { idToken: tokens.claims(), userInfo };
    }
    return { session, visit, begin, answer, redeem, locationOf };
  }

  const everywhere = (request: object = ask()) => ({
    id_token: { verified_claims: request },
    userinfo: { verified_claims: request },
  });

  it('tell a party with the contract what was proofed, after the resident agreed on a page that names it', async () => {
    const { begin, locationOf, visit, answer, redeem } = await party();
    const wanted = ask(all, { time: null, evidence: null, assurance_process: null });
    const { verifier, response } = await begin(everywhere(wanted));
    const page = locationOf(response);
    expect(page.pathname).to.match(/^\/consent\//);
    const shown = await visit(page, { headers: { 'accept-language': 'ja' } });
    const html = await shown.text();
    expect(html).to.include('party.example').and.include('本人確認の結果').and.include('本人確認を済ませたことを');
    expect(shown.headers.get('content-security-policy')).to.include('form-action').and.include('https://party.example');
    const back = await answer(page, 'agree');
    const { idToken, userInfo } = await redeem(back, verifier);
    const told = (await userInfo()).verified_claims as { verification: object; claims: object };
    expect(told.claims).to.deep.equal({
      name: '髙橋 健一',
      birthdate: '1984-03-02',
      gender: 'male',
      address: {
        formatted: '高松市太田上町4番地',
        street_address: '太田上町4番地',
        locality: '高松市',
        postal_code: '760-9904',
        country: 'JP',
      },
    });
    expect(told.verification).to.include({ trust_framework: framework });
    expect(told.verification).to.have.nested.property('evidence[0].document_details.type', 'passport');
    expect(told.verification)
      .to.have.nested.property('time')
      .that.matches(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/);
    expect(idToken?.verified_claims).to.deep.equal(told);
    const { accesses } = await world.attributes.accessLog.accessesOf('P004');
    expect(accesses.map(({ party: by, types, result }) => [by, ...types, result])).to.deep.equal(
      Array.from({ length: 2 }, () => ['oidc:with', 'verifiedIdentity', 'released']),
    );
    expect(JSON.stringify(accesses) + world.logged.join())
      .to.not.include('髙橋')
      .and.not.include('1984-03-02');
  });

  it('give no member that was not asked for, and leave a claim out whose value is another', async () => {
    const { begin, locationOf, answer, redeem } = await party();
    const request = ask({ birthdate: { value: '1990-01-01' }, gender: null });
    const { verifier, response } = await begin({ userinfo: { verified_claims: request } });
    const { idToken, userInfo } = await redeem(await answer(locationOf(response), 'agree'), verifier);
    expect((await userInfo()).verified_claims).to.deep.equal({
      verification: { trust_framework: framework },
      claims: { gender: 'male' },
    });
    expect(idToken).to.not.have.property('verified_claims');
  });

  it('end with the consent: declined, withdrawn, or of one sign-in only', async () => {
    const first = await party();
    const { verifier, response } = await first.begin(everywhere());
    const declined = await first.redeem(await first.answer(first.locationOf(response), 'decline'), verifier);
    expect(declined.idToken).to.not.have.property('verified_claims');
    expect(await declined.userInfo()).to.not.have.property('verified_claims');
    const again = await first.begin(everywhere());
    const agreed = await first.redeem(await first.answer(first.locationOf(again.response), 'agree'), again.verifier);
    expect(await agreed.userInfo()).to.have.property('verified_claims');
    const [{ consent } = { consent: { id: '' } }] = await world.attributes.consents.list('P004');
    await world.attributes.consents.withdraw('P004', consent.id);
    expect(await agreed.userInfo(), 'from the next request on').to.not.have.property('verified_claims');
    const third = await first.begin(everywhere());
    await first.answer(first.locationOf(third.response), 'agree');
    const other = await party();
    expect(other.locationOf((await other.begin(everywhere())).response).pathname, 'another sign-in').to.match(
      /^\/consent\//,
    );
  });

  it('are never asked about or told without the contract, a proofing, the level, or where a party wants no page', async () => {
    await world.credential.residents.insert({
      id: 'import',
      name: { kana: 'イレタ' },
      sex: 1,
      birthDate: '1990-01-01',
      synthetic: true,
    });
    const cases = {
      'without the contract': await party('without'),
      'who was imported': await party('with', 'import'),
      'by a passkey alone': await party('with', 'P004', passkey),
      'nothing that fits': await party(),
      'prompt=none': await party(),
    };
    for (const [name, { begin, locationOf, redeem }] of Object.entries(cases)) {
      const request = name === 'nothing that fits' ? ask(all, { trust_framework: { value: 'eidas' } }) : ask();
      const more: Record<string, Record<string, string>> = {
        'by a passkey alone': { acr_values: passkey },
        'prompt=none': { prompt: 'none' },
      };
      const { verifier, response } = await begin(everywhere(request), more[name] ?? {});
      const back = locationOf(response);
      expect(back.origin, name).to.equal('https://party.example');
      const { idToken, userInfo } = await redeem(back, verifier);
      expect(idToken, name).to.not.have.property('verified_claims');
      expect(await userInfo(), name).to.not.have.property('verified_claims');
    }
  });

  it('do not vouch for what the register changed after the proofing, nor tell a protected address', async () => {
    const { begin, locationOf, answer, redeem } = await party();
    const { verifier, response } = await begin(everywhere());
    const { userInfo } = await redeem(await answer(locationOf(response), 'agree'), verifier);
    await world.changeResident('P004', (one) => ({
      ...one,
      name: { kanji: '香川 健一' },
      protection: ['hideAddress'],
    }));
    const told = (await userInfo()).verified_claims as { claims: object };
    expect(told.claims).to.deep.equal({ birthdate: '1984-03-02', gender: 'male' });
  });

  it('refuse a malformed request with a reason, whatever its depth, and let nobody answer for another session', async () => {
    const { begin, locationOf } = await party();
    const deep = JSON.parse(`${'['.repeat(900)}${']'.repeat(900)}`) as unknown[];
    for (const request of [
      { claims: all },
      { verification: {}, claims: all },
      ask({}),
      ask({ name: 1 }),
      { verification: null, claims: null },
    ]) {
      const back = locationOf((await begin(everywhere(request))).response);
      expect(back.searchParams.get('error'), JSON.stringify(request)).to.equal('invalid_request');
    }
    const back = locationOf((await begin({ userinfo: { verified_claims: ask(all, { x: deep }) } })).response);
    expect(back.origin, 'nothing is known that deep').to.equal('https://party.example');
    // The attacker has a question of his own open, and sends the address behind it to somebody who is signed in.
    const { response } = await begin(everywhere());
    const returnTo = new URL(locationOf(response).searchParams.get('ReturnToURL') ?? '');
    const victim = await party('with', 'P006');
    const lured = await victim.visit(returnTo, { headers: { accept: 'application/json' } });
    expect(((await lured.json()) as { code: string }).code).to.equal('SIGN_IN_EXPIRED');
    expect((await victim.visit(locationOf(response))).headers.get('location'), 'the page').to.match(/^\/sign-in\//);
  });

  it('are announced where they are offered, and nowhere else', async () => {
    const metadata = async (origin: string) =>
      (await (await fetch(`${origin}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    const on = await metadata(world.origin);
    expect(on).to.deep.include({ verified_claims_supported: true, trust_frameworks_supported: [framework] });
    expect(on.claims_supported).to.include('verified_claims');
    const plain = await startOfficeWorld();
    const off = await metadata(plain.origin);
    await plain.close();
    expect(off).to.not.have.any.keys('verified_claims_supported', 'trust_frameworks_supported', 'evidence_supported');
    expect(off.claims_supported).to.not.include('verified_claims');
  });
});

describe('an answer of verified_claims', () => {
  const at = Date.parse('2026-10-01T01:02:03Z');
  const proofing = { at, askedAt: at - 60_000, evidence: 'two-papers', validation: 'visual-and-register' } as const;
  const person = { verification: verificationOf(proofing, framework), claims: { name: 'x', birthdate: '1984-03-02' } };
  const of = (verification: object, claims: object = { name: null }) =>
    answerVerifiedClaims(ask(claims, verification), person, at + 3_600_000);

  it('is left out whole where a demand on the verification is not met', () => {
    expect(of({ trust_framework: { value: framework } })).to.not.equal(undefined);
    for (const unmet of [
      { trust_framework: { value: 'other' } },
      { trust_framework: { values: ['a', 'b'] } },
      { time: { max_age: 60 } },
      { verification_process: { value: 'x' } },
      { evidence: [{ type: { value: 'document' } }] },
      { assurance_level: { essential: true, value: 'high' } },
      { evidence: [{ type: { value: 'electronic_record' }, record: { type: { value: 'bank_account' } } }] },
    ])
      expect(of(unmet), JSON.stringify(unmet)).to.equal(undefined);
  });

  it('has what is known of what was asked, and no more', () => {
    const asked = { evidence: [{ type: { value: 'electronic_record' }, record: null }], assurance_level: null };
    expect(of({ ...asked, time: { max_age: 7200 } })?.verification).to.deep.equal({
      trust_framework: framework,
      time: '2026-10-01T01:02Z',
      evidence: [{ type: 'electronic_record', record: { type: 'population_register' } }],
    });
    expect(of({}, { family_name: null }), 'no claim that is known').to.equal(undefined);
    expect(of({}, { constructor: null, name: { essential: true } })?.claims).to.deep.equal({ name: 'x' });
    expect(JSON.stringify(person.verification), 'two papers are of no one kind').to.not.include('"document"');
  });
});
