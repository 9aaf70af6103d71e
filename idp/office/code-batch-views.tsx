import type { Context } from 'koa';
import { type CardRecord, type CodeBatch, type CodeBatches, displayNameOf } from '../../card-auth/index.ts';
import type { PdfWriter } from '../../lib/pdf.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import { HubPageError } from '../errors.ts';
import { CodeBatchList } from './code-batch-list.tsx';
import { CodeBatchPage } from './code-batch-page.tsx';
import { noticeSheet, type Sender, unprintableIn } from './letter-sheet.ts';
import { namesIn, type OfficePagesOptions } from './pages.ts';
import { printCopy } from './print-copy.ts';

export interface CodeBatchRoutesOptions extends OfficePagesOptions {
  readonly codeBatches: CodeBatches;
  readonly sender: Sender;
  readonly pdf: PdfWriter;
  readonly origin: string;
}

type Options = CodeBatchRoutesOptions;
export const home = '/admin/office/code-batches';
/** A page offers so many waiting cards at most; what is beyond comes up when these have gone out. */
const offeredMax = 20_000;

/** Imported cards that wait and are in no batch under way. */
export async function imported({ cards, codeBatches }: Options): Promise<readonly CardRecord[]> {
  const live = [...(await codeBatches.inState('open')), ...(await codeBatches.inState('agreed'))];
  const taken = new Set(live.flatMap((batch) => batch.cards));
  return cards.waiting(offeredMax, ({ id, madeFor }) => madeFor === undefined && !taken.has(id));
}

export async function batchIn(ctx: Context, { codeBatches }: Options): Promise<CodeBatch> {
  const batch = await codeBatches.get(String(ctx.params.id));
  if (!batch) throw new HubPageError('PAGE_MISSING', 'there is no such batch');
  return batch;
}

export async function peopleOf({ cards: ids }: CodeBatch, { cards }: Options): Promise<readonly string[]> {
  const found = await Promise.all(ids.map((id) => cards.get(id)));
  return found.flatMap((card) => (card ? [card.residentRef] : []));
}

export async function showList(
  ctx: Context,
  { administrator, session }: Admitted,
  options: Options,
  typed: { readonly numbers: string; readonly wrong?: number } = { numbers: '' },
): Promise<void> {
  const { codeBatches, door, forms, frame, timeZone } = options;
  const states = await Promise.all((['open', 'agreed', 'posted'] as const).map(codeBatches.inState));
  const batches = states.flat().toSorted((one, other) => other.openedAt - one.openedAt);
  const mayAsk = door.may(administrator, 'card.issue');
  const imports = Map.groupBy(mayAsk ? await imported(options) : [], ({ issuedAt }) => issuedAt);
  const page = {
    batches,
    imports: Array.from(imports, ([at, held]) => ({ at, cards: held.length })).toSorted((a, b) => b.at - a.at),
    mayAsk,
    typed,
    nameOf: await namesIn(
      batches.map(({ openedBy }) => openedBy),
      options,
    ),
    csrf: forms.prepare(ctx, aboutOf(session)),
    timeZone,
  };
  frame.send(ctx, {
    title: printCopy.batches[frame.preferencesOf(ctx).language],
    path: home,
    body: ({ language }) => <CodeBatchList {...page} language={language} />,
  });
}

export async function showBatch(ctx: Context, { administrator, session }: Admitted, options: Options): Promise<void> {
  const { door, forms, frame, timeZone } = options;
  const batch = await batchIn(ctx, options);
  const about = await peopleOf(batch, options);
  const page = {
    batch,
    cards: await Promise.all(batch.cards.map((id) => shownCard(id, options))),
    mayDecide: door.may(administrator, 'card.confirm', { authors: [batch.openedBy], about }),
    mayPrint: batch.openedBy === administrator.id && door.may(administrator, 'card.issue', { authors: [], about }),
    mayAsk: door.may(administrator, 'card.issue', { authors: [], about }),
    nameOf: await namesIn([batch.openedBy, batch.decidedBy ?? ''], options),
    csrf: forms.prepare(ctx, aboutOf(session)),
    timeZone,
  };
  frame.send(ctx, {
    title: printCopy.batch[frame.preferencesOf(ctx).language],
    body: ({ language }) => <CodeBatchPage {...page} language={language} />,
  });
}

async function shownCard(id: string, { cards, residents, sender }: Options) {
  const card = await cards.get(id);
  const resident = card && (await residents.get(card.residentRef));
  return {
    id,
    number: card?.number ?? '',
    status: card?.status ?? 'expired',
    person: resident ? displayNameOf(resident) : '',
    fault: resident && unprintableIn(noticeSheet({ kind: 'enrolment', at: 0 }, resident, sender)),
  };
}
