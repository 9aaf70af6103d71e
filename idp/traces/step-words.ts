import type { Language, Text } from '../../web/index.ts';
import { guidanceFor } from './guidance.ts';
import type { FactName, TraceStep } from './step.ts';

const acts: Readonly<Record<string, Text>> = {
  start: { ja: 'カードの読み取りを始めました', en: 'The card is to be read' },
  tap: { ja: 'カードが置かれました', en: 'A card was placed' },
  prove: { ja: '本物のカードと確かめました', en: 'The card is genuine' },
  finish: { ja: '暗証番号が合いました', en: 'The PIN is right' },
  'passkey-start': { ja: 'パスキーの確認を始めました', en: 'The passkey is asked for' },
  'passkey-finish': { ja: 'パスキーが合いました', en: 'The passkey is right' },
  'passkey-bind': { ja: 'パスキーが登録されました', en: 'A passkey was set up' },
  present: { ja: 'カードを確かめました（暗証番号なし）', en: 'The card is right (no PIN asked)' },
};

const reasons: Readonly<Record<string, Text>> = {
  'no session': { ja: 'ログイン中ではないため', en: 'nobody is signed in' },
  'fresh sign-in demanded': { ja: 'サービスが改めてのログインを求めたため', en: 'the service demands a fresh sign-in' },
  'session too old': { ja: '前のログインから時間がたったため', en: 'the last sign-in is too long ago' },
  'level too low': { ja: '今のログインでは強さが足りないため', en: 'the level of the session is too low' },
  'session is enough': { ja: '今のログインで足りるため', en: 'the session is enough' },
  'level not reachable': { ja: '求められた強さに応じられないため', en: 'the level asked for cannot be reached' },
};

const nexts: Readonly<Record<string, Text>> = {
  card: { ja: 'カードを求めます', en: 'The card is asked for' },
  key: { ja: 'カードのほかにパスキーを求めます', en: 'A passkey beside the card is asked for' },
  passkey: { ja: 'パスキーを求めます', en: 'A passkey is asked for' },
  respond: { ja: '答えを返します', en: 'An answer is given' },
  refuse: { ja: '断ります', en: 'It is refused' },
};

const protocols: Readonly<Record<string, Text>> = {
  saml: { ja: 'サービスからの要求が届きました（SAML）', en: 'A service’s request came (SAML)' },
  oidc: { ja: 'サービスからの要求が届きました（OpenID Connect）', en: 'A service’s request came (OpenID Connect)' },
  'id-wsf': { ja: 'サービスからデータの問い合わせが届きました', en: 'A service asked for data' },
  hub: { ja: 'センターの画面が開かれました', en: 'A page of the hub was opened' },
  http: { ja: '要求が届きました', en: 'A request came' },
};

const tolds: Readonly<Record<string, Text>> = {
  page: { ja: '画面でお知らせしました', en: 'told on a page' },
  program: { ja: '相手のプログラムに知らせました', en: 'told to the program that asked' },
  party: { ja: 'サービスに知らせました', en: 'told to the service' },
};

const single = (value: TraceStep['facts'][FactName]) => (typeof value === 'string' ? value : '');
const listOf = (value: TraceStep['facts'][FactName], language: Language) =>
  (Array.isArray(value) ? value : value === undefined ? [] : [String(value)]).join(language === 'ja' ? '、' : ', ');
const wordIn = (words: Readonly<Record<string, Text>>, key: string, language: Language) =>
  Object.hasOwn(words, key) ? (words[key]?.[language] ?? key) : key;

/** One line for somebody who knows no protocol. */
export function stepLine({ kind, facts }: TraceStep, language: Language): string {
  const japanese = language === 'ja';
  switch (kind) {
    case 'request':
      return wordIn(protocols, single(facts.protocol), language);
    case 'decision':
      return decisionLine(facts, language);
    case 'prompt':
      if (facts.act === 'passkey')
        return japanese ? 'パスキーの画面を出しました' : 'The page that asks for the passkey was shown';
      return japanese ? 'カードの画面を出しました' : 'The page that asks for the card was shown';
    case 'card':
      return wordIn(acts, single(facts.act), language);
    case 'release': {
      const [released, withheld] = [listOf(facts.released, language), listOf(facts.withheld, language)];
      const kept = withheld === '' ? '' : japanese ? `／渡さないもの：${withheld}` : `; withheld: ${withheld}`;
      return `${japanese ? '渡すもの：' : 'Released: '}${released || '-'}${kept}`;
    }
    case 'answer':
      return answerLine(facts, language);
    case 'refused': {
      const [code, told] = [single(facts.code), wordIn(tolds, single(facts.told), language)];
      const what = guidanceFor(code).what[language].replace(/[。.]$/, '');
      return japanese ? `断りました：${what}（${code}、${told}）` : `Refused: ${what} (${code}, ${told})`;
    }
  }
}

function decisionLine({ next, why }: TraceStep['facts'], language: Language): string {
  const passive = single(why).startsWith('passive: ');
  const reason = wordIn(reasons, single(why).replace('passive: ', ''), language);
  const what = wordIn(nexts, single(next), language);
  if (language === 'ja') return `判断：${reason}、${passive ? '（画面を出さない指定）' : ''}${what}`;
  return `Decision: ${what}, because ${reason}${passive ? ' and no page may be shown' : ''}`;
}

function answerLine({ error, to }: TraceStep['facts'], language: Language): string {
  const japanese = language === 'ja';
  if (error !== undefined)
    return japanese
      ? `サービスに断りを返しました（${single(error)}）`
      : `The refusal went to the service (${single(error)})`;
  if (to === undefined) return japanese ? 'センターの画面に戻りました' : 'Back to the page of the hub';
  return japanese ? 'サービスに答えを返しました' : 'The answer went to the service';
}
