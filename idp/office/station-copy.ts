import type { Station } from '../../card-auth/index.ts';
import type { Text } from '../../web/index.ts';
import { liveCopyIn } from '../sign-in/copy.ts';

export const stationStates: Readonly<Record<Station['state'], Text>> = {
  proposed: { ja: '登録待ち（2人目）', en: 'Waits for a second officer' },
  enrolled: { ja: '登録済み', en: 'Enrolled' },
  declined: { ja: '断った', en: 'Declined' },
  revoked: { ja: '取消し', en: 'Revoked' },
};

/** Words of the pages on which cards are made (A2). */
export const stationCopy = {
  title: { ja: '発行機', en: 'Issuing stations' },
  lead: {
    ja: 'カードに鍵を書けるのは、ここに登録したパソコンだけです。鍵はそのパソコンの中で作られ、外へ出ません。',
    en: 'Only computers that are enrolled here can write keys into cards. Each makes its own key, which never leaves it.',
  },
  listed: { ja: '登録の状況', en: 'Stations' },
  none: { ja: 'まだありません。', en: 'There are none yet.' },
  name: { ja: '名前', en: 'Name' },
  nameHint: { ja: '例：本庁1階 発行用1。40文字まで', en: 'Example: Town hall, issuing 1. Up to 40 characters' },
  nameWrong: { ja: '名前を、40文字までで入力してください。', en: 'Write a name of up to 40 characters.' },
  thumbprint: { ja: '照合番号', en: 'Thumbprint' },
  state: { ja: '状態', en: 'State' },
  by: { ja: '申し出た人', en: 'Proposed by' },
  decide: { ja: '決める', en: 'Decide' },
  agree: { ja: '登録する', en: 'Enrol' },
  decline: { ja: '断る', en: 'Decline' },
  revoke: { ja: '取り消す', en: 'Revoke' },
  own: { ja: '別の担当者が決めます', en: 'Somebody else decides' },
  compare: {
    ja: '登録する前に、そのパソコンの画面の照合番号と同じか、目で確かめてください。',
    en: 'Before you agree, see with your own eyes that the computer itself shows the same thumbprint.',
  },
  this: { ja: 'このパソコン', en: 'This computer' },
  noKey: { ja: 'このパソコンには、まだ発行機の鍵がありません。', en: 'This computer has no station key yet.' },
  hasKey: { ja: 'このパソコンの照合番号:', en: 'Thumbprint of this computer:' },
  propose: { ja: 'このパソコンの登録を申し出る', en: 'Propose this computer' },
  proposeText: {
    ja: '押すと鍵を作ります。別の担当者（2人目）が登録すると使えます。最初の1台は、運用者が sanuki station enrol でも登録できます。',
    en: 'This makes the key. It works once a second officer has enrolled it; the first one can also be enrolled by the operator with "sanuki station enrol".',
  },
  unsupported: {
    ja: 'このブラウザーでは発行できません。新しいChromeまたはEdgeをお使いください。',
    en: 'This browser cannot issue cards. Please use a current Chrome or Edge.',
  },
  noScript: { ja: 'この画面にはJavaScriptが必要です。', en: 'This page needs JavaScript.' },
  makeTitle: { ja: 'カードを作る', en: 'Make a card' },
  makeLead: {
    ja: '何も書かれていないカード（FeliCa Lite-S）をリーダーに置き、終わるまで動かさないでください。',
    en: 'Put a blank card (FeliCa Lite-S) on the reader and do not move it until this is done.',
  },
  steps: { ja: '発行の手順', en: 'Steps' },
  stepPlace: { ja: '置く', en: 'Place' },
  stepWrite: { ja: '書く', en: 'Write' },
  stepVerify: { ja: '確かめる', en: 'Verify' },
  stepLock: { ja: 'ロック', en: 'Lock' },
  stepCheck: { ja: '記録', en: 'Record' },
  start: { ja: 'カードに書き始める', en: 'Write the card' },
  number: { ja: 'カード番号', en: 'Card number' },
  detail: { ja: 'カードの詳細・受け渡しへ', en: 'To the card and its hand-over' },
  next: { ja: '次のカードへ', en: 'To the next card' },
  broken: { ja: 'カードが使えなくなったとき', en: 'If the card is spoilt' },
  brokenText: {
    ja: '書きかけのカードは、同じカードを置き直せば続けられます。こわれたときだけ、はさみを入れて捨て、新しいカードで始めます。捨てたカードには二度と鍵が出ません。',
    en: 'A card that was begun can be laid down again and finished. Only if it is spoilt, cut it up and begin with another one. Its key is never given out again.',
  },
  discard: { ja: 'このカードは捨てた', en: 'I have destroyed this card' },
  renewTitle: { ja: 'カードの鍵を新しくする', en: 'Renew a card’s key' },
  renewLead: {
    ja: '持ち主のカードをリーダーに置きます。カード番号、暗証番号、サービスとのつながりは変わりません。途中で外れても、置き直せば続けられます。',
    en: 'Put the holder’s card on the reader. Its number, PIN and services stay. If it is lifted in the middle, lay it down again and go on.',
  },
  renewStart: { ja: '鍵を新しくする', en: 'Renew the key' },
  version: { ja: '鍵の版', en: 'Key version' },
  newest: { ja: 'このカードの鍵は、いちばん新しい版です', en: 'The key of this card is of the newest version' },
  backToCard: { ja: 'カードの詳細へ', en: 'Back to the card' },
  toStations: { ja: '発行機の登録へ', en: 'To the issuing stations' },
} as const satisfies Record<string, Text>;

