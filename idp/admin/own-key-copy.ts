import type { KeyMove, KeyState } from '../../federation/index.ts';
import type { Text } from '../../web/index.ts';

/** Words about the hub's own keys. */
export const ownKeyCopy = {
  title: { ja: 'このハブの鍵', en: 'Keys of this hub' },
  lead: {
    ja: '次の鍵は、署名に使い始める前に公開します。サービスはその間に、メタデータかJWKSを読み直しておく必要があります。',
    en: 'The next key is published before anything is signed with it. Until then services have to read our metadata or JWKS again.',
  },
  purpose: { ja: '用途', en: 'For' },
  key: { ja: '鍵', en: 'Key' },
  state: { ja: '状態', en: 'State' },
  since: { ja: 'この状態になった日時', en: 'Since' },
  planned: { ja: '予定', en: 'Planned' },
  nothing: { ja: 'なし', en: 'none' },
} as const satisfies Record<string, Text>;

export const purposeNames: Readonly<Record<string, Text>> = {
  saml: { ja: 'SAMLの署名', en: 'SAML signatures' },
  'oidc-es256': { ja: 'IDトークンの署名（ES256）', en: 'ID tokens (ES256)' },
  'oidc-rsa': { ja: 'IDトークンの署名（RSA）', en: 'ID tokens (RSA)' },
  'card-master': { ja: 'カードの鍵', en: 'card keys' },
  'pin-oprf': { ja: '暗証番号の鍵', en: 'PINs' },
};

export const stateNames: Readonly<Record<KeyState, Text>> = {
  next: { ja: '公開済み（次の鍵）', en: 'published, comes next' },
  active: { ja: '使用中', en: 'in use' },
  retired: { ja: '退役（検証だけ）', en: 'retired, only verifies' },
};

/** Of a version that cards and PINs still have. */
export const retiredVersion: Text = { ja: '退役（発行済みのカード用）', en: 'retired, for cards that have it' };

export const moveNames: Readonly<Record<KeyMove, Text>> = {
  announce: { ja: '{at}に次の鍵を公開', en: 'the next key is published on {at}' },
  activate: { ja: '{at}に使い始める', en: 'in use from {at}' },
  remove: { ja: '{at}に公開を終える', en: 'published until {at}' },
  replace: { ja: '{at}に交換', en: 'changed on {at}' },
  hasten: { ja: '{at}に交換', en: 'changed on {at}' },
};

/** A retired version of a card key has no day: it stays as long as a card has it. */
export const whileNeeded: Text = { ja: '使うカードがなくなるまで', en: 'until no card has it' };
