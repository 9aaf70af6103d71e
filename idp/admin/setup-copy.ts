import type { Text } from '../../web/index.ts';
import type { LinkState } from './setup-links.ts';

/** Words of the engineer's page. */
export const setupCopy = {
  title: { ja: '「{name}」の接続設定', en: 'Connect “{name}”' },
  lead: {
    ja: 'サービスの技術担当の方へ。下の情報でサービスを設定し、サービス側の内容を送ってください。検査は何度でもできます。申請は一度だけです。',
    en: 'For the engineer of the service: set the service up with the facts below, then send its own. Check as often as you like; submit once.',
  },
  leadChange: {
    ja: 'サービスの技術担当の方へ。登録の新しい内容を送ってください。承認されるまで、今の登録のまま動きます。検査は何度でもできます。申請は一度だけです。',
    en: 'For the engineer of the service: send the new content. Until it is approved the service works as it does now. Check as often as you like; submit once.',
  },
  agreed: { ja: '決まっていること', en: 'What is agreed' },
  agreedHint: {
    ja: 'このページでは変えられません。違うときは、リンクを送った人に連絡してください。',
    en: 'It cannot be changed here. If it is wrong, tell whoever sent the link.',
  },
  name: { ja: 'サービスの名前', en: 'Name of the service' },
  given: { ja: '渡される情報', en: 'What it will be given' },
  until: { ja: 'このリンクの期限', en: 'The link ends' },
  hub: { ja: 'こちら側の情報', en: 'Our side' },
  metadata: { ja: 'メタデータ', en: 'Metadata' },
  sso: { ja: 'ログインの受け口（SSO）', en: 'Sign-in address (SSO)' },
  issuer: { ja: '発行者（issuer）', en: 'Issuer' },
  discovery: { ja: '設定の公開先（discovery）', en: 'Discovery' },
  jwks: { ja: '署名鍵の公開先（jwks_uri）', en: 'Signing keys (jwks_uri)' },
  fingerprint: { ja: '署名証明書の指紋（SHA-256）', en: 'Fingerprint of the signing certificate (SHA-256)' },
  certificateEnds: { ja: '署名証明書の期限', en: 'The signing certificate ends' },
  own: { ja: 'サービス側の内容', en: 'Your side' },
  check: { ja: '検査する', en: 'Check' },
  submit: { ja: '申請する（一度だけ）', en: 'Submit (once)' },
  good: { ja: '申請できる内容です', en: 'This can be submitted' },
  goodText: { ja: 'まだ申請していません。よければ「申請する」を押してください。', en: 'Nothing is submitted yet.' },
  findingsHint: {
    ja: '「もらってください」とあるところは、サービスの側で直してください。「注意」と「参考」だけなら申請できます。',
    en: 'What “the service” is asked to do is yours to do. Warnings and notes alone do not keep you from submitting.',
  },
  conflict: { ja: '登録がほかの人によって変わりました', en: 'Somebody else changed the registration' },
  conflictText: {
    ja: '申請していません。送った内容は下に残っています。リンクを送った人に連絡してください。',
    en: 'Nothing was submitted; what you sent is kept below. Tell whoever sent the link.',
  },
  again: { ja: 'すでに申請されています', en: 'It was submitted already' },
  againText: { ja: '今回の内容は使われていません。', en: 'What you sent now was not used.' },
  waits: { ja: '申請を受け付けました。承認を待っています', en: 'Submitted. It waits for approval' },
  waitsText: {
    ja: 'リンクを作った人とは別の人が確かめます。鍵の指紋を電話で尋ねることがあります。このリンクでは、もう何も変えられません。',
    en: 'Somebody other than who made the link looks at it, and may ask you for the fingerprints of your keys on the telephone. The link changes nothing any more.',
  },
  live: { ja: '承認されました', en: 'Approved' },
  liveText: { ja: 'ログインを試せます。', en: 'You can try a sign-in.' },
  sentBack: { ja: '差し戻されました', en: 'Sent back' },
  sentBackText: {
    ja: '理由は、リンクを送った人に尋ねてください。直すには新しいリンクが要ります。',
    en: 'Ask whoever sent the link for the reason. To put it right you need a new link.',
  },
  stopped: { ja: 'サービスは停止中です', en: 'The service is suspended' },
  stoppedText: { ja: 'リンクを送った人に尋ねてください。', en: 'Ask whoever sent the link.' },
  secretText: {
    ja: '今だけ表示します。サービスの設定に入れてから、この画面を閉じてください。登録の担当者も見られません。',
    en: 'Shown this one time, and to you only. Put it into the service before you close this page.',
  },
  submittedAt: { ja: '申請した日時', en: 'Submitted at' },
} as const satisfies Record<string, Text>;

