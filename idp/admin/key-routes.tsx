import type Router from '@koa/router';
import type { PageFrame } from '../page-frame.ts';
import type { RotatingKey } from '../rotating-keys.ts';
import type { Door } from './door.ts';
import { type KeyCalendar, termIn, useIn } from './key-calendar.ts';
import { keyCopy } from './key-copy.ts';
import { KeyPage } from './key-page.tsx';
import { lookAtRings } from './own-keys.tsx';

export interface KeyRoutesOptions {
  readonly door: Door;
  readonly frame: PageFrame;
  readonly calendar: KeyCalendar;
  readonly rotating: readonly RotatingKey[];
  readonly timeZone: string;
}

const limit = 50;

export function keyRoutes({ door, frame, calendar, rotating, timeZone }: KeyRoutesOptions): (router: Router) => void {
  return (router) => {
    router.get('/admin/keys', async (ctx) => {
      if (!(await door.admit(ctx, { act: 'provider.read' }))) return;
      const { searchParams } = ctx.URL;
      const query = {
        term: termIn(searchParams.get('term')),
        use: useIn(searchParams.get('use')),
        words: (searchParams.get('q') ?? '').trim().slice(0, 200),
      };
      const asked = searchParams.get('from') ?? '';
      const from = /^\d{1,7}$/.test(asked) ? Number(asked) : 0;
      const found = await calendar.look(query, { from, limit });
      const page = { ...found, rings: await lookAtRings(rotating), query, from, timeZone };
      frame.send(ctx, {
        title: keyCopy.title[frame.preferencesOf(ctx).language],
        body: ({ language }) => <KeyPage {...page} language={language} />,
      });
    });
  };
}
