import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Resident } from '../../card-auth/index.ts';
import { Breadcrumb, type DateStyle, formatMoment, Records, Value } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import { HubPageError } from '../errors.ts';
import type { Letter, Letters } from './letters.ts';
import { Addressee } from './office-card-page.tsx';
import type { OfficePagesOptions } from './pages.ts';
import { letterNames, letterTexts, taskCopy } from './task-copy.ts';

export interface LetterRoutesOptions extends OfficePagesOptions {
  readonly letters: Letters;
  readonly support: { readonly phone: string };
}

type Options = LetterRoutesOptions;
const home = '/admin/office/letters';

/** The queue of notices to registered addresses: opened, printed by the browser, marked. */
export function letterRoutes(options: Options): (router: Router) => void {
  const { door, forms, letters, audit } = options;
  return (router) => {
    router.get(home, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'card.issue' });
      if (admitted) await showQueue(ctx, options);
    });
    router.get(`${home}/:id`, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'card.issue' });
      if (admitted) await showLetter(ctx, admitted, options);
    });
    router.post(`${home}/:id`, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'card.issue', returnTo: home });
      if (!admitted) return;
      await forms.read(ctx, aboutOf(admitted.session));
      const by = admitted.administrator.id;
      const printed = await letters.printed(ctx.params.id ?? '', by);
      if (!printed) throw new HubPageError('PAGE_MISSING', 'there is no such letter');
      await audit.record({ type: 'letter.printed', result: 'ok', actor: by, detail: { kind: printed.kind } });
      ctx.status = 303;
      ctx.redirect(home);
    });
  };
}

async function showQueue(ctx: Context, options: Options): Promise<void> {
  const { letters, residents, frame, timeZone } = options;
  const waiting = (await letters.inState('waiting', 500)).toSorted((one, other) => one.at - other.at);
  const queue = await Promise.all(
    waiting.map(async (letter) => ({ letter, person: (await residents.displayName(letter.residentRef)) ?? '' })),
  );
  frame.send(ctx, {
    title: taskCopy.letters[frame.preferencesOf(ctx).language],
    body: ({ language }) => <Queue {...{ queue, timeZone, language }} />,
  });
}

interface QueueOptions extends DateStyle {
  readonly queue: readonly { readonly letter: Letter; readonly person: string }[];
}

function Queue({ queue, ...style }: QueueOptions) {
  const { language } = style;
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
      {queue.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="letters-title"
          columns={(['letter', 'person', 'since'] as const).map(say)}
          rows={queue.map(({ letter: { id, kind, at }, person }) => ({
            key: id,
            cells: [
              <a key="letter" href={`${home}/${encodeURIComponent(id)}`}>
                {letterNames[kind][language]}
              </a>,
              <Value key="person">{person}</Value>,
              formatMoment(at, style),
            ],
          }))}
        />
      )}
    </>
  );
}

async function showLetter(ctx: Context, { session }: Admitted, options: Options): Promise<void> {
  const { letters, residents, forms, frame, timeZone, support } = options;
  const letter = await letters.get(ctx.params.id ?? '');
  const resident = letter && (await residents.get(letter.residentRef));
  if (!resident) throw new HubPageError('PAGE_MISSING', 'there is no such letter');
  const page = { letter, resident, phone: support.phone, csrf: forms.prepare(ctx, aboutOf(session)), timeZone };
  frame.send(ctx, {
    title: letterNames[letter.kind][frame.preferencesOf(ctx).language],
    body: ({ language }) => <LetterPage {...page} language={language} />,
  });
}

interface LetterOptions extends DateStyle {
  readonly letter: Letter;
  readonly resident: Resident;
  readonly phone: string;
  readonly csrf: string;
}

function LetterPage({ letter, resident, phone, csrf, ...style }: LetterOptions) {
  const { language } = style;
  const { id, kind, at } = letter;
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
      <h1 lang="ja">{letterNames[kind].ja}</h1>
      <Addressee resident={resident} language={language} />
      <p lang="ja">{formatMoment(at, { ...style, language: 'ja' })}</p>
      <p lang="ja">{letterTexts[kind].ja}</p>
      <p lang="en">{letterTexts[kind].en}</p>
      <p>{phone}</p>
      {letter.state === 'waiting' ? (
        <form method="post" action={`${home}/${encodeURIComponent(id)}`}>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit">{taskCopy.printed[language]}</button>
        </form>
      ) : null}
    </>
  );
}
