import { expect } from 'chai';
import {
  card,
  cardPin,
  cardPinBound,
  diffRegistrations,
  isTrustChanging,
  passkey,
  type Registration,
} from '../../federation/index.ts';
import { certificate, consumer, jwk, logoutService, type MetadataParts, metadataOf } from './certificates.ts';

const common = {
  name: { ja: '図書館', en: 'Library' },
  status: 'approved',
  contract: { attributes: ['displayName'] },
  settings: {},
} as const;

describe('the difference between two registrations', () => {
  let [first, second] = ['', ''];
  before(async () => {
    [first, second] = await Promise.all([certificate(), certificate()]);
  });
  const saml = (parts: MetadataParts = {}, more: Partial<Registration> = {}): Registration => ({
    ...common,
    protocol: 'saml',
    key: 'https://party.example/saml',
    saml: { metadata: metadataOf({ keys: [['', first]], ...parts }) },
    ...more,
  });
  const oidc = (members: object = {}, more: Partial<Registration> = {}): Registration => ({
    ...common,
    protocol: 'oidc',
    key: 'library',
    oidc: {
      metadata: {
        redirect_uris: ['https://a.example/cb'],
        token_endpoint_auth_method: 'client_secret_basic',
        ...members,
      },
    },
    ...more,
  });
  const fields = (diff: ReturnType<typeof diffRegistrations>) => diff.map(({ kind, field }) => `${kind} ${field}`);

  it('is empty for the same registration, in whatever order its sets are written', () => {
    expect(diffRegistrations(saml(), saml())).to.deep.equal([]);
    expect(
      diffRegistrations(
        oidc({ contacts: ['a@x.example', 'b@x.example'] }),
        oidc({ contacts: ['b@x.example', 'a@x.example'] }),
      ),
    ).to.deep.equal([]);
  });

  it('tells a new key beside the old one, and its end later, and both alter trust', () => {
    const both = saml({
      keys: [
        ['', first],
        ['signing', second],
      ],
    });
    const rollover = diffRegistrations(saml(), both);
    expect(fields(rollover)).to.deep.equal(['added signingKey']);
    expect(fields(diffRegistrations(both, saml()))).to.deep.equal(['removed signingKey']);
    expect(isTrustChanging(rollover)).to.equal(true);
    expect(rollover[0]?.words.en).to.match(/^signing key “[\w-]{43}” is added\.$/);
  });

  it('alters trust by ACS, redirect addresses, keys, authentication, settings, attributes and secret (protocols 7)', () => {
    const changes: [Registration, Registration, string][] = [
      [saml(), saml({ consumers: consumer('https://evil.example/acs') }), 'changed acs'],
      [saml(), saml({ role: '' }), 'changed requestsSigned'],
      [saml(), saml({}, { contract: { attributes: ['displayName', 'coverage'] } }), 'added attributes'],
      [saml(), saml({}, { settings: { encryptAssertion: false } }), 'added settings.encryptAssertion'],
      [oidc(), oidc({ redirect_uris: ['https://a.example/cb', 'https://evil.example/cb'] }), 'added redirect_uris'],
      [oidc(), oidc({ token_endpoint_auth_method: 'none' }), 'changed token_endpoint_auth_method'],
      [oidc(), oidc({ jwks: { keys: [jwk()] } }), 'added jwk'],
      [oidc(), oidc({ something_new: true }), 'added something_new'],
      [oidc(), oidc({}, { counter: { facility: { ja: '医院', en: 'Clinic' }, terminal: '1' } }), 'added counter'],
      [oidc(), oidc({}, { api: { scopes: ['admin.audit.read'] } }), 'added api'],
      [
        oidc({}, { api: { scopes: ['events.register'] } }),
        oidc({}, { api: { scopes: ['events.register'], feed: 'imported' } }),
        'added api',
      ],
    ];
    for (const [before, after, expected] of changes) {
      const diff = diffRegistrations(before, after);
      expect(fields(diff), expected).to.deep.equal([expected]);
      expect(isTrustChanging(diff), expected).to.equal(true);
    }
    expect(isTrustChanging(diffRegistrations(oidc(), oidc(), { secretChanged: true }))).to.equal(true);
    const [one] = [jwk()];
    expect(
      isTrustChanging(
        diffRegistrations(
          oidc({ jwks: { keys: [{ ...one, use: 'enc' }] } }),
          oidc({ jwks: { keys: [{ ...one, use: 'sig' }] } }),
        ),
      ),
      'an encryption key that begins to sign',
    ).to.equal(true);
  });

  it('alters trust by where sign-outs go: whoever is told learns of residents’ sessions', () => {
    const elsewhere = saml({ logout: logoutService('https://evil.example/slo') });
    for (const [before, after, field] of [
      [saml(), elsewhere, 'changed logoutService'],
      [oidc(), oidc({ backchannel_logout_uri: 'https://a.example/out' }), 'added backchannel_logout_uri'],
    ] as const) {
      const diff = diffRegistrations(before, after);
      expect(fields(diff)).to.deep.equal([field]);
      expect(isTrustChanging(diff)).to.equal(true);
      expect(diff[0]?.words.ja).to.match(/ログアウトの受け口.*example/);
    }
  });

  it('alters trust by a required level that is lowered, removed or another, and not by one that is raised', () => {
    const at = (requiredLevel: Registration['requiredLevel']) => saml({}, { requiredLevel });
    for (const [before, after] of [
      [cardPin, card],
      [cardPin, undefined],
      [cardPinBound, cardPin],
      [cardPin, passkey],
      [passkey, cardPinBound],
    ] as const)
      expect(isTrustChanging(diffRegistrations(at(before), at(after))), `${before} ${after}`).to.equal(true);
    for (const [before, after] of [
      [undefined, cardPin],
      [card, cardPin],
      [cardPin, cardPinBound],
    ] as const) {
      const diff = diffRegistrations(at(before), at(after));
      expect(fields(diff)).to.deep.equal([before ? 'changed requiredLevel' : 'added requiredLevel']);
      expect(isTrustChanging(diff), `${before} ${after}`).to.equal(false);
    }
  });

  it('tells a picture and where metadata comes from, and not that the same was fetched again', () => {
    const from = (address: string, fetchedAt: number) => saml({}, { source: { address, fetchedAt } });
    const [logo] = diffRegistrations(saml({}, { logo: 'a'.repeat(64) }), saml({}, { logo: 'b'.repeat(64) }));
    expect(logo?.words).to.deep.equal({ ja: 'ロゴが変わります。', en: 'logo changes.' });
    expect(logo?.trust).to.equal(true);
    const [first] = diffRegistrations(saml(), saml({}, { logo: 'a'.repeat(64) }));
    expect(first?.words.en).to.equal('logo is added.');
    const moved = diffRegistrations(from('https://a.example/md', 1), from('https://b.example/md', 1));
    expect(fields(moved)).to.deep.equal(['changed source']);
    expect(isTrustChanging(moved)).to.equal(true);
    expect(diffRegistrations(from('https://a.example/md', 1), from('https://a.example/md', 2))).to.deep.equal([]);
  });

  it('says yes and no for what can be switched', () => {
    const [change] = diffRegistrations(saml(), saml({}, { settings: { signResponse: true } }));
    expect(change?.words).to.deep.equal({
      ja: '応答全体への署名「はい」が加わります。',
      en: 'signature over the whole response “yes” is added.',
    });
  });

  it('does not alter trust by names, logo addresses, contacts, or another spelling of the same document', () => {
    const renamed = diffRegistrations(saml(), saml({}, { name: { ja: '市立図書館', en: 'Library' } }));
    expect(fields(renamed)).to.deep.equal(['changed name.ja']);
    expect(renamed[0]?.words.ja).to.equal('表示名（日本語）が「図書館」から「市立図書館」に変わります。');
    const respelled = saml();
    const spaced = { ...respelled, saml: { metadata: `${respelled.saml?.metadata}\n` } };
    expect(fields(diffRegistrations(respelled, spaced))).to.deep.equal(['changed document']);
    const logo = diffRegistrations(oidc(), oidc({ logo_uri: 'https://a.example/l.png' }));
    for (const diff of [renamed, diffRegistrations(respelled, spaced), logo])
      expect(isTrustChanging(diff)).to.equal(false);
  });

  it('treats what is new, removed or unreadable as altering trust, and does not throw', () => {
    expect(isTrustChanging(diffRegistrations(undefined, saml()))).to.equal(true);
    expect(isTrustChanging(diffRegistrations(saml(), undefined))).to.equal(true);
    for (const metadata of ['', '<!DOCTYPE x>', '\0']) {
      const diff = diffRegistrations(saml(), saml({}, { saml: { metadata } }));
      expect(fields(diff)).to.include('added unreadable');
      expect(isTrustChanging(diff)).to.equal(true);
    }
  });

  it('shows hostile values without letting them change how the line reads', () => {
    const [change] = diffRegistrations(oidc(), oidc({}, { name: { ja: '図\u202e\n書', en: 'Library' } }));
    expect(change?.words.ja).to.include('図\\u{202e}\\u{000a}書');
  });
});
