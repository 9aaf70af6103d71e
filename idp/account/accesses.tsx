import type { RecordedAccess } from '../../attribute-service/index.ts';
import { card } from '../../federation/index.ts';
import { type DateStyle, formatMoment, type Language, Records, type Text } from '../../web/index.ts';
import { purposeWords, typeNames } from './attribute-words.ts';
import { accessCopy, accountCopy, reasonCopy } from './copy.ts';
import { reportCopy } from './report-copy.ts';

export interface AccessesOptions extends DateStyle {
  readonly accesses: readonly RecordedAccess[];
  readonly next: string | undefined;
  readonly onFirstPage: boolean;
  readonly sourceNameOf: (source: string) => Text | undefined;
  /** Number of the report of an access, by the entry's id. */
  readonly reported: ReadonlyMap<string, string>;
}

/** R70: every access to the own data, and every attempt: when, who, what, why, with which outcome and on which ground. */
export function Accesses(options: AccessesOptions) {
  const { accesses, next, onFirstPage, language } = options;
  const say = (key: keyof typeof accountCopy) => accountCopy[key][language];
  const own = (['at', 'who', 'kind', 'forWhat', 'result', 'basis'] as const).map(say);
  const columns = [...own, reportCopy.column[language]];
  return (
    <section class="section" id="accesses" aria-labelledby="accesses-title">
      <h2 id="accesses-title">{say('accesses')}</h2>
      <p>{say('accessesLead')}</p>
      {accesses.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="accesses-title"
          columns={columns}
          rows={accesses.map((access) => ({ key: access.id, cells: cellsOf(access, options) }))}
        />
      )}
      {next !== undefined || !onFirstPage ? (
        <ul class="links">
          {next === undefined ? null : (
            <li>
              <a class="button button-plain" href={`/account?${new URLSearchParams({ after: next })}#accesses`}>
                {say('older')}
              </a>
            </li>
          )}
          {onFirstPage ? null : (
            <li>
              <a class="button button-plain" href="/account#accesses">
                {say('newest')}
              </a>
            </li>
          )}
        </ul>
      ) : null}
    </section>
  );
}

function cellsOf(access: RecordedAccess, options: AccessesOptions) {
  const { at, partyName, place, types, purpose } = access;
  const { language } = options;
  return [
    <time key="at" datetime={new Date(at).toISOString()}>
      {formatMoment(at, options)}
    </time>,
    place === undefined ? partyName[language] : `${partyName[language]} (${place[language]})`,
    typeNames(types, language),
    purposeWords(purpose, language),
    <Result key="result" {...{ access, options }} />,
    <Basis key="basis" {...{ access, language }} />,
    <Report key="report" {...{ access, options }} />,
  ];
}

/** The way to say that one knows nothing of it, or what became of saying so. */
function Report({ access, options }: { readonly access: RecordedAccess; readonly options: AccessesOptions }) {
  const { language, reported } = options;
  const { id, at, partyName } = access;
  const href = `/account/accesses/report?${new URLSearchParams({ entry: id })}`;
  const number = reported.get(id);
  if (number !== undefined)
    return (
      <a href={href}>
        {reportCopy.reported[language]} {number}
      </a>
    );
  const about = reportCopy.linkOf[language]
    .replace('{when}', () => formatMoment(at, options))
    .replace('{who}', () => partyName[language]);
  return (
    <a href={href} aria-label={about}>
      {reportCopy.link[language]}
    </a>
  );
}

/** A sign and words; why not, where nothing or not everything was passed on. */
function Result({ access, options }: { readonly access: RecordedAccess; readonly options: AccessesOptions }) {
  const { result, code, sources } = access;
  const { language, sourceNameOf } = options;
  const silent = sources.filter(({ state }) => state !== 'answered');
  const names = silent.map(({ id }) => sourceNameOf(id)?.[language] ?? id).join(accountCopy.separator[language]);
  const reason = code === undefined ? undefined : (reasonCopy[code] ?? reasonCopy.OTHER)?.[language];
  return (
    <>
      <p class="tight">
        <span aria-hidden="true">{result === 'released' ? '✔ ' : result === 'partial' ? '▲ ' : '✖ '}</span>
        {accessCopy[result][language]}
      </p>
      {reason ? <p class="tight">{reason}</p> : null}
      {names ? <p class="tight">{accessCopy.silent[language].replace('{names}', () => names)}</p> : null}
    </>
  );
}

function Basis({ access, language }: { readonly access: RecordedAccess; readonly language: Language }) {
  const { consent, reference, result, level } = access;
  const passedOn = result === 'released' || result === 'partial';
  return (
    <>
      {consent === undefined ? null : (
        <p class="tight">
          <a href={`/account#consent-${consent}`}>{accessCopy.consent[language]}</a>
        </p>
      )}
      {consent === undefined && passedOn ? <p class="tight">{accessCopy.presentation[language]}</p> : null}
      {passedOn && level === card ? <p class="tight">{accessCopy.withoutPin[language]}</p> : null}
      {reference === undefined ? null : (
        <p class="tight">
          {accessCopy.reference[language]} {reference}
        </p>
      )}
      {consent === undefined && reference === undefined && !passedOn ? (
        <p class="tight">{accessCopy.noBasis[language]}</p>
      ) : null}
    </>
  );
}
