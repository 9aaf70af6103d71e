import type { Rule } from '../registration-rule.ts';

/** Rules of the linter for bodies that hold data. */
export const bodyRules = {
  PROVIDER_ID_MALFORMED: {
    severity: 'error',
    cite: 'RFC 3986 4.3, SAML Core 8.3.6',
    ja: [
      'providerID「{value}」は使えません。空白のない、1024文字までの URL か URN に限ります。',
      '機関のドメインの URL か、機関の URN を出してもらってください。',
    ],
    en: [
      'The providerID “{value}” cannot be used: it has to be a URL or URN of at most 1024 characters, without spaces.',
      'The body has to give a URL of its own domain, or a URN of its own.',
    ],
  },
  BODY_ADDRESS_MISSING: {
    severity: 'error',
    cite: 'ID-WSF DISCO 2.3',
    ja: ['照会先のアドレスがありません。', '機関がハブの照会を受ける https のアドレスを書いてください。'],
    en: ['There is no address.', 'Give the https address where the body takes the hub’s queries.'],
  },
  BODY_ADDRESS_PRIVATE: {
    severity: 'error',
    cite: 'RFC 1918 3, RFC 6890 2.2.2',
    ja: [
      '「{value}」は、ハブ自身か、外から呼べないネットワークを指します。ハブはそこへは照会しません。',
      '外から呼べる https のアドレスを出してもらってください。地域の内側にある機関なら、運用者が設定 bodiesInOwnNetwork で許します。',
    ],
    en: [
      '“{value}” leads to the hub itself or into a private network. The hub does not call it.',
      'Ask the body for an address that is reached from outside. If bodies lie in the region’s own network, the operator allows that with the setting bodiesInOwnNetwork.',
    ],
  },
  BODY_KEY_MISSING: {
    severity: 'error',
    cite: 'ID-WSF SecMech SAML 3',
    ja: [
      '鍵がありません。答えが本当にこの機関のものかを確かめられません。',
      '機関の証明書か公開鍵（PEM）を貼り付けるか、ファイルを選んでください。',
    ],
    en: [
      'There is no key, so nobody could tell whether an answer is the body’s.',
      'Paste the body’s certificate or public key (PEM), or choose its file.',
    ],
  },
  BODY_KEY_UNREADABLE: {
    severity: 'error',
    cite: 'RFC 7468 5, RFC 7468 13',
    ja: [
      '鍵を読み取れません。証明書か公開鍵を、ちょうど一つ書く決まりです。',
      '「-----BEGIN CERTIFICATE-----」か「-----BEGIN PUBLIC KEY-----」の行から終わりの行まで、一つだけを出してもらってください。',
    ],
    en: [
      'The key cannot be read: exactly one certificate or public key is expected.',
      'The body has to send one of them, from the line -----BEGIN CERTIFICATE----- or -----BEGIN PUBLIC KEY----- to its end line.',
    ],
  },
  BODY_KEY_PRIVATE: {
    severity: 'error',
    cite: 'RFC 7468 10',
    ja: [
      '秘密鍵が入っています。この鍵はもう安全ではありません。',
      '新しい鍵を作り、公開鍵か証明書だけを送ってもらってください。送られた鍵は捨ててもらいます。',
    ],
    en: [
      'This holds a private key. That key is no longer safe.',
      'The body has to make a new key, send the public one or a certificate only, and throw the sent one away.',
    ],
  },
  BODY_KEY_NOT_RSA: {
    severity: 'error',
    cite: 'RFC 8017 7.1',
    ja: [
      'RSA の鍵ではありません（{value}）。仮名をこの鍵で暗号にして送るため、RSA が要ります。',
      'RSA 2048ビット以上の鍵を作ってもらってください。',
    ],
    en: [
      'This is not an RSA key ({value}). Pseudonyms are encrypted for it, and that takes RSA.',
      'The body has to make an RSA key of 2048 bits or more.',
    ],
  },
  BODY_KEY_WEAK: {
    severity: 'error',
    cite: 'NIST SP 800-131A 3',
    ja: ['鍵が短すぎます（{value}）。', 'RSA 2048ビット以上の鍵を作り直してもらってください。'],
    en: ['The key is too short ({value}).', 'The body has to make an RSA key of 2048 bits or more.'],
  },
  TYPES_MISSING: {
    severity: 'error',
    cite: 'ID-WSF DISCO 2.3',
    ja: ['尋ねる情報が一つも選ばれていません。', '契約で決めた情報を選んでください。'],
    en: ['It is not chosen what the body is asked for.', 'Choose what the agreement with the body lists.'],
  },
  TYPE_UNKNOWN: {
    severity: 'error',
    cite: 'ID-WSF DISCO 2.3',
    ja: ['「{value}」という情報は目録にありません。', '情報の名前を確かめてください。'],
    en: ['The catalogue has no data called “{value}”.', 'Check the names of the attribute types.'],
  },
  DEADLINE_OUT_OF_BOUNDS: {
    severity: 'error',
    cite: 'ID-WSF SB, Timeout',
    ja: [
      '待つ時間「{value}」は使えません。50 から 10000 までの整数（ミリ秒）に限ります。',
      'ふつうは 1500（1.5秒）です。住民は画面の前で待っています。',
    ],
    en: [
      'The time “{value}” cannot be used: it has to be a whole number of milliseconds from 50 to 10000.',
      '1500 (one and a half seconds) is usual: residents wait in front of the page.',
    ],
  },
  CONTRACT_OF_BODY: {
    severity: 'error',
    cite: 'APPI 27',
    ja: [
      'データを持つ機関に「{value}」を渡すことはできません。',
      '渡す情報を外してください。機関がサービスとしても使うなら、SAML か OpenID Connect で別に登録します。',
    ],
    en: [
      'A body that holds data is given nothing, so “{value}” cannot be in its contract.',
      'Leave it out. If the body runs a service as well, that is registered apart, as SAML or OpenID Connect.',
    ],
  },
} as const satisfies Record<string, Rule>;
