import type { Rule } from '../registration-rule.ts';

/** Rules of the linter for OIDC client metadata. */
export const oidcRules = {
  CLIENT_ID_CHOSEN: {
    severity: 'note',
    cite: 'RFC 7591 3.2.1',
    ja: ['client_id がありません。', 'このままで構いません。登録のときにハブが決めます。'],
    en: ['There is no client_id.', 'Nothing has to be done: the hub chooses one at the registration.'],
  },
  FIELD_NOT_JSON: {
    severity: 'error',
    cite: 'RFC 8259 2',
    ja: ['JSONとして読めません。', '{ で始まり } で終わるJSONを、そのまま貼り付けてください。'],
    en: ['This cannot be read as JSON.', 'Paste the JSON as it is, from { to }.'],
  },
  FIELD_TWICE: {
    severity: 'error',
    cite: 'RFC 8259 4',
    ja: ['「{value}」には別の入力欄があります。', 'ここからは消して、その欄に書いてください。'],
    en: ['“{value}” has a field of its own.', 'Remove it here and write it there.'],
  },
  REDIRECT_REPEATED: {
    severity: 'warning',
    cite: 'OIDC Registration 2',
    ja: ['「{value}」が二度書かれています。', '一つにしてください。'],
    en: ['“{value}” stands there twice.', 'Once is enough.'],
  },
  REDIRECT_PARAMETER: {
    severity: 'warning',
    cite: 'RFC 6749 4.1.2',
    ja: [
      '「{value}」には、ハブの返事と同じ名前のパラメーター（code、state、iss、error）が入っています。',
      'その名前をクエリーから外してもらってください。',
    ],
    en: [
      '“{value}” already holds a parameter that the hub’s answer has (code, state, iss, error).',
      'The service should leave it out of its address.',
    ],
  },
  REDIRECT_SCHEME: {
    severity: 'note',
    cite: 'RFC 8252 7.2',
    ja: [
      '「{value}」はアプリ独自の形式です。同じ端末の別のアプリも名のれます。',
      'できれば、アプリが受け取る https のアドレス（Universal Links など）にしてもらってください。',
    ],
    en: [
      '“{value}” is a scheme of an app; another app on the same device can claim it too.',
      'Where possible the app should use an https address that it claims (Universal Links and the like).',
    ],
  },
  AUTH_METHOD_NONE: {
    severity: 'warning',
    cite: 'RFC 9700 2.1.1, RFC 6749 2.1',
    ja: [
      '秘密も鍵もないので、トークンを求めるのが本当にこのサービスかを確かめられません。PKCE だけで守られます。',
      'サーバーのあるサービスなら、private_key_jwt か client_secret_basic にしてもらってください。',
    ],
    en: [
      'Without secret or key nobody can tell whether it is the service that asks for tokens; only PKCE protects it.',
      'A service with a server should use private_key_jwt or client_secret_basic.',
    ],
  },
  AUTH_METHOD_POST: {
    severity: 'note',
    cite: 'RFC 6749 2.3.1',
    ja: [
      '秘密を本文で送る方式です（client_secret_post）。記録に残りやすくなります。',
      'できれば private_key_jwt か client_secret_basic にしてもらってください。',
    ],
    en: [
      'The secret travels in the body (client_secret_post), where it ends up in logs more easily.',
      'Where possible use private_key_jwt or client_secret_basic.',
    ],
  },
  SECRET_WEAK: {
    severity: 'error',
    cite: 'OIDC Core 16.19',
    ja: [
      'client_secret が短いか、推し量れます。',
      'client_secret を書かずに登録してください。ハブが十分に長いものを作ります。',
    ],
    en: [
      'The client_secret is short, or can be guessed.',
      'Leave client_secret out: the hub makes one. One of your own needs at least 16 characters, better 32, by chance.',
    ],
  },
  JWKS_PRIVATE: {
    severity: 'error',
    cite: 'RFC 7517 9.2',
    ja: [
      'jwks に秘密鍵か共通鍵が入っています。この鍵はもう安全ではありません。',
      '新しい鍵を作り、公開鍵だけを送ってもらってください。送られた鍵は捨ててもらいます。',
    ],
    en: [
      'The jwks holds a private or symmetric key. That key is no longer safe.',
      'The service has to make a new key, send the public one only, and throw the sent one away.',
    ],
  },
  JWKS_MISSING: {
    severity: 'error',
    cite: 'OIDC Core 9',
    ja: ['private_key_jwt なのに jwks がありません。', '公開鍵を jwks に入れてもらってください。'],
    en: ['private_key_jwt is chosen, but there is no jwks.', 'The service has to send its public keys as jwks.'],
  },
  JWKS_BY_ADDRESS: {
    severity: 'error',
    cite: 'RFC 7591 2',
    ja: [
      'jwks_uri は使えません。鍵が承認なしに入れ替わるためです。',
      '公開鍵そのものを jwks に入れてもらってください。',
    ],
    en: [
      'jwks_uri is not taken: keys would change there without approval.',
      'The service has to send the public keys themselves as jwks.',
    ],
  },
  COUNTER_REFUSED: {
    severity: 'error',
    cite: 'RFC 6749 2.1, RFC 6749 1.5',
    ja: [
      '窓口の端末の登録では「{value}」は使えません。',
      '端末には秘密か鍵を持たせ、リフレッシュトークンは使わない設定にしてください。',
    ],
    en: [
      'A counter terminal cannot be registered with “{value}”.',
      'A terminal has to authenticate itself by a secret or a key, and gets no refresh tokens.',
    ],
  },
  API_CLIENT: {
    severity: 'warning',
    cite: 'RFC 6749 3.3',
    ja: [
      '管理APIを使うクライアントです（{value}）。住民のサービスではありません。',
      'このプログラムに任せてよい範囲かを、運用する担当者に確かめてください。',
    ],
    en: [
      'This client calls the administration API ({value}); it is no service for residents.',
      'Ask whoever runs the program whether it needs all of this.',
    ],
  },
  API_REFUSED: {
    severity: 'error',
    cite: 'RFC 6749 4.4, RFC 9700 2.1.1',
    ja: [
      '管理APIの利用と「{value}」は、この組み合わせでは登録できません。',
      'client_credentials は sanuki_api と一緒に使います。クライアントには秘密か鍵を持たせ、refresh_token と窓口の設定は外し、承認のスコープは人がログインするクライアント（authorization_code）だけに付けてください。異動を伝えるスコープ（events.…）はどちらか一つとし、台帳か機関のIDを feed に書き、authorization_code は外します。',
    ],
    en: [
      'Access to the administration API and “{value}” do not go together here.',
      'client_credentials needs sanuki_api; the client needs a secret or a key, no refresh_token and no counter; and the scope to approve is for clients at which a person signs in (authorization_code). A client has one scope of events at most, with the id of the register or body as feed, and no authorization_code.',
    ],
  },
} as const satisfies Record<string, Rule>;
