/** What a step of the card was refused with, as the hub's answer has it. */
export interface CardRefusal {
  readonly code?: string;
  readonly trace?: string;
  readonly remainingTries?: number;
}

/** For the terminal: the code, what is left of the tries, and the trace that leads to the steps. */
export function refusalWords({ code, trace, remainingTries }: CardRefusal): string {
  const tries = remainingTries === undefined ? '' : `, ${remainingTries} tries left`;
  return `${code ?? 'no reason given'}${tries} (trace ${trace ?? 'none'})`;
}
