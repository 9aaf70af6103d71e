import type { Text } from '../../web/index.ts';
import type { ReleaseRow, RowReason } from './release-rows.ts';

/** Words of the test sign-in. */
export const playgroundCopy = {
  section: { ja: '試験ログイン', en: 'Test sign-in' },
  sectionLead: {
    ja: 'カードでログインして、このサービスに渡す内容とその理由を確かめます。サービスには何も送りません。',
    en: 'Sign in with a card and see what this service would be given, and why. Nothing is sent to it.',
  },
  start: { ja: '試験ログイン', en: 'Test sign-in' },
  startRevision: { ja: '変更後の内容で試験ログイン', en: 'Test sign-in with the change' },
  period: { ja: '試験期間', en: 'Test period' },
  periodLead: {
    ja: '始めると1時間、あなたのカードだけが、承認前のこのサービスに本当にログインできます。あなたの仮名と、契約にある情報が、サービスに渡ります。ほかの機関の情報は渡りません。登録を変更すると終わります。',
    en: 'For one hour your card, and no other, really signs in at this service before it is approved. The service is given your pseudonym and what the contract lists, and no data of other bodies. A change of the registration ends it.',
  },
  periodOpen: { ja: '試験期間を始める', en: 'Start a test period' },
  periodClose: { ja: '試験期間を終える', en: 'End the test period' },
  periodUntil: { ja: '試験中', en: 'Under test' },
  title: { ja: '試験ログインの結果', en: 'Result of the test sign-in' },
  once: { ja: 'サービスには何も送っていません', en: 'Nothing was sent to the service' },
  onceText: {
    ja: 'この画面には、カードを示した方の情報が出ます。一度だけ表示し、記録には残しません。',
    en: 'The page shows data of the holder of the card. It is shown once, and no value is recorded.',
  },
  ofRevision: { ja: '承認を待っている変更の内容で試しました。', en: 'Tried with the change that waits for approval.' },
  liveTaken: { ja: '今、本当のログインを受け付けます', en: 'Real sign-ins are taken now' },
  liveRefused: { ja: '今は、本当のログインを断ります', en: 'Real sign-ins are refused now' },
  signedOnly: {
    ja: '署名のないログイン要求は断ります。サービスは要求に署名する必要があります。',
    en: 'Requests without a signature are refused: the service has to sign its requests.',
  },
  pkceOnly: {
    ja: 'PKCE（S256）のない要求は断ります。',
    en: 'Requests without PKCE (S256) are refused.',
  },
  release: { ja: '渡す情報と理由', en: 'What is given, and why' },
  attribute: { ja: '情報', en: 'Data' },
  result: { ja: '結果', en: 'Result' },
  value: { ja: '値', en: 'Value' },
  reason: { ja: '理由', en: 'Reason' },
  pseudonym: { ja: '仮名', en: 'pseudonym' },
  passkeyAssumed: {
    ja: 'このサービスはパスキーも求めます。ここでは、パスキーも示したものとして表示しています。',
    en: 'The service asks for a passkey too. Here it is taken as shown.',
  },
  firstVisit: {
    ja: 'このカードの方は、このサービスが初めてです。仮名は見本で、本当のログインでは別の値になります。',
    en: 'The holder has never been at this service: the pseudonym is an example, and a real sign-in makes another one.',
  },
  bootstrap: { ja: '情報の照会', en: 'Asking for data' },
  bootstrapText: {
    ja: '照会のための引換証を渡します。サービスは、次の鍵で署名して照会します。',
    en: 'A token to ask with is given. The service signs what it asks with this key.',
  },
  holderKey: { ja: '照会に使う鍵の指紋（SHA-256）', en: 'Fingerprint of the key (SHA-256)' },
  answer: { ja: '応答の内容', en: 'What the answer says' },
  sentTo: { ja: '送り先', en: 'Sent to' },
  nameId: { ja: 'NameID', en: 'NameID' },
  nameIdFormat: { ja: 'NameIDの形式', en: 'NameID format' },
  transientNote: { ja: '（要求により変わります）', en: ' (the request may ask for another)' },
  audience: { ja: '宛先（Audience）', en: 'Audience' },
  valid: { ja: '有効期間', en: 'Valid' },
  context: { ja: '認証の水準', en: 'Authentication context' },
  signature: { ja: '署名の方式', en: 'Signature algorithm' },
  encryption: { ja: '暗号化', en: 'Encryption' },
  notEncrypted: { ja: 'なし', en: 'none' },
  encryptedFor: { ja: '暗号化の鍵の指紋（SHA-256）', en: 'Encrypted for the key (SHA-256)' },
  testKey: {
    ja: '試験用の鍵で署名しています。この応答をサービスに送っても、受け付けられません。',
    en: 'Signed with a key for tests: a service that is sent this answer does not accept it.',
  },
  noToken: {
    ja: 'トークンは渡しません。中身だけを表示しています。',
    en: 'No token is given out; this is only what would be in it.',
  },
  attributes: { ja: '属性', en: 'Attributes' },
  inside: { ja: 'アサーション（暗号化する前）', en: 'Assertion (before encryption)' },
  response: { ja: 'Response（送る形）', en: 'Response (as sent)' },
  idToken: { ja: 'IDトークンの中身', en: 'What the ID token says' },
  userInfo: { ja: 'UserInfoの応答', en: 'Answer of UserInfo' },
  scope: { ja: '認められたscope', en: 'Scope granted' },
  scopeNote: {
    ja: '要求できるscopeをすべて求めた場合です。サービスが求めないscopeの情報は渡りません。',
    en: 'As if the service asked for every scope. What it does not ask for, it is not given.',
  },
  linter: { ja: '登録の検査', en: 'Check of the registration' },
  linterClean: { ja: '指摘はありません。', en: 'Nothing was found.' },
  notAnswered: { ja: 'このログインには応答できません', en: 'This sign-in cannot be answered' },
  back: { ja: 'サービスの画面に戻る', en: 'Back to the service' },
} as const satisfies Record<string, Text>;

