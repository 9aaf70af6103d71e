import { remedyFor } from '../refusal-page.tsx';
import {
  again,
  atCounter,
  broken,
  card,
  demand,
  type Guidance,
  nothingToDo,
  nothingUnlessMany,
  page,
  passOn,
  service,
  text,
} from './guidance-kinds.ts';

/** Refusals by their code, as far as they have words of their own. */
export const guidances: Readonly<Record<string, Guidance>> = {
  PROVIDER_UNKNOWN: service(
    text('サービスの識別子が、ここに登録されていません。', 'The identifier of the service is not registered here.'),
    passOn(
      '識別子（entityID）が登録と一字一句同じか確かめる（末尾の「/」も区別します）。未登録なら登録の手続きを案内してください。',
      'compare the identifier (entityID) character by character, a final “/” too; if it was never registered, it has to be.',
    ),
    remedyFor('PROVIDER_UNKNOWN'),
  ),
  PROVIDER_NOT_APPROVED: {
    whom: 'hub',
    what: text(
      'サービスの登録が、承認待ちか停止中です。',
      'The registration of the service waits for approval or is suspended.',
    ),
    caller: remedyFor('PROVIDER_NOT_APPROVED'),
    staff: text(
      '「連携サービス」の画面で、状態と理由を確かめてください。',
      'See under “Services” what state it is in, and why.',
    ),
  },
  METADATA_EXPIRED: service(
    text('登録されたメタデータの期限が切れています。', 'The registered metadata of the service has expired.'),
    passOn(
      '新しいメタデータを出す。届いたら登録を変更します。',
      'send new metadata; the registration is then changed.',
    ),
  ),
  METADATA_INVALID: service(
    text('登録されたメタデータを読み取れません。', 'The registered metadata of the service cannot be read.'),
    passOn('正しいメタデータを出す。', 'send correct metadata.'),
  ),
  ACS_NOT_REGISTERED: service(
    text(
      'サービスが指定した戻り先が、登録された戻り先のどれとも違います。',
      'The return address in the request is none of the registered ones.',
    ),
    passOn(
      '要求の戻り先（AssertionConsumerServiceURL）を登録と同じにするか、新しいメタデータを出す。',
      'make AssertionConsumerServiceURL the registered one, or send new metadata.',
    ),
    remedyFor('ACS_NOT_REGISTERED'),
  ),
  MESSAGE_NOT_CURRENT: service(
    text('要求の時刻が、今の時刻と離れています。', 'The time in the request is too far from now.'),
    passOn('サーバーの時計を合わせる。', 'set the clock of the server.'),
    remedyFor('MESSAGE_NOT_CURRENT'),
  ),
  MESSAGE_REPLAYED: page(
    'MESSAGE_REPLAYED',
    text(
      '一度使った要求が、もう一度送られました（「戻る」ボタンなど）。',
      'A request that was already used came again (a “back” button, for example).',
    ),
    nothingUnlessMany,
  ),
  DESTINATION_WRONG: service(
    text('要求の宛先が、ここの住所と違います。', 'The request is addressed to another place than this.'),
    passOn('センターの最新のメタデータを読み込む。', 'load the current metadata of this hub.'),
  ),
  NO_AUTHN_CONTEXT: service(
    text(
      'サービスが求めた認証の強さに、ここでは応じられません。',
      'The level of sign-in that was asked for cannot be reached here.',
    ),
    passOn('要求する認証クラスを、契約のものにする。', 'ask for a class that the contract names.'),
  ),
  NO_PASSIVE: {
    whom: 'nobody',
    what: text(
      'サービスが画面を出さない確認をし、ログイン中ではないと答えました。',
      'The service asked without a page whether somebody is signed in; the answer was no.',
    ),
    caller: again,
    staff: nothingToDo,
  },
  SIGN_IN_CANCELLED: {
    whom: 'resident',
    what: text('ご本人が「やめる」を押しました。', 'The caller pressed “Cancel”.'),
    caller: again,
    staff: nothingToDo,
  },
  PIN_WRONG: {
    whom: 'resident',
    what: text('暗証番号が違いました。', 'The PIN was wrong.'),
    caller: text(
      '暗証番号を確かめて、もう一度入力していただいてください。続けて間違えるとロックされます。',
      'Please ask the caller to enter the PIN again with care: wrong tries in a row lock it.',
    ),
    staff: atCounter,
  },
  PIN_LOCKED: card('PIN_LOCKED', text('暗証番号がロックされています。', 'The PIN is locked.'), atCounter),
  CARD_REFUSED: card(
    'CARD_OTHER',
    text('ログイン用のカードと認められませんでした。', 'The card was not accepted as one for sign-in.'),
    atCounter,
  ),
  CARD_NOT_ACTIVE: card(
    'CARD_NOT_ACTIVE',
    text('利用開始の前のカードです。', 'The card is not active yet.'),
    atCounter,
  ),
  CARD_SUSPENDED: card(
    'CARD_SUSPENDED',
    text('一時停止中のカードです。', 'The card is suspended.'),
    text('停止の理由を、カードの画面で確かめてください。', 'See the reason on the page of the card.'),
  ),
  CARD_REVOKED: card('CARD_REVOKED', text('失効したカードです。', 'The card is revoked.'), atCounter),
  CARD_EXPIRED: card('CARD_EXPIRED', text('期限の切れたカードです。', 'The card has expired.'), atCounter),
  TIME_OUT: card(
    'TIME_OUT',
    text('カードの読み取りが時間内に終わりませんでした。', 'Reading the card took too long.'),
    nothingUnlessMany,
  ),
  CHALLENGE_SPENT: card(
    'OTHER',
    text('カードの読み取りが途中で重なりました。', 'Two readings of the card got in each other’s way.'),
    nothingUnlessMany,
  ),
  TOO_MANY_UNFINISHED: card(
    'TOO_MANY',
    text('途中で終わったログインが多すぎます。', 'Too many sign-ins with this card were not finished.'),
  ),
  KEY_SERVICE_UNAVAILABLE: broken,
  SIGN_IN_EXPIRED: page(
    'SIGN_IN_EXPIRED',
    text('ログインの時間が切れたか、すでに終わっていました。', 'The sign-in had expired, or was finished already.'),
  ),
  OTHER_BROWSER: page(
    'OTHER_BROWSER',
    text('別のブラウザーで始めたログインでした。', 'The sign-in was begun in another browser.'),
  ),
  OTHER_RESIDENT: page('OTHER_RESIDENT', text('別の方のカードが使われました。', 'The card of somebody else was used.')),
  FORGED_REQUEST: page(
    'FORGED_REQUEST',
    text('古い画面から送られたため、受け付けませんでした。', 'It was sent from an outdated page and not accepted.'),
    nothingUnlessMany,
  ),
  CONSENT_REQUEST_UNKNOWN: page(
    'CONSENT_REQUEST_UNKNOWN',
    text('同意の確認は、すでに終わっていました。', 'The question for consent was closed already.'),
  ),
  RETURN_NOT_REGISTERED: service(
    text('同意のあとの戻り先が、登録と違います。', 'The return address after the consent is not a registered one.'),
    passOn('戻り先を登録と同じにする。', 'make the return address the registered one.'),
    remedyFor('RETURN_NOT_REGISTERED'),
  ),
  PAGE_MISSING: page('PAGE_MISSING', text('ない住所が開かれました。', 'An address was opened that does not exist.')),
  TOO_MANY_REQUESTS: page(
    'TOO_MANY_REQUESTS',
    text('同じ場所からの要求が多すぎました。', 'Too many requests came from one place.'),
    nothingUnlessMany,
  ),
  OIDC_INVALID_REDIRECT_URI: service(
    text(
      'サービスが指定した戻り先が、登録された戻り先のどれとも違います。',
      'The return address in the request is none of the registered ones.',
    ),
    passOn(
      'redirect_uriを登録と一字一句同じにするか、登録を変更する。',
      'make redirect_uri exactly the registered one, or change the registration.',
    ),
    remedyFor('ACS_NOT_REGISTERED'),
  ),
  OIDC_INVALID_CLIENT: service(
    text(
      'サービスが登録されていないか、鍵（秘密）が違います。',
      'The service is not registered, or its secret is wrong.',
    ),
    passOn(
      'client_idと秘密を登録と比べる。停止中のサービスも、この表示になります。',
      'compare client_id and secret with the registration; a suspended service is shown like this too.',
    ),
  ),
  OIDC_INVALID_GRANT: service(
    text('ログインの結果を受け取る手続きが、期限切れか二度目でした。', 'The code or token was expired or used before.'),
    passOn(
      'コードはすぐに一度だけ使う。PKCEの値とredirect_uriも同じにする。',
      'use the code at once and only once, with the same PKCE verifier and redirect_uri.',
    ),
    again,
  ),
  OIDC_INVALID_TOKEN: service(
    text(
      'サービスの持つトークンが、期限切れか無効です。',
      'The token that the service holds has expired or is not valid.',
    ),
    passOn('もう一度ログインを求める。', 'ask for a new sign-in.'),
    again,
  ),
  OIDC_UNMET_AUTHENTICATION_REQUIREMENTS: demand,
  OIDC_LOGIN_REQUIRED: service(
    text(
      'ログイン中の方が、サービスの求める方と違うか、ログイン中ではありません。',
      'Nobody is signed in, or somebody else than the service asked for.',
    ),
    nothingToDo,
    again,
  ),
  OIDC_ACCESS_DENIED: {
    whom: 'resident',
    what: text('ログインが取りやめになりました。', 'The sign-in was given up.'),
    caller: again,
    staff: nothingToDo,
  },
  OIDC_SERVER_ERROR: broken,
  UNEXPECTED: broken,
  UnexpectedError: broken,
  UNKNOWN_HOST: broken,
  PLAIN_HTTP: broken,
  STORE_BUSY: broken,
  STORE_CLOSED: broken,
  STORE_UNSUITABLE: broken,
  KEY_RING_EMPTY: broken,
};
