import type { Coverage } from '../coverage.ts';

/** What a body is asked: about one person, under the pseudonym that this body alone knows. */
export interface SourceRequest {
  readonly type: 'coverage';
  readonly subject: string;
  readonly purpose: string;
  /** Id of this request, for the body's own log; tells nothing about the person. */
  readonly requestId: string;
  /** Ends the attempt: the deadline of this source. */
  readonly signal: AbortSignal;
}

export interface SourceAnswer {
  /** The pseudonym that the body says it answered about. */
  readonly subject: string;
  /** ms since 1970. */
  readonly asOf: number;
  readonly coverages: readonly Coverage[];
}

/**
 * One body that holds data, whatever it speaks. `fetch` resolves to a checked answer or throws AttributeError
 * SOURCE_SILENT, SOURCE_GARBLED or SOURCE_REFUSED; a person the body does not know is an answer without coverages.
 */
export interface Source {
  /** Registration id, also the party of the pseudonymous link. */
  readonly id: string;
  readonly name: { readonly ja: string; readonly en: string };
  /** ms that it is waited for; otherwise what the broker waits for any. */
  readonly deadlineMs?: number | undefined;
  readonly fetch: (request: SourceRequest) => Promise<SourceAnswer>;
}
