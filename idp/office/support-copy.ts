import type { CardAct, ChangeEvent } from '../../card-auth/index.ts';
import type { Text } from '../../web/index.ts';
import type { Question } from './caller-cases.ts';

export const questionNames: Readonly<Record<Question, Text>> = {
  kanji: { ja: '漢字の氏名', en: 'Name in kanji' },
  postal: { ja: '郵便番号', en: 'Postal code' },
  town: { ja: '町名', en: 'Town' },
  block: { ja: '番地', en: 'Block' },
};

export const actNames: Readonly<Record<CardAct, Text>> = {
  issue: { ja: '新しいカードの発行', en: 'A first card' },
  replace: { ja: '再発行', en: 'A new card in place of this one' },
  resume: { ja: '利用の再開', en: 'Let the card go on' },
  revoke: { ja: '失効', en: 'End the card' },
  unlock: { ja: '暗証番号のロック解除', en: 'Give the tries back' },
  code: { ja: '受け渡し番号の発行', en: 'A new hand-over code' },
};

export const eventNames: Readonly<Record<ChangeEvent['kind'], Text>> = {
  move: { ja: '転居', en: 'Move' },
  death: { ja: '死亡', en: 'Death' },
  name: { ja: '氏名の変更', en: 'New name' },
  'birth-date': { ja: '生年月日の訂正', en: 'Corrected birth date' },
  sex: { ja: '性別の訂正', en: 'Corrected sex' },
  coverage: { ja: '保険の変更', en: 'Other health insurance' },
};

/** Words of the support centre's pages (A3). */
export const supportCopy = {
  title: { ja: 'サポート窓口', en: 'Support centre' },
  lead: {
    ja: 'カード番号か、カナ氏名と生年月日で探します。',
    en: 'Look by the number of the card, or by name and date of birth.',
  },
  number: { ja: 'カード番号', en: 'Card number' },
  numberHint: { ja: '13桁。分からなければ空けます。', en: '13 digits. Empty if it is not known.' },
  name: { ja: '氏名（カナ）', en: 'Name' },
  nameHint: { ja: '例：タカハシ ケンイチ', en: 'Kana, kanji or Latin letters' },
  birthDate: { ja: '生年月日', en: 'Date of birth' },
  birthDateHint: { ja: '例：昭和59年3月2日', en: 'Example: 1984-03-02' },
  find: { ja: '探す', en: 'Look' },
  notFound: {
    ja: '見つかりません。つづりと生年月日を確かめてください。',
    en: 'Nobody was found. Check the spelling and the date of birth.',
  },
  several: {
    ja: '同じ方が2人以上います。カード番号を聞いてください。',
    en: 'There are several. Ask for the number of the card.',
  },
  call: { ja: '応対', en: 'Call' },
  script: { ja: '応対の手順', en: 'Script' },
  step1: {
    ja: 'なくした、盗まれたときは、先にカードを止めます。「いま、カードを止めます。ほかの方は、もう使えません」',
    en: 'Lost or stolen: stop the card first. “I am stopping the card now; nobody can use it any more.”',
  },
  step2: {
    ja: '本人確認をします。「ご登録の内容を、いくつかお尋ねします」。答えの正誤は、どれが違うかを伝えません。',
    en: 'Check the caller. “I will ask some questions about your registration.” Never say which answer was wrong.',
  },
  step3: {
    ja: '確認できたら、必要な手続きを頼みます。別の担当者が承認すると、ご本人の住所に通知が届きます。',
    en: 'After the check, ask for what is needed. When a second officer agrees, a letter goes to the registered address.',
  },
  step4: {
    ja: '暗証番号と受け渡し番号は、聞きません。言いかけたら止めます。',
    en: 'Never ask for the PIN or the hand-over code. Interrupt whoever starts to say it.',
  },
  person: { ja: 'ご本人', en: 'Person' },
  checked: { ja: '本人確認', en: 'Check of the caller' },
  notYet: { ja: 'まだ', en: 'not yet' },
  passed: { ja: '✔ 確認できました', en: '✔ passed' },
  failed: { ja: '✖ 確認できませんでした', en: '✖ failed' },
  failedText: {
    ja: '「こちらでは確認できませんでした。窓口へ本人確認書類をお持ちください」。この応対では、カードを止めることだけできます。',
    en: '“I could not verify you. Please visit the counter with your papers.” In this call the card can only be stopped.',
  },
  stopTitle: { ja: 'カードを止める', en: 'Stop the cards' },
  stopText: {
    ja: 'この方の使えるカードを、すべて止めます。カードを使ったログインも終わります。',
    en: 'Stops every card of this person that can be used; sign-ins with it end.',
  },
  reason: { ja: '理由', en: 'Reason' },
  LOST: { ja: '紛失', en: 'lost' },
  STOLEN: { ja: '盗難', en: 'stolen' },
  DAMAGED: { ja: '破損', en: 'damaged' },
  REQUEST: { ja: '本人の希望', en: 'request' },
  stop: { ja: 'カードを止める', en: 'Stop the cards' },
  nothingToStop: { ja: '止められるカードはありません。', en: 'There is no card to stop.' },
  cards: { ja: 'カード', en: 'Cards' },
  noCards: { ja: 'カードはありません。', en: 'There are no cards.' },
  state: { ja: '状態', en: 'State' },
  expires: { ja: '有効期限', en: 'Valid until' },
  acts: { ja: '手続き', en: 'Ask for' },
  ask: { ja: '頼む', en: 'Ask' },
  unlockNow: { ja: 'ロックをすぐに解除する', en: 'Give the tries back now' },
  unlockHint: {
    ja: '暗証番号を覚えている方だけ。90日に1回まで。',
    en: 'Only if the caller knows the PIN; once in 90 days.',
  },
  checkTitle: { ja: '本人確認の質問', en: 'Questions' },
  checkText: {
    ja: '2つ以上を尋ねて、聞いたとおりに入力します。答えは保存しません。1回の応対で1回だけです。',
    en: 'Ask two or more and type what you hear. Answers are not kept. One try for each call.',
  },
  check: { ja: '確かめる', en: 'Check' },
  asked: { ja: '承認を頼みました。別の担当者が決めます。', en: 'It was asked for. A second officer decides.' },
  done: { ja: '済みました。ご本人に通知します。', en: 'Done. The person is notified.' },
  eventTitle: { ja: '変更の届け', en: 'A change was told' },
  eventText: {
    ja: '転居・死亡・氏名などの変更です。要る手続きがカードの仕事に入ります。',
    en: 'A move, a death, a new name and the like. What has to be done goes to the card tasks.',
  },
  event: { ja: '変更の種類', en: 'What changed' },
  leftArea: { ja: '市外へ移った', en: 'Left the area' },
  note: { ja: '届けを入れる', en: 'Note it' },
  close: { ja: '応対を終える', en: 'End the call' },
  choose: { ja: '選んでください', en: 'Choose' },
  forms: { ja: '委任と同意', en: 'Mandates and consents' },
  agent: { ja: '代わりに手続きする人', en: 'Who acts for them' },
  insurer: { ja: '同意した保険者', en: 'Insurer of a consent' },
  withdrawn: { ja: '撤回済み', en: 'withdrawn' },
  withdraw: { ja: '撤回する', en: 'Withdraw' },
} as const satisfies Record<string, Text>;