/** What the browser program says beside what every page with a card says. */
const live = {
  ready: {
    ja: '白いカードを置いて「カードに書き始める」を押してください',
    en: 'Place a blank card and press “Write the card”',
  },
  waiting: { ja: '白いカードをカードリーダーに置いてください', en: 'Place a blank card on the reader' },
  writing: { ja: '書いています。カードを動かさないでください', en: 'Writing. Do not move the card' },
  verifying: { ja: '書いた内容を確かめています', en: 'Verifying what was written' },
  locking: { ja: '書き換えられないようにしています', en: 'Locking the memory' },
  checking: { ja: 'ロックを確かめ、記録しています', en: 'Checking the lock, and recording' },
  done: { ja: 'カードができました', en: 'The card is made' },
  NO_STATION: {
    ja: 'このパソコンは発行機として登録されていません。「発行機の登録へ」から登録してください',
    en: 'This computer is not an enrolled station. Follow “To the issuing stations”',
  },
  STATION_REFUSED: {
    ja: 'このパソコンの登録は取り消されたか、まだ済んでいません',
    en: 'This station was revoked or is not enrolled yet',
  },
  KEYS_UNSUPPORTED: {
    ja: 'このブラウザーでは発行できません。新しいChromeまたはEdgeをお使いください',
    en: 'This browser cannot issue cards. Please use a current Chrome or Edge',
  },
  CARD_OTHER: {
    ja: '発行に使えないカードです。何も書かれていないFeliCa Lite-Sを置いてください',
    en: 'This card cannot be issued. Place a blank FeliCa Lite-S',
  },
  CARD_TYPE: {
    ja: '発行に使えないカードです。乗車専用のIruCaやFeliCa Liteではなく、FeliCa Lite-Sを置いてください',
    en: 'This card cannot be issued: use a FeliCa Lite-S, not a ride-only IruCa or a FeliCa Lite',
  },
  CARD_NOT_BLANK: {
    ja: '白いカードではありません。すでに発行されたか、ほかで書かれています。何も変えていません',
    en: 'This card is not blank: it was issued already, or written elsewhere. Nothing was changed',
  },
  CARD_ISSUED: { ja: 'このカードは、もう発行されています', en: 'This card is issued already' },
  OTHER_CARD: {
    ja: 'この仕事では、別のカードを書き始めています。そのカードを置くか、下で捨てたことを記録してください',
    en: 'Another card was begun for this task. Lay that one down, or say below that it was destroyed',
  },
  KEY_GIVEN_OUT: {
    ja: 'このカードの鍵は、前に別の仕事か発行機へ出ました。このカードは捨ててください',
    en: 'The key of this card went to another task or station before. Destroy this card',
  },
  CARD_SPOILT: {
    ja: 'ロックの途中でこわれました。このカードは使えません。はさみを入れて捨て、下で記録してください',
    en: 'The lock was torn in the middle. Cut this card up, and say so below',
  },
  CARD_UNLOCKED: {
    ja: 'ロックがまだ効いていません。カードをいちど外し、置き直してください。同じなら捨ててください',
    en: 'The lock does not rule yet. Lift the card and place it again; if this stays, destroy it',
  },
  CARD_SWAPPED: {
    ja: '途中でカードが替わりました。初めのカードを置き直してください',
    en: 'Another card lies there than before. Place the first one again',
  },
  CARD_REFUSED: {
    ja: '書いた内容を確かめられませんでした。カードを置き直して、もう一度お試しください',
    en: 'What was written could not be verified. Place the card again and retry',
  },
  VERSION_PASSED: {
    ja: '鍵の版が新しくなりました。画面を開き直してください',
    en: 'The key version has changed. Open the page again',
  },
  TASK_DECIDED: { ja: 'この仕事は、もうカードを待っていません', en: 'This task waits for no card any more' },
  SIGN_IN_EXPIRED: {
    ja: 'ログインの時間が切れました。画面を開き直し、同じカードで続けてください',
    en: 'Your sign-in has expired. Open the page again and go on with the same card',
  },
} as const satisfies Record<string, Text>;

export function stationLiveCopyIn(language: keyof Text): Readonly<Record<string, string>> {
  const own = Object.entries(live).map(([key, text]) => [key, text[language]]);
  return { ...liveCopyIn(language), ...Object.fromEntries(own) };
}

const renewing = {
  ready: { ja: 'カードを置いて「鍵を新しくする」を押してください', en: 'Place the card and press “Renew the key”' },
  waiting: { ja: 'カードをカードリーダーに置いてください', en: 'Place the card on the reader' },
  done: { ja: '鍵を新しくしました', en: 'The key is renewed' },
  OTHER_CARD: { ja: 'この画面のカードではありません', en: 'This is not the card of this page' },
  CARD_REFUSED: {
    ja: 'カードを確かめられませんでした。置き直しても同じなら、カードの鍵がこわれています。再発行を頼んでください',
    en: 'The card could not be verified. If this stays, its key is broken: ask for a new card',
  },
  VERSION_PASSED: {
    ja: '鍵の版が変わりました。画面を開き直してください',
    en: 'The version has changed. Open the page again',
  },
} as const satisfies Record<string, Text>;

/** The same for the page on which a key is renewed. */
export function renewLiveCopyIn(language: keyof Text): Readonly<Record<string, string>> {
  const own = Object.entries(renewing).map(([key, text]) => [key, text[language]]);
  return { ...stationLiveCopyIn(language), ...Object.fromEntries(own) };
}
