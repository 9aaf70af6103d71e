import type { Text } from '../../web/index.ts';
import type { CoverageForm } from '../coverage-facts.tsx';

export const copy = {
  menu: { ja: 'メニュー', en: 'Menu' },
  insurance: { ja: '健康保険', en: 'Health insurance' },
  seeCoverage: { ja: '加入情報を見る', en: 'See your coverage' },
  seeCoverageHint: {
    ja: '今と過去の健康保険を、保険者にその場で問い合わせて表示します。',
    en: 'Your present and past health insurance, asked of the insurers as you look.',
  },
  yourData: { ja: 'あなたの情報の提供', en: 'Who sees your data' },
  history: { ja: '提供の履歴と同意の撤回', en: 'Access history and withdrawing consent' },
  historyHint: {
    ja: 'いつ、どこに、何のために提供したかを確かめ、同意を取り消せます（ログイン窓口のページが開きます）。',
    en: 'When, to whom and why your data was given, and the way to take consent back (opens the sign-in service).',
  },
  coverage: { ja: '加入情報', en: 'Your coverage' },
  tabs: { ja: '加入している保険の切り替え', en: 'Your coverages' },
  present: { ja: '現在', en: 'present' },
  past: { ja: '過去', en: 'past' },
  future: { ja: 'これから', en: 'to come' },
  noCertificate: {
    ja: 'この画面は資格確認書ではありません。医療機関の窓口では使えません。',
    en: 'This page is no certificate of insurance and cannot be used at a clinic.',
  },
  none: { ja: '該当する記録はありません', en: 'There is no record' },
  noneHint: {
    ja: '問い合わせたすべての保険者に、あなたの加入の記録はありませんでした。',
    en: 'None of the insurers that were asked has a record of you.',
  },
  consentNeeded: { ja: '提供に同意すると表示されます', en: 'This is shown after you agree to its release' },
  consentHint: {
    ja: '保険者が持っているあなたの加入情報を、このサービスが受け取ることへの同意です。次の画面で内容を確かめてから決められます。',
    en: 'You agree that this service receives your coverage from the insurers. You read what is asked on the next page before you decide.',
  },
  agree: { ja: '同意する', en: 'Agree' },
  declined: {
    ja: '同意されなかったため、加入情報は受け取っていません。あとからでも同意できます。',
    en: 'You did not agree, so nothing was received. You can agree at any time.',
  },
  retry: { ja: '再試行', en: 'Try again' },
  hubSilent: {
    ja: '情報の取り次ぎ先から応答がありません',
    en: 'The service that fetches your records does not answer',
  },
  hubSilentHint: {
    ja: 'しばらくしてから、もう一度お試しください。（番号 S-402）',
    en: 'Please try again in a moment. (S-402)',
  },
  refused: { ja: '加入情報は提供されませんでした', en: 'Your coverage was not released' },
  refusedHint: {
    ja: 'ログインが終わっているか、このサービスに提供できない情報です。ログインし直しても表示されないときは、窓口にお問い合わせください。（番号 S-403）',
    en: 'Your sign-in has ended, or this record cannot be released to this service. Sign in again; if that does not help, please contact us. (S-403)',
  },
  signInAgain: { ja: 'ログインし直す', en: 'Sign in again' },
  othersShown: {
    ja: 'ほかの保険者の情報は、このまま表示しています。',
    en: 'What the other insurers answered is shown.',
  },
  overlap: { ja: '2つの保険が重なっています', en: 'Two coverages overlap' },
  gap: { ja: '保険に入っていない期間があります', en: 'There is a time without coverage' },
  alertHint: {
    ja: '届け出が終わっていないことがあります。心当たりがないときは、市役所の国民健康保険の窓口か勤め先にお尋ねください。',
    en: 'A notification may be missing. If this surprises you, please ask the city’s insurance counter or your employer.',
  },
} as const satisfies Record<string, Text>;

export const formTitles: Readonly<Record<CoverageForm, Text>> = {
  national: { ja: '国民健康保険の加入情報', en: 'National health insurance' },
  elder: { ja: '後期高齢者医療の加入情報', en: 'Medical care for the elderly' },
  employee: { ja: '健康保険の加入情報', en: 'Employees’ health insurance' },
};