/** Words of the console's pages about links. */
export const linkCopy = {
  title: { ja: '設定リンク', en: 'Set-up links' },
  lead: {
    ja: 'サービスの技術担当が、アカウントなしで登録内容を送るための一度だけのリンクです。届いた内容は、リンクを作った人とは別の人が承認します。',
    en: 'One-time links by which a service’s own engineer sends a registration without an account. Somebody other than who made the link approves it.',
  },
  make: { ja: '設定リンクを作る', en: 'Make a set-up link' },
  makeChange: { ja: '変更用の設定リンクを作る', en: 'Make a set-up link for a change' },
  changeLead: {
    ja: '相手の技術担当が、鍵や戻り先などを送れます。名前と渡す情報は今の登録のままです。',
    en: 'The engineer can send keys, addresses and the like. Name and contract stay as they are registered.',
  },
  note: { ja: '誰に渡すか', en: 'For whom' },
  noteHint: { ja: '例：図書館システム（株）の高松さん。相手には見えません。', en: 'They do not see it.' },
  noteMissing: { ja: '誰に渡すかを200文字までで書いてください。', en: 'Say for whom, in up to 200 characters.' },
  days: { ja: '有効な日数', en: 'Days it is good for' },
  daysHint: { ja: '1日から30日まで。', en: '1 to 30.' },
  daysWrong: { ja: '1から30までの数で書いてください。', en: 'A number from 1 to 30.' },
  made: { ja: '設定リンクができました', en: 'The set-up link is ready' },
  madeTitle: { ja: 'このアドレスを相手に渡してください', en: 'Hand this address over' },
  madeText: {
    ja: '今だけ表示します。アドレスを知る人は誰でも使えるので、本人だけに届く方法で渡してください。',
    en: 'Shown this one time. Whoever has it can use it, so send it in a way that reaches only that person.',
  },
  back: { ja: '設定リンクの一覧へ', en: 'To the set-up links' },
  number: { ja: '番号', en: 'Number' },
  service: { ja: 'サービス', en: 'Service' },
  kind: { ja: '種類', en: 'Kind' },
  registration: { ja: '新規', en: 'new' },
  change: { ja: '変更', en: 'change' },
  until: { ja: '期限', en: 'Ends' },
  by: { ja: '作った人', en: 'Made by' },
  state: { ja: '状態', en: 'State' },
  act: { ja: '操作', en: 'Act' },
  withdraw: { ja: '取り消す', en: 'Withdraw' },
  via: { ja: '届いた方法', en: 'How it came' },
  viaText: { ja: 'サービスの技術担当から設定リンクで', en: 'from the service’s engineer by a set-up link' },
  none: { ja: '設定リンクはまだありません', en: 'There are no set-up links.' },
  more: { ja: '続きを見る', en: 'More' },
} as const satisfies Record<string, Text>;

export const linkStateNames: Readonly<Record<LinkState, Text>> = {
  open: { ja: '未使用', en: 'open' },
  used: { ja: '申請済み', en: 'submitted' },
  withdrawn: { ja: '取消済み', en: 'withdrawn' },
  expired: { ja: '期限切れ', en: 'expired' },
};