export const outcomeWords: Readonly<Record<ReleaseRow['outcome'], Text>> = {
  released: { ja: '渡す', en: 'given' },
  withheld: { ja: '渡さない', en: 'not given' },
  later: { ja: '照会があれば', en: 'if it asks' },
};

export const reasonWords: Readonly<Record<RowReason, Text>> = {
  always: { ja: 'どのサービスにも渡します。', en: 'Every service gets one.' },
  'in the contract': { ja: '契約にあります。', en: 'It is in the contract.' },
  'not in the contract': { ja: '契約にありません。', en: 'It is not in the contract.' },
  'not asked for': { ja: 'サービスが求めていません。', en: 'The service does not ask for it.' },
  'unknown attribute': { ja: '目録にない名前です。', en: 'The catalogue has no such name.' },
  'no value': { ja: '契約にありますが、この方には値がありません。', en: 'In the contract, but this person has none.' },
  'staff: silent': {
    ja: '契約にありますが、職員名簿が応答しません。システム運用者に知らせてください。',
    en: 'In the contract, but the staff directory does not answer. Tell the operator.',
  },
  'staff: no entry': {
    ja: '契約にありますが、この方は職員名簿にいません。',
    en: 'In the contract, but this person is not in the staff directory.',
  },
  'staff: no directory': {
    ja: '契約にありますが、職員名簿の設定がありません。システム運用者に知らせてください。',
    en: 'In the contract, but no staff directory is set up. Tell the operator.',
  },
  'staff: not at a counter': {
    ja: '窓口では、職員も患者として扱います。',
    en: 'At a counter everybody is there as a patient.',
  },
  'no key to hold': {
    ja: '契約にありますが、照会に署名する鍵が登録にありません。',
    en: 'In the contract, but the registration has no key to sign what it asks with.',
  },
  'not offered': {
    ja: '契約にありますが、このサービスの方式では渡せないか、ハブの設定で有効になっていません。',
    en: 'In the contract, but not for this kind of service, or not switched on in the settings of the hub.',
  },
  'asked at the time': {
    ja: '照会のとき、ご本人に同意を尋ねます。',
    en: 'When the service asks, the person is asked for consent.',
  },
  'presented at a counter': {
    ja: '窓口でカードを示したことが同意になります。',
    en: 'Presenting the card at the counter is the consent.',
  },
  'consent given': { ja: 'ご本人が同意しています。', en: 'The person has consented.' },
  NOT_IN_CONTRACT: { ja: '契約にありません。', en: 'It is not in the contract.' },
  PURPOSE_REFUSED: { ja: 'この目的は契約にありません。', en: 'The purpose is not in the contract.' },
  LEVEL_TOO_LOW: { ja: 'ログインの水準が足りません。', en: 'The sign-in is not strong enough.' },
  PERSON_PROTECTED: { ja: '保護されている方の情報です。', en: 'The person is protected.' },
  SESSION_ENDED: { ja: 'ログインが終わっています。', en: 'The sign-in has ended.' },
  CONSENT_MISSING: {
    ja: '窓口でカードを示したときだけ渡します。',
    en: 'Given only when the card is presented at a counter.',
  },
};

/** Why a real request would be refused, by the code it is refused with. */
export const refusalWords: Readonly<Record<string, Text>> = {
  pending: { ja: 'まだ承認されていません。', en: 'It is not approved yet.' },
  suspended: { ja: '停止しています。', en: 'It is suspended.' },
  METADATA_EXPIRED: {
    ja: 'メタデータの期限が切れています。新しいメタデータを出してもらってください。',
    en: 'Its metadata has expired. Ask the service for a new one.',
  },
};
