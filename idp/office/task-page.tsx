import type { CardRecord, CardTask } from '../../card-auth/index.ts';
import { Breadcrumb, type DateStyle, formatDay, formatMoment, Records, Value } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import type { unprintableOn } from './face.ts';
import { makePath } from './make-path.ts';
import { printCopy, unprintableWords } from './print-copy.ts';
import { actNames } from './support-copy.ts';
import { reasonNames, taskCopy, toDo } from './task-copy.ts';
import { type ShownChange, ToldChanges } from './told-changes.tsx';

/** A task with what a page says of it. */
export interface ShownTask {
  readonly task: CardTask;
  readonly person: string;
  readonly number: string;
  readonly openedBy: string | undefined;
  /** Whether this officer may decide, or make the card. */
  readonly may: boolean;
}

export interface TaskListOptions {
  readonly open: readonly ShownTask[];
  readonly toMake: readonly ShownTask[];
  readonly toHandOver: readonly {
    readonly card: CardRecord;
    readonly person: string;
    /** Why its face cannot be PDF. */
    readonly fault: ReturnType<typeof unprintableOn>;
  }[];
  /** Batches of codes that wait for a second person. */
  readonly batches: number;
  /** Changes that holders told; undefined for whoever does not deal with them. */
  readonly told: readonly ShownChange[] | undefined;
  readonly station: boolean;
  readonly csrf: string;
  readonly at: number;
}

type Parts = TaskListOptions & DateStyle;

/** A2: everything that waits: for a second person, for a card, for its holder. */
export function TaskList(options: Parts) {
  const { open, toMake, station, language } = options;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  return (
    <>
      <Breadcrumb
        trail={[{ name: adminCopy.title[language], href: '/admin' }]}
        current={say('title')}
        language={language}
      />
      <h1>{say('title')}</h1>
      <p>{say('lead')}</p>
      <section class="section">
        <h2 id="open-title">{say('open')}</h2>
        <Tasks {...options} label="open-title" tasks={open} last={(shown) => <Decide {...options} shown={shown} />} />
        {options.batches > 0 ? (
          <p>
            <a href="/admin/office/code-batches">
              {printCopy.batchesOpen[language].replace('{n}', String(options.batches))}
            </a>
          </p>
        ) : null}
      </section>
      <section class="section">
        <h2 id="make-title">{say('toMake')}</h2>
        <p>{say('makeText')}</p>
        <Tasks {...options} label="make-title" tasks={toMake} last={(shown) => <Make {...options} shown={shown} />} />
        {station && toMake.filter(({ may }) => may).length > 1 ? (
          <form method="post" action="/admin/office/tasks/make-all">
            <input type="hidden" name="csrf" value={options.csrf} />
            <button type="submit" class="button-plain">
              {say('makeAll')}
            </button>
          </form>
        ) : null}
      </section>
      <HandOvers {...options} />
      {options.told ? <ToldChanges {...options} told={options.told} /> : null}
    </>
  );
}

function Tasks({
  label,
  tasks,
  last,
  ...style
}: DateStyle & {
  readonly label: string;
  readonly tasks: readonly ShownTask[];
  readonly last: (shown: ShownTask) => ReturnType<typeof Decide>;
}) {
  const { language } = style;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  if (tasks.length === 0) return <p>{say('none')}</p>;
  return (
    <Records
      label={label}
      columns={(['act', 'person', 'reason', 'by', 'due', 'decide'] as const).map(say)}
      rows={tasks.map((shown) => ({ key: shown.task.id, cells: [...cellsOf(shown, style), last(shown)] }))}
    />
  );
}

function cellsOf({ task, person, number, openedBy }: ShownTask, style: DateStyle) {
  const { language } = style;
  return [
    <span key="act">
      <strong>{actNames[task.act][language]}</strong>
      <br />
      <span class="hint">{toDo[task.act][language]}</span>
    </span>,
    <span key="person">
      <Value>{person}</Value>
      {number ? (
        <>
          <br />
          <span class="hint">{number.replace(/^(\d{4})(\d{4})/, '$1 $2 ')}</span>
        </>
      ) : null}
    </span>,
    reasonNames[task.reason][language],
    openedBy ?? taskCopy[task.openedBy.startsWith('system:') ? 'system' : 'register'][language],
    <span key="due">
      {formatDay(task.dueAt, style)}
      {task.bySystem ? (
        <>
          <br />
          <span class="hint">{taskCopy.bySystem[language]}</span>
        </>
      ) : null}
    </span>,
  ];
}

function Decide({ shown, csrf, at, language }: Parts & { readonly shown: ShownTask }) {
  const { task, may, person } = shown;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  if (!may) return <span>{say('own')}</span>;
  const named = (word: 'approve' | 'decline') => `${say(word)}: ${actNames[task.act][language]} ${person}`;
  return (
    <form method="post" action="/admin/office/tasks/decide" class="actions">
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="task" value={task.id} />
      {task.dueAt <= at ? (
        <button type="submit" name="outcome" value="approve" aria-label={named('approve')}>
          {say('approve')}
        </button>
      ) : null}
      <button type="submit" name="outcome" value="decline" class="button-plain" aria-label={named('decline')}>
        {say('decline')}
      </button>
    </form>
  );
}

function Make({ shown, station, csrf, language }: Parts & { readonly shown: ShownTask }) {
  const { task, may, person } = shown;
  if (!may) return <span>–</span>;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  return (
    <div class="actions">
      <a class="button" href={makePath(task.id)} aria-label={`${say('makeHere')}: ${person}`}>
        {say('makeHere')}
      </a>
      {station ? (
        <form method="post" action="/admin/office/tasks/make">
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="task" value={task.id} />
          <button type="submit" class="button-plain" aria-label={`${say('make')}: ${person}`}>
            {say('make')}
          </button>
        </form>
      ) : null}
    </div>
  );
}

function HandOvers({ toHandOver, ...style }: Parts) {
  const { language } = style;
  const printable = toHandOver.filter(({ fault }) => !fault).length;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  return (
    <section class="section">
      <h2 id="hand-over-title">{say('toHandOver')}</h2>
      {toHandOver.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="hand-over-title"
          columns={(['number', 'person', 'issued'] as const).map(say)}
          rows={toHandOver.map(({ card, person, fault }) => ({
            key: card.id,
            cells: [
              <span key="number">
                <a href={`/admin/office/cards/${card.id}`}>{card.number}</a>
                {fault ? (
                  <>
                    <br />
                    <span class="hint">⚠ {unprintableWords(fault.label, fault.at, language)}</span>
                  </>
                ) : null}
              </span>,
              <Value key="person">{person}</Value>,
              formatMoment(card.issuedAt, style),
            ],
          }))}
        />
      )}
      {printable > 0 ? (
        <div class="actions">
          <a class="button button-plain" href="/admin/office/faces.pdf">
            {printCopy.facesPdf[language].replace('{n}', String(printable))}
          </a>
          <a class="button button-plain" href="/admin/office/faces">
            {say('faces')}
          </a>
        </div>
      ) : null}
      {printable < toHandOver.length ? <p>{printCopy.facesLeft[language]}</p> : null}
      <p>
        <a href="/admin/office/code-batches">{printCopy.batches[language]}</a>
      </p>
    </section>
  );
}
