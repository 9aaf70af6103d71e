import type Router from '@koa/router';
import type { Context } from 'koa';
import { displayNameOf, type Resident } from '../../card-auth/index.ts';
import type { PdfWriter } from '../../lib/pdf.ts';
import { Breadcrumb, type DateStyle } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import { HubPageError } from '../errors.ts';
import { LetterQueue } from './letter-queue.tsx';
import { lettersPdf, mayBePdf, noticeSheet, type Sender, unprintableIn } from './letter-sheet.ts';
import { LetterView } from './letter-view.tsx';
import type { Letter, Letters } from './letters.ts';
import type { OfficePagesOptions } from './pages.ts';
import { sendPdf } from './pdf-answer.ts';
import { letterNames, taskCopy } from './task-copy.ts';

export interface LetterRoutesOptions extends OfficePagesOptions {
  readonly letters: Letters;
  readonly sender: Sender;
  readonly pdf: PdfWriter;
}

type Options = LetterRoutesOptions;
const home = '/admin/office/letters';

/** The queue of notices to registered addresses: printed one by one or as a file of the day, and marked by the officer. */
export function letterRoutes(options: Options): (router: Router) => void {
  const { door } = options;
  const get = (router: Router, path: string, how: Showing) =>
    router.get(path, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'card.issue' });
      if (admitted) await how(ctx, admitted, options);
    });
  return (router) => {
    get(router, home, showQueue);
    get(router, `${home}/files/:file`, sendFile);
    get(router, `${home}/:id`, showLetter);
    post(router, `${home}/files`, gather, options);
    post(router, `${home}/files/:file`, markFile, options);
    post(router, `${home}/:id`, mark, options);
  };
}

type Showing = (ctx: Context, admitted: Admitted, options: Options) => Promise<void>;
type Acting = (ctx: Context, by: string, options: Options) => Promise<void>;

/** Each of them leads back to the queue. */
const post = (router: Router, path: string, act: Acting, options: Options) =>
  router.post(path, async (ctx) => {
    const { door, forms } = options;
    forms.demandOrigin(ctx);
    const admitted = await door.admit(ctx, { act: 'card.issue', returnTo: home });
    if (!admitted) return;
    await forms.read(ctx, aboutOf(admitted.session));
    await act(ctx, admitted.administrator.id, options);
    ctx.status = 303;
    ctx.redirect(home);
  });

const mark: Acting = async (ctx, by, { letters, audit }) => {
  const printed = await letters.printed(ctx.params.id ?? '', by);
  if (!printed) throw new HubPageError('PAGE_MISSING', 'there is no such letter');
  await audit.record({ type: 'letter.printed', result: 'ok', actor: by, detail: { kind: printed.kind } });
};

/** What cannot be printed as PDF stays in the queue, with the reason, and is printed by the browser. */
const gather: Acting = async (_ctx, by, { letters, residents, audit }) => {
  const file = await letters.gather(async ({ residentRef }) => {
    const resident = await residents.get(residentRef);
    return resident !== undefined && mayBePdf(resident);
  });
  if (file) await audit.record({ type: 'letter.file-made', result: 'ok', actor: by, detail: { file } });
};

const markFile: Acting = async (ctx, by, { letters, audit }) => {
  const printed = await letters.filePrinted(ctx.params.file ?? '', by);
  if (printed === 0) throw new HubPageError('PAGE_MISSING', 'there is no such file');
  await audit.record({ type: 'letter.file-printed', result: 'ok', actor: by, detail: { letters: printed } });
};

const sendFile: Showing = async (ctx, { administrator }, options) => {
  const { letters, residents, sender, pdf, audit, timeZone } = options;
  const sheets = [];
  for (const letter of await letters.inFile(ctx.params.file ?? '')) {
    const resident = await residents.get(letter.residentRef);
    if (resident && mayBePdf(resident)) sheets.push(noticeSheet(letter, resident, sender));
    else await letters.release(letter.id);
  }
  if (sheets.length === 0) throw new HubPageError('PAGE_MISSING', 'there is no such file');
  const file = await pdf.write(lettersPdf(sheets, options.now(), timeZone));
  const detail = { letters: sheets.length };
  await audit.record({ type: 'letter.file-read', result: 'ok', actor: administrator.id, detail });
  sendPdf(ctx, 'letters', file);
};

const showQueue: Showing = async (ctx, { session }, options) => {
  const { letters, frame, forms, timeZone } = options;
  const waiting = await letters.inState('waiting');
  const single = waiting.filter(({ file }) => file === undefined);
  const files = Map.groupBy(
    waiting.filter(({ file }) => file !== undefined),
    ({ file }) => file ?? '',
  );
  const page = {
    queue: await Promise.all(single.slice(0, 500).map((letter) => queued(letter, options))),
    files: Array.from(files, ([id, held]) => ({ id, at: held[0]?.filedAt ?? 0, letters: held.length })),
    csrf: forms.prepare(ctx, aboutOf(session)),
    timeZone,
  };
  frame.send(ctx, {
    title: taskCopy.letters[frame.preferencesOf(ctx).language],
    body: ({ language }) => <LetterQueue {...page} language={language} />,
  });
};

async function queued(letter: Letter, { residents, sender }: Options) {
  const resident = await residents.get(letter.residentRef);
  return {
    letter,
    person: resident ? displayNameOf(resident) : '',
    fault: resident && unprintableIn(noticeSheet(letter, resident, sender)),
  };
}

const showLetter: Showing = async (ctx, { session }, options) => {
  const { letters, residents, forms, frame, timeZone, sender } = options;
  const letter = await letters.get(ctx.params.id ?? '');
  const resident = letter && (await residents.get(letter.residentRef));
  if (!resident) throw new HubPageError('PAGE_MISSING', 'there is no such letter');
  const page = { letter, resident, sender, csrf: forms.prepare(ctx, aboutOf(session)), timeZone };
  frame.send(ctx, {
    title: letterNames[letter.kind][frame.preferencesOf(ctx).language],
    body: ({ language }) => <LetterPage {...page} language={language} />,
  });
};

interface LetterOptions extends DateStyle {
  readonly letter: Letter;
  readonly resident: Resident;
  readonly sender: Sender;
  readonly csrf: string;
}

function LetterPage({ letter, resident, sender, csrf, ...style }: LetterOptions) {
  const { language } = style;
  const { id, kind, state } = letter;
  return (
    <>
      <Breadcrumb
        trail={[
          { name: adminCopy.title[language], href: '/admin' },
          { name: taskCopy.letters[language], href: home },
        ]}
        current={letterNames[kind][language]}
        language={language}
      />
      <LetterView sheet={noticeSheet(letter, resident, sender)} {...style} />
      {state === 'waiting' ? (
        <form method="post" action={`${home}/${encodeURIComponent(id)}`}>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit">{taskCopy.printed[language]}</button>
        </form>
      ) : null}
    </>
  );
}
