import type { Validity } from '../../attribute-service/index.ts';
import type { ResultKind, Text } from '../../web/index.ts';
import type { Document, ProofFault, Reason } from './patient-proof.ts';
import type { QuestionFault } from './question.ts';

export const copy = {
  reception: { ja: '受付', en: 'Reception' },
  officer: { ja: '担当', en: 'On duty' },
  facility: { ja: '医療機関', en: 'Facility' },
  officerRole: { ja: '受付担当', en: 'receptionist' },
  checkTitle: { ja: '患者の資格を確認する', en: 'Check a patient’s insurance' },
  checkHint: {
    ja: 'ボタンを押したら、患者にカードをリーダーに置いてもらってください。あなたのログインはそのまま続きます。',
    en: 'After pressing the button, ask the patient to put their card on the reader. You stay signed in.',
  },
  check: { ja: '患者のカードで確認する', en: 'Check with the patient’s card' },
  date: { ja: '対象年月日', en: 'Date of the visit' },
  dateHint: {
    ja: '今日から5年前まで。和暦でも西暦でも入力できます（例: 令和8年10月1日、R8.10.1、2026‑10‑01）。',
    en: 'Up to five years back. For example 2026‑10‑01, or R8.10.1 in the Japanese era.',
  },
  insurer: { ja: '前回の保険者番号', en: 'Insurer number of the last visit' },
  insurerHint: {
    ja: '6桁か8桁。入力すると、そのあと保険が変わったかどうかもわかります。',
    en: '6 or 8 digits. With it the answer also tells whether the insurance has changed since.',
  },
  proof: { ja: '患者の確認のしかた', en: 'How the patient is known' },
  proofPin: { ja: '患者が暗証番号を入力する', en: 'The patient enters the PIN' },
  proofPinHint: {
    ja: '患者側の画面で、患者が自分で入力します。職員には見えません。',
    en: 'At the patient’s side of the desk, by themselves. Staff cannot see it.',
  },
  proofDocument: { ja: '暗証番号を使わない', en: 'Without the PIN' },
  proofDocumentHint: {
    ja: '暗証番号を忘れた方などに。書類で本人を確かめてください。保険の資格だけが表示され、利用の履歴に残り、患者も見られます。',
    en: 'For those who forgot it. Check a document. Only the insurance is shown; the patient finds it in their history.',
  },
  document: { ja: '確認した書類', en: 'Document you looked at' },
  reason: { ja: '暗証番号を使わない理由', en: 'Why there is no PIN' },
  choose: { ja: '選んでください', en: 'Please choose' },
  errors: { ja: '入力を直してください', en: 'Please correct what was entered' },
  closed: { ja: '患者の表示を閉じました', en: 'The patient’s data was closed' },
  result: { ja: '資格確認', en: 'Eligibility' },
  reference: { ja: '照会番号', en: 'Reference number' },
  executedAt: { ja: '確認した日時', en: 'Checked at' },
  again: { ja: '再照会', en: 'Check again' },
  againTitle: { ja: '別の日で照会する', en: 'Check another date' },
  print: { ja: '印刷', en: 'Print' },
  close: { ja: '患者を閉じる', en: 'Close the patient' },
  extend: { ja: 'あと3分表示する', en: 'Show for 3 more minutes' },
  lastKnown: { ja: '前回この医院で確認した内容（未確認）', en: 'What this clinic was told last (unconfirmed)' },
  lastKnownHint: {
    ja: '今も同じとは限りません。有効な資格として扱わないでください。',
    en: 'It may have changed since. Do not take it as valid.',
  },
  lastResult: { ja: '前回の結果', en: 'Result then' },
  insured: { ja: '本人（被保険者）', en: 'Insured person' },
  dependant: { ja: '家族（被扶養者）', en: 'Family member' },
  silentTitle: { ja: '未確認', en: 'Unconfirmed' },
  refusedTitle: { ja: '照会できませんでした', en: 'The check was refused' },
  refusedHint: {
    ja: 'カードを読み取ってから時間がたったか、この患者の資格はこの端末に提供されません。もう一度カードで確認するか、紙の確認書で確認してください。（番号 S-403）',
    en: 'The card was shown too long ago, or the answer is not released to this terminal. Ask for the card again, or check the paper certificate. (S-403)',
  },
  missing: { ja: '確認できなかった保険者', en: 'Insurers that could not be asked' },
  toReception: { ja: '受付に戻る', en: 'Back to the reception' },
} as const satisfies Record<string, Text>;

/** C-502 and its like: what to do, in words. */
export const faultWords: Readonly<Record<QuestionFault, { readonly field: 'date' | 'insurer'; readonly words: Text }>> =
  {
    'date-unreadable': {
      field: 'date',
      words: {
        ja: '対象年月日を西暦または和暦で入力してください（例: 令和8年10月1日）。',
        en: 'Please enter the date of the visit, for example 2026‑10‑01.',
      },
    },
    'date-out-of-range': {
      field: 'date',
      words: {
        ja: '対象年月日は、5年前から今日までの日を入力してください。（番号 C-502）',
        en: 'Please enter a date from five years ago up to today. (C-502)',
      },
    },
    'insurer-unreadable': {
      field: 'insurer',
      words: {
        ja: '保険者番号は6桁か8桁の数字で入力してください。わからないときは空欄にしてください。',
        en: 'Please enter the insurer number as 6 or 8 digits, or leave it empty.',
      },
    },
  };

