import { expect } from 'chai';
import fc from 'fast-check';
import {
  type CheckContext,
  card,
  cardPin,
  cardPinBound,
  checkRegistration,
  diffRegistrations,
  hasErrors,
  type Level,
  levels,
  otherRegistrationOf,
  type ProviderRecord,
  passkey,
  type RegistrationDraft,
} from '../../federation/index.ts';
import { verificationKeyFromCertificate } from '../../lib/xml/index.ts';
import {
  certificate,
  consumer,
  days,
  jwk,
  logoutService,
  type MetadataParts,
  metadataOf,
  now,
} from './certificates.ts';

const terms = { attributes: { displayName: [], coverage: ['urn:purpose:self'] } };
const context: CheckContext = { now, allowHttp: false, terms, hubEntityId: 'https://hub.example/saml/metadata' };
const check = (draft: RegistrationDraft, more: Partial<CheckContext> = {}) =>
  checkRegistration(draft, { ...context, ...more });
const codes = (findings: ReturnType<typeof check>) => findings.map(({ code, severity }) => `${severity} ${code}`);
const named = { 'client_name#ja': '図書館', 'client_name#en': 'Library' };
const client = { client_id: 'library', redirect_uris: ['https://library.example/cb'], ...named };
const oidc = (more: object = {}, contract?: string[]) =>
  codes(check({ protocol: 'oidc', metadata: { ...client, ...more }, ...(contract ? { contract } : {}) }));

