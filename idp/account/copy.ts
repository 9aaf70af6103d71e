import type { Text } from '../../web/index.ts';

/** Words of the consent page: who asks for what, and that no is a full answer. */
export const consentCopy = {
  title: { ja: '情報を提供してよいか、お選びください', en: 'May your information be passed on?' },
  errorTitle: { ja: 'エラー: ', en: 'Error: ' },
  lead: {
    ja: '次のサービスが、あなたの情報を求めています。',
    en: 'This service asks for information about you.',
  },
  service: { ja: '求めているサービス', en: 'Service that asks' },
  purpose: { ja: '使う目的', en: 'What it is for' },
  person: { ja: 'どなたの情報か', en: 'About whom' },
  sama: { ja: ' 様', en: '' },
  types: { ja: '提供してよい情報', en: 'Information that may be passed on' },
  typesHint: {
    ja: '提供してよいものだけに、印を付けてください。',
    en: 'Tick only what may be passed on.',
  },
  contents: { ja: '内容', en: 'Contents' },
  from: { ja: '提供元', en: 'Comes from' },
  unknownSource: { ja: 'この情報を持つ機関', en: 'the body that keeps it' },
  separator: { ja: '、', en: ', ' },
  colon: { ja: '：', en: ': ' },
  period: { ja: 'いつまで', en: 'For how long' },
  withdrawTitle: { ja: '同意は、あとでいつでもやめられます', en: 'You can withdraw at any time' },
  withdrawBefore: { ja: '', en: 'Open ' },
  withdrawLink: { ja: '「同意とアクセス履歴」の画面', en: 'your consents and access history' },
  withdrawAfter: {
    ja: 'で「撤回する」を押すと、次の要求から提供されません。',
    en: ' and press “Withdraw”: from the next request on nothing is passed on.',
  },
  noHarm: {
    ja: '同意しなくても、ログインはそのままです。この情報がサービスに表示されないだけです。',
    en: 'If you decline you stay signed in; the service just does not get this information.',
  },
  agree: { ja: '同意する', en: 'Agree' },
  decline: { ja: '同意しない', en: 'Do not agree' },
  problems: { ja: 'まだ選ばれていないところがあります', en: 'Something is still to be chosen' },
  typesMissing: {
    ja: '提供してよい情報を、1つ以上選んでください。提供しないときは「同意しない」を押してください。',
    en: 'Tick at least one kind of information, or press “Do not agree”.',
  },
  periodMissing: { ja: 'いつまで提供してよいかを選んでください。', en: 'Choose for how long.' },
} as const satisfies Record<string, Text>;

/** Periods of a consent. */
export const periodCopy = {
  session: { ja: '今回のログインの間だけ', en: 'Only during this sign-in' },
  '90-days': { ja: '90日間', en: '90 days' },
  '1-year': { ja: '1年間', en: '1 year' },
} as const satisfies Record<string, Text>;

/** Words of the resident's own page. */
export const accountCopy = {
  title: { ja: '同意とアクセス履歴', en: 'Your consents and access history' },
  owner: { ja: '{name} 様の画面です。', en: 'This page is about {name}.' },
  onPage: { ja: 'この画面にあるもの', en: 'On this page' },
  consents: { ja: '同意', en: 'Consents' },
  consentsNone: { ja: '今、同意しているものはありません。', en: 'You have no consent in force.' },
  past: { ja: '過去の同意', en: 'Past consents' },
  purpose: { ja: '使う目的', en: 'What it is for' },
  what: { ja: '提供する情報', en: 'Information' },
  since: { ja: '同意した日時', en: 'Agreed on' },
  until: { ja: '期限', en: 'Until' },
  untilSignOut: { ja: '今回のログインの間だけ', en: 'Only during this sign-in' },
  signInEnded: { ja: 'そのときのログインが終わったため、終了しています', en: 'Ended with that sign-in' },
  withdrawn: { ja: '撤回した日時', en: 'Withdrawn on' },
  expired: { ja: '期限が切れた日時', en: 'Expired on' },
  withdraw: { ja: '撤回する', en: 'Withdraw' },
  withdrawOf: { ja: '「{service}」への同意を撤回する', en: 'Withdraw the consent for “{service}”' },
  withdrawnTitle: { ja: '「{service}」への同意を撤回しました', en: 'The consent for “{service}” is withdrawn' },
  withdrawnText: {
    ja: '次の要求から提供されません。すでに渡した情報は取り消せません。',
    en: 'From the next request on nothing is passed on. What was already passed on cannot be taken back.',
  },
  stillGivenText: {
    ja: 'ただし、同じ情報への別の同意が残っているため、提供は続きます。止めるときは、その同意も撤回してください。すでに渡した情報は取り消せません。',
    en: 'But another consent for the same information is in force, so it is still passed on. To stop that, withdraw the other one too. What was already passed on cannot be taken back.',
  },
  goneService: { ja: '登録が終わったサービス', en: 'A service that is no longer registered' },
  accesses: { ja: 'アクセス履歴', en: 'Access history' },
  accessesLead: {
    ja: 'あなたの情報を、いつ、誰が、何のために求めたかの記録です。新しい順に並んでいます。',
    en: 'When, by whom and for what your information was asked for; the latest comes first.',
  },
  at: { ja: '日時', en: 'When' },
  who: { ja: '誰が', en: 'Who' },
  kind: { ja: '何を', en: 'What' },
  result: { ja: '結果', en: 'Result' },
  basis: { ja: '根拠・照会番号', en: 'Basis, reference' },
  forWhat: { ja: '目的', en: 'Purpose' },
  noPurpose: { ja: '目的が示されませんでした', en: 'No purpose was given' },
  none: { ja: '該当する記録はありません', en: 'There are no records.' },
  older: { ja: '前の記録を見る', en: 'Older records' },
  newest: { ja: '新しい記録に戻る', en: 'Back to the latest' },
  session: { ja: 'ログイン中の情報', en: 'This sign-in' },
  level: { ja: 'ログインの方法', en: 'Signed in with' },
  signedInAt: { ja: 'カードで確認した日時', en: 'Card last presented' },
  startedAt: { ja: 'ログインした日時', en: 'Signed in at' },
  unread: { ja: '新しいお知らせが{n}件あります', en: 'New notices: {n}' },
  many: { ja: '100', en: '100 or more' },
  readNotices: { ja: 'お知らせを読む', en: 'Read them' },
  signOut: { ja: 'ログアウトする', en: 'Sign out' },
  signOutHint: {
    ja: 'このログインで使ったすべてのサービスから、一度にログアウトします。',
    en: 'Signs you out of every service that you used with this sign-in.',
  },
  separator: { ja: '、', en: ', ' },
} as const satisfies Record<string, Text>;

