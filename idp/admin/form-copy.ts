import type { Text } from '../../web/index.ts';
import type { FetchRefusal } from './fetch-metadata.ts';

/** Words of the registration form. */
export const formCopy = {
  entry: { ja: '入力の方法', en: 'How to enter it' },
  asFields: { ja: '項目に入力する', en: 'Fill in fields' },
  asDocument: { ja: 'JSONを使う', en: 'Use JSON' },
  address: { ja: 'メタデータのアドレス', en: 'Address of the metadata' },
  addressHint: {
    ja: 'サービスがメタデータを公開しているときに書きます。例：https://library.example/metadata',
    en: 'Where the service publishes its metadata, such as https://library.example/metadata',
  },
  fetch: { ja: 'アドレスから取得する', en: 'Fetch from the address' },
  fetchedOk: { ja: 'アドレスから取得しました', en: 'Fetched from the address' },
  fetchedText: {
    ja: 'まだ何も保存していません。内容を確かめて、下のボタンで送ってください。',
    en: 'Nothing is stored yet. Look at it, then send it by the button below.',
  },
  fetchFailed: { ja: '取得できませんでした', en: 'It could not be fetched' },
  reference: { ja: 'お問い合わせ番号', en: 'Reference' },
  clientId: { ja: 'クライアントID', en: 'Client ID' },
  clientIdHint: {
    ja: 'サービスの決めた識別子です。空のときは、ハブが決めます。',
    en: 'The identifier that the service uses. Left empty, the hub chooses one.',
  },
  redirectUris: { ja: 'ログイン後に戻るアドレス', en: 'Addresses to return to after sign-in' },
  redirectUrisHint: {
    ja: 'redirect_uris。1行に一つ。サービスの使うものと1文字も違わないように書きます。',
    en: 'redirect_uris, one per line, exactly as the service sends them.',
  },
  postLogoutUris: { ja: 'ログアウト後に戻るアドレス', en: 'Addresses to return to after sign-out' },
  postLogoutUrisHint: { ja: 'post_logout_redirect_uris。1行に一つ。', en: 'post_logout_redirect_uris, one per line.' },
  applicationType: { ja: 'サービスの種類', en: 'Kind of application' },
  web: { ja: 'ウェブサイト（サーバーあり）', en: 'Web site with a server' },
  native: { ja: 'スマートフォンやPCのアプリ', en: 'App on a phone or computer' },
  authMethod: { ja: 'サービスの本人確認の方法', en: 'How the service proves who it is' },
  authMethodHint: {
    ja: 'token_endpoint_auth_method。鍵が使えるサービスには、鍵を選びます。',
    en: 'token_endpoint_auth_method. Choose the key where the service can use one.',
  },
  client_secret_basic: { ja: '秘密（client_secret_basic）', en: 'Secret (client_secret_basic)' },
  client_secret_post: { ja: '秘密を本文で送る（client_secret_post）', en: 'Secret in the body (client_secret_post)' },
  private_key_jwt: { ja: '鍵（private_key_jwt）', en: 'Key (private_key_jwt)' },
  none: { ja: 'なし（アプリだけ）', en: 'None (apps only)' },
  jwks: { ja: 'サービスの公開鍵（jwks）', en: 'Public keys of the service (jwks)' },
  jwksHint: {
    ja: '{"keys": […]} の形のJSON。鍵で本人確認をするサービスと、情報を照会するサービスに必要です。秘密鍵は入れません。',
    en: 'JSON of the form {"keys": […]}. Needed to prove who it is by key, and to ask for data. Never private keys.',
  },
  contacts: { ja: '担当者のメールアドレス', en: 'E-mail addresses of contacts' },
  contactsHint: { ja: '1行に一つ。', en: 'One per line.' },
  refresh: {
    ja: 'ログインの間、トークンを更新できる（リフレッシュトークン）',
    en: 'May renew its tokens while the sign-in lasts (refresh tokens)',
  },
  more: { ja: 'そのほかの項目（JSON）', en: 'Other members (JSON)' },
  moreHint: {
    ja: '上に欄のない項目だけを、JSONで書きます。例：{"client_uri": "https://library.example/"}',
    en: 'Only what has no field above, such as {"client_uri": "https://library.example/"}',
  },
  logo: { ja: 'ロゴ', en: 'Logo' },
  logoHint: {
    ja: 'PNG、JPEG、WebP。100 KBまで、縦横512ピクセルまで。ログイン画面でサービスの名前とともに見えます。',
    en: 'PNG, JPEG or WebP; 100 KB and 512 x 512 pixels at most. Residents see it beside the name when they sign in.',
  },
  logoFault: { ja: 'ロゴを確かめてください', en: 'Please look at the logo' },
  logoNew: { ja: '新しいロゴ', en: 'New logo' },
  logoRemove: { ja: 'ロゴを使わない', en: 'Use no logo' },
  requiredLevel: { ja: '必要なログインの強さ', en: 'Required level of sign-in' },
  requiredLevelHint: {
    ja: 'これより弱いログインでは、サービスの求めにかかわらず使えません。',
    en: 'With a weaker sign-in it cannot be used, whatever the service asks for.',
  },
  anyLevel: { ja: '定めない（サービスの求めによる）', en: 'None (as the service asks)' },
  settings: { ja: 'SAMLの詳しい設定', en: 'More SAML settings' },
  settingsLead: {
    ja: 'ふつうは変えません。サービスの担当者から求められたときに変えます。',
    en: 'Leave them as they are unless the service asks for a change.',
  },
  encryptAssertion: { ja: 'ログイン結果の暗号化', en: 'Encryption of assertions' },
  encryptDefault: { ja: '暗号の鍵があれば暗号化する（推奨）', en: 'Encrypt where there is a key (recommended)' },
  encryptYes: { ja: '暗号化すると明記する', en: 'Encrypt, as written down' },
  encryptNo: { ja: '暗号化しない', en: 'Do not encrypt' },
  encryptHint: {
    ja: 'サービスが暗号を読めないときだけ「暗号化しない」を選びます。',
    en: 'Choose not to only where the service cannot decrypt.',
  },
  keyTransport: { ja: '鍵の暗号化の方式', en: 'Key transport' },
  keyTransportHint: {
    ja: 'メタデータに指定がないときに使います。',
    en: 'Used where the metadata names none.',
  },
  keyTransportDefault: { ja: 'rsa-oaep-mgf1p（標準）', en: 'rsa-oaep-mgf1p (default)' },
  contentEncryption: { ja: '内容の暗号化の方式', en: 'Content encryption' },
  contentEncryptionDefault: { ja: 'aes256-gcm（標準）', en: 'aes256-gcm (default)' },
  signResponse: { ja: '応答全体にも署名する', en: 'Sign the whole response too' },
  signResponseHint: {
    ja: 'アサーションにはいつも署名します。サービスが応答の署名も求めるときに選びます。',
    en: 'The assertion is always signed. For services that want the response signed as well.',
  },
  requireSignedRequests: { ja: '署名のない依頼を断る', en: 'Refuse unsigned requests' },
  requireSignedRequestsHint: {
    ja: 'サービスが依頼に署名できるなら選びます。なりすましの依頼を防ぎます。',
    en: 'Choose it where the service can sign; nobody else can then start a sign-in in its name.',
  },
  allowCreateStrict: { ja: 'AllowCreate="false" を守る', en: 'Obey AllowCreate="false"' },
  allowCreateStrictHint: {
    ja: '選ぶと、そう書かれた依頼では、初めての人がログインできません。ふつうは選びません。',
    en: 'Residents who come for the first time are then refused by such requests. Rarely wanted.',
  },
  source: { ja: 'メタデータの取得元', en: 'Metadata fetched from' },
  sourceChanged: { ja: '（その後、手で書き換えた内容です）', en: '(changed by hand since)' },
  fetchAgain: { ja: 'もう一度取得する', en: 'Fetch again' },
  fetchAgainText: {
    ja: '取得して、今の登録との違いを表示します。保存するまで何も変わりません。',
    en: 'Shows what is different there. Nothing changes until you save it.',
  },
} as const satisfies Record<string, Text>;

