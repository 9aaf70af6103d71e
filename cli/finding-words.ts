import type { Finding } from '../federation/index.ts';

/** Findings as lines for a terminal: what, where, and what to do. */
export function findingWords(findings: readonly Finding[]): string {
  return findings
    .map(({ severity, code, where, message, remedy, cite }) =>
      [
        `${severity.padEnd(8)}${code}  ${where}`,
        ...message.en.split('\n').map((line) => `        ${line}`),
        `        -> ${remedy.en} (${cite})`,
      ].join('\n'),
    )
    .join('\n');
}