/** The resident's other pages, by the last part of their address. */
export const pageNames = {
  notices: { ja: 'お知らせ', en: 'Notices' },
  card: { ja: 'カードとお知らせ', en: 'Your card and notices' },
  services: { ja: 'つながっているサービス', en: 'Services linked to you' },
  sessions: { ja: 'ログイン中の端末', en: 'Devices you are signed in on' },
  activity: { ja: 'ログインの記録', en: 'Record of your sign-ins' },
  authenticators: { ja: 'パスキーの管理', en: 'Your passkeys' },
} as const satisfies Record<string, Text>;

/** Levels of sign-in in plain words. */
export const levelCopy: Readonly<Record<string, Text>> = {
  'urn:x-sanuki:ac:card': { ja: 'カード', en: 'card' },
  'urn:x-sanuki:ac:card-pin': { ja: 'カードと暗証番号', en: 'card and PIN' },
  'urn:x-sanuki:ac:card-pin-bound': { ja: 'カードと暗証番号（端末の確認つき）', en: 'card and PIN, with this device' },
  'urn:x-sanuki:ac:passkey': { ja: 'パスキー', en: 'passkey' },
};

/** Outcomes of an access, and what it rested on. */
export const accessCopy = {
  released: { ja: '提供しました', en: 'Passed on' },
  partial: { ja: '一部だけ提供しました', en: 'Passed on in part' },
  refused: { ja: '提供していません', en: 'Not passed on' },
  withheld: { ja: '提供していません', en: 'Not passed on' },
  silent: { ja: '{names}から回答がありませんでした', en: 'No answer from {names}' },
  consent: { ja: 'あなたの同意', en: 'Your consent' },
  presentation: { ja: '窓口でのカードの提示', en: 'Your card, shown at the counter' },
  withoutPin: {
    ja: '暗証番号なし（職員が書類で確認）。心当たりがないときは、サポートセンターへお電話ください。',
    en: 'Without the PIN (staff checked a document). If this was not you, please call the support centre.',
  },
  reference: { ja: '照会番号', en: 'Reference' },
  noBasis: { ja: 'なし', en: 'None' },
} as const satisfies Record<string, Text>;

/** Why nothing was passed on, by code. */
export const reasonCopy: Readonly<Record<string, Text>> = {
  CONSENT_MISSING: { ja: 'あなたの同意がないため（S-401）', en: 'You had not agreed (S-401)' },
  NOT_IN_CONTRACT: {
    ja: 'このサービスには認められていない情報のため（S-403）',
    en: 'The service is not entitled to it (S-403)',
  },
  PURPOSE_REFUSED: { ja: '認められていない目的のため（S-403）', en: 'Not for this purpose (S-403)' },
  LEVEL_TOO_LOW: { ja: 'より確かなログインが必要なため（I-204）', en: 'A stronger sign-in is needed (I-204)' },
  SESSION_ENDED: { ja: 'ログインが終わっていたため', en: 'The sign-in had ended' },
  PERSON_PROTECTED: { ja: '保護の申し出があるため', en: 'The person is protected' },
  SOURCE_SILENT: { ja: '提供元から回答がなかったため（S-402）', en: 'No answer from the source (S-402)' },
  OTHER: { ja: '提供できない状態だったため', en: 'It could not be passed on' },
};
