import { AttributeError, checkTargetDate } from '../../attribute-service/index.ts';
import { parseDate } from '../../web/index.ts';

/** What the receptionist asks about the patient whose card is shown. */
export interface Question {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly insurerNumber?: string | undefined;
}

/** As typed; given back with the faults, so that nothing has to be typed twice. */
export interface TypedQuestion {
  readonly date: string;
  readonly insurer: string;
}

export type QuestionFault = 'date-unreadable' | 'date-out-of-range' | 'insurer-unreadable';

export type ReadQuestion =
  | { readonly question: Question }
  | { readonly faults: readonly QuestionFault[]; readonly typed: TypedQuestion };

/** R99, C-502: any day of the past five years up to today, in whatever calendar; nothing typed means today. */
export function readQuestion(form: URLSearchParams, today: string): ReadQuestion {
  const typed = { date: form.get('date')?.trim() ?? '', insurer: form.get('insurer')?.trim() ?? '' };
  const date = typed.date === '' ? today : parseDate(typed.date);
  const insurerNumber = typed.insurer.normalize('NFKC').replace(/[\s-]/g, '');
  const faults: QuestionFault[] = [];
  if (date === undefined) faults.push('date-unreadable');
  else if (!isAskable(date, today)) faults.push('date-out-of-range');
  if (insurerNumber !== '' && !/^(\d{6}|\d{8})$/.test(insurerNumber)) faults.push('insurer-unreadable');
  if (date === undefined || faults.length > 0) return { faults, typed };
  return { question: { date, ...(insurerNumber === '' ? {} : { insurerNumber }) } };
}

function isAskable(date: string, today: string): boolean {
  try {
    checkTargetDate(date, today);
    return true;
  } catch (error) {
    if (error instanceof AttributeError && error.code === 'DATE_OUT_OF_RANGE') return false;
    throw error;
  }
}
