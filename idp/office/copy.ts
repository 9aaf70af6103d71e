import type { Language, Text } from '../../web/index.ts';
import type { ApplicationState, EvidenceKind } from './applications.ts';
import type { ComparedItem, Likeness } from './comparison.ts';
import type { ConsentPurpose, MandateKind } from './forms.ts';
import type { Duplicate } from './persons.ts';

export const stateNames: Readonly<Record<ApplicationState, Text>> = {
  received: { ja: '受付', en: 'Received' },
  forwarded: { ja: '承認待ち（2人目）', en: 'Waits for a second officer' },
  approved: { ja: '承認', en: 'Approved' },
  returned: { ja: '差戻し', en: 'Returned' },
  declined: { ja: '否認', en: 'Declined' },
};

export const itemNames: Readonly<Record<ComparedItem, Text>> = {
  kanji: { ja: '氏名', en: 'Name' },
  kana: { ja: 'カナ', en: 'Kana' },
  latin: { ja: 'ローマ字', en: 'Latin letters' },
  alias: { ja: '通称', en: 'Alias' },
  birthDate: { ja: '生年月日', en: 'Date of birth' },
  sex: { ja: '性別', en: 'Sex' },
  town: { ja: '市町村・町名', en: 'Town' },
  block: { ja: '番地', en: 'Block' },
};

export const likenessNames: Readonly<Record<Likeness, Text>> = {
  same: { ja: '✔ 同じ', en: '✔ same' },
  variant: { ja: '≒ 異体字など', en: '≒ variant' },
  different: { ja: '✖ 違う', en: '✖ different' },
  missing: { ja: '– なし', en: '– missing' },
};

export const sexNames: Readonly<Record<string, Text>> = {
  1: { ja: '男', en: 'male' },
  2: { ja: '女', en: 'female' },
  3: { ja: '記載なし', en: 'not given' },
};

export const evidenceNames: Readonly<Record<EvidenceKind, Text>> = {
  'my-number-card': { ja: 'マイナンバーカード', en: 'My Number card' },
  'driving-licence': { ja: '運転免許証', en: 'driving licence' },
  passport: { ja: '旅券', en: 'passport' },
  'residence-card': { ja: '在留カード', en: 'residence card' },
  'two-papers': { ja: '顔写真のない書類2点', en: 'two papers without a photograph' },
};

export const mandateNames: Readonly<Record<MandateKind, Text>> = {
  mandate: { ja: '委任', en: 'mandate' },
  parental: { ja: '親権', en: 'parental authority' },
  guardian: { ja: '後見', en: 'guardianship' },
};

const purposeNames: Readonly<Record<ConsentPurpose, Text>> = {
  'self-view': { ja: '本人が自分の情報を見る', en: 'the applicant’s own view' },
  'eligibility-check': { ja: '医療機関の窓口で資格を確かめる', en: 'check at the counter of a clinic' },
};

/** What a form 3 is for; one of a time when that was not written down says so. */
export function purposesInWords(purposes: readonly string[], language: Language): string {
  const names = Object.entries(purposeNames).flatMap(([id, name]) => (purposes.includes(id) ? [name[language]] : []));
  return names.length > 0 ? names.join(language === 'ja' ? '、' : ', ') : officeCopy.purposesUnknown[language];
}

export const duplicateNames: Readonly<Record<Duplicate['kind'], Text>> = {
  'live-card': { ja: '同じ方の使えるカードがあります', en: 'The same person holds a card' },
  'another-card': {
    ja: '同じ方のカードがありますが、もう1枚持てます',
    en: 'The same person holds a card, and may hold a further one',
  },
  'waiting-card': { ja: '同じ方のカードを発行するところです', en: 'A card is about to be made for the same person' },
  application: { ja: '似た申込があります', en: 'A similar application' },
  resident: {
    ja: '似た氏名で同じ生年月日の方がカードを持っています',
    en: 'Somebody of a similar name and the same birth date holds a card',
  },
};

