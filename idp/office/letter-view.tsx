import { type DateStyle, formatDay, Value } from '../../web/index.ts';
import type { LetterSheet } from './letter-sheet.ts';
import { taskCopy } from './task-copy.ts';

/** A letter as a browser prints it: where a character is not in the font of the PDF, and for one code at a counter. */
export function LetterView({ sheet, language, timeZone }: DateStyle & { readonly sheet: LetterSheet }) {
  const { addressee, at, sender, title, paragraphs, code, address } = sheet;
  const label = (key: 'code' | 'address') => (
    <>
      <span lang="ja">{taskCopy[key].ja}</span> <span lang="en">{taskCopy[key].en}</span>
    </>
  );
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
      {code && address ? (
        <dl class="facts">
          <div>
            <dt>{label('code')}</dt>
            <dd>
              <strong id="hand-over-code">{code}</strong>
            </dd>
          </div>
          <div>
            <dt>{label('address')}</dt>
            <dd>
              <code>{address}</code>
            </dd>
          </div>
        </dl>
      ) : null}
    </>
  );
}
