import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Schemes } from '../../card-auth/index.ts';
import { Breadcrumb, type DateStyle, formatMoment, Records } from '../../web/index.ts';
import type { Happening, Happenings } from '../happenings.ts';
import type { PageFrame } from '../page-frame.ts';
import type { SsoSession } from '../session.ts';
import { activityCopy, activityWords } from './activity-copy.ts';
import { accountCopy } from './copy.ts';
import { createGate, type GateOptions } from './gate.ts';

export interface ActivityRoutesOptions extends GateOptions {
  readonly happenings: Pick<Happenings, 'listOf'>;
  readonly schemes: Pick<Schemes, 'refsOf'>;
  readonly frame: PageFrame;
  readonly timeZone: string;
}

const path = '/account/activity';
const perPage = 20;
/** Ids of happenings and nothing else come as a place to go on from. */
const idForm = /^\d{15}-[\w-]{12}$/;

/** R70: the resident's own sign-ins and refusals, and what happened to card and passkeys. */
export function activityRoutes(options: ActivityRoutesOptions): (router: Router) => void {
  const enter = createGate(options);

  async function show(ctx: Context, { residentRef }: SsoSession): Promise<void> {
    const { frame, timeZone, happenings, schemes } = options;
    const given = ctx.URL.searchParams.get('after') ?? '';
    const after = idForm.test(given) ? given : undefined;
    const page = {
      ...(await happenings.listOf(await schemes.refsOf(residentRef), { limit: perPage, after })),
      isFirst: after === undefined,
      timeZone,
    };
    frame.send(ctx, {
      title: activityCopy.title[frame.preferencesOf(ctx).language],
      body: ({ language }) => <ActivityPage {...page} language={language} />,
    });
  }

  return (router) => {
    router.get(path, async (ctx) => {
      const session = await enter(ctx, { returnTo: path });
      if (session) await show(ctx, session);
    });
  };
}

interface ActivityPageOptions extends DateStyle {
  readonly happenings: readonly Happening[];
  readonly next: string | undefined;
  readonly isFirst: boolean;
}

function ActivityPage({ happenings, next, isFirst, ...style }: ActivityPageOptions) {
  const { language } = style;
  const say = (key: keyof typeof activityCopy) => activityCopy[key][language];
  return (
    <>
      <Breadcrumb
        trail={[{ name: accountCopy.title[language], href: '/account' }]}
        current={say('title')}
        language={language}
      />
      <h1 id="activity-title">{say('title')}</h1>
      <p>{say('lead')}</p>
      <p>{say('notYours')}</p>
      {happenings.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="activity-title"
          columns={[say('at'), say('what')]}
          rows={happenings.map(({ id, at, type, refused }) => ({
            key: id,
            cells: [
              <time key="at" datetime={new Date(at).toISOString()}>
                {formatMoment(at, style)}
              </time>,
              `${refused ? '✖' : '✔'} ${activityWords[type][language]}`,
            ],
          }))}
        />
      )}
      <ul class="links">
        {next === undefined ? null : (
          <li>
            <a class="button button-plain" href={`${path}?${new URLSearchParams({ after: next })}`}>
              {accountCopy.older[language]}
            </a>
          </li>
        )}
        {isFirst ? null : (
          <li>
            <a class="button button-plain" href={path}>
              {accountCopy.newest[language]}
            </a>
          </li>
        )}
      </ul>
    </>
  );
}
