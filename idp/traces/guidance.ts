import type { Text } from '../../web/index.ts';
import {
  broken,
  card,
  demand,
  type Guidance,
  nothingUnlessMany,
  oidcRequest,
  signature,
  staffPage,
  text,
  unreadable,
} from './guidance-kinds.ts';
import { guidances } from './guidance-table.ts';

const reading = card(
  'OTHER',
  text('カードの読み取りがうまくいきませんでした。', 'The card could not be read properly.'),
  nothingUnlessMany,
);

const passkey = (what: Text): Guidance => ({
  whom: 'resident',
  what,
  caller: text(
    '画面の案内のとおりに、もう一度お試しいただいてください。端末をなくしたときは、カードと暗証番号でログインして「パスキーの管理」で削除し、登録し直せます。',
    'Please ask the caller to follow the page and try again. After losing the device: sign in with card and PIN, remove the passkey under “Your passkeys”, and set up a new one.',
  ),
  staff: nothingUnlessMany,
});

const groups: readonly (readonly [codes: RegExp, guidance: Guidance])[] = [
  [/^(SIGNATURE_|DIGEST_|REFERENCE_|ALGORITHM_|KEY_REFUSED)/, signature],
  [/^(VERSION_|BINDING_UNSUPPORTED|NAME_ID_|SUBJECT_|REQUEST_UNSUPPORTED)/, demand],
  [
    /^(BINDING_|RELAY_STATE_|MESSAGE_|BASE64_|DEFLATE_|OCTETS_|MARKUP_|XML_|ID_REPEATED|STRUCTURE_|BODY_|WRONG_MEDIA|METHOD_)/,
    unreadable,
  ],
  [/^OIDC_/, oidcRequest],
  [
    /^PASSKEY_COPIED$/,
    {
      ...passkey(text('パスキーの写しが使われたおそれがあります。', 'A copy of the passkey may be in use.')),
      caller: text(
        'そのパスキーを「パスキーの管理」で削除し、登録し直していただいてください。',
        'Please ask the caller to remove that passkey under “Your passkeys” and set up a new one.',
      ),
      staff: text('システム運用者に番号を伝えてください。', 'Give the reference to the operator.'),
    },
  ],
  [/^PASSKEY_/, passkey(text('パスキーを確かめられませんでした。', 'The passkey could not be confirmed.'))],
  [/^(READER_|LEVEL_REFUSED|PIN_|CARD_)/, reading],
  [
    /^(PROVIDER_CHANGED|DECLARATION_|METADATA_|CLIENT_METADATA_|ACT_|OWN_|ROLES_|REGISTRATION_|NOTHING_|COMMENT_|INVITATION_|ADMINISTRATOR_)/,
    staffPage,
  ],
  // Status codes of ID-WSF are the only ones with small letters.
  [
    /[a-z]/,
    {
      ...oidcRequest,
      what: text('サービスからのデータの問い合わせを断りました。', 'A service’s query for data was refused.'),
    },
  ],
];

/** What a refusal means to a caller and to staff; what nobody wrote words for goes to the operator. */
export function guidanceFor(code: string): Guidance {
  if (Object.hasOwn(guidances, code)) return guidances[code] ?? broken;
  return groups.find(([codes]) => codes.test(code))?.[1] ?? broken;
}
