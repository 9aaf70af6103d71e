import type { ComponentChildren } from 'preact';
import type { Language } from '../../web/index.ts';
import { stationCopy } from './station-copy.ts';

export interface StationProgramOptions {
  /** By which the program of the page finds it. */
  readonly id: string;
  /** Where its steps are posted. */
  readonly base: string;
  readonly csrf: string;
  /** Thumbprints of enrolled stations. */
  readonly stations: readonly string[];
  readonly softwareReader: string | undefined;
  /** Words that the program says while it runs; `ready` stands there at first. */
  readonly copy: Readonly<Record<string, string>>;
  /** What it is about, as data attributes. */
  readonly subject: Readonly<Record<`data-${string}`, string | number>>;
  /** On the button. */
  readonly start: string;
  readonly above?: ComponentChildren;
  readonly language: Language;
  readonly children?: ComponentChildren;
}

/** Where a page of an issuing station works on a card: what went wrong, how far it is, and the button. */
export function StationProgram(options: StationProgramOptions) {
  const { id, base, csrf, stations, softwareReader, copy, subject, start, above, language, children } = options;
  return (
    <div
      id={id}
      data-base={base}
      data-csrf={csrf}
      data-stations={JSON.stringify(stations)}
      data-copy={JSON.stringify(copy)}
      {...subject}
      {...(softwareReader ? { 'data-reader': softwareReader } : {})}
    >
      {above}
      <div id="problem" role="alert" tabindex={-1} />
      <div class="panel">
        <p id="status" class="status" role="status">
          {copy.ready}
        </p>
        <button id="start" type="button">
          {start}
        </button>
        {children}
      </div>
      <noscript>
        <p>{stationCopy.noScript[language]}</p>
      </noscript>
    </div>
  );
}
