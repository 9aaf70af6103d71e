import { eveOf, monthFirst } from './days.ts';
import type { InsurerId } from './insurers.ts';

/** One stay of one resident with one insurer: what is fixed by the case that the resident is in the set for. */
export interface Stay {
  readonly insurer: InsurerId;
  /** A day, or how one is drawn: working life since some April, national insurance since some year, a long time ago. */
  readonly from: string;
  /** The first day without this coverage. */
  readonly to?: string;
  readonly reason?: '01' | '02' | '03' | '99';
  readonly validTo?: string;
  /** Whose number it is: a resident of the set, or a made-up name outside it. Absent: the resident's own. */
  readonly dependantOf?: string;
  /** Several insured under one household number, each with a branch of their own. */
  readonly household?: string;
  readonly branch?: string;
  readonly certificate?: { readonly symbol: string; readonly number: string; readonly branch?: string };
  /** The certificate shows no day of coming into force. */
  readonly withoutValidFrom?: true;
  readonly employer?: string;
}

const outsider = (name: string) => `${name}（架空）`;

/** Days that lie relative to the base date; with 2026-10-01 they are those of the trial's story. */
function eventsBefore(base: string) {
  const first = monthFirst(base, 0);
  return {
    /** Moved out on the last day of the month before. */
    movedOut: first,
    threeMonths: monthFirst(first, -3),
    midMonth: monthFirst(first, -1).replace(/01$/, '16'),
    afterDeath: monthFirst(first, -2).replace(/01$/, '13'),
  };
}

/** Who is insured where. P033 lives on public assistance and P036 is an application only, so neither is here. */
export function coveragePlan(base: string): Readonly<Record<string, readonly Stay[]>> {
  const { movedOut, threeMonths, midMonth, afterDeath } = eventsBefore(base);
  const nhi: Stay = { insurer: 'nhi', from: 'nhi' };
  const kyokai: Stay = { insurer: 'kyokai', from: 'work' };
  const mutual: Stay = { insurer: 'mutual', from: 'work' };
  return {
    P001: [
      {
        insurer: 'kyokai',
        from: '2007-01-01',
        certificate: { symbol: '14422412', number: '00051', branch: '00' },
        employer: '瀬戸内バス',
      },
    ],
    // A record of 2010 as it was written then: without branch number.
    P002: [
      {
        insurer: 'nhi',
        from: '2010-02-22',
        certificate: { symbol: '香川1', number: '3000999' },
        withoutValidFrom: true,
      },
    ],
    P003: [nhi],
    P004: [{ ...kyokai, from: '2009-04-01' }],
    P005: [{ insurer: 'kyokai', from: '2012-06-03', dependantOf: 'P004', branch: '01' }],
    P006: [{ insurer: 'kyokai', from: '2018-05-05', dependantOf: 'P004', branch: '02' }],
    P007: [{ insurer: 'kyokai', from: '2018-05-05', dependantOf: 'P004', branch: '03' }],
    P008: [nhi],
    P009: [{ insurer: 'society', from: 'work', employer: '瀬戸内製作所' }],
    P010: [nhi],
    P011: [{ ...nhi, to: movedOut, reason: '99' }],
    P012: [nhi, { ...kyokai, from: threeMonths }],
    P013: [{ ...kyokai, to: threeMonths, reason: '99' }],
    P014: [
      { ...kyokai, to: midMonth, reason: '99' },
      { ...nhi, from: midMonth },
    ],
    P015: [nhi],
    P016: [{ ...mutual, employer: '県立玉藻高等学校' }],
    P017: [{ insurer: 'kyokai', from: '2011-04-10', dependantOf: 'P018', branch: '01' }],
    P018: [{ ...kyokai, from: '2003-04-01' }],
    ...elders(afterDeath),
    P020: [{ insurer: 'association', from: 'work', employer: '讃岐うどん本舗' }],
    P022: [nhi],
    P023: [nhi],
    P025: [{ ...nhi, from: '1999-04-01', household: 'P026', branch: '02' }],
    P026: [{ ...nhi, from: '1999-04-01' }],
    P029: [{ ...nhi, from: '2026-09-20' }],
    // Cousins: two families, two insurers.
    P030: [{ insurer: 'kyokai', from: '2020-04-01', dependantOf: outsider('片原 樹'), branch: '01' }],
    P031: [
      {
        insurer: 'mutual',
        from: '2020-04-02',
        dependantOf: outsider('片原 岳'),
        branch: '01',
        employer: '県立玉藻高等学校',
      },
    ],
    P032: [
      { insurer: 'nhi', from: '2001-04-01', to: '2006-04-01', reason: '03' },
      { insurer: 'mutual', from: '2006-04-01', employer: 'みなと総合病院' },
    ],
    P034: [kyokai],
    P035: [nhi],
    P037: [nhi],
    P038: [kyokai],
    P039: [{ insurer: 'kyokai', from: '2003-11-11', dependantOf: outsider('𠮷田 守'), branch: '01' }],
    P040: [{ ...mutual, employer: '東讃広域事務組合' }],
  };
}

/** Seventy-five and over: the elder scheme begins on the birthday; a spouse who depended on it has to go elsewhere that day. */
function elders(afterDeath: string): Readonly<Record<string, readonly Stay[]>> {
  const movesAt = (day: string): readonly Stay[] => [
    { insurer: 'nhi', from: 'long', to: day, reason: '03' },
    { insurer: 'elder', from: day },
  ];
  const [p024nhi, p024elder] = movesAt('2025-06-15');
  const birthday75 = '2026-11-20';
  const untilBirthday = { to: birthday75, validTo: eveOf(birthday75) } as const;
  return {
    P019: movesAt('2014-01-30'),
    P021: movesAt('2023-12-24'),
    P024: [
      ...(p024nhi ? [p024nhi] : []),
      ...(p024elder ? [{ ...p024elder, to: afterDeath, reason: '01' as const }] : []),
    ],
    P027: [
      { insurer: 'kyokai', from: '1996-04-01', ...untilBirthday, reason: '03' },
      { insurer: 'elder', from: birthday75 },
    ],
    P028: [
      { insurer: 'kyokai', from: '1996-04-01', ...untilBirthday, reason: '99', dependantOf: 'P027', branch: '01' },
      { insurer: 'nhi', from: birthday75 },
    ],
  };
}
