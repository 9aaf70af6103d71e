import type { Text } from '../../web/index.ts';

/** Kinds of notices and what each says; {n} is a number, {service}, {browser} and {number} are what it is about. One that was not the holder's own act says whom to call. */
export const noticeCopy = {
  'new-device': {
    ja: '初めての端末でログインしました：{browser}',
    en: 'Sign-in on a device for the first time: {browser}',
  },
  'new-link': { ja: '「{service}」に初めてログインしました', en: 'First sign-in at “{service}”' },
  unfinished: {
    ja: 'カードが読み取られたのに、暗証番号の確認まで進まなかったことが{n}回ありました',
    en: 'The card was read {n} times without the PIN being checked',
  },
  'passkey-bound': { ja: 'パスキーを登録しました', en: 'A passkey was set up' },
  'passkey-removed': { ja: 'パスキーを削除しました', en: 'A passkey was removed' },
  'passkey-copied': {
    ja: 'パスキーの写しが使われた疑いがあるため、そのパスキーを止めました。削除して、登録し直してください',
    en: 'A copy of a passkey may have been used, so the passkey was blocked. Please remove it and set up a new one',
  },
  'consent-given': {
    ja: '「{service}」への情報の提供に同意しました',
    en: 'You agreed that information may be passed on to “{service}”',
  },
  'consent-withdrawn': {
    ja: '「{service}」への情報の提供の同意を撤回しました',
    en: 'The consent for “{service}” was withdrawn',
  },
  'link-removed': {
    ja: '「{service}」とのつながりを解きました。同意があったときは、それも撤回しました',
    en: 'The link with “{service}” was undone, and any consent for it with it',
  },
  'mandate-given': {
    ja: '代理の届け（様式2）を登録しました',
    en: 'Somebody was registered to act for you (form 2)',
  },
  'mandate-withdrawn': { ja: '代理の届け（様式2）を取り下げました', en: 'Form 2, on who acts for you, was withdrawn' },
  'insurer-consent-given': {
    ja: '保険者からの情報の提供への同意（様式3）を登録しました',
    en: 'Your consent that an insurer passes on information was registered (form 3)',
  },
  'insurer-consent-withdrawn': {
    ja: '保険者からの情報の提供への同意（様式3）を取り下げました',
    en: 'The consent for an insurer (form 3) was withdrawn',
  },
  'report-answered': {
    ja: '心当たりがないとお知らせいただいたアクセスに、お答えしました（受付番号 {number}）',
    en: 'The access that you reported has been answered (number {number})',
  },
  'sign-ins-ended': {
    ja: 'サポートセンターが、あなたのログインをすべて終わらせました',
    en: 'The support centre ended all your sign-ins',
  },
  'card-handed-over': { ja: 'カードをお渡ししました', en: 'A card was handed over to you' },
  'code-made': {
    ja: '受け渡し番号と停止番号の手紙を作りました。前の手紙の番号は使えません',
    en: 'A letter with new codes was made; the codes of the one before are worth nothing now',
  },
  'card-activated': { ja: 'カードの利用を始めました', en: 'The card was activated' },
  'card-suspended': { ja: 'カードを止めました', en: 'The card was stopped' },
  'card-resumed': { ja: 'カードをまた使えるようにしました', en: 'The card can be used again' },
  'card-revoked': { ja: 'カードは使えなくなりました', en: 'The card was revoked' },
  'card-replaced': { ja: '新しいカードに切り替わりました', en: 'The card was replaced by a new one' },
  'card-copied': {
    ja: 'カードのコピーが使われた疑いがあるため、カードを止めました。サポートセンターへお電話ください',
    en: 'A copy of the card may have been used, so the card was stopped. Please call the support centre',
  },
  'card-key-known': {
    ja: 'カードの鍵が知られたおそれがあるため、安全のためにカードを止めました。新しいカードを手紙でご案内します',
    en: 'The key of your card may be known to others, so it was stopped for your safety. A letter about a new card follows',
  },
  'pin-to-change': {
    ja: '安全のため、「暗証番号を変える」で新しい暗証番号に変えてください。電話や窓口でお尋ねすることはありません',
    en: 'For your safety, please change your PIN under “Change the PIN”. Nobody will ask you for it',
  },
  'card-expiring': { ja: 'カードの有効期限まであと{n}日です', en: 'The card expires in {n} days' },
  'moved-out': {
    ja: '対象の地域から転出した届けがあったため、カードはあと{n}日で使えなくなります。転出していないときは、サポートセンターへお電話ください',
    en: 'A move out of the area was notified, so the card ends in {n} days. If you have not moved, please call the support centre',
  },
  'face-changed': {
    ja: 'カードに印刷された内容（氏名、生年月日、性別）が変わったため、新しいカードの準備を始めました',
    en: 'What is printed on the card (name, birth date, sex) has changed. A new card is being prepared',
  },
  'coverage-changed': {
    ja: '保険者から、健康保険の加入の変更の知らせがありました',
    en: 'Your insurer told of a change of your health insurance',
  },
  'programme-ending': {
    ja: '事業の終了まであと{n}日です。終了すると、カードではログインできなくなります',
    en: 'The programme ends in {n} days. After that the card no longer signs in',
  },
  survey: {
    ja: '事業についてのアンケートにご協力ください（無記名）：{number}',
    en: 'Please take part in the anonymous survey about the programme: {number}',
  },
  'card-expired': { ja: 'カードの有効期限が切れました', en: 'The card has expired' },
  'pin-changed': { ja: '暗証番号を変えました', en: 'The PIN was changed' },
  'pin-reset': { ja: '暗証番号を決め直しました', en: 'A new PIN was set with a code' },
  'pin-locked': {
    ja: '暗証番号を続けて間違えたため、ロックしました',
    en: 'The PIN was locked after too many wrong tries',
  },
  'tries-returned': { ja: '暗証番号のロックを解除しました', en: 'The lock of the PIN was lifted' },
  'code-refused': { ja: '違う受け渡し番号が入力されました', en: 'A wrong hand-over code was entered' },
  'without-pin': {
    ja: '窓口で、暗証番号なしでカードを確認しました',
    en: 'The card was shown at a counter without the PIN',
  },
} as const satisfies Record<string, Text>;

export type NoticeKind = keyof typeof noticeCopy;