/** What happened and what to do, without what the other side said. */
export const fetchRefusals: Readonly<Record<FetchRefusal, Text>> = {
  FETCH_ADDRESS_REFUSED: {
    ja: 'このアドレスは使えません。https:// で始まるアドレスを、利用者名やパスワードを入れずに書いてください。',
    en: 'This address cannot be used. Write one that starts with https:// and holds no user name or password.',
  },
  FETCH_NOT_REACHED: {
    ja: 'このアドレスにつながりません。書き間違いがないか、インターネットから見えるアドレスかを確かめてください。組織の中だけのアドレスからは取得しません。ファイルをもらって選ぶこともできます。',
    en: 'The address cannot be reached. Check that it is spelled right and can be seen from the internet; nothing is fetched from inside networks. You can also ask for the file and choose it below.',
  },
  FETCH_ANSWER_REFUSED: {
    ja: 'このアドレスにメタデータがありません。転送（リダイレクト）のない、メタデータそのもののアドレスをサービスに確かめてください。',
    en: 'There is no metadata at this address. Ask the service for the address of the metadata itself, without redirects.',
  },
  FETCH_TOO_LARGE: {
    ja: '大きすぎます（1 MBまで）。このサービスだけのメタデータのアドレスを、サービスに確かめてください。',
    en: 'It is larger than 1 MB. Ask the service for the address of its own metadata alone.',
  },
  FETCH_NOT_TEXT: {
    ja: 'メタデータとして読める文字（UTF-8）ではありません。アドレスをサービスに確かめてください。',
    en: 'What is there is no text in UTF-8. Ask the service for the right address.',
  },
  FETCH_TOO_OFTEN: {
    ja: '短い間に何度も取得しました。1分待ってから、もう一度お試しください。',
    en: 'That was tried many times. Wait a minute and try again.',
  },
};

export const logoRefusals: Readonly<Record<'LOGO_TOO_LARGE' | 'LOGO_REFUSED' | 'LOGO_GONE', Text>> = {
  LOGO_TOO_LARGE: {
    ja: 'ロゴが大きすぎます。100 KBまで、縦横512ピクセルまでに縮めてください。',
    en: 'The logo is too large. Reduce it to 100 KB and 512 x 512 pixels at most.',
  },
  LOGO_REFUSED: {
    ja: 'この画像は使えません。PNG、JPEG、WebPの、動かない画像を選んでください（SVGは使えません）。',
    en: 'This picture cannot be used. Choose a still PNG, JPEG or WebP (no SVG).',
  },
  LOGO_GONE: {
    ja: '選んだロゴは、時間がたって消えました。もう一度選んでください。',
    en: 'The logo that was chosen is gone. Choose it again.',
  },
};