export const documentWords: Readonly<Record<Document, Text>> = {
  certificate: { ja: '資格確認書', en: 'certificate of coverage' },
  licence: { ja: '運転免許証', en: 'driving licence' },
  'national-card': { ja: 'マイナンバーカード', en: 'national identity card' },
  'other-photo': { ja: 'そのほかの顔写真のある証明書', en: 'other document with a photograph' },
};

export const reasonWords: Readonly<Record<Reason, Text>> = {
  forgotten: { ja: '暗証番号を忘れた', en: 'the PIN was forgotten' },
  unable: { ja: '入力が難しい', en: 'entering it is not possible' },
  locked: { ja: '暗証番号がロックされている', en: 'the PIN is locked' },
};

/** What is still needed where there is no PIN. */
export const proofFaultWords: Readonly<
  Record<ProofFault, { readonly field: 'document' | 'reason'; readonly words: Text }>
> = {
  'document-missing': {
    field: 'document',
    words: { ja: '確認した書類を選んでください。', en: 'Please choose the document you looked at.' },
  },
  'reason-missing': {
    field: 'reason',
    words: { ja: '暗証番号を使わない理由を選んでください。', en: 'Please choose why there is no PIN.' },
  },
};

export interface ResultWords {
  readonly kind: ResultKind;
  readonly word: Text;
  /** What it means and what to do. */
  readonly advice?: Text;
}

/** Word, sign, colour and advice of each result (QualificationValidity). */
export const resultWords: Readonly<Record<Validity, ResultWords>> = {
  '1': { kind: 'good', word: { ja: '有効', en: 'Valid' } },
  '2': {
    kind: 'bad',
    word: { ja: '無効', en: 'Not valid' },
    advice: {
      ja: 'この日に有効な資格はありません。最後の資格を下に示します。新しい保険の手続き中でないか、患者に確認してください。',
      en: 'There was no valid coverage on this day. The last one is shown below. Ask the patient whether a new one is on its way.',
    },
  },
  '3': {
    kind: 'bad',
    word: { ja: '無効・新しい資格あり', en: 'Not valid; there is a new coverage' },
    advice: {
      ja: '前回の保険の資格は終わり、別の保険に新しい資格があります。前回の保険者番号を空欄にして再照会すると、新しい資格を確認できます。',
      en: 'The coverage of the last visit has ended and there is a new one elsewhere. Check again without the insurer number to see it.',
    },
  },
  '4': {
    kind: 'none',
    word: { ja: '該当資格なし', en: 'No coverage' },
    advice: {
      ja: 'どの保険者にも、この患者の資格の記録はありません。生活保護などの医療券をお持ちでないか確認してください。',
      en: 'No insurer has a record of this patient. Ask whether they hold a voucher, such as for public assistance.',
    },
  },
  '5': {
    kind: 'attention',
    word: { ja: '複数該当', en: 'More than one coverage' },
    advice: {
      ja: '有効な資格が2つ以上あります。どの保険を使うかを患者に確認してください。',
      en: 'There are two or more valid coverages. Ask the patient which one they use.',
    },
  },
  '6': {
    kind: 'good',
    word: { ja: '有効（未登録）', en: 'Valid (not yet registered)' },
    advice: {
      ja: '保険者は有効と答えています。全国の登録はまだ終わっていません。',
      en: 'The insurer says it is valid; the national register does not have it yet.',
    },
  },
  unconfirmed: {
    kind: 'unknown',
    word: { ja: '未確認', en: 'Unconfirmed' },
    advice: {
      ja: '保険者から応答がありません。紙の確認書で確認してください。（番号 S-402）',
      en: 'An insurer does not answer. Please check the paper certificate. (S-402)',
    },
  },
};

/** Read out or shown to the patient under 複数該当. */
export const forPatient = {
  title: { ja: '患者さんへ', en: 'For the patient' },
  text: {
    ja: '加入している健康保険が2つ重なって登録されています。今日どちらの保険を使うかを受付にお知らせください。前の保険をやめる届け出が済んでいないことがあります。勤め先か、市役所の国民健康保険の窓口にお尋ねください。',
    en: 'You are registered with two health insurances at once. Please tell the reception which one you use today. The old one may not have been cancelled yet: please ask your employer or the city’s insurance counter.',
  },
} as const satisfies Record<string, Text>;

export const remedies: Readonly<Record<string, Text>> = {
  PATIENT_CANCELLED: {
    ja: '患者の確認をやめました。受付の画面から、いつでもやり直せます。',
    en: 'The check of the patient was cancelled. Start again from the reception page whenever you like.',
  },
  PATIENT_REFUSED: {
    ja: '患者のカードを確認できませんでした。受付の画面からもう一度お試しください。続くときは紙の確認書で確認してください。',
    en: 'The patient’s card could not be verified. Try again from the reception page, or check the paper certificate.',
  },
  OWN_CARD: {
    ja: '自分の情報は、自分では照会できません。ほかの担当者に頼んでください。（番号 C-503）',
    en: 'Staff cannot check their own insurance. Please ask a colleague. (C-503)',
  },
  PATIENT_UNKNOWN: {
    ja: '時間切れか、すでに終わった確認です。受付の画面からもう一度お試しください。',
    en: 'This check has expired or was already finished. Please start again from the reception page.',
  },
  PATIENT_CLOSED: {
    ja: 'この患者の表示は終わりました。もう一度見るには、患者のカードで確認してください。',
    en: 'This patient’s data is closed. To see it again, ask for the patient’s card.',
  },
};
