import { consentTypeOf, contractTerms, purposes } from '../../attribute-service/index.ts';
import type { ApiScope, ProviderStatus } from '../../federation/index.ts';
import type { Text } from '../../web/index.ts';
import type { Decision } from './cases.ts';

/** Words of the pages about services. */
export const providerCopy = {
  search: {
    ja: '名前か、識別子（entityID、client_id、providerID）の一部',
    en: 'Part of a name, entityID, client_id or providerID',
  },
  find: { ja: '検索', en: 'Search' },
  status: { ja: '状態', en: 'State' },
  all: { ja: 'すべて', en: 'All' },
  none: { ja: '該当するサービスはありません', en: 'There are no such services.' },
  name: { ja: '名前', en: 'Name' },
  key: { ja: '識別子', en: 'Identifier' },
  protocol: { ja: '方式', en: 'Protocol' },
  more: { ja: '続きを見る', en: 'More' },
  first: { ja: '最初に戻る', en: 'Back to the first' },
  registerNew: { ja: 'サービスを登録する', en: 'Register a service' },
  revisionWaits: { ja: '変更が承認待ち', en: 'a change waits for approval' },
  edit: { ja: '登録を変更する', en: 'Change the registration' },
  saml: { ja: 'SAML', en: 'SAML' },
  oidc: { ja: 'OpenID Connect', en: 'OpenID Connect' },
  'id-wsf': { ja: 'データを持つ機関（ID-WSF）', en: 'Body that holds data (ID-WSF)' },
  samlMetadata: { ja: 'メタデータ（XML）を貼り付け', en: 'Paste the metadata (XML)' },
  oidcMetadata: { ja: 'クライアントの登録内容（JSON）を貼り付け', en: 'Paste the client metadata (JSON)' },
  file: { ja: 'またはファイルを選ぶ', en: 'Or choose a file' },
  fileHint: {
    ja: 'ファイルを選ぶと、貼り付けた内容より優先します。1 MBまで。',
    en: 'A file goes before what was pasted; 1 MB at most.',
  },
  nameJa: { ja: 'サービスの名前（日本語）', en: 'Name of the service in Japanese' },
  nameEn: { ja: 'サービスの名前（英語）', en: 'Name of the service in English' },
  nameHint: { ja: 'ログイン画面で住民に見える名前です。', en: 'What residents read on the sign-in page.' },
  nameMissing: { ja: '日本語と英語の名前を、両方書いてください。', en: 'Give the name in both languages.' },
  contract: { ja: '渡してよい情報', en: 'What it may be given' },
  purposes: { ja: '使ってよい目的', en: 'What it may be used for' },
  noContract: { ja: '仮名のほかは何も渡しません', en: 'Nothing beside the pseudonym' },
  save: { ja: '登録する', en: 'Register' },
  saveChange: { ja: '変更を申し出る', en: 'Propose the change' },
  check: { ja: '検査だけする', en: 'Only check' },
  changeLead: {
    ja: '公開中のサービスは、別の承認者が承認するまで今の内容のまま動きます。',
    en: 'A service that is live stays as it is until another person approves the change.',
  },
  checked: { ja: '登録できる内容です', en: 'This can be registered' },
  findings: { ja: '検査の結果', en: 'What the check found' },
  faulty: { ja: '直すところがあります', en: 'Something has to be put right' },
  differences: { ja: '変わるところ', en: 'What changes' },
  contents: { ja: '登録される内容', en: 'What would be registered' },
  noDifference: { ja: '今の登録と同じです', en: 'The same as what is registered' },
  trust: { ja: '信頼に関わる変更', en: 'alters trust' },
  conflict: { ja: 'ほかの人が先に変更しました', en: 'Somebody else changed it first' },
  conflictText: {
    ja: 'あなたの内容は下に残っています。相手の内容との違いを確かめて、よければもう一度送ってください。',
    en: 'What you wrote is kept below. Look at the differences to what is there now, and send it again if it is right.',
  },
  registered: { ja: '登録しました', en: 'Registered' },
  secret: { ja: 'クライアントの秘密（client_secret）', en: 'client_secret' },
  secretText: {
    ja: '今だけ表示します。安全な方法でサービスの担当者に渡してください。',
    en: 'Shown this one time. Hand it to the service in a safe way.',
  },
  goOn: { ja: '登録の内容へ', en: 'To the registration' },
  waiting: { ja: '承認を待っています', en: 'Waits for approval' },
  waitingRevision: { ja: '変更が承認を待っています', en: 'A change waits for approval' },
  ownWork: {
    ja: '自分で登録または変更したものは、承認できません。',
    en: 'You cannot approve what you registered or changed.',
  },
  comment: { ja: '理由・確かめたこと', en: 'Reason, and what you checked' },
  commentHint: { ja: '記録に残ります。1,000文字まで。', en: 'It is kept. 1,000 characters at most.' },
  approve: { ja: '承認する', en: 'Approve' },
  reject: { ja: '差し戻す', en: 'Send back' },
  suspend: { ja: '停止する', en: 'Suspend' },
  resume: { ja: '再開する', en: 'Resume' },
  suspendTitle: { ja: 'サービスを止める', en: 'Suspend the service' },
  suspendText: { ja: '次のログインから、すぐに使えなくなります。', en: 'From the next sign-in on it does not work.' },
  resumeTitle: { ja: 'サービスを再開する', en: 'Resume the service' },
  history: { ja: 'これまでの判断', en: 'Decisions so far' },
  registeredAt: { ja: '登録した日時', en: 'Registered at' },
  updatedAt: { ja: '最後に変わった日時', en: 'Last changed at' },
  authors: { ja: '登録・変更した人', en: 'Written by' },
  version: { ja: '版', en: 'Version' },
  document: { ja: '登録された文書', en: 'The registered document' },
  terminal: { ja: '窓口の端末', en: 'Counter terminal' },
  api: { ja: '管理APIの権限', en: 'May at the administration API' },
  feed: { ja: '異動を伝える台帳・機関', en: 'Tells of changes for' },
} as const satisfies Record<string, Text>;