/** Words of the pages about applications. */
export const officeCopy = {
  title: { ja: '申込審査', en: 'Applications' },
  lead: {
    ja: '申込を受け付け、住民基本台帳と照らし合わせ、2人で決めます。',
    en: 'Take applications, compare them with the resident register, and decide by two persons.',
  },
  enter: { ja: '申込を入力する', en: 'Enter an application' },
  none: { ja: '審査待ちはありません。', en: 'No application is waiting.' },
  more: { ja: '続きを見る', en: 'Show more' },
  number: { ja: '申込番号', en: 'Application' },
  applicant: { ja: '申込者', en: 'Applicant' },
  since: { ja: '受付日時', en: 'Received' },
  state: { ja: '状態', en: 'State' },
  states: { ja: '状態で絞る', en: 'By state' },
  form1: { ja: '様式1 参加申込書', en: 'Form 1: application' },
  form1Hint: {
    ja: '申込書のとおりに入力します。異体字も、書いてあるとおりにします。',
    en: 'As it is written on the form, variant characters too.',
  },
  form2: { ja: '様式2 委任状（あるとき）', en: 'Form 2: mandate, if there is one' },
  form3: { ja: '様式3 健康保険情報の取扱いに関する同意書', en: 'Form 3: consent about health insurance' },
  kanji: { ja: '氏名', en: 'Name' },
  kanjiHint: {
    ja: '例：髙橋 健一。漢字の氏名がない方は空けます。',
    en: 'Example: 髙橋 健一. Empty for people without a name in kanji.',
  },
  kana: { ja: 'カナ', en: 'Kana' },
  kanaHint: {
    ja: '例：タカハシ ケンイチ。ない方は空けます。',
    en: 'Example: タカハシ ケンイチ. Empty where there is none.',
  },
  latin: { ja: 'ローマ字', en: 'Latin letters' },
  latinHint: {
    ja: '在留カードなどのとおりに。ほかの方は空けます。',
    en: 'As on the residence card. Empty for others.',
  },
  nameWrong: {
    ja: '氏名、カナ、ローマ字のどれか1つは入力してください。',
    en: 'Fill in at least one of name, kana and Latin letters.',
  },
  birthDate: { ja: '生年月日', en: 'Date of birth' },
  birthDateHint: { ja: '例：昭和59年3月2日、1984-03-02', en: 'Example: 1984-03-02, 2 March 1984' },
  birthDateWrong: {
    ja: '生年月日を西暦または和暦で入力してください（例：昭和35年10月10日）。',
    en: 'Write the date of birth like 1960-10-10.',
  },
  sex: { ja: '性別', en: 'Sex' },
  sexWrong: { ja: '性別の欄を選んでください。', en: 'Choose what the form says.' },
  postal: { ja: '郵便番号', en: 'Postal code' },
  postalHint: { ja: '7桁。例：760-0001', en: '7 digits, such as 760-0001' },
  postalWrong: { ja: '郵便番号を7桁で入力してください。', en: 'Write the 7 digits of the postal code.' },
  municipality: { ja: '市町村', en: 'Municipality' },
  municipalityHint: { ja: '例：見本市', en: 'Example: 見本市' },
  town: { ja: '町名', en: 'Town' },
  townHint: { ja: '例：番町', en: 'Example: 番町' },
  block: { ja: '番地・建物', en: 'Block and building' },
  blockHint: { ja: '例：一丁目8番15号', en: 'Example: 一丁目8番15号' },
  municipalityWrong: { ja: '市町村を入力してください。', en: 'Fill in the municipality.' },
  townWrong: { ja: '町名を入力してください。', en: 'Fill in the town.' },
  blockWrong: { ja: '番地を入力してください。', en: 'Fill in the block.' },
  channelWrong: { ja: '募集区分を選んでください。', en: 'Choose how they came.' },
  address: { ja: '住所', en: 'Address' },
  channel: { ja: '募集区分', en: 'How they came' },
  public: { ja: '一般公募', en: 'open call' },
  employer: { ja: '参加団体の従業員', en: 'employee of a member' },
  agent: { ja: '代わりに手続きする人', en: 'Who acts for the applicant' },
  agentHint: { ja: '氏名を委任状のとおりに。委任状がなければ空けます。', en: 'Name as on form 2. Empty without one.' },
  mandateKind: { ja: '根拠', en: 'On what ground' },
  mandateKindWrong: { ja: '根拠を選んでください。', en: 'Choose the ground.' },
  choose: { ja: '選んでください', en: 'Choose' },
  from: { ja: 'いつから', en: 'From' },
  to: { ja: 'いつまで', en: 'Until' },
  dayHint: { ja: '例：令和8年10月1日', en: 'Example: 2026-10-01' },
  dayWrong: { ja: '日付を確かめてください。', en: 'Check the date.' },
  form3Hint: {
    ja: '署名のある同意書1枚につき1組です。同意しない方は空けます。',
    en: 'One group for each signed form. Empty without consent.',
  },
  consent: { ja: '同意書', en: 'Consent' },
  insurers: { ja: '保険者番号', en: 'Number of the insurer' },
  insurersHint: { ja: '6桁か8桁の数字', en: '6 or 8 digits' },
  insurersWrong: {
    ja: '保険者番号を確かめてください。6桁か8桁で、最後の1桁は検証番号です。同じ番号は1回だけです。',
    en: 'Check the number: 6 or 8 digits, the last one checks the others, and each number once.',
  },
  purposes: { ja: '目的', en: 'Purpose' },
  purposesWrong: { ja: '同意書にある目的を選んでください。', en: 'Choose the purpose that the form names.' },
  purposesUnknown: { ja: '目的の記録なし', en: 'purpose not on record' },
  textVersion: { ja: '文面の版', en: 'Version of the text' },
  textVersionHint: { ja: '同意書の右下にあります。', en: 'At the foot of the form.' },
  textVersionWrong: { ja: '文面の版を選んでください。', en: 'Choose the version of the text.' },
  employerCode: { ja: '参加団体', en: 'Member employer' },
  employerCodeHint: {
    ja: '募集区分が「参加団体の従業員」のときに選びます。',
    en: 'For employees of a member; otherwise leave it.',
  },
  noEmployers: { ja: '参加団体は登録されていません。', en: 'No employer takes part.' },
  employerWrong: {
    ja: '参加団体を選んでください。一覧にない団体は、システム運用者に登録を頼んでください。',
    en: 'Choose the employer. Ask the operator to enter one that is not in the list.',
  },
  employerNotAsked: {
    ja: '一般公募の方は、参加団体を空けてください。',
    en: 'Leave the employer empty for the open call.',
  },
  insurerType: { ja: '加入している保険', en: 'Kind of health insurance' },
  insurerTypeWrong: { ja: '保険の種類を選んでください。', en: 'Choose the kind of health insurance.' },
  agentWrong: { ja: '氏名は150文字までです。', en: 'Up to 150 characters.' },
  scope: { ja: '任せること', en: 'What the agent may do' },
  scopeHint: {
    ja: '委任状のとおりに。例：カードの申込と受け取り',
    en: 'As on form 2, such as: apply for and receive the card',
  },
  scopeWrong: { ja: '任せることを、500文字までで入力してください。', en: 'Say what for, in up to 500 characters.' },
  signed: {
    ja: '申込者と代理人、両方の署名を確かめた',
    en: 'I saw the signatures of both, applicant and agent',
  },
  signedHint: {
    ja: '署名がまだなら、受け付けてから印刷し、署名を確かめて承認へ回します。',
    en: 'Not signed yet? Take it, print it, and see the signatures before you forward it.',
  },
  signatures: { ja: '署名', en: 'Signatures' },
  period: { ja: '期間', en: 'Period' },
  sought: { ja: '探す', en: 'Look for' },
  soughtHint: {
    ja: '生年月日か申込番号。どの状態の申込も探します。',
    en: 'A birth date or the number of an application, in whatever state.',
  },
  soughtUnclear: {
    ja: '生年月日か、F- で始まる申込番号を入力してください。',
    en: 'Write a birth date, or a number that begins with F-.',
  },
  all: { ja: 'すべて', en: 'All' },
  narrow: { ja: '絞り込む', en: 'Show these' },
  noneYet: { ja: 'ここまでにはありません。続きを見てください。', en: 'None so far; show more.' },
  import: { ja: '参加団体のファイルを取り込む', en: 'Take a file of an employer' },
  importLead: {
    ja: '1行が1件の申込です。良い行だけを受け付けます。承認はしません。',
    en: 'One application on each line. Good lines are received; nothing is approved.',
  },
  importFile: { ja: 'ファイル', en: 'File' },
  importFileHint: { ja: 'CSVかJSON行。UTF-8、1 MBまで。', en: 'CSV or JSON lines, in UTF-8, up to 1 MB.' },
  importNow: { ja: '取り込む', en: 'Take it in' },
  imported: { ja: '取り込みました', en: 'The file was taken in' },
  added: { ja: '受け付けた申込', en: 'Received' },
  referred: { ja: 'うち重複かもしれない申込', en: 'Of them perhaps duplicates' },
  known: { ja: '前に受け付けた行', en: 'Received before' },
  refused: { ja: '受け付けなかった行', en: 'Refused lines' },
  rowsToLookAt: { ja: '確かめる行', en: 'Lines to look at' },
  line: { ja: '行', en: 'Line' },
  whatToDo: { ja: '内容', en: 'What about it' },
  lookAtDuplicates: { ja: '重複を確かめる', en: 'Look at the duplicates' },
  printView: { ja: '署名用に印刷する', en: 'Print for signature' },
  printHint: {
    ja: 'ブラウザーの印刷で、様式ごとに1枚ずつ出ます。署名をもらい、読み取って画像で加えます。',
    en: 'Print it with the browser, a page for each form. Have it signed, scan it, and add the picture.',
  },
  unsigned: { ja: '署名の確認の記録なし', en: 'no record of signatures' },
  correct: { ja: '直すところがあります', en: 'Something has to be corrected' },
  save: { ja: '受け付ける', en: 'Take the application' },
  comparison: { ja: '住民基本台帳との照合', en: 'Compared with the register' },
  compare: { ja: '台帳と照合する', en: 'Compare with the register' },
  compareAgain: { ja: 'もう一度照合する', en: 'Compare again' },
  notCompared: { ja: 'まだ照合していません。', en: 'Not compared yet.' },
  noCandidate: {
    ja: '台帳に、同じ生年月日で似た氏名の方はいません。申込者に確かめてください。',
    en: 'The register has nobody of this birth date with a similar name. Ask the applicant.',
  },
  outdated: {
    ja: '台帳の答えが古くなりました。もう一度照合してください。',
    en: 'The register’s answer is too old. Compare again.',
  },
  askedAt: { ja: '照合日時', en: 'Compared' },
  candidate: { ja: '台帳の候補', en: 'Person of the register' },
  item: { ja: '項目', en: 'Item' },
  applied: { ja: '申込', en: 'Application' },
  registered: { ja: '台帳', en: 'Register' },
  likeness: { ja: '結果', en: 'Result' },
  verdictSame: { ja: '規則どおりに一致しています', en: 'They agree by the rule' },
  verdictOfficer: { ja: '違うところを確かめてください', en: 'Look at what differs' },
  verdictOther: { ja: '別の方です。承認へ回せません', en: 'Another person; it cannot be forwarded' },
  protected: { ja: '住所は支援措置により見せません。', en: 'The address is protected and not shown.' },
  pictures: { ja: '本人確認書類の画像', en: 'Pictures of evidence' },
  picturesLead: {
    ja: '暗号化して保管し、決めてから決まった日数で消します。開いた記録が残ります。',
    en: 'Kept encrypted, deleted some days after the decision. Every look is on record.',
  },
  noPictures: { ja: '画像はありません。', en: 'There are no pictures.' },
  openPicture: { ja: '画像を開く', en: 'Open picture' },
  addPicture: { ja: '画像を加える', en: 'Add a picture' },
  pictureFile: { ja: '画像ファイル', en: 'Picture file' },
  pictureHint: { ja: 'PNG、JPEG、WebP。2 MBまで。', en: 'PNG, JPEG or WebP, up to 2 MB.' },
  duplicates: { ja: '重複の確認', en: 'Duplicates' },
  noDuplicates: { ja: '重複は見つかりません。', en: 'No duplicate was found.' },
  forward: { ja: '承認へ回す（2人目）', en: 'Forward to a second officer' },
  whoIsIt: { ja: '台帳のどの方ですか', en: 'Who of the register is it?' },
  evidence: { ja: '確かめた書類', en: 'Evidence that was seen' },
  decide: { ja: '決める', en: 'Decide' },
  reason: { ja: '理由・確かめたこと', en: 'Reason, or what you checked' },
  reasonHint: { ja: '1,000文字まで。', en: 'Up to 1,000 characters.' },
  approve: { ja: '承認する', en: 'Approve' },
  return: { ja: '差し戻す', en: 'Return it' },
  decline: { ja: '否認する', en: 'Decline' },
  ownWork: {
    ja: '自分が関わった申込は、別の担当者が決めます。',
    en: 'You had a hand in it, so somebody else decides.',
  },
  ownCard: {
    ja: '自分自身の申込かもしれないため、別の担当者が扱います。',
    en: 'It may be your own application, so somebody else deals with it.',
  },
  decided: { ja: '決定', en: 'Decision' },
  authors: { ja: '関わった担当者', en: 'Officers' },
} as const satisfies Record<string, Text>;
