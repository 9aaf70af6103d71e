import type { Text } from '../../web/index.ts';

/** What helps, for refusals of the card office's pages. */
export const officeRemedies: Readonly<Record<string, Text>> = {
  OWN_CARD: {
    ja: '自分のカードについては決められません。別の担当者に頼んでください。',
    en: 'You cannot decide about your own card. Ask a colleague.',
  },
  SECOND_PERSON_NEEDED: {
    ja: '頼んだ人とは別の担当者が決めます。',
    en: 'Somebody other than the person who asked has to decide.',
  },
  MOVE_REFUSED: {
    ja: 'カードの今の状態では、この操作はできません。画面を開き直して、状態を確かめてください。',
    en: 'The card’s state does not allow this. Open the page again and look at its state.',
  },
  TASK_DECIDED: {
    ja: 'すでに決まっています。一覧を開き直してください。',
    en: 'It is decided already. Please open the list again.',
  },
  CARD_MISSING: {
    ja: 'その番号のカードはありません。',
    en: 'There is no card of this number.',
  },
  REGISTER_SILENT: {
    ja: '住民基本台帳から応答がありません。少し待ってから、もう一度照合してください。',
    en: 'The resident register does not answer. Wait a moment and compare again.',
  },
  REGISTER_GARBLED: {
    ja: '住民基本台帳の応答を読めませんでした。システム運用者に知らせてください。',
    en: 'The answer of the resident register could not be read. Please tell the operator.',
  },
  REGISTER_OUTDATED: {
    ja: '台帳の照合結果が古くなりました。申込の画面で、もう一度照合してください。',
    en: 'The answer of the register is too old. Compare again on the page of the application.',
  },
  NO_REGISTER_MATCH: {
    ja: '台帳の人と申込が合いません。違うところを申込者に確かめてください。',
    en: 'The application does not fit this person of the register. Ask the applicant about the differences.',
  },
  DUPLICATE_CARD: {
    ja: '同じ方の申込かカードが、すでにあります。重複の欄を確かめてください。',
    en: 'The same person has an application or a card already. See the duplicates on the page.',
  },
  APPLICATION_CHANGED: {
    ja: 'ほかの人が先に進めました。画面を開き直してください。',
    en: 'Somebody else went on with it first. Please open the page again.',
  },
  EVIDENCE_REFUSED: {
    ja: '画像はPNG、JPEG、WebPのどれかにしてください。',
    en: 'The picture has to be PNG, JPEG or WebP.',
  },
  EVIDENCE_TOO_LARGE: {
    ja: '画像は2 MBまで、縦横それぞれ4,096画素までにしてください。1件の申込に6枚までです。',
    en: 'A picture may have up to 2 MB and 4,096 pixels a side; an application up to 6 of them.',
  },
  EVIDENCE_MISSING: {
    ja: '本人確認書類の種類を選んでください。',
    en: 'Choose which evidence of identity was seen.',
  },
  REASON_MISSING: {
    ja: '理由を、1,000文字までで書いてください。',
    en: 'Write the reason, in up to 1,000 characters.',
  },
  CALLER_UNCHECKED: {
    ja: '先に、お電話の方の本人確認をしてください。カードを止めることは、確認の前でもできます。',
    en: 'Check who is calling first. Stopping the card is possible before that.',
  },
  CASE_CLOSED: {
    ja: 'この応対は終わっています。もう一度、お電話の方を探してください。',
    en: 'This call is closed. Look for the caller again.',
  },
  EQUIPMENT_TAKEN: {
    ja: 'この機器は貸出中か、返却済みです。一覧を確かめてください。',
    en: 'This equipment is lent already, or was returned. See the list.',
  },
  STATION_MISSING: {
    ja: 'この環境には発行機がありません。発行機で作り、取り込んでください。',
    en: 'This hub has no issuing station. Make the card at the station and import it.',
  },
  CHARACTER_UNPRINTABLE: {
    ja: 'PDFの書体にない文字があります。カードの画面で、どの文字かを確かめ、ブラウザーの印刷シートを使ってください。',
    en: 'A character is not in the font of the PDF. The page of the card says which; use the print sheet of the browser.',
  },
  BATCH_UNSUITABLE: {
    ja: '受け渡しを待つカードの番号を、1行に1つ、500枚までで入力してください。',
    en: 'Enter the numbers of cards that wait for their hand-over, one on each line, up to 500.',
  },
  BATCH_OF_OTHER: {
    ja: '手紙を作るのは、頼んだ担当者です。その人がいないときは、もう一度承認を頼んでください。',
    en: 'Whoever asked makes the letters. If they are away, ask for agreement again.',
  },
  AGREEMENT_USED: {
    ja: 'この承認では、もう作れません。必要なら、もう一度承認を頼んでください。',
    en: 'This agreement is used up. If letters are still needed, ask for agreement again.',
  },
  RUN_OVERTAKEN: {
    ja: '同時にもう一度作られました。あとのPDFの番号だけが使えます。まとめの画面を開き直してください。',
    en: 'The letters were made once more at the same time; only the later PDF is good. Open the batch again.',
  },
};

const notDone: Text = { ja: 'この操作はできませんでした', en: 'That could not be done' };

/** None of them is a failed sign-in. */
export const officeTitles: Readonly<Record<string, Text>> = Object.fromEntries(
  Object.keys(officeRemedies).map((code) => [code, notDone]),
);
