import type { ComponentChildren } from 'preact';
import { frameCopy } from './copy.ts';
import type { Language } from './preferences.ts';

/** Why a place for a value is empty. */
export type EmptyReason = 'not-registered' | 'not-disclosed' | 'not-applicable';

/**
 * A value as somebody else wrote it. Set apart, so that a name written from right to left, or with stray direction
 * marks in it, does not disturb the words around it (Unicode UAX 9).
 */
export function Value({ children }: { readonly children: ComponentChildren }) {
  return <bdi class="value">{children}</bdi>;
}

/** Stands where a value is missing, and says why. */
export function NoValue({ reason, language }: { readonly reason: EmptyReason; readonly language: Language }) {
  const words = {
    'not-registered': frameCopy.notRegistered,
    'not-disclosed': frameCopy.notDisclosed,
    'not-applicable': frameCopy.notApplicable,
  }[reason];
  return (
    <span class="no-value">
      <span aria-hidden="true">- </span>
      <span class="hint">{words[language]}</span>
    </span>
  );
}

export type ResultKind = 'good' | 'bad' | 'attention' | 'none' | 'unknown';

const signs: Readonly<Record<ResultKind, string>> = { good: '✔', bad: '✖', attention: '⚠', none: '∅', unknown: '?' };

/** The answer to a question in one word, seen from afar: by word, sign, colour and pattern. */
export function ResultBadge({
  kind,
  word,
  children,
}: {
  readonly kind: ResultKind;
  readonly word: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <section class={`result result-${kind}`} id="result">
      <div class="result-plate">
        <h2>
          <span class="result-sign" aria-hidden="true">
            {signs[kind]}
          </span>
          <span>{word}</span>
        </h2>
        {children}
      </div>
    </section>
  );
}
