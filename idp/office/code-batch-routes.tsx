import type Router from '@koa/router';
import type { Context } from 'koa';
import {
  CardError,
  type CardPerson,
  type CardRecord,
  type CodeBatch,
  codeBatchMax,
  isWaiting,
} from '../../card-auth/index.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import type { Act } from '../admin/roles.ts';
import {
  batchIn,
  type CodeBatchRoutesOptions,
  home,
  imported,
  peopleOf,
  showBatch,
  showList,
} from './code-batch-views.tsx';
import { codeLetterOf } from './code-letter.ts';
import { lettersPdf, mayBePdf } from './letter-sheet.ts';
import { CodeLetterPage } from './office-card-page.tsx';
import { sendPdf } from './pdf-answer.ts';
import { taskCopy } from './task-copy.ts';

type Options = CodeBatchRoutesOptions;
/** Five hundred numbers, each on a line. */
const formMaxBytes = 16_384;

/** First codes of imported cards in bulk (R37): asked for by the office, agreed to by a second officer, printed by who asked. */
export function codeBatchRoutes(options: Options): (router: Router) => void {
  const { door, forms } = options;
  const get = (
    router: Router,
    path: string,
    how: (ctx: Context, admitted: Admitted, options: Options) => Promise<void>,
  ) =>
    router.get(path, async (ctx) => {
      const admitted = await door.admit(ctx);
      if (!admitted) return;
      if (!door.may(admitted.administrator, 'card.confirm')) await door.demand(admitted.administrator, 'card.issue');
      await how(ctx, admitted, options);
    });
  const post = (router: Router, path: string, act: Act, how: Acting) =>
    router.post(path, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act, returnTo: home });
      if (admitted) await how(ctx, admitted, await forms.read(ctx, aboutOf(admitted.session), formMaxBytes), options);
    });
  return (router) => {
    get(router, home, (ctx, admitted) => showList(ctx, admitted, options));
    get(router, `${home}/:id`, showBatch);
    post(router, home, 'card.issue', ask);
    post(router, `${home}/:id/decide`, 'card.confirm', decide);
    post(router, `${home}/:id/print`, 'card.issue', print);
    post(router, `${home}/:id/letter`, 'card.issue', showOne);
    post(router, `${home}/:id/posted`, 'card.issue', posted);
    post(router, `${home}/:id/again`, 'card.issue', askAgain);
  };
}

type Acting = (ctx: Context, admitted: Admitted, form: URLSearchParams, options: Options) => Promise<void>;

const personOf = ({ administrator }: Admitted, as: CardPerson['as'] = 'office'): CardPerson => ({
  as,
  id: administrator.id,
});

const back = (ctx: Context, path: string) => {
  ctx.status = 303;
  ctx.redirect(path);
};

const ask: Acting = async (ctx, admitted, form, options) => {
  const { door, codeBatches } = options;
  const { administrator } = admitted;
  const numbers = form.get('numbers');
  const named = numbers === null ? undefined : await byNumbers(numbers, options);
  if (named?.wrong !== undefined) {
    ctx.status = 422;
    return showList(ctx, admitted, options, { numbers: numbers ?? '', wrong: named.wrong });
  }
  const chosen = named ? named.cards : await ofImport(Number(form.get('import')), administrator, options);
  const about = chosen.map(({ residentRef }) => residentRef);
  await door.demand(administrator, 'card.issue', { authors: [], about });
  const ids = chosen.map(({ id }) => id);
  const { id } = await recorded('asked', { cards: ids.length }, admitted, options, () =>
    codeBatches.ask(ids, personOf(admitted)),
  );
  back(ctx, `${home}/${id}`);
};

/** Cards by their numbers, or the first line that names none that waits. */
async function byNumbers(
  text: string,
  { cards }: Options,
): Promise<{ readonly cards: readonly CardRecord[]; readonly wrong?: number }> {
  const found: CardRecord[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const number = line.normalize('NFKC').replaceAll(/[\s-]/g, '');
    if (number === '') continue;
    const card = found.length < codeBatchMax ? await cards.byNumber(number) : undefined;
    if (!card || !isWaiting(card)) return { cards: [], wrong: at + 1 };
    found.push(card);
  }
  return found.length > 0 ? { cards: found } : { cards: [], wrong: 1 };
}

