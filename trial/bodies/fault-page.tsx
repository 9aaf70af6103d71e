import { type Language, Notice, type Text } from '../../web/index.ts';
import type { Fault, FaultMode } from './faults.ts';

export const faultPageTitle: Text = { ja: '保険者のサーバー（試験用）', en: 'An insurer’s server (trial)' };

const copy = {
  what: {
    ja: '保険者の代わりに、共通ログインからの問い合わせに答えるサーバーです。加入者と記録はすべて架空です。',
    en: 'Stands in for an insurer and answers what the sign-in hub asks. All insured persons and records are made up.',
  },
  now: { ja: 'いまの動き', en: 'What it does now' },
  choose: { ja: '動きを変える', en: 'Make it do something else' },
} as const satisfies Record<string, Text>;

const words: Readonly<Record<FaultMode, Text>> = {
  none: { ja: 'ふつうに答える', en: 'answers as it should' },
  delay: { ja: '遅れて答える', en: 'answers late' },
  hang: { ja: 'いつまでも答えない', en: 'never answers' },
  close: { ja: '答えずに接続を切る', en: 'hangs up without an answer' },
  garbage: { ja: '壊れた答えを返す', en: 'answers garbage' },
  refuse: { ja: '答えることを断る', en: 'declines to answer' },
  'other-person': { ja: '別の人についての答えを返す', en: 'answers about another person' },
  'mixed-records': { ja: '本人への答えに、別の人の記録を入れる', en: 'puts another person’s records into the answer' },
  unsigned: { ja: '署名のない答えを返す', en: 'leaves the signature out' },
};

const choices: readonly Fault[] = [
  { mode: 'none' },
  { mode: 'delay', ms: 500 },
  { mode: 'delay', ms: 5000 },
  { mode: 'hang' },
  { mode: 'close' },
  { mode: 'garbage' },
  { mode: 'refuse' },
  { mode: 'other-person' },
  { mode: 'mixed-records' },
  { mode: 'unsigned' },
];

function wordsOf({ mode, ms }: Fault, language: Language): string {
  const seconds = ms === undefined ? '' : language === 'ja' ? `（${ms / 1000}秒）` : ` (${ms / 1000} s)`;
  return `${words[mode][language]}${seconds}`;
}

export interface FaultPageParts {
  readonly language: Language;
  readonly name: Text;
  /** Whether its answers carry a signature that could be left out. */
  readonly signs: boolean;
  readonly fault: Fault;
}

/** The buttons of a body, for whoever wants to see what the hub and its parties make of it. */
export function FaultPage({ language, name, signs, fault }: FaultPageParts) {
  const offered = choices.filter(({ mode }) => signs || mode !== 'unsigned');
  return (
    <>
      <h1>{name[language]}</h1>
      <p>{copy.what[language]}</p>
      <Notice
        kind={fault.mode === 'none' ? 'success' : 'warning'}
        title={`${copy.now[language]}: ${wordsOf(fault, language)}`}
      />
      <h2>{copy.choose[language]}</h2>
      <ul class="cards">
        {offered.map((choice) => (
          <li key={`${choice.mode} ${choice.ms ?? ''}`}>
            <form method="post" action="/fault">
              <input type="hidden" name="mode" value={choice.mode} />
              {choice.ms === undefined ? null : <input type="hidden" name="ms" value={choice.ms} />}
              <button
                type="submit"
                class="button-plain"
                disabled={choice.mode === fault.mode && choice.ms === fault.ms}
              >
                {wordsOf(choice, language)}
              </button>
            </form>
          </li>
        ))}
      </ul>
    </>
  );
}
