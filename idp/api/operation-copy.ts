import type { Text } from '../../web/index.ts';
import type { OperationId } from './operation.ts';

/** What each operation is for, in words. */
export const operationWords: Readonly<Record<OperationId, { readonly summary: Text; readonly text: Text }>> = {
  getHub: {
    summary: { ja: 'ハブのアドレスと、契約に書ける項目', en: 'Addresses of the hub, and what a contract may list' },
    text: {
      ja: 'サービスの側の設定に使うアドレスと、attributes に書ける項目・目的を返します。',
      en: 'What the other side has to be configured with, and the attributes and purposes that may be listed.',
    },
  },
  listProviders: {
    summary: { ja: 'サービスの一覧', en: 'List services' },
    text: {
      ja: '識別子の順に返します。next があるあいだは、cursor に入れて続きを求めてください。',
      en: 'In the order of their ids. As long as there is a next, send it as cursor for what follows.',
    },
  },
  registerProvider: {
    summary: { ja: 'サービスを登録する', en: 'Register a service' },
    text: {
      ja: '承認待ちで登録します。秘密を持つOIDCのクライアントでは、client_secret がこの応答に一度だけ入ります。',
      en: 'It waits for approval. The client_secret of an OpenID Connect client is in this one answer and nowhere else.',
    },
  },
  getProvider: {
    summary: { ja: '一つのサービス', en: 'One service' },
    text: {
      ja: '登録の内容、検査の結果、承認待ちの変更、これまでの判断を返します。ETag は変更や判断のときに使います。',
      en: 'The registration, what the check finds, the change that waits, and the decisions so far. Its ETag is for changing and deciding.',
    },
  },
  changeProvider: {
    summary: { ja: '登録を変更する', en: 'Change a registration' },
    text: {
      ja: '全体を置き換えます。承認待ちの登録はその場で変わり、公開中の登録は承認されるまで今のまま動きます。同じ内容なら何もしません。',
      en: 'Replaces the whole. What waits is changed; what is live stays as it is until the change is approved. The same content changes nothing.',
    },
  },
  decideProvider: {
    summary: { ja: '承認する、差し戻す、止める、再開する', en: 'Approve, send back, suspend, resume' },
    text: {
      ja: '承認・差し戻しは、承認待ちの登録か変更に対するものです。承認・差し戻し・再開には人のトークンが要ります。suspended だけは If-Match: * でも送れます。',
      en: 'Approved and rejected are about what waits. These and resuming need a person’s token. Only suspended may be sent with If-Match: *.',
    },
  },
  listRevisions: {
    summary: { ja: '承認を待つ変更', en: 'Changes that wait' },
    text: {
      ja: '公開中の登録への変更で、承認を待っているものです。新しい登録は /providers?status=pending にあります。',
      en: 'Of registrations that are live. New ones that wait are at /providers?status=pending.',
    },
  },
  checkDeclarations: {
    summary: { ja: '検査だけする、差分を見る', en: 'Only check, and compare' },
    text: {
      ja: '何も保存しません。誤り・注意・直し方と、今の登録との違いを返します。50件まで一度に送れます。',
      en: 'Stores nothing. Says what is wrong, what to do about it, and what would change. Up to 50 at once.',
    },
  },
  searchAudit: {
    summary: { ja: '監査記録を調べる', en: 'Search the audit records' },
    text: {
      ja: '古い順です。調べたことも記録に残ります。',
      en: 'Oldest first. Looking is recorded too.',
    },
  },
  listAdministrators: {
    summary: { ja: '管理者の一覧', en: 'List administrators' },
    text: {
      ja: '番号と権限、期限を返します。住民としての名前は含みません。',
      en: 'Numbers, roles and dates; not who they are as residents.',
    },
  },
  stopCard: {
    summary: { ja: '停止番号でカードを止める', en: 'Stop a card by its stop code' },
    text: {
      ja: '自動音声の電話などから、手紙にある16桁の停止番号で止めます。何度送っても同じです。カードや人のことは何も返しません。',
      en: 'For automated telephone lines: the 16 digits of the holder’s letter. Repeating it changes nothing. Says nothing of card or person.',
    },
  },
  tellResidentEvents: {
    summary: { ja: '住民の異動を伝える', en: 'Tell of changes in residents’ lives' },
    text: {
      ja: '台帳は転出入・死亡・氏名などの変更を、保険者は保険の異動だけを、500件まで一度に伝えます。1件ずつ受け付け、1件ずつ答えます。同じ id は一度だけ扱うので、答えが届かなければそのまま送り直せます。',
      en: 'A register tells of moves, deaths, names and corrections, an insurer of coverage alone; up to 500 at once, each taken and answered on its own. An id counts once, so that what got no answer can be sent again as it is.',
    },
  },
};