export const statusNames: Readonly<Record<ProviderStatus, Text>> = {
  pending: { ja: '承認待ち', en: 'waits for approval' },
  approved: { ja: '公開', en: 'live' },
  suspended: { ja: '停止', en: 'suspended' },
};

/** What a client of the administration API may do, in words. */
export const scopeNames: Readonly<Record<ApiScope, Text>> = {
  'admin.providers.read': { ja: '連携サービスの登録を見る、検査する', en: 'look at registrations, and check them' },
  'admin.providers.write': { ja: '登録する、変更を申し出る、停止する', en: 'register, propose changes, suspend' },
  'admin.providers.approve': { ja: '承認する、差し戻す、再開する', en: 'approve, send back, resume' },
  'admin.administrators.read': { ja: '管理者の一覧を見る', en: 'see the list of administrators' },
  'admin.audit.read': { ja: '監査記録を見る', en: 'look at the audit records' },
  'admin.cards.stop': { ja: '停止番号でカードを止める', en: 'stop cards by their stop codes' },
  'events.register': {
    ja: '住民の異動（転出、死亡、氏名・生年月日・性別の変更）を台帳として伝える',
    en: 'tell of moves, deaths, new names and corrections as the resident register',
  },
  'events.coverage': { ja: '健康保険の異動を保険者として伝える', en: 'tell of changes of coverage as an insurer' },
};

export const outcomeNames: Readonly<Record<Decision['outcome'], Text>> = {
  approved: { ja: '承認', en: 'Approved' },
  rejected: { ja: '差し戻し', en: 'Sent back' },
  suspended: { ja: '停止', en: 'Suspended' },
  resumed: { ja: '再開', en: 'Resumed' },
};

export const severityNames: Readonly<Record<'error' | 'warning' | 'note', Text>> = {
  error: { ja: '誤り', en: 'Error' },
  warning: { ja: '注意', en: 'Warning' },
  note: { ja: '参考', en: 'Note' },
};

const own: Readonly<Record<string, Text>> = {
  displayName: { ja: '氏名', en: 'name' },
  staffRole: { ja: '職員の役割', en: 'role of staff' },
  staffLicence: { ja: '職員の資格', en: 'licence of staff' },
  staffFacility: { ja: '職員の所属', en: 'facility of staff' },
};

/** What a contract may list, in words: attributes first, then purposes. */
export const contractChoices: readonly {
  readonly id: string;
  readonly kind: 'contract' | 'purposes';
  readonly name: Text;
}[] = [
  ...Object.keys(contractTerms.attributes)
    .filter((id) => id !== 'pseudonym')
    .map((id) => ({
      id,
      kind: 'contract' as const,
      name: own[id] ?? consentTypeOf(id)?.name ?? { ja: id, en: id },
    })),
  ...Object.entries(purposes).map(([id, name]) => ({ id, kind: 'purposes' as const, name })),
];