describe('the linter of registrations', () => {
  let strong = '';
  let second = '';
  before(async () => {
    [strong, second] = await Promise.all([certificate(), certificate()]);
  });
  const keys = () => [['signing', strong] as const, ['encryption', strong] as const];
  const saml = (parts: MetadataParts = {}, more: Partial<CheckContext> = {}, contract?: string[]) =>
    codes(
      check(
        { protocol: 'saml', metadata: metadataOf({ keys: keys(), ...parts }), ...(contract ? { contract } : {}) },
        more,
      ),
    );

  it('finds nothing in a good registration of either protocol', () => {
    expect(saml()).to.deep.equal([]);
    expect(oidc()).to.deep.equal([]);
  });

  it('says of each finding where, what, what to do and which section, in both languages', () => {
    const [found] = check({
      protocol: 'saml',
      metadata: metadataOf({ keys: keys(), consumers: consumer('http://party.example/acs') }),
    });
    expect(found).to.deep.include({
      code: 'ADDRESS_NOT_HTTPS',
      severity: 'error',
      where: 'AssertionConsumerService[0]/@Location',
    });
    expect(found?.cite).to.match(/^RFC 9700/);
    for (const words of [found?.message, found?.remedy]) {
      expect(words?.ja).to.match(/[ぁ-ん]/);
      expect(words?.en).to.match(/^[“A-Z]/);
    }
    expect(found?.message.en).to.include('http://party.example/acs');
  });

  describe('SAML', () => {
    it('looks at where sign-outs go: addresses as answers’, and says where there is none (SAML Metadata 2.4.2)', () => {
      expect(saml({ logout: '' })).to.deep.equal(['note LOGOUT_MISSING']);
      expect(saml({ logout: logoutService('https://party.example/slo', 'PAOS') })).to.deep.equal([
        'warning LOGOUT_MISSING',
      ]);
      expect(saml({ logout: logoutService('http://party.example/slo') })).to.deep.equal(['error ADDRESS_NOT_HTTPS']);
      const elsewhere = logoutService('https://party.example/slo" ResponseLocation="javascript:x');
      expect(saml({ logout: elsewhere })).to.deep.equal(['error ADDRESS_UNSAFE']);
    });

    it('refuses addresses for answers that are not plain https (RFC 9700 2.6)', () => {
      for (const [location, code] of [
        ['http://party.example/acs', 'error ADDRESS_NOT_HTTPS'],
        ['javascript:alert(1)', 'error ADDRESS_UNSAFE'],
        ['/acs', 'error ADDRESS_UNSAFE'],
        ['https://a@party.example/acs', 'error ADDRESS_UNSAFE'],
        ['https://party.example/acs#x', 'error ADDRESS_UNSAFE'],
        ['https://*.example/acs', 'error ADDRESS_UNSAFE'],
        [' https://party.example/acs', 'error ADDRESS_UNSAFE'],
        ['https://party.example\\@evil.example/', 'error ADDRESS_UNSAFE'],
        ['https://localhost/acs', 'warning ADDRESS_LOOPBACK'],
      ])
        expect(saml({ consumers: consumer(location ?? '') }), location).to.deep.equal([code]);
      expect(saml({ consumers: consumer('http://127.0.0.1/acs') }, { allowHttp: true })).to.deep.equal([
        'note ADDRESS_NOT_HTTPS',
      ]);
    });

    it('wants HTTP-POST and an index of its own for each (SAML Metadata 2.2.3)', () => {
      const artifact = consumer('https://party.example/art', '1', 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact');
      expect(saml({ consumers: artifact })).to.deep.equal(['error ACS_MISSING', 'note ACS_BINDING_UNUSED']);
      const twice = consumer('https://party.example/a') + consumer('https://party.example/b');
      expect(saml({ consumers: twice })).to.deep.equal(['error ACS_INDEX_REPEATED']);
    });

    it('looks at keys: none, short, an unknown curve, not a certificate', async () => {
      expect(saml({ keys: [] })).to.deep.equal(['error SIGNING_KEY_MISSING', 'warning ENCRYPTION_KEY_MISSING']);
      expect(saml({ keys: [], role: 'WantAssertionsSigned="true"' })).to.include('warning SIGNING_KEY_MISSING');
      const weak = await certificate({ bits: 1024 });
      expect(saml({ keys: [...keys(), ['signing', weak]] })).to.deep.equal(['error KEY_REFUSED']);
      const odd = await certificate({ curve: 'P-521' });
      expect(saml({ keys: [...keys(), ['signing', odd]] })).to.deep.equal(['error KEY_REFUSED']);
      expect(saml({ keys: [...keys(), ['signing', 'AAAA']] })).to.deep.equal(['error CERTIFICATE_UNREADABLE']);
    });

    it('looks at certificates: expired, ending in 60 and 30 days, signed with SHA-1', async () => {
      const ending = async (to: number) => saml({ keys: [...keys(), ['signing', await certificate({ to })]] });
      expect(await ending(days(-1))).to.deep.equal(['warning CERTIFICATE_EXPIRED']);
      expect(await ending(days(29))).to.deep.equal(['warning CERTIFICATE_ENDS_SOON']);
      expect(await ending(days(59))).to.deep.equal(['note CERTIFICATE_ENDS_SOON']);
      expect(await ending(days(61))).to.deep.equal([]);
      const old = await certificate({ hash: 'SHA-1' });
      expect(saml({ keys: [...keys(), ['signing', old]] })).to.deep.equal(['warning CERTIFICATE_HASH_WEAK']);
    });

    it('tells of a key that stands there twice, and of one that another provider has', () => {
      expect(saml({ keys: [...keys(), ['signing', strong]] })).to.deep.equal(['note KEY_REPEATED']);
      const other = otherRegistrationOf(
        record({ key: 'https://other.example/saml', xml: metadataOf({ keys: keys() }) }),
      );
      expect(other.keys).to.deep.equal([verificationKeyFromCertificate(strong).fingerprint]);
      expect(saml({ keys: keys() }, { others: [other] })).to.deep.equal(['warning KEY_SHARED', 'warning KEY_SHARED']);
      expect(saml({ keys: [['', second]] }, { others: [other] })).to.deep.equal([]);
    });

    it('refuses an entityID that is taken, reserved, or no name at all, and asks about one that looks alike', () => {
      const others = [otherRegistrationOf(record({ key: 'https://party.example/saml', xml: '' }))];
      expect(saml({}, { others })).to.deep.equal(['error ENTITY_ID_TAKEN']);
      expect(saml({}, { others, replaces: 'saml:https://party.example/saml' })).to.deep.equal([]);
      for (const alike of [
        'https://PARTY.example/saml',
        'https://party.example/saml/',
        'https://party.example:443/saml',
      ])
        expect(saml({ entityId: alike }, { others }), alike).to.deep.equal(['warning ENTITY_ID_ALIKE']);
      expect(saml({ entityId: 'https://hub.example/saml/metadata' })).to.deep.equal(['error ENTITY_ID_RESERVED']);
      expect(saml({ entityId: 'oidc:library' })).to.include('error ENTITY_ID_RESERVED');
      for (const wrong of ['', 'https://party.example/sa ml', `https://party.example/${'x'.repeat(1024)}`])
        expect(saml({ entityId: wrong })).to.include('error ENTITY_ID_MALFORMED');
      expect(saml({ entityId: 'library' })).to.deep.equal(['warning ENTITY_ID_NOT_URI']);
      expect(saml({ entityId: 'urn:example:library' })).to.deep.equal([]);
    });

    it('tells when the metadata ends, and refuses what is past', () => {
      const until = (at: number) => saml({ attributes: ` validUntil="${new Date(at).toISOString()}"` });
      expect(until(days(-1))).to.deep.equal(['error METADATA_PAST']);
      expect(until(days(5))).to.deep.equal(['warning METADATA_ENDS_SOON']);
      expect(until(days(90))).to.deep.equal([]);
      expect(saml({ attributes: ' validUntil="tomorrow"' })).to.deep.equal(['error METADATA_INVALID']);
    });

    it('tells of promises and algorithms that lead nowhere', () => {
      expect(saml({ role: '' })).to.deep.equal(['note REQUESTS_NOT_SIGNED', 'note ASSERTIONS_SIGNED_ANYWAY']);
      const mail = '<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>';
      expect(saml({ consumers: mail + consumer('https://party.example/acs') })).to.deep.equal([
        'warning NAME_ID_FORMAT_REFUSED',
      ]);
      const methods = (...uris: string[]) =>
        metadataOf({ keys: keys() }).replaceAll(
          '</md:KeyDescriptor>',
          `${uris.map((uri) => `<md:EncryptionMethod Algorithm="${uri}"/>`).join('')}</md:KeyDescriptor>`,
        );
      const cbc = 'http://www.w3.org/2001/04/xmlenc#aes128-cbc';
      const gcm = 'http://www.w3.org/2009/xmlenc11#aes128-gcm';
      const announced = (...uris: string[]) => codes(check({ protocol: 'saml', metadata: methods(...uris) }));
      expect(announced(cbc, 'http://www.w3.org/2001/04/xmlenc#rsa-1_5')).to.deep.equal([
        'warning ENCRYPTION_ALGORITHM_REFUSED',
      ]);
      expect(announced(cbc, gcm, 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p')).to.deep.equal([]);
      const sha1 = `<alg:SigningMethod xmlns:alg="urn:oasis:names:tc:SAML:metadata:algsupport" Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"/>`;
      const xml = metadataOf({ keys: keys() }).replace('<md:Extensions>', `<md:Extensions>${sha1}`);
      expect(codes(check({ protocol: 'saml', metadata: xml }))).to.deep.equal(['warning SIGNATURE_ALGORITHM_REFUSED']);
    });

    it('looks at what residents will see: names in both languages, without markup or invisible letters; raster logos', () => {
      const name = (ja: string, en = 'Library') =>
        saml({
          names: `<mdui:DisplayName xml:lang="ja">${ja}</mdui:DisplayName><mdui:DisplayName xml:lang="en">${en}</mdui:DisplayName>`,
        });
      expect(saml({ names: '' })).to.deep.equal(['warning NAME_MISSING', 'warning NAME_MISSING']);
      for (const bad of ['&lt;script>', '図書\u202e館', '図\u200b書館', '図&#9;書'])
        expect(name(bad), JSON.stringify(bad)).to.deep.equal(['error NAME_UNSAFE']);
      expect(name('図'.repeat(61))).to.deep.equal(['warning NAME_TOO_LONG']);
      const logo = (address: string) =>
        saml({
          more: '',
          names: `<mdui:DisplayName xml:lang="ja">図</mdui:DisplayName><mdui:DisplayName xml:lang="en">L</mdui:DisplayName><mdui:Logo height="1" width="1">${address}</mdui:Logo>`,
        });
      for (const bad of [
        'http://a.example/l.png',
        'data:image/svg+xml;base64,AAAA',
        'https://a.example/l.svg',
        'https://a.example/l.html',
        'javascript:1',
      ])
        expect(logo(bad), bad).to.deep.equal(['error LOGO_UNSAFE']);
      expect(logo('https://a.example/l.png')).to.deep.equal([]);
    });

    it('says in Japanese too why a document cannot be read', () => {
      for (const [document, reason] of [
        ['<!DOCTYPE a><a/>', 'DOCTYPE、コメント'],
        ['<a><b></a>', 'タグの閉じ忘れ'],
        [`<a>${'x'.repeat(2_000_000)}</a>`, '大きすぎます'],
        [`<a>${'<b/>'.repeat(200_000)}</a>`, '多すぎる'],
      ] as const)
        expect(check({ protocol: 'saml', metadata: document })[0]?.message.ja, reason).to.include(reason);
    });

    it('never throws: what the gate or the parser refuses is an error with its code', () => {
      const bomb = `<!DOCTYPE a [<!ENTITY a "aaaa">${'<!ENTITY b "&a;&a;">'.repeat(9)}]><a>&b;</a>`;
      const deep = '<a>'.repeat(5000) + '</a>'.repeat(5000);
      const many = metadataOf({ consumers: consumer('https://party.example/acs').repeat(30_000) });
      for (const hostile of [
        bomb,
        deep,
        many,
        '',
        '\0',
        '<',
        'PK\u0003\u0004',
        '<a/>',
        '\ud800',
        metadataOf({}).replace('SPSSO', 'IDPSSO'),
        7,
        null,
        { x: 1 },
        ['<a/>'],
      ]) {
        const findings = check({ protocol: 'saml', metadata: hostile });
        expect(findings[0], JSON.stringify(hostile).slice(0, 40)).to.include({
          code: 'METADATA_INVALID',
          severity: 'error',
        });
        expect(findings).to.have.length(1);
      }
      const nested = metadataOf({
        keys: keys(),
        names:
          '<mdui:DisplayName xml:lang="ja">図<b>x</b></mdui:DisplayName><mdui:DisplayName xml:lang="en">L</mdui:DisplayName>',
      });
      expect(codes(check({ protocol: 'saml', metadata: nested }))).to.deep.equal(['error STRUCTURE_WRONG']);
    });

    it('is not flooded: a thousand faults of one kind are ten findings, and values are cut', () => {
      const consumers = Array.from({ length: 1000 }, (_, at) =>
        consumer(`http://party.example/${'y'.repeat(300)}`, String(at)),
      ).join('');
      const findings = check({ protocol: 'saml', metadata: metadataOf({ keys: keys(), consumers }) });
      expect(findings).to.have.length(10);
      for (const { message } of findings) expect(message.en.length).to.be.below(300);
    });
  });

  describe('OpenID Connect', () => {
    it('wants an address for sign-outs to be plain https (Back-Channel Logout 2.2)', () => {
      expect(oidc({ backchannel_logout_uri: 'https://a.example/out' })).to.deep.equal([]);
      expect(oidc({ backchannel_logout_uri: 'https://a.example/#f' })).to.include('error ADDRESS_UNSAFE');
      expect(oidc({ backchannel_logout_uri: 'http://a.example/out' })).to.include('error ADDRESS_NOT_HTTPS');
    });

    it('refuses redirect addresses that could be bent (RFC 9700 2.1), and asks about odd ones', () => {
      const redirect = (uri: string, more: object = {}) => oidc({ redirect_uris: [uri], ...more });
      for (const bad of [
        'https://a.example/#f',
        'https://u@a.example/',
        'https://*.example/cb',
        'cb',
        'https://a.example/\u202ecb',
        'data:text/html,x',
      ])
        expect(redirect(bad), bad).to.deep.equal(['error ADDRESS_UNSAFE']);
      expect(redirect('http://a.example/cb')).to.deep.equal(['error ADDRESS_NOT_HTTPS']);
      expect(redirect('https://127.0.0.1/cb')).to.deep.equal(['warning ADDRESS_LOOPBACK']);
      expect(redirect('https://a.example/cb?code=1')).to.deep.equal(['warning REDIRECT_PARAMETER']);
      expect(oidc({ redirect_uris: ['https://a.example/', 'https://a.example/'] })).to.deep.equal([
        'warning REDIRECT_REPEATED',
      ]);
      const native = { application_type: 'native' };
      expect(redirect('example.library.app:/cb', native)).to.deep.equal(['note REDIRECT_SCHEME']);
      expect(redirect('http://127.0.0.1/cb', native)).to.deep.equal([]);
      expect(redirect('http://a.example/cb', native)).to.deep.equal(['error ADDRESS_NOT_HTTPS']);
      expect(redirect('library:/cb', native)).to.deep.equal(['error ADDRESS_UNSAFE']);
    });

    it('looks at how the client shows who it is (OIDC Core 9, 16.19)', () => {
      expect(oidc({ token_endpoint_auth_method: 'none' })).to.deep.equal(['warning AUTH_METHOD_NONE']);
      expect(oidc({ token_endpoint_auth_method: 'none', application_type: 'native' })).to.include(
        'note AUTH_METHOD_NONE',
      );
      expect(oidc({ token_endpoint_auth_method: 'client_secret_post' })).to.deep.equal(['note AUTH_METHOD_POST']);
      expect(oidc({ token_endpoint_auth_method: 'private_key_jwt' })).to.deep.equal(['error JWKS_MISSING']);
      expect(oidc({ client_secret: 'short' })).to.deep.equal(['error SECRET_WEAK']);
      expect(oidc({ client_secret: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' })).to.deep.equal(['warning SECRET_WEAK']);
      expect(oidc({ client_secret: 'my-secret-for-the-library-2026-11' })).to.deep.equal(['warning SECRET_WEAK']);
      expect(oidc({ client_secret: 'u8fR2kQzLw7mTn4VxYb9Cs3HgEp6JdAa' })).to.deep.equal([]);
    });

    it('looks at keys: private ones, weak ones, keys by address', () => {
      const jwks = (...list: object[]) => oidc({ jwks: { keys: list } });
      expect(jwks(jwk())).to.deep.equal([]);
      expect(jwks({ ...jwk(), d: 'AAAA' })).to.deep.equal(['error JWKS_PRIVATE']);
      expect(jwks({ kty: 'oct', k: 'AAAA' })).to.deep.equal(['error JWKS_PRIVATE']);
      expect(jwks(jwk('secp521r1'))).to.deep.equal(['error KEY_REFUSED']);
      expect(jwks({ kty: 'RSA', n: 'AQAB', e: 'AQAB' })).to.deep.equal(['error KEY_REFUSED']);
      expect(jwks({ kty: 'what' })).to.deep.equal(['error KEY_REFUSED']);
      expect(oidc({ jwks_uri: 'https://a.example/jwks' })).to.deep.equal(['error JWKS_BY_ADDRESS']);
      const secret = check({
        protocol: 'oidc',
        metadata: { ...client, jwks: { keys: [{ ...jwk(), d: 'my-private-part' }] }, client_secret: 'tooshort' },
      });
      expect(JSON.stringify(secret), 'a secret is never repeated')
        .to.not.include('my-private-part')
        .and.not.include('tooshort');
    });

    it('takes an untagged name for the language it is written in (OIDC Registration 2.1)', () => {
      const names = { 'client_name#ja': undefined, 'client_name#en': undefined };
      const without = (more: object) => oidc(JSON.parse(JSON.stringify({ ...client, ...names, ...more })));
      const bare = (more: object) => {
        const { 'client_name#ja': _ja, 'client_name#en': _en, ...rest } = client;
        return check({ protocol: 'oidc', metadata: { ...rest, ...more } }).map(({ where }) => where);
      };
      expect(without({})).to.deep.equal([]);
      expect(bare({ client_name: '図書館' })).to.deep.equal(['client_name#en']);
      expect(bare({ client_name: 'Library' })).to.deep.equal(['client_name#ja']);
      expect(oidc({ 'client_name#ja': '<b>図</b>' })).to.deep.equal(['error NAME_UNSAFE']);
      expect(oidc({ logo_uri: 'https://a.example/l.svg' })).to.deep.equal(['error LOGO_UNSAFE']);
    });

    it('calls a required level unreachable at a counter only, where nobody’s own key is (R103)', () => {
      const member = { facility: { ja: '医院', en: 'Clinic' }, terminal: '受付1' };
      const reached = (requiredLevel: Level, more: object = {}) =>
        check({ protocol: 'oidc', metadata: { ...client, ...more }, requiredLevel }).map(({ code }) => code);
      for (const level of levels) expect(reached(level), level).to.deep.equal([]);
      for (const level of [card, cardPin]) expect(reached(level, { sanuki_counter: member }), level).to.deep.equal([]);
      for (const level of [cardPinBound, passkey])
        expect(reached(level, { sanuki_counter: member }), level).to.deep.equal(['LEVEL_UNREACHABLE']);
    });

    it('looks at a counter terminal: who it is, no refresh tokens, a facility in both languages (R103)', () => {
      const member = { facility: { ja: '医院', en: 'Clinic' }, terminal: '受付1' };
      expect(oidc({ sanuki_counter: member })).to.deep.equal([]);
      expect(oidc({ sanuki_counter: member, token_endpoint_auth_method: 'none' })).to.include('error COUNTER_REFUSED');
      const refresh = ['authorization_code', 'refresh_token'];
      expect(oidc({ sanuki_counter: member, grant_types: refresh })).to.deep.equal(['error COUNTER_REFUSED']);
      expect(oidc({ sanuki_counter: { ...member, facility: '医院' } })).to.deep.equal(['warning NAME_MISSING']);
      expect(oidc({ sanuki_counter: { ...member, terminal: '<i>' } })).to.deep.equal(['error NAME_UNSAFE']);
      expect(oidc({ sanuki_counter: { ...member, room: 1 } })).to.deep.equal(['error CLIENT_METADATA_INVALID']);
    });

    it('looks at a client of the administration API: it proves itself, keeps nothing, and a person agrees (RFC 6749 4.4)', () => {
      const api = { scopes: ['admin.providers.approve'] };
      expect(oidc({ sanuki_api: api })).to.deep.equal(['warning API_CLIENT']);
      const own = { redirect_uris: undefined, grant_types: ['client_credentials'] };
      expect(oidc({ ...own, sanuki_api: { scopes: ['admin.audit.read'] } })).to.deep.equal(['warning API_CLIENT']);
      for (const more of [
        { ...own, sanuki_api: api },
        { sanuki_api: api, token_endpoint_auth_method: 'none' },
        { sanuki_api: api, grant_types: ['authorization_code', 'refresh_token'] },
        own,
        { ...own, sanuki_api: { scopes: ['events.register'] } },
        { sanuki_api: { scopes: ['events.coverage'], feed: 'nhi' } },
      ])
        expect(oidc(more)).to.include('error API_REFUSED');
      const feed = { scopes: ['events.coverage'], feed: 'nhi' };
      expect(oidc({ ...own, sanuki_api: feed })).to.deep.equal(['warning API_CLIENT']);
    });

    it('never throws: what the parser refuses is an error with its code', () => {
      const circle: Record<string, unknown> = { ...client };
      circle.self = circle;
      const hostile = [
        '',
        '{',
        '[]',
        'null',
        '7',
        `${'['.repeat(100_000)}`,
        `"${'x'.repeat(300_000)}"`,
        null,
        undefined,
        [],
        7,
        circle,
        { __proto__: null },
        JSON.parse('{"__proto__":{"redirect_uris":["x"]}}'),
        { redirect_uris: [[[]], {}] },
        { ...client, client_id: { toString: 1 } },
        { ...client, jwks: { keys: [null, 1, []] } },
        { ...client, sanuki_counter: [] },
      ];
      for (const metadata of hostile) {
        const findings = check({ protocol: 'oidc', metadata });
        expect(findings[0]).to.include({ code: 'CLIENT_METADATA_INVALID', severity: 'error' });
      }
      expect(hasErrors(check({ protocol: 'oidc', metadata: JSON.stringify(client) })), 'JSON as text is read').to.equal(
        false,
      );
    });
  });

  it('reads keys of registered metadata without a parser, and makes nothing of what is no certificate', async () => {
    const elliptic = await certificate({ curve: 'P-256' });
    const odd = ['AAAA', '', 'MA==', 'MIL/////', elliptic.slice(0, 40), Buffer.alloc(5000, 0x30).toString('base64')];
    const xml = metadataOf({ keys: [['', elliptic], ...odd.map((text) => ['', text] as const)] });
    const { keys: found } = otherRegistrationOf(record({ key: 'https://other.example/saml', xml }));
    expect(found).to.include(verificationKeyFromCertificate(elliptic).fingerprint);
    expect(found.length).to.be.below(3);
  });

  it('never throws for whatever JSON or text there is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (json, text) => {
        for (const metadata of [json, text, { ...client, jwks: json }, { ...client, sanuki_counter: json }])
          for (const protocol of ['saml', 'oidc'] as const) {
            const findings = check({ protocol, metadata, contract: [text] });
            const registration = {
              protocol,
              key: text,
              name: { ja: text, en: text },
              status: 'pending',
              settings: {},
            } as const;
            const part = protocol === 'saml' ? { saml: { metadata: text } } : { oidc: { metadata: { jwks: json } } };
            diffRegistrations(undefined, { ...registration, contract: { attributes: [text] }, ...part });
            expect(findings).to.be.an('array');
          }
      }),
      { numRuns: 200 },
    );
  });

  it('never throws for metadata that was bent anywhere', () => {
    const whole = metadataOf({ keys: keys() });
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(40), fc.string(), (at, cut, put) => {
        check({ protocol: 'saml', metadata: whole.slice(0, at) + put + whole.slice(at + cut) });
      }),
      { numRuns: 500 },
    );
  });

  it('holds the contract to what there is, its purposes, and the key that data is asked with (APPI 17)', () => {
    expect(oidc({}, ['displayName'])).to.deep.equal([]);
    expect(oidc({}, ['shoeSize', 'constructor'])).to.deep.equal(['error ATTRIBUTE_UNKNOWN', 'error ATTRIBUTE_UNKNOWN']);
    expect(oidc({}, ['coverage'])).to.deep.equal(['warning PURPOSE_MISSING', 'warning HOLDER_KEY_MISSING']);
    expect(oidc({ jwks: { keys: [jwk()] } }, ['coverage', 'urn:purpose:self'])).to.deep.equal([]);
    expect(saml({}, {}, ['coverage', 'urn:purpose:self'])).to.deep.equal([]);
  });

  it('tells which attributes of the metadata cannot be given', () => {
    const more = `<md:AttributeConsumingService index="0"><md:RequestedAttribute Name="displayName"/><md:RequestedAttribute Name="urn:shoe"/></md:AttributeConsumingService>`;
    expect(saml({ more })).to.deep.equal(['note ATTRIBUTE_NOT_OFFERED']);
  });
});

function record({ key, xml }: { key: string; xml: string }): ProviderRecord {
  const name = { ja: key, en: key };
  return {
    id: `saml:${key}`,
    protocol: 'saml',
    key,
    name,
    status: 'approved',
    contract: { attributes: [] },
    settings: {},
    saml: { metadata: xml },
    registeredAt: 0,
    updatedAt: 0,
    version: 1,
  };
}
