import type { CodeBatch } from '../../card-auth/index.ts';
import { Breadcrumb, type DateStyle, formatMoment, LinesField, Records } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { batchStates, printCopy } from './print-copy.ts';
import { taskCopy } from './task-copy.ts';

const home = '/admin/office/code-batches';

export interface CodeBatchListOptions {
  readonly batches: readonly CodeBatch[];
  /** Deliveries with cards that are in no batch yet, by the instant of their import. */
  readonly imports: readonly { readonly at: number; readonly cards: number }[];
  readonly mayAsk: boolean;
  readonly typed: { readonly numbers: string; readonly wrong?: number };
  readonly nameOf: (administrator: string) => string;
  readonly csrf: string;
}

type Parts = CodeBatchListOptions & DateStyle;

/** What is under way, and what can be asked for. */
export function CodeBatchList(options: Parts) {
  const { batches, mayAsk, language } = options;
  return (
    <>
      <Breadcrumb
        trail={[
          { name: adminCopy.title[language], href: '/admin' },
          { name: taskCopy.title[language], href: '/admin/office/tasks' },
        ]}
        current={printCopy.batches[language]}
        language={language}
      />
      <h1>{printCopy.batches[language]}</h1>
      <p>{printCopy.batchesLead[language]}</p>
      <section class="section">
        <h2 id="batches-title">{printCopy.open[language]}</h2>
        {batches.length === 0 ? <p>{taskCopy.none[language]}</p> : <Batches {...options} />}
      </section>
      {mayAsk ? <Imports {...options} /> : null}
      {mayAsk ? <ByNumber {...options} /> : null}
    </>
  );
}

function Batches({ batches, nameOf, ...style }: Parts) {
  const { language } = style;
  return (
    <Records
      label="batches-title"
      columns={[
        printCopy.askedAt[language],
        printCopy.cards[language],
        taskCopy.state[language],
        taskCopy.by[language],
      ]}
      rows={batches.map(({ id, openedAt, cards, state, openedBy }) => ({
        key: id,
        cells: [
          <a key="at" href={`${home}/${id}`}>
            {formatMoment(openedAt, style)}
          </a>,
          String(cards.length),
          batchStates[state][language],
          nameOf(openedBy),
        ],
      }))}
    />
  );
}

function Imports({ imports, csrf, ...style }: Parts) {
  const { language } = style;
  return (
    <section class="section">
      <h2 id="imports-title">{printCopy.imports[language]}</h2>
      {imports.length === 0 ? (
        <p>{taskCopy.none[language]}</p>
      ) : (
        <Records
          label="imports-title"
          columns={[printCopy.importOf[language], printCopy.waiting[language], printCopy.ask[language]]}
          rows={imports.map(({ at, cards }) => ({
            key: String(at),
            cells: [
              formatMoment(at, style),
              String(cards),
              <form key="ask" method="post" action={home}>
                <input type="hidden" name="csrf" value={csrf} />
                <input type="hidden" name="import" value={String(at)} />
                <button type="submit" aria-label={`${printCopy.askImport[language]}: ${formatMoment(at, style)}`}>
                  {printCopy.askImport[language]}
                </button>
              </form>,
            ],
          }))}
        />
      )}
    </section>
  );
}

function ByNumber({ typed, csrf, language }: Parts) {
  const wrong = printCopy.lineWrong[language].replace('{n}', String(typed.wrong ?? ''));
  return (
    <section class="section">
      <h2>{printCopy.byNumber[language]}</h2>
      <form method="post" action={home}>
        <input type="hidden" name="csrf" value={csrf} />
        <LinesField
          name="numbers"
          label={printCopy.numbers[language]}
          hint={printCopy.numbersHint[language]}
          value={typed.numbers}
          error={typed.wrong === undefined ? undefined : wrong}
          required
          rows={6}
          language={language}
        />
        <button type="submit">{printCopy.askNumbers[language]}</button>
      </form>
    </section>
  );
}
