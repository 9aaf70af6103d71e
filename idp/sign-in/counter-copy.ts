import type { Text } from '../../web/index.ts';
import { type LiveCopy, liveCopyIn } from './copy.ts';

/**
 * Words of the page a patient meets at a counter. The reader may be ill, old and in a hurry, with staff beside them:
 * who asks, what is given and what for stand above everything that has to be done.
 */
export const counterCopy = {
  title: { ja: '患者さんのカードの確認', en: 'Show the patient’s card' },
  asks: { ja: 'が、患者さん本人のカードの確認をお願いしています。', en: ' asks the patient to show their own card.' },
  gives: {
    ja: '次の情報を、この1回の確認のために渡します',
    en: 'The following is given, for this one check only',
  },
  givesNothing: {
    ja: '本人であることだけを確かめます。ほかの情報は渡しません。',
    en: 'It is only checked who you are. No other information is given.',
  },
  what: { ja: '渡す情報', en: 'What' },
  whom: { ja: '渡す相手', en: 'To whom' },
  terminal: { ja: '（端末: {name}）', en: ' (terminal: {name})' },
  service: { ja: 'サービス', en: 'Service' },
  purpose: { ja: '目的', en: 'What for' },
  displayName: { ja: 'お名前', en: 'name' },
  ownPin: {
    ja: '患者さん本人のカードを置き、暗証番号を入れると渡します。',
    en: 'It is given when the patient’s own card is placed and the PIN is entered.',
  },
  ownCard: {
    ja: '患者さん本人のカードを置くと、すぐに渡します。暗証番号は使いません。',
    en: 'It is given as soon as the patient’s own card is placed. No PIN is asked for.',
  },
  stop: {
    ja: '職員のカードは使いません。渡したくないときは「やめる」を押してください。',
    en: 'A card of the staff is not used. If you do not want this, press “Stop”.',
  },
  keep: {
    ja: '終わるまで、カードをリーダーに置いたままにしてください。',
    en: 'Leave the card on the reader until this is done.',
  },
  pinLabel: { ja: '暗証番号（患者さん本人が入力）', en: 'PIN (entered by the patient)' },
  pinHint: {
    ja: '画面には●だけが出て、受付の職員には番号は見えません。手もとを隠して入力し、番号は職員にも伝えないでください。',
    en: 'The screen shows dots only: the staff cannot see the PIN. Cover your hand, and do not tell it to anyone.',
  },
  submit: { ja: '確認して渡す', en: 'Confirm and give' },
  cancel: { ja: 'やめる（何も渡しません）', en: 'Stop (nothing is given)' },
  forgot: { ja: '暗証番号がわからないとき', en: 'I do not know my PIN' },
  forgotText: {
    ja: '「やめる」を押して、受付の職員にお伝えください。別の方法で確認できます。サポートセンター:',
    en: 'Press “Stop” and tell the staff: they can check in another way. Support centre:',
  },
  lost: { ja: 'カードがないとき', en: 'I do not have my card' },
  lostText: {
    ja: '「やめる」を押して、受付の職員にお伝えください。カードをなくしたときは、サポートセンターにもお電話ください:',
    en: 'Press “Stop” and tell the staff. If the card is lost, please also call the support centre:',
  },
} as const satisfies Record<string, Text>;

/** Where the sign-in's words would speak of signing in. */
const counterLive = {
  liftFirst: {
    ja: 'カードをいちど外してください。渡す情報を読んでから、もう一度置いてください',
    en: 'Take the card off. Read what is given, then place the card again',
  },
  done: { ja: '確認できました。受付の画面に戻ります', en: 'Done. Returning to the counter' },
  CARD_OTHER: {
    ja: 'K-103 このカードは使えません。乗車専用のIruCaではなく、ログイン用のカードを置いてください',
    en: 'K-103 This card cannot be used. Use the card issued for sign-in, not a ride-only IruCa',
  },
  CARD_REFUSED: { ja: 'K-103 このカードは使えません', en: 'K-103 This card cannot be used' },
  PIN_LOCKED: {
    ja: 'K-105 暗証番号がロックされています。受付の職員にお伝えください',
    en: 'K-105 The PIN is locked. Please tell the staff',
  },
  SIGN_IN_EXPIRED: {
    ja: 'K-106 時間切れです。受付の画面からやり直してください',
    en: 'K-106 This has expired. Please start again at the counter',
  },
} as const satisfies Record<string, Text>;

export function counterLiveIn(language: keyof Text): LiveCopy {
  const own = Object.entries(counterLive).map(([key, text]) => [key, text[language]]);
  return { ...liveCopyIn(language), ...Object.fromEntries(own) };
}
