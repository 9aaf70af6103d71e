/** Health insurance coverage as insurers hold it; names after Japan's eligibility interface (資格確認). */

/** One coverage of one person. Values stay exactly as the insurer gave them; an absent value is absent, never ''. */
export interface Coverage {
  /** 保険者番号, 6 or 8 digits. */
  readonly insurerNumber: string;
  readonly insurerName: string;
  readonly insurerAddress?: string | undefined;
  /** 記号 (free text, may be absent), 番号, 枝番. */
  readonly symbol?: string | undefined;
  readonly number: string;
  readonly branch?: string | undefined;
  /** 1 本人 (insured), 2 家族 (dependant). */
  readonly relation: 1 | 2;
  /** Name of the insured person where this one is a dependant. */
  readonly insuredName?: string | undefined;
  /** 01 to 07, InsuredCardClassification. */
  readonly certificateClass: string;
  readonly name: string;
  readonly nameKana?: string | undefined;
  /** 1 male, 2 female, 3 not given. */
  readonly sex: 1 | 2 | 3;
  /** YYYY-MM-DD, as all dates here. */
  readonly birthDate: string;
  readonly postNumber?: string | undefined;
  readonly address?: string | undefined;
  readonly qualifiedOn: string;
  /** The first day without this coverage. */
  readonly disqualifiedOn?: string | undefined;
  /** 01 death, 02 public assistance, 03 other insurance, 99 other. */
  readonly lossReason?: string | undefined;
  readonly validFrom?: string | undefined;
  readonly validTo?: string | undefined;
  /** 010, 020 or 030: the share of costs in per cent. */
  readonly copay?: string | undefined;
  readonly preschool?: boolean | undefined;
  /** The insurer has it as valid and has not entered it in the national register yet: the result is 6 instead of 1. */
  readonly registrationPending?: boolean | undefined;
  readonly employerName?: string | undefined;
  readonly employerAddress?: string | undefined;
  /** Fields whose value exists and is withheld, with the reason shown beside "-". */
  readonly withheld?: Readonly<Record<string, 'not-disclosed' | 'not-applicable'>> | undefined;
}

/** How one body answered this time. */
export interface SourceState {
  /** Registration id of the body. */
  readonly id: string;
  readonly name: { readonly ja: string; readonly en: string };
  /**
   * answered; silent: no answer in time or no connection; garbled: an answer that cannot be relied on (malformed,
   * unsigned, or about another person); refused: the body declined.
   */
  readonly state: 'answered' | 'silent' | 'garbled' | 'refused';
  /** ms since 1970, when the body says its data is of. */
  readonly asOf?: number | undefined;
}

/** Everything that the bodies said about one person's coverage; a silent body never hides what another one said. */
export interface CoverageAnswer {
  readonly coverages: readonly (Coverage & { readonly source: string })[];
  readonly sources: readonly SourceState[];
}

/** QualificationValidity of the eligibility interface; unconfirmed: a body did not answer, so nothing can be said. */
export type Validity = '1' | '2' | '3' | '4' | '5' | '6' | 'unconfirmed';

/** The answer at a clinic's counter for one day. */
export interface EligibilityAnswer {
  readonly validity: Validity;
  /** YYYY-MM-DD, the day that was asked about. */
  readonly date: string;
  /** ms since 1970 when it was worked out. */
  readonly executedAt: number;
  /** Evidence number of this answer, for a later dispute; the access log has it too. */
  readonly reference: string;
  /** The coverages valid on that day (two or more under 5; under 2 and 3 the one that ended last). */
  readonly coverages: readonly (Coverage & { readonly source: string })[];
  readonly sources: readonly SourceState[];
}
