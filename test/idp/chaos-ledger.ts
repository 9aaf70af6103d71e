/** A sign-in from the moment at which its page was shown. */
export interface SignInAttempt {
  readonly trace: string;
  readonly residentRef: string;
  /** The answer to the party was seen; the cookie leads to the session. */
  cookie?: string;
}

/** An authorization that was begun, and what became of its code. */
export interface CodeAttempt {
  readonly residentRef: string;
  /** Empty until it was seen. */
  code: string;
  /** Exchanges of the code that a hub answered, and those that broke off. */
  redeemed: number;
  refused: number;
  broken: number;
}

/** A question to a resident; each has a party of its own. */
export interface ConsentAttempt {
  readonly residentRef: string;
  readonly party: string;
  agreed: boolean;
}

/** One card that nobody gives the right PIN. */
export interface GuessedCard {
  readonly cardId: string;
  /** Tries that were said to be left, answer by answer. */
  readonly told: number[];
  /** Guesses of which the answer was not heard. */
  broken: number;
  locked: boolean;
}

/** What the client side knows: everything it began, and what of it was acknowledged. */
export function createLedger() {
  return {
    signIns: [] as SignInAttempt[],
    codes: [] as CodeAttempt[],
    consents: [] as ConsentAttempt[],
    guessed: [] as GuessedCard[],
    /** Requests that broke off because a hub died. */
    broken: 0,
    /** Codes of refusals that nobody asked for. */
    refusals: [] as string[],
  };
}

export type Ledger = ReturnType<typeof createLedger>;
