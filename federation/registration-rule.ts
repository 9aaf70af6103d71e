/** error: it cannot be registered. warning: it works, and somebody should change it. note: good to know. */
export type Severity = 'error' | 'warning' | 'note';

export interface Rule {
  readonly severity: Severity;
  readonly cite: string;
  /** What was found, and what to do about it. */
  readonly ja: readonly [message: string, remedy: string];
  readonly en: readonly [message: string, remedy: string];
}
