import type Router from '@koa/router';
import type { Context } from 'koa';
import { aboutOf } from '../admin/door.ts';
import { HubPageError } from '../errors.ts';
import { type ApplicationRoutesOptions, demanded } from './application-routes.tsx';
import { OfficeError } from './errors.ts';
import { evidenceLimits } from './evidence.ts';

const base = '/admin/office/applications/:id/evidence';
/** One picture and the fields around it. */
const uploadMaxBytes = evidenceLimits.bytes + 64 * 1024;

/** Pictures of evidence: added by the office while it has the form, opened one by one, and every look is on record. */
export function pictureRoutes(options: ApplicationRoutesOptions): (router: Router) => void {
  const { door, forms, evidence, audit } = options;

  async function add(ctx: Context, admitted: NonNullable<Awaited<ReturnType<typeof door.admit>>>): Promise<string> {
    const form = await forms.readUpload(ctx, aboutOf(admitted.session), uploadMaxBytes, ['picture']);
    const { id, state } = await demanded(ctx, admitted, 'application.write', options);
    if (state !== 'received') throw new OfficeError('APPLICATION_CHANGED', 'the application was forwarded or decided');
    const by = admitted.administrator.id;
    const picture = await evidence.add(id, Buffer.from(form.get('picture') ?? '', 'base64'), by);
    await options.applications.touched(id, { by, seen: Number(form.get('seen')) });
    await audit.record({ type: 'evidence.add', result: 'ok', actor: by, detail: { id, picture } });
    return id;
  }

  return (router) => {
    router.post(base, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'application.write', returnTo: '/admin/office/applications' });
      if (!admitted) return;
      ctx.redirect(`/admin/office/applications/${await add(ctx, admitted)}`);
      ctx.status = 303;
    });

    router.get(`${base}/:picture`, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'evidence.read' });
      if (!admitted) return;
      const { id = '', picture = '' } = ctx.params;
      const opened = await evidence.open(id, picture);
      if (!opened) throw new HubPageError('PAGE_MISSING', 'there is no such picture of this application');
      await audit.record({
        type: 'evidence.read',
        result: 'ok',
        actor: admitted.administrator.id,
        detail: { id, picture },
      });
      // A picture and nothing else to a browser, and none that stays in its cache (CSP 3 sandbox).
      ctx.set({
        'cache-control': 'no-store',
        'content-type': opened.type,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      });
      ctx.body = opened.bytes;
    });
  };
}
