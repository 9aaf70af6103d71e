import type Router from '@koa/router';
import type { Context } from 'koa';
import type { CardRecord } from '../../card-auth/index.ts';
import type { PdfWriter } from '../../lib/pdf.ts';
import { OfficeError } from './errors.ts';
import { type Face, faceItems, faceSheet, faceStyle, facesPdf, unprintableOn } from './face.ts';
import { cardIn, type OfficePagesOptions, residentOf } from './pages.ts';
import { sendPdf } from './pdf-answer.ts';

export interface FaceRoutesOptions extends OfficePagesOptions {
  readonly pdf: PdfWriter;
}

type Options = FaceRoutesOptions;
const cardPath = '/admin/office/cards/:id';
const stylePath = '/admin/office/face.css';

/** So many faces in one file, and so many cards on the page that offers it. */
export const facesMax = 200;

/** R29: faces for the card printer as PDF, and the sheet of the browser for what the PDF cannot show. */
export function faceRoutes(options: Options): (router: Router) => void {
  const { door, cards } = options;
  const get = (router: Router, path: string, how: (ctx: Context, by: string) => Promise<void>) =>
    router.get(path, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'card.issue' });
      if (admitted) await how(ctx, admitted.administrator.id);
    });
  const one = async (ctx: Context) => [await cardIn(ctx, options)];
  return (router) => {
    get(router, '/admin/office/faces', async (ctx, by) => showSheet(ctx, by, await cards.waiting(facesMax), options));
    get(router, '/admin/office/faces.pdf', async (ctx, by) =>
      sendFaces(ctx, by, await cards.waiting(facesMax), options),
    );
    get(router, `${cardPath}/face`, async (ctx, by) => showSheet(ctx, by, await one(ctx), options));
    get(router, `${cardPath}/face.pdf`, async (ctx, by) => sendFaces(ctx, by, await one(ctx), options));
    router.get(stylePath, (ctx) => {
      ctx.type = 'text/css';
      ctx.body = faceStyle;
    });
  };
}

async function faceOf({ residentRef, number }: CardRecord, options: Pick<Options, 'residents'>): Promise<Face> {
  return faceItems(await residentOf(residentRef, options), number);
}

async function showSheet(ctx: Context, by: string, cards: readonly CardRecord[], options: Options): Promise<void> {
  const faces = [];
  for (const card of cards) faces.push(await faceOf(card, options));
  await recordPrint(cards, by, options);
  ctx.set('cache-control', 'no-store');
  ctx.type = 'html';
  ctx.body = faceSheet(faces, stylePath);
}

/** What the PDF cannot show is left out: the page that leads here names each of these cards and the character. */
async function sendFaces(ctx: Context, by: string, cards: readonly CardRecord[], options: Options): Promise<void> {
  const all = await Promise.all(cards.map(async (card) => ({ card, face: await faceOf(card, options) })));
  const good = all.filter(({ face }) => unprintableOn(face) === undefined);
  if (good.length === 0)
    throw new OfficeError('CHARACTER_UNPRINTABLE', 'no face has only characters of the print font');
  const document = facesPdf(
    good.map(({ face }) => face),
    options.now(),
  );
  const file = await options.pdf.write(document);
  await recordPrint(
    good.map(({ card }) => card),
    by,
    options,
  );
  sendPdf(ctx, 'faces', file);
}

async function recordPrint(cards: readonly CardRecord[], actor: string, { audit }: Options): Promise<void> {
  for (const { id } of cards) await audit.record({ type: 'card.face-printed', result: 'ok', card: id, actor });
}
