import type { Text } from '../../web/index.ts';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly meaning: Text;
  readonly remedy: Text;
}

const kind = (
  status: number,
  title: string,
  [ja, en]: readonly [string, string],
  remedy: readonly [string, string],
) => ({
  status,
  title,
  meaning: { ja, en },
  remedy: { ja: remedy[0], en: remedy[1] },
});

const goOn = ['時間をおいて、もう一度送ってください。', 'Wait a little and send it again.'] as const;

/** Every refusal of the API by its code. The reference page documents each, and the type of a problem leads there. */
export const problems = {
  TOKEN_MISSING: kind(
    401,
    'No token',
    ['Bearer のトークンがありません。', 'There is no Bearer token in the request.'],
    [
      'Authorization: Bearer を付けてください。クッキーは使えません。',
      'Send Authorization: Bearer; cookies count for nothing.',
    ],
  ),
  TOKEN_REFUSED: kind(
    401,
    'Token refused',
    [
      'トークンが期限切れか、このAPIのものではありません。クライアントの停止や、管理者の権限の終了でも使えなくなります。',
      'The token has expired or is not for this API. It also ends when the client is suspended or the account ends.',
    ],
    ['新しいトークンを取ってください。', 'Get a new token.'],
  ),
  SCOPE_MISSING: kind(
    403,
    'Scope missing',
    ['トークンに必要なスコープがありません。', 'The token lacks the scope that this needs.'],
    [
      'そのスコープを求めてトークンを取り直してください。クライアントの登録にない場合は、登録の変更と承認が要ります。',
      'Ask for a token with it. If the client is not registered for it, its registration has to be changed and approved.',
    ],
  ),
  PERSON_NEEDED: kind(
    403,
    'A person is needed',
    ['承認、差し戻し、再開は、人が決めます。', 'Approving, sending back and resuming are for people.'],
    [
      '承認者が管理画面か、自分のトークンで行ってください。',
      'An approver does it in the console, or with a token of their own.',
    ],
  ),
  FEED_UNKNOWN: kind(
    403,
    'Another register',
    [
      'このハブの台帳のクライアントではありません。',
      'The client tells for a register that is not the one of this hub.',
    ],
    [
      '登録の sanuki_api.feed を、設定の cardOffice.register.kind と合わせてください。登録の変更と承認が要ります。',
      'sanuki_api.feed of the registration has to be cardOffice.register.kind of the settings; a change has to be approved.',
    ],
  ),
  ACT_NOT_ALLOWED: kind(
    403,
    'Role missing',
    ['管理者の権限にない操作です。', 'The roles of the administrator do not allow it.'],
    ['その権限を持つ人に頼んでください。', 'Ask somebody who has the role.'],
  ),
  OWN_WORK: kind(
    403,
    'Own work',
    ['自分で登録または変更したものは、承認できません。', 'Nobody approves what they registered or changed.'],
    ['別の承認者に頼んでください。', 'Ask another approver.'],
  ),
  REQUEST_INVALID: kind(
    400,
    'Request invalid',
    ['要求の形が違います。', 'The request has another shape than documented.'],
    ['errors の項目を直してください。', 'Put right what errors names.'],
  ),
  BODY_MALFORMED: kind(
    400,
    'Not JSON',
    ['本文がJSONではないか、深すぎます。', 'The body is not JSON, or is nested too deeply.'],
    ['UTF-8のJSONを送ってください。', 'Send JSON in UTF-8.'],
  ),
  BODY_TOO_LARGE: kind(
    413,
    'Body too large',
    ['本文が大きすぎます。', 'The body is too large.'],
    ['分けて送ってください。', 'Send it in parts.'],
  ),
  WRONG_MEDIA_TYPE: kind(
    415,
    'Not application/json',
    ['本文が application/json ではありません。', 'The body is not application/json.'],
    ['Content-Type を application/json にしてください。', 'Send Content-Type: application/json.'],
  ),
  PAGE_MISSING: kind(
    404,
    'Not found',
    ['この登録、またはアドレスはありません。', 'There is no such registration or address.'],
    ['id をパーセント符号化しているか、確かめてください。', 'See that the id is percent-encoded in the path.'],
  ),
  METHOD_NOT_ALLOWED: kind(
    405,
    'Method not allowed',
    ['このアドレスでは使えないメソッドです。', 'The address has no such method.'],
    ['Allow ヘッダーのメソッドを使ってください。', 'Use one that Allow names.'],
  ),
  REGISTRATION_REFUSED: kind(
    422,
    'Registration refused',
    ['登録の内容に誤りがあります。', 'The declaration has errors.'],
    ['findings の誤り（error）を直してください。', 'Put right the findings of severity error.'],
  ),
  COMMENT_MISSING: kind(
    400,
    'Comment missing',
    ['理由がありません。', 'There is no comment.'],
    ['comment に理由を書いてください。', 'Give the reason as comment.'],
  ),
  ALREADY_REGISTERED: kind(
    409,
    'Already registered',
    ['この識別子は、すでに登録されています。', 'The identifier is registered already.'],
    ['その登録を PUT で変更してください。', 'Change that registration with PUT.'],
  ),
  VERSION_MISSING: kind(
    428,
    'If-Match missing',
    ['どの版を見て送ったのか、わかりません。', 'It does not say which version it rests on.'],
    ['GET の ETag を If-Match に付けてください。', 'Send the ETag of your GET as If-Match.'],
  ),
  VERSION_OUTDATED: kind(
    412,
    'Changed meanwhile',
    ['読んだあとに、ほかの人が変更しました。', 'Somebody changed it after you read it.'],
    [
      'GET で今の内容を確かめてから、送り直してください。',
      'Read it again, look at what is there now, then send it again.',
    ],
  ),
  REGISTRATION_CHANGED: kind(
    409,
    'Changed meanwhile',
    ['同時に、ほかの人が変更しました。', 'Somebody changed it at the same moment.'],
    [
      'GET で今の内容を確かめてから、送り直してください。',
      'Read it again, look at what is there now, then send it again.',
    ],
  ),
  NOTHING_TO_DECIDE: kind(
    409,
    'Nothing to decide',
    ['すでに決まっています。', 'It is decided already.'],
    ['GET で今の状態を確かめてください。', 'Read it again.'],
  ),
  IDEMPOTENCY_KEY_MISSING: kind(
    400,
    'Idempotency-Key missing',
    ['Idempotency-Key がありません。', 'There is no Idempotency-Key.'],
    ['操作ごとに新しいキー（UUIDなど）を付けてください。', 'Send a new key, a UUID for example, with every act.'],
  ),
  IDEMPOTENCY_KEY_REUSED: kind(
    422,
    'Idempotency-Key reused',
    ['このキーは、別の要求で使われています。', 'The key belongs to another request.'],
    ['新しいキーを付けてください。', 'Take a new key.'],
  ),
  IDEMPOTENCY_KEY_BUSY: kind(
    409,
    'Still under way',
    ['同じキーの要求を処理しています。', 'A request with this key is still under way.'],
    ['少し待って、同じキーで送り直してください。', 'Wait a little and repeat it with the same key.'],
  ),
  STOP_CODE_MISTYPED: kind(
    400,
    'Slip in the stop code',
    ['停止番号に打ち間違いがあります。', 'These digits can be no stop code.'],
    ['手紙の16桁を、もう一度入力してもらってください。', 'Let the caller enter the 16 digits of the letter again.'],
  ),
  STOP_CODE_UNKNOWN: kind(
    404,
    'Stop code unknown',
    ['この停止番号のカードはありません。', 'No card has this stop code.'],
    [
      'いちばん新しい手紙の番号か、サポートセンターを案内してください。',
      'Point to the latest letter, or to the support centre.',
    ],
  ),
  TOO_MANY_REQUESTS: kind(
    429,
    'Too many requests',
    ['要求が多すぎます。', 'There are too many requests.'],
    ['Retry-After の秒数だけ待ってください。', 'Wait as many seconds as Retry-After says.'],
  ),
  UNKNOWN_HOST: kind(
    421,
    'Unknown host',
    ['Host が、このハブのものではありません。', 'The request names another host.'],
    ['ハブのアドレスをそのまま使ってください。', 'Use the address of the hub as it is.'],
  ),
  STORE_BUSY: kind(503, 'Store busy', ['保存先が混み合っています。', 'The store is busy.'], goOn),
  STORE_CLOSED: kind(503, 'Closing', ['ハブを止めているところです。', 'The hub is closing.'], goOn),
  UNEXPECTED: kind(500, 'Unexpected', ['内部で問題が起きました。', 'Something went wrong on our side.'], goOn),
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problems;
export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problems, code);

/** Anchor of a problem on the reference page. */
export const anchorOf = (code: ProblemCode): string => `problem-${code.toLowerCase().replaceAll('_', '-')}`;
