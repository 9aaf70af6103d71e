import type { Text } from '../../web/index.ts';

/** Words of the reference page. */
export const referenceCopy = {
  title: { ja: '管理API', en: 'Administration API' },
  lead: {
    ja: '連携サービスの登録・検査・変更・判断と、監査記録の検索を、プログラムから行うためのAPIです。管理画面と同じ規則で動きます。',
    en: 'Registering, checking, changing and deciding about services, and searching the audit records, by program. The rules are those of the console.',
  },
  start: { ja: 'はじめに', en: 'To begin' },
  client: {
    ja: '呼び出すプログラムを、OIDCのクライアントとして管理画面で登録します。登録内容に sanuki_api とスコープを書き、別の人が承認します。',
    en: 'Register the calling program in the console as an OIDC client with sanuki_api and its scopes; another person approves it.',
  },
  token: {
    ja: 'プログラムだけで動くときは client_credentials で、人の権限で動くときは認可コード（PKCE）で、resource をこのAPIにしてトークンを取ります。トークンは10分で切れます。',
    en: 'A program in its own name gets its token by client_credentials, one that acts for an administrator by authorization code with PKCE, both with resource set to this API. A token lives ten minutes.',
  },
  person: {
    ja: '承認、差し戻し、再開は、人のトークンでしかできません。自分が書いたものは承認できません。',
    en: 'Approving, sending back and resuming need a person’s token, and nobody approves their own work.',
  },
  document: { ja: 'OpenAPI 3.1 の文書', en: 'The OpenAPI 3.1 document' },
  address: { ja: 'アドレス', en: 'Address' },
  issuer: { ja: 'トークンを出すところ', en: 'Tokens come from' },
  tokenExample: { ja: 'トークンを取る例', en: 'Getting a token' },
  scopes: { ja: 'スコープ', en: 'Scopes' },
  operations: { ja: '操作', en: 'Operations' },
  needs: { ja: '必要なスコープ', en: 'Scope' },
  parameters: { ja: 'パラメーター', en: 'Parameters' },
  name: { ja: '名前', en: 'Name' },
  place: { ja: '場所', en: 'In' },
  meaning: { ja: '意味', en: 'Meaning' },
  form: { ja: '形', en: 'Form' },
  required: { ja: '必須', en: 'required' },
  body: { ja: '送る本文', en: 'Body' },
  answer: { ja: '応答', en: 'Answer' },
  refusals: { ja: '断られるとき', en: 'Refusals' },
  example: { ja: '例', en: 'Example' },
  problems: { ja: '断りの種類', en: 'Problems' },
  problemsLead: {
    ja: '断るときは、RFC 9457の形（application/problem+json）で答えます。trace は、ログの行を探す番号です。',
    en: 'Refusals are problem details (RFC 9457, application/problem+json). Their trace leads to the line in the log.',
  },
  remedy: { ja: '直し方', en: 'What helps' },
  schemas: { ja: 'データの形', en: 'Schemas' },
  code: { ja: '種類', en: 'Code' },
  status: { ja: '状態', en: 'Status' },
} as const satisfies Record<string, Text>;

export const places: Readonly<Record<'path' | 'query' | 'header', Text>> = {
  path: { ja: 'パス', en: 'path' },
  query: { ja: 'クエリー', en: 'query' },
  header: { ja: 'ヘッダー', en: 'header' },
};
