import type { Text } from '../../web/index.ts';
import type { ChangedItem } from './change-requests.ts';

export const itemNames: Readonly<Record<ChangedItem, Text>> = {
  name: { ja: '氏名', en: 'Name' },
  address: { ja: '住所', en: 'Address' },
  'birth-date-or-sex': { ja: '生年月日・性別の訂正', en: 'Corrected birth date or sex' },
};

/** Words of the page on which a holder tells of a change (R35). */
export const changeCopy = {
  title: { ja: '氏名・住所が変わった', en: 'My name or address has changed' },
  lead: {
    ja: '変わったことをカードの窓口に知らせます。ここでは新しい内容は入力しません。',
    en: 'This tells the card office that something changed. You do not enter the new data here.',
  },
  papers: {
    ja: '窓口では、変更のわかる書類（マイナンバーカード、住民票の写しなど）を確かめます。先に市区町村へ届け出てください。カードに印刷された内容が変わるときは、新しいカードを作ります。それまでは今のカードを使えます。',
    en: 'The office will ask for papers that show the change, such as your My Number Card or a residence certificate. Notify the municipality first. If what is printed on the card changes, you get a new one; until then the card you have goes on.',
  },
  which: { ja: '変わったもの', en: 'What has changed' },
  choose: { ja: '一つ以上選んでください。', en: 'Choose at least one.' },
  send: { ja: '窓口に知らせる', en: 'Tell the card office' },
  told: { ja: '窓口に知らせました', en: 'The card office was told' },
  toldText: {
    ja: '書類を持って窓口へお越しいただくか、窓口からの連絡をお待ちください。',
    en: 'Please come to the office with your papers, or wait until it contacts you.',
  },
  toldAt: { ja: '知らせた日時', en: 'Told' },
  back: { ja: 'カードとお知らせへ', en: 'Back to your card' },
} as const satisfies Record<string, Text>;
