import { HubError } from '../lib/errors.ts';
import type { Severity } from './registration-rule.ts';
import { rules } from './registration-rules.ts';

export interface Words {
  readonly ja: string;
  readonly en: string;
}

export type { Severity };

export type FindingCode = keyof typeof rules;

/** One thing that is wrong or worth knowing in a registration, for the person who has to put it right. */
export interface Finding {
  /** One of the linter's own, or the code of the refusal where a parser does not take the document. */
  readonly code: string;
  readonly severity: Severity;
  /** Element or member, as a path: `AssertionConsumerService[0]/@Location`, `redirect_uris[1]`. */
  readonly where: string;
  readonly message: Words;
  readonly remedy: Words;
  /** Document and section. */
  readonly cite: string;
}

export interface FindingOptions {
  /** Taken into the message; shortened, and without characters that could change how the message reads. */
  readonly value?: string | number | undefined;
  /** Where it depends on the case. */
  readonly severity?: Severity | undefined;
  readonly cite?: string | undefined;
}

export function finding(code: FindingCode, where: string, options: FindingOptions = {}): Finding {
  const { severity, cite, ja, en } = rules[code];
  const filled = (text: string) => text.replaceAll('{value}', () => legible(String(options.value ?? '')));
  return {
    code,
    severity: options.severity ?? severity,
    where: legible(where),
    message: { ja: filled(ja[0]), en: filled(en[0]) },
    remedy: { ja: filled(ja[1]), en: filled(en[1]) },
    cite: options.cite ?? cite,
  };
}

/** What the parsers of documents refuse, in Japanese; their own words are English, for the log. */
const reasons: Readonly<Record<string, string>> = {
  MESSAGE_TOO_LARGE: '文書が大きすぎます（1 MBまで）。',
  OCTETS_NOT_UTF8: '文字コードが UTF-8 ではないか、使えない文字が入っています。',
  MARKUP_FORBIDDEN: 'DOCTYPE、コメント、CDATA、処理命令は使えません。',
  XML_MALFORMED: 'XML として正しくありません。タグの閉じ忘れなどがあります。',
  XML_TOO_COMPLEX: '要素や属性が多すぎるか、入れ子が深すぎます。',
  ID_REPEATED: '同じ ID が二度使われています。',
};

/** What a parser refused, in its own words, and in Japanese where they have a code of their own. */
export function refusalFinding(
  { code, message, cause }: Pick<HubError, 'code' | 'message' | 'cause'>,
  where: string,
): Finding {
  const { cite, ja, en } = rules.NOT_READABLE;
  const reason = message.split('\n').map(legible).slice(0, 20).join('\n');
  const known = reasons[cause instanceof HubError ? cause.code : code];
  return {
    code,
    severity: 'error',
    where,
    message: { ja: [ja[0], known, reason].filter(Boolean).join('\n'), en: `${en[0]}\n${reason}` },
    remedy: { ja: ja[1], en: en[1] },
    cite,
  };
}

const valueMax = 160;
/** Control and format characters, among them those that turn the direction of writing. */
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** Shortened, and without characters that could change how a line reads. */
export function legible(text: string): string {
  const short = text.length > valueMax ? `${text.slice(0, valueMax)}…` : text;
  return short.replaceAll(
    invisible,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`,
  );
}

const perCode = 10;
const order: readonly Severity[] = ['error', 'warning', 'note'];

/** Errors first; of each code as many as anybody reads, so that a hostile document cannot flood the page. */
export function sortedFindings(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, number>();
  const kept = findings.filter(({ code }) => {
    const count = (seen.get(code) ?? 0) + 1;
    seen.set(code, count);
    return count <= perCode;
  });
  return kept.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}
