import { type DateStyle, formatDay, type Text, Value } from '../../web/index.ts';
import type { LetterCode, LetterSheet } from './letter-sheet.ts';
import { taskCopy } from './task-copy.ts';

/** A letter as a browser prints it: where a character is not in the font of the PDF, and for one code at a counter. */
export function LetterView({ sheet, language, timeZone }: DateStyle & { readonly sheet: LetterSheet }) {
  const { addressee, at, sender, title, paragraphs, entered, stop } = sheet;
  return (
    <>
      <address class="block">
        {addressee.postal ? (
          <>
            〒{addressee.postal}
            <br />
          </>
        ) : null}
        {addressee.address ? <Value>{addressee.address}</Value> : taskCopy.noAddress[language]}
        <br />
        <Value>{addressee.name}</Value> {taskCopy.dear.ja}
      </address>
      <p lang="ja">
        {formatDay(at, { language: 'ja', timeZone })}
        <br />
        {sender.operator}
        <br />
        {sender.phone}
      </p>
      <h1>
        <span lang="ja">{title.ja}</span>
        <br />
        <small lang="en">{title.en}</small>
      </h1>
      {(['ja', 'en'] as const).flatMap((one) =>
        paragraphs.map((text) => (
          <p lang={one} key={text[one]}>
            {text[one]}
          </p>
        )),
      )}
      {entered ? <Code id="hand-over-code" label="code" {...entered} /> : null}
      {stop ? (
        <>
          <h2>
            <Both text={taskCopy.stopTitle} />
          </h2>
          {(['ja', 'en'] as const).map((one) => (
            <p lang={one} key={one}>
              {taskCopy.stopText[one]}
            </p>
          ))}
          <Code id="stop-code" label="stopCode" {...stop} />
        </>
      ) : null}
    </>
  );
}

const Both = ({ text }: { readonly text: Text }) => (
  <>
    <span lang="ja">{text.ja}</span> <span lang="en">{text.en}</span>
  </>
);

function Code({ id, label, code, address }: LetterCode & { readonly id: string; readonly label: 'code' | 'stopCode' }) {
  return (
    <dl class="facts">
      <div>
        <dt>
          <Both text={taskCopy[label]} />
        </dt>
        <dd>
          <strong id={id}>{code}</strong>
        </dd>
      </div>
      <div>
        <dt>
          <Both text={taskCopy.address} />
        </dt>
        <dd>
          <code>{address}</code>
        </dd>
      </div>
    </dl>
  );
}
