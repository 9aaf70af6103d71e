import type { Text } from '../../web/index.ts';
import type { Role } from './roles.ts';

/** Roles by the names that people in the offices use. */
export const roleNames: Readonly<Record<Role, Text>> = {
  registrar: { ja: '登録担当', en: 'registrar' },
  approver: { ja: '承認者', en: 'approver' },
  'sp-administrator': { ja: 'サービス事業者管理者', en: 'service-provider administrator' },
  auditor: { ja: '監査人', en: 'auditor' },
  operator: { ja: 'システム運用者', en: 'operator' },
  'privacy-officer': { ja: '個人情報保護責任者', en: 'privacy officer' },
  support: { ja: 'サポートセンター', en: 'support' },
  'card-office': { ja: 'カード窓口', en: 'card office' },
  'second-officer': { ja: '第二審査者', en: 'second officer' },
};

export const rolesIn = (roles: readonly Role[], language: keyof Text): string =>
  roles.map((role) => roleNames[role][language]).join(language === 'ja' ? '、' : ', ');

/** Words that several pages of the console share. */
export const adminCopy = {
  title: { ja: '管理', en: 'Administration' },
  you: { ja: 'あなたの権限', en: 'Your roles' },
  until: { ja: '権限の期限', en: 'Until' },
  accountId: { ja: '管理者番号', en: 'Administrator number' },
  nothing: {
    ja: 'この権限で使える画面は、まだありません。',
    en: 'There is no page yet for what your roles may do.',
  },
  applications: { ja: '申込審査', en: 'Applications' },
  applicationsLead: {
    ja: 'カードの申込を受け付け、台帳と照らし合わせ、2人で決めます。',
    en: 'Take applications for cards, compare them with the register, decide by two persons.',
  },
  tasks: { ja: 'カードの仕事', en: 'Card tasks' },
  tasksLead: {
    ja: '2人目の承認を待つことと、発行・受け渡しを待つカードです。',
    en: 'What waits for a second person, and cards to be made or handed over.',
  },
  support: { ja: 'サポート窓口', en: 'Support centre' },
  supportLead: {
    ja: 'お電話の方を確かめ、カードを止め、そのほかの手続きを頼みます。',
    en: 'Check who is calling, stop cards, and ask for what else is needed.',
  },
  letters: { ja: '郵送', en: 'Letters' },
  lettersLead: { ja: '登録された住所へ送る通知を印刷します。', en: 'Print notices to registered addresses.' },
  equipment: { ja: '貸出機器', en: 'Lent equipment' },
  equipmentLead: { ja: 'カードリーダーの貸出と返却です。', en: 'Card readers that are lent and come back.' },
  stations: { ja: '発行機', en: 'Issuing stations' },
  stationsLead: {
    ja: 'カードに鍵を書くパソコンの登録です。',
    en: 'The computers that write keys into cards.',
  },
  providers: { ja: '連携サービス', en: 'Services' },
  providersLead: {
    ja: '登録、審査、承認、停止をします。',
    en: 'Register, review, approve and suspend services.',
  },
  links: { ja: '設定リンク', en: 'Set-up links' },
  linksLead: {
    ja: 'サービスの技術担当に、登録内容を送ってもらうリンクを作ります。',
    en: 'Let a service’s own engineer send its registration.',
  },
  keys: { ja: '鍵の期限', en: 'Ends of keys' },
  keysLead: { ja: '期限が近い鍵と、切れた鍵を確かめます。', en: 'See which keys end soon or have ended.' },
  statistics: { ja: '利用状況', en: 'Statistics' },
  statisticsLead: { ja: 'サービスごとのログインの数を見ます。', en: 'See how many sign-ins each service had.' },
  audit: { ja: '監査', en: 'Audit' },
  auditLead: { ja: '誰が、いつ、何をしたかを調べます。', en: 'See who did what, and when.' },
  reports: { ja: '住民からの知らせ', en: 'Reports of residents' },
  reportsLead: {
    ja: '「心当たりがない」という知らせを読み、お答えします。',
    en: 'Read and answer what residents know nothing of.',
  },
  sessions: { ja: 'ログインを終わらせる', en: 'End sign-ins' },
  sessionsLead: {
    ja: 'お電話の方のログインを、すべての端末とサービスで終わらせます。',
    en: 'End a caller’s sign-ins on every device and at every service.',
  },
  api: { ja: 'プログラムから使う（管理API）', en: 'For programs (administration API)' },
  explain: { ja: '番号で調べる', en: 'Look up a reference' },
  explainLead: {
    ja: 'お電話の方の画面にある番号から、ログインで何が起きたかを調べます。',
    en: 'See what happened at a sign-in, by the reference on the caller’s page.',
  },
  invitation: { ja: '管理者への招待', en: 'Invitation to the administration' },
  invitationLead: {
    ja: '受けると、このカードの方に次の権限が付きます。招待は一度だけ使えます。',
    en: 'If you accept, the holder of this card gets these roles. An invitation can be used once.',
  },
  accept: { ja: '招待を受ける', en: 'Accept the invitation' },
  acceptAs: { ja: 'どなたとして', en: 'As' },
} as const satisfies Record<string, Text>;
