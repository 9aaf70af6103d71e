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
  CARD_LIMIT: {
    ja: 'この方は、持てる枚数のカードをもう持っているか、申し込んでいます。なくしたカードのかわりなら、再発行を頼んでください。',
    en: 'This person has, or is about to get, as many cards as one may hold. In place of a lost one, ask for a replacement.',
  },
  PROGRAMME_CLOSED: {
    ja: '申込を受けてカードを作れるのは、事業の期間のあいだだけです。期間はシステム運用者に確かめてください。',
    en: 'Applications are taken and cards are made within the days of the programme alone. Ask the operator for its days.',
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
  SIGNATURES_MISSING: {
    ja: '委任状に、申込者と代理人の署名があることを確かめて、印を付けてください。',
    en: 'See that applicant and agent have signed form 2, and tick the box.',
  },
  IMPORT_REFUSED: {
    ja: '参加団体を選び、1 MBまでのCSVかJSON行のファイルを選んでください。',
    en: 'Choose the employer, and a file of CSV or JSON lines of up to 1 MB.',
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
  STATION_REFUSED: {
    ja: 'このパソコンは発行機として登録されていないか、登録が取り消されています。発行機の画面で確かめてください。',
    en: 'This computer is not an enrolled station, or was revoked. See the page of the issuing stations.',
  },
  STATION_MALFORMED: {
    ja: '発行機の鍵を読めませんでした。画面を開き直して、もう一度申し出てください。',
    en: 'The key of the station could not be read. Open the page again and propose it once more.',
  },
  STATION_DECIDED: {
    ja: 'この発行機については、すでに決まっています。画面を開き直してください。取り消した鍵は二度と登録できません。',
    en: 'It was decided about this station already. Open the page again. A key that was revoked never comes back.',
  },
  OTHER_CARD: {
    ja: 'この仕事で書きかけのカードはありません。画面を開き直してください。',
    en: 'No card is being made for this task. Open the page again.',
  },
  STATION_MISSING: {
    ja: 'この環境ではソフトウェアのカードを作りません。「カードを作る」から、リーダーで作ってください。',
    en: 'This hub makes no software cards. Make the card at a reader, by “Make the card”.',
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
