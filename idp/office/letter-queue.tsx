import { Breadcrumb, type DateStyle, formatMoment, Records, Value } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import type { unprintableIn } from './letter-sheet.ts';
import type { Letter } from './letters.ts';
import { printCopy, unprintableWords } from './print-copy.ts';
import { letterNames, taskCopy } from './task-copy.ts';

const home = '/admin/office/letters';

export interface LetterQueueOptions {
  readonly queue: readonly {
    readonly letter: Letter;
    readonly person: string;
    /** Why it cannot be in a PDF file. */
    readonly fault: ReturnType<typeof unprintableIn>;
  }[];
  /** Files whose letters were not marked yet. */
  readonly files: readonly { readonly id: string; readonly at: number; readonly letters: number }[];
  readonly csrf: string;
}

type Parts = LetterQueueOptions & DateStyle;

/** What has to be printed for registered addresses: files of the day, and what waits for one. */
export function LetterQueue(options: Parts) {
  const { queue, files, csrf, language } = options;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  return (
    <>
      <Breadcrumb
        trail={[{ name: adminCopy.title[language], href: '/admin' }]}
        current={say('letters')}
        language={language}
      />
      <h1 id="letters-title">{say('letters')}</h1>
      <p>{say('lettersLead')}</p>
      {files.map((file) => (
        <PrintFile key={file.id} file={file} {...options} />
      ))}
      {queue.some(({ fault }) => !fault) ? (
        <form method="post" action={`${home}/files`}>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit">{printCopy.gather[language]}</button>
        </form>
      ) : null}
      {queue.length > 0 ? <Waiting {...options} /> : null}
      {queue.length === 0 && files.length === 0 ? <p>{say('none')}</p> : null}
    </>
  );
}

function PrintFile({ file, csrf, ...style }: Parts & { readonly file: Parts['files'][number] }) {
  const { language } = style;
  const at = `${home}/files/${file.id}`;
  const title = `${printCopy.file[language]} ${formatMoment(file.at, style)}`;
  return (
    <section class="section" aria-label={title}>
      <h2>{title}</h2>
      <p>{printCopy.fileLetters[language].replace('{n}', String(file.letters))}</p>
      <p>
        <a class="button" href={at}>
          {printCopy.download[language]}
        </a>
      </p>
      <form method="post" action={at}>
        <input type="hidden" name="csrf" value={csrf} />
        <button type="submit" class="button-plain">
          {printCopy.filePrinted[language]}
        </button>
      </form>
    </section>
  );
}

function Waiting({ queue, ...style }: Parts) {
  const { language } = style;
  return (
    <Records
      label="letters-title"
      columns={(['letter', 'person', 'since'] as const).map((key) => taskCopy[key][language])}
      rows={queue.map(({ letter: { id, kind, at }, person, fault }) => ({
        key: id,
        cells: [
          <span key="letter">
            <a href={`${home}/${encodeURIComponent(id)}`}>{letterNames[kind][language]}</a>
            {fault ? (
              <>
                <br />
                <span class="hint">⚠ {unprintableWords(printCopy[fault.part][language], fault.at, language)}</span>
              </>
            ) : null}
          </span>,
          <Value key="person">{person}</Value>,
          formatMoment(at, style),
        ],
      }))}
    />
  );
}
