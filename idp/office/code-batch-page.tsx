import type { CardStatus, CodeBatch } from '../../card-auth/index.ts';
import { Breadcrumb, type DateStyle, Facts, formatMoment, Records, Value } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { statusCopy } from '../card/copy.ts';
import type { unprintableIn } from './letter-sheet.ts';
import { batchStates, printCopy, unprintableWords } from './print-copy.ts';
import { taskCopy } from './task-copy.ts';

const home = '/admin/office/code-batches';

export interface CodeBatchPageOptions {
  readonly batch: CodeBatch;
  readonly cards: readonly {
    readonly id: string;
    readonly number: string;
    readonly status: CardStatus;
    readonly person: string;
    /** Why the letter cannot be PDF. */
    readonly fault: ReturnType<typeof unprintableIn>;
  }[];
  readonly mayDecide: boolean;
  readonly mayPrint: boolean;
  readonly mayAsk: boolean;
  readonly nameOf: (administrator: string) => string;
  readonly csrf: string;
}

type Parts = CodeBatchPageOptions & DateStyle;

/** One batch: whose cards, who asked and agreed, and what this officer may do with it. Never a code. */
export function CodeBatchPage(options: Parts) {
  const { batch, cards, mayDecide, mayPrint, mayAsk, language } = options;
  const { state } = batch;
  const left = cards.filter(({ fault, status }) => fault && status === 'issued');
  return (
    <>
      <Breadcrumb
        trail={[
          { name: adminCopy.title[language], href: '/admin' },
          { name: printCopy.batches[language], href: home },
        ]}
        current={printCopy.batch[language]}
        language={language}
      />
      <h1>{printCopy.batch[language]}</h1>
      <Facts facts={factsOf(options)} />
      {state === 'open' && mayDecide ? <Decide {...options} /> : null}
      {state === 'agreed' && mayPrint ? <Print {...options} /> : null}
      {state === 'agreed' && mayPrint && left.length > 0 ? <LeftOut {...options} left={left} /> : null}
      {(state === 'agreed' || state === 'posted') && mayAsk ? <Again {...options} /> : null}
      <section class="section">
        <h2 id="cards-title">{taskCopy.card[language]}</h2>
        <Records
          label="cards-title"
          columns={(['number', 'person', 'state'] as const).map((key) => taskCopy[key][language])}
          rows={cards.map(({ id, number, person, status }) => ({
            key: id,
            cells: [number, <Value key="person">{person}</Value>, statusCopy[status][language]],
          }))}
        />
      </section>
    </>
  );
}

function factsOf({ batch, nameOf, ...style }: Parts) {
  const { language } = style;
  const { cards, state, openedBy, openedAt, decidedBy, runs } = batch;
  return [
    [printCopy.cards[language], String(cards.length)],
    [taskCopy.state[language], batchStates[state][language]],
    [taskCopy.by[language], nameOf(openedBy)],
    [printCopy.askedAt[language], formatMoment(openedAt, style)],
    ...(decidedBy ? [[printCopy.decidedBy[language], nameOf(decidedBy)] as const] : []),
    [printCopy.runs[language], String(runs)],
  ] as const;
}

function Decide({ batch, csrf, language }: Parts) {
  return (
    <section class="section">
      <h2>{taskCopy.decide[language]}</h2>
      <p>{printCopy.decideText[language].replace('{n}', String(batch.cards.length))}</p>
      <form method="post" action={`${home}/${batch.id}/decide`}>
        <input type="hidden" name="csrf" value={csrf} />
        <div class="actions">
          <button type="submit" name="outcome" value="approve">
            {taskCopy.approve[language]}
          </button>
          <button type="submit" name="outcome" value="decline" class="button-plain">
            {taskCopy.decline[language]}
          </button>
        </div>
      </form>
    </section>
  );
}

function Print({ batch, csrf, language }: Parts) {
  const at = `${home}/${batch.id}`;
  return (
    <section class="section">
      <h2>{printCopy.print[language]}</h2>
      <p>{printCopy.printText[language]}</p>
      <div class="actions">
        <form method="post" action={`${at}/print`}>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit">{printCopy.print[language]}</button>
        </form>
        {batch.runs > 0 ? (
          <form method="post" action={`${at}/posted`}>
            <input type="hidden" name="csrf" value={csrf} />
            <button type="submit" class="button-plain">
              {printCopy.posted[language]}
            </button>
          </form>
        ) : null}
      </div>
    </section>
  );
}

function LeftOut({ batch, left, csrf, language }: Parts & { readonly left: CodeBatchPageOptions['cards'] }) {
  return (
    <section class="section">
      <h2 id="left-title">{printCopy.leftOut[language]}</h2>
      <p>{printCopy.leftOutText[language]}</p>
      <Records
        label="left-title"
        columns={[taskCopy.number[language], taskCopy.reason[language], taskCopy.letter[language]]}
        rows={left.map(({ id, number, fault }) => ({
          key: id,
          cells: [
            number,
            fault ? unprintableWords(printCopy[fault.part][language], fault.at, language) : '',
            <form key="letter" method="post" action={`${home}/${batch.id}/letter`}>
              <input type="hidden" name="csrf" value={csrf} />
              <input type="hidden" name="card" value={id} />
              <button type="submit" aria-label={`${printCopy.oneLetter[language]}: ${number}`}>
                {printCopy.oneLetter[language]}
              </button>
            </form>,
          ],
        }))}
      />
    </section>
  );
}

function Again({ batch, csrf, language }: Parts) {
  return (
    <section class="section">
      <h2>{printCopy.askAgain[language]}</h2>
      <p>{printCopy.askAgainText[language]}</p>
      <form method="post" action={`${home}/${batch.id}/again`}>
        <input type="hidden" name="csrf" value={csrf} />
        <button type="submit" class="button-plain">
          {printCopy.askAgain[language]}
        </button>
      </form>
    </section>
  );
}
