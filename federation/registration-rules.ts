import { bodyRules } from './id-wsf/body-rules.ts';
import { oidcRules } from './oidc/client-rules.ts';
import type { Rule } from './registration-rule.ts';
import { samlRules } from './saml/metadata-rules.ts';

/** Rules of the linter for registrations of either protocol. */
const commonRules = {
  NOT_READABLE: {
    severity: 'error',
    cite: 'SAML Metadata 2.3, RFC 7591 2',
    ja: ['この内容は登録できません。', '下の理由を直すか、サービス側に正しいファイルを出し直してもらってください。'],
    en: ['This cannot be registered.', 'Put the reason below right, or ask the service for a correct file.'],
  },
  ENTITY_ID_TAKEN: {
    severity: 'error',
    cite: 'SAML Metadata 2.3.2, RFC 7591 3.2.1',
    ja: [
      '「{value}」はすでに登録されています。',
      '更新のときは、その登録の画面から更新してください。別のサービスなら、別の識別子を使ってもらってください。',
    ],
    en: [
      '“{value}” is registered already.',
      'To update it, start from that registration. Another service needs another identifier.',
    ],
  },
  ENTITY_ID_ALIKE: {
    severity: 'warning',
    cite: 'SAML Core 8.3.6',
    ja: [
      '登録済みの「{value}」とほとんど同じ識別子です（大文字小文字や末尾の「/」だけの違い）。',
      '同じサービスの書き間違いか、なりすましでないかを、サービス側に確かめてください。',
    ],
    en: [
      'The identifier differs from the registered “{value}” only in letter case, a final slash or the like.',
      'Ask the service whether one of the two is a typing mistake, or somebody else.',
    ],
  },
  ENTITY_ID_RESERVED: {
    severity: 'error',
    cite: 'ID-WSF SB 5.5',
    ja: [
      '識別子「{value}」はハブ自身のもの、またはハブが使う形です。',
      'サービス側で別の識別子を使ってもらってください。',
    ],
    en: [
      'The identifier “{value}” is the hub’s own, or of a form that the hub uses itself.',
      'The service has to use another one.',
    ],
  },
  ADDRESS_NOT_HTTPS: {
    severity: 'error',
    cite: 'RFC 9700 2.6',
    ja: [
      '「{value}」は https ではありません。通信の途中で結果を盗まれます。',
      'サービス側で https のアドレスにしてもらってください。',
    ],
    en: ['“{value}” is not https: answers could be stolen on the way.', 'The service has to offer it over https.'],
  },
  ADDRESS_UNSAFE: {
    severity: 'error',
    cite: 'RFC 9700 2.1, SAML Bindings 3.5.5',
    ja: [
      '「{value}」は使えません。絶対URLで、利用者名・「#」・「*」・空白・制御文字のないものに限ります。',
      '結果を受ける、決まった一つのアドレスを書いてもらってください。',
    ],
    en: [
      '“{value}” cannot be used: it has to be absolute, without user name, fragment, wildcard, space or control character.',
      'The service has to name one plain address that takes the answer.',
    ],
  },
  ADDRESS_LOOPBACK: {
    severity: 'warning',
    cite: 'RFC 8252 7.3',
    ja: [
      '「{value}」は、見ている人のパソコン自身を指します。',
      '開発用のアドレスが残っていないかを、サービス側に確かめてください。',
    ],
    en: [
      '“{value}” is the computer of whoever looks at it.',
      'Ask the service whether an address of the developers was left over.',
    ],
  },
  KEY_REFUSED: {
    severity: 'error',
    cite: 'NIST SP 800-131A 3',
    ja: [
      '鍵が弱いか、扱えない種類です（{value}）。',
      'RSA 2048ビット以上、P-256 または P-384 の鍵を作り直してもらってください。',
    ],
    en: [
      'The key is too weak or of a kind that is not accepted ({value}).',
      'The service needs a new key: RSA of 2048 bits or more, P-256 or P-384.',
    ],
  },
  KEY_REPEATED: {
    severity: 'note',
    cite: 'SAML Metadata 2.4.1.1',
    ja: [
      '同じ鍵が二度書かれています。',
      'このままで構いませんが、入れ替えのつもりなら新しい鍵を入れてもらってください。',
    ],
    en: ['The same key stands there twice.', 'Nothing has to be done, unless this was meant to be the new key.'],
  },
  KEY_SHARED: {
    severity: 'warning',
    cite: 'SAML Metadata IOP 2.6.1',
    ja: [
      '登録済みの「{value}」と同じ鍵です。一方が他方になりすませます。',
      '同じ運営者のものかを確かめ、そうでなければ鍵を別にしてもらってください。',
    ],
    en: [
      'The registered “{value}” has the same key: each could pass for the other.',
      'Ask whether both are run by the same people; if not, one of them needs another key.',
    ],
  },
  NAME_MISSING: {
    severity: 'warning',
    cite: 'MDUI 2.1.2, OIDC Registration 2.1',
    ja: ['表示名（{value}）がありません。', '住民が読む名前なので、日本語と英語の両方を入れてください。'],
    en: ['There is no display name in “{value}”.', 'Give one in Japanese and one in English: residents read it.'],
  },
  NAME_TOO_LONG: {
    severity: 'warning',
    cite: 'MDUI 2.1.2',
    ja: ['表示名「{value}」は長すぎて、画面に入りません。', '60文字までの名前にしてください。'],
    en: ['The display name “{value}” is too long for a page.', 'Use at most 60 characters.'],
  },
  NAME_UNSAFE: {
    severity: 'error',
    cite: 'MDUI 2.1.2, OIDC Registration 2',
    ja: [
      '表示名「{value}」に、タグや、目に見えない文字・書く向きを変える文字が入っています。',
      '文字だけの名前に直してもらってください。意図を確かめてください。',
    ],
    en: [
      'The display name “{value}” holds markup, invisible characters, or characters that turn the direction of writing.',
      'It has to be plain text. Ask the service what was meant.',
    ],
  },
  LOGO_UNSAFE: {
    severity: 'error',
    cite: 'MDUI 2.1.5, OIDC Registration 2',
    ja: [
      'ロゴ「{value}」は使えません。https の PNG・JPEG・WebP に限ります（SVG・HTML・data: は不可）。',
      'https で置いた PNG か JPEG のアドレスに直してもらってください。',
    ],
    en: [
      'The logo “{value}” cannot be used: only PNG, JPEG or WebP over https (no SVG, HTML or data:).',
      'The service has to name a PNG or JPEG over https.',
    ],
  },
  ATTRIBUTE_UNKNOWN: {
    severity: 'error',
    cite: 'SAML Metadata 2.4.4.1',
    ja: ['契約の「{value}」という項目も目的もありません。', '項目の名前を確かめてください。'],
    en: ['No attribute and no purpose is called “{value}”.', 'Check the names in the contract.'],
  },
  LEVEL_UNREACHABLE: {
    severity: 'error',
    cite: 'SAML Core 3.3.2.2.1',
    ja: [
      '必要なログインの強さ「{value}」は、窓口の端末では使えません。だれも受け付けられなくなります。',
      'カードと暗証番号までの強さを選んでください。',
    ],
    en: [
      'The required level “{value}” cannot be reached at a counter: nobody could be received there.',
      'Choose a level up to card and PIN.',
    ],
  },
  ENCRYPTION_OFF: {
    severity: 'warning',
    cite: 'SAML Core 2.3.4',
    ja: [
      'ログイン結果を暗号化しない設定です。利用者のブラウザーを通るとき、中身が読めます。',
      'サービスが暗号化を扱えるなら、暗号化する設定に戻してください。',
    ],
    en: [
      'Assertions are not encrypted: they can be read where they pass, in the browser.',
      'Where the service can decrypt, let them be encrypted.',
    ],
  },
  PURPOSE_MISSING: {
    severity: 'warning',
    cite: 'APPI 17',
    ja: [
      '「{value}」を使う目的が契約にありません。',
      '使ってよい目的を契約に加えてください。目的を一つも書かないと、目録にあるすべての目的で出ます。',
    ],
    en: [
      'The contract names no purpose for which “{value}” may be used.',
      'Add the purposes that are agreed. A contract without any allows all that the catalogue has for it.',
    ],
  },
  COUNTER_BY_LINK: {
    severity: 'error',
    cite: 'RFC 7591 5',
    ja: [
      '窓口の端末は、設定リンクでは登録も変更もできません。',
      '「sanuki_counter」を消すか、元のままにしてください。端末の登録は、リンクを送った人に頼んでください。',
    ],
    en: [
      'A counter terminal is neither registered nor changed by a set-up link.',
      'Take "sanuki_counter" out, or leave it as it was; ask whoever sent the link to register the terminal.',
    ],
  },
  HOLDER_KEY_MISSING: {
    severity: 'warning',
    cite: 'ID-WSF SecMech SAML 3',
    ja: [
      '「{value}」を求めていますが、照会に署名する鍵が登録にありません。照会できません。',
      '署名の鍵（SAML は signing の証明書、OIDC は jwks）を加えてもらってください。',
    ],
    en: [
      'The contract has “{value}”, but the registration has no key to sign queries with, so it cannot ask.',
      'The service has to add one: a signing certificate (SAML), or jwks (OIDC).',
    ],
  },
} as const satisfies Record<string, Rule>;

export const rules = { ...commonRules, ...samlRules, ...oidcRules, ...bodyRules };