/** The next ones of an import; an officer's own card is for a colleague. */
async function ofImport(
  at: number,
  administrator: Admitted['administrator'],
  options: Options,
): Promise<readonly CardRecord[]> {
  const mine = (await imported(options)).filter(
    ({ issuedAt, residentRef }) =>
      issuedAt === at && options.door.may(administrator, 'card.issue', { authors: [], about: [residentRef] }),
  );
  return mine.slice(0, codeBatchMax);
}

const decide: Acting = async (ctx, admitted, form, options) => {
  const batch = await batchIn(ctx, options);
  const about = await peopleOf(batch, options);
  await options.door.demand(admitted.administrator, 'card.confirm', { authors: [batch.openedBy], about });
  const agreed = form.get('outcome') === 'approve';
  const by = personOf(admitted, 'second-officer');
  await recorded(agreed ? 'agreed' : 'declined', { batch: batch.id }, admitted, options, () =>
    options.codeBatches.decide(batch.id, agreed, by),
  );
  back(ctx, `${home}/${batch.id}`);
};

/** A code exists in this answer and, hashed, on the card; once. */
const print: Acting = async (ctx, admitted, _form, options) => {
  const batch = await ownBatch(ctx, admitted, options);
  const { codeBatches, residents, pdf, now, timeZone } = options;
  const file = await recorded('printed', { batch: batch.id }, admitted, options, async () => {
    const made = await codeBatches.run(batch.id, personOf(admitted), async ({ residentRef }) => {
      const resident = await residents.get(residentRef);
      return resident !== undefined && mayBePdf(resident);
    });
    if (made.length === 0) throw new CardError('BATCH_UNSUITABLE', 'no card of this batch waits for a PDF letter');
    const sheets = await Promise.all(made.map((one) => codeLetterOf(one, options)));
    return pdf.write(lettersPdf(sheets, now(), timeZone));
  });
  sendPdf(ctx, 'codes', file);
};

/** For a name that the PDF cannot show, the letter of one card on a page; and for no other card. */
const showOne: Acting = async (ctx, admitted, form, options) => {
  const batch = await ownBatch(ctx, admitted, options);
  const { codeBatches, residents, frame, timeZone } = options;
  const [made] = await recorded('printed', { batch: batch.id }, admitted, options, () =>
    codeBatches.run(batch.id, personOf(admitted), async ({ id, residentRef }) => {
      const resident = await residents.get(residentRef);
      return id === form.get('card') && resident !== undefined && !mayBePdf(resident);
    }),
  );
  if (!made) throw new CardError('BATCH_UNSUITABLE', 'this card waits for no letter of its own');
  const sheet = await codeLetterOf(made, options);
  frame.send(ctx, {
    title: taskCopy.letterTitle[frame.preferencesOf(ctx).language],
    path: home,
    body: ({ language }) => <CodeLetterPage {...{ sheet, timeZone, language }} />,
  });
};

const posted: Acting = async (ctx, admitted, _form, options) => {
  const { id } = await batchIn(ctx, options);
  await recorded('posted', { batch: id }, admitted, options, () => options.codeBatches.posted(id, personOf(admitted)));
  back(ctx, home);
};

const askAgain: Acting = async (ctx, admitted, _form, options) => {
  const { id } = await ownBatch(ctx, admitted, options);
  await recorded('asked', { batch: id }, admitted, options, () => options.codeBatches.askAgain(id, personOf(admitted)));
  back(ctx, `${home}/${id}`);
};

/** Refusals are audited as what is done is: somebody inside tried what is not theirs. */
async function recorded<T>(
  what: 'asked' | 'agreed' | 'declined' | 'printed' | 'posted',
  detail: Readonly<Record<string, string | number>>,
  { administrator }: Admitted,
  { audit }: Options,
  act: () => Promise<T>,
): Promise<T> {
  const entry = { type: `card.codes-${what}`, actor: administrator.id, detail };
  try {
    const done = await act();
    await audit.record({ ...entry, result: 'ok' });
    return done;
  } catch (error) {
    if (error instanceof CardError) await audit.record({ ...entry, result: 'refused', code: error.code });
    throw error;
  }
}

/** For an officer about whose own card it is not. */
async function ownBatch(ctx: Context, { administrator }: Admitted, options: Options): Promise<CodeBatch> {
  const batch = await batchIn(ctx, options);
  await options.door.demand(administrator, 'card.issue', { authors: [], about: await peopleOf(batch, options) });
  return batch;
}
