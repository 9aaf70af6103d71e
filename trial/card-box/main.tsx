import { once } from 'node:events';
import type { Context } from 'koa';
import { WebSocketServer } from 'ws';
import type { Log } from '../../lib/log.ts';
import { createSite, demandOwnOrigin, PartyError, readForm } from '../../relying-parties/index.ts';
import { type Language, Notice, type Text } from '../../web/index.ts';
import { type BoxedCard, type Cards, createCards } from './cards.ts';
import { createReaders } from './readers.ts';

export interface CardBoxOptions {
  readonly origin: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly folder: string;
  /** Only pages of the hub may use the readers. */
  readonly hubOrigin: string;
  readonly operator: Text;
  readonly support: { readonly phone: string; readonly hours: Text };
  readonly log: Log;
}

const copy = {
  name: { ja: 'カードボックス', en: 'Card box' },
  what: {
    ja: 'カードリーダーとカードの代わりです。カードをリーダーに置くと、ログイン画面が本物のリーダーと同じように読み取ります。',
    en: 'Stands in for a card reader and its cards. Put a card on the reader; the sign-in page reads it as it would at a real one.',
  },
  reader: { ja: 'カードリーダー', en: 'Card reader' },
  empty: { ja: 'カードは置かれていません', en: 'No card on the reader' },
  lying: { ja: '置かれているカード', en: 'On the reader' },
  cards: { ja: 'カード', en: 'Cards' },
  put: { ja: 'リーダーに置く', en: 'Put on the reader' },
  goOn: { ja: 'ログインの画面に戻って続けてください。', en: 'Go back to the sign-in page and go on.' },
  lift: { ja: 'リーダーから外す', en: 'Take off the reader' },
  pin: { ja: '暗証番号', en: 'PIN' },
  pinChanged: {
    ja: 'これは最初の番号です。その後、変える操作がありました。新しい番号は、カードボックスにはわかりません。',
    en: 'This is the first PIN. It was changed since, or a change was begun; the box cannot know the new one.',
  },
  none: { ja: 'カードがありません', en: 'There are no cards' },
  blank: { ja: '白いカードを1枚出す', en: 'Take a blank card' },
  blankText: {
    ja: '管理の「カードを作る」で書くためのカードです。',
    en: 'For the console’s page “Make a card”.',
  },
} as const satisfies Record<string, Text>;

/** The card box: a site of its own with a page for people and WebSocket readers for the hub's page and headless terminals. */
export async function startCardBox(options: CardBoxOptions): Promise<{ close: () => Promise<void> }> {
  const { origin, listen, folder, hubOrigin, operator, support, log } = options;
  const cards = createCards(folder);
  const readers = createReaders();
  const site = createSite({ owner: 'sanuki-card-box', origin, name: copy.name, operator, support, trial: true, log });

  site.router.get('/', async (ctx) => {
    const language = site.languageOf(ctx);
    const body = <Box language={language} cards={await cards.list()} onDesk={readers.cardOnDesk()} />;
    site.send(ctx, { title: copy.name[language], body });
  });
  site.router.post('/reader/put', async (ctx) => {
    const card = await cardAsked(ctx, cards, origin);
    readers.put(card.number, card.card);
    ctx.status = 303;
    ctx.redirect('/');
  });
  site.router.post('/cards/blank', async (ctx) => {
    demandOwnOrigin(ctx, origin);
    const made = await cards.addBlank();
    readers.put(made.number, made.card);
    ctx.status = 303;
    ctx.redirect('/');
  });
  site.router.post('/reader/lift', (ctx) => {
    demandOwnOrigin(ctx, origin);
    readers.lift();
    ctx.status = 303;
    ctx.redirect('/');
  });

  const server = await site.start(listen);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', origin);
    // Any page of any site can open a WebSocket to loopback; only the hub's own page names the hub as its origin.
    if (url.pathname !== '/reader' || request.headers.origin !== hubOrigin) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on('error', (error) => log.info({ reason: error.message }, 'a reader connection failed'));
      const number = url.searchParams.get('card');
      if (number === null) return readers.serveDesk(opened);
      const card = cards.get(number).then((found) => found?.card);
      readers.serveOwn(opened, number, card).catch((error: unknown) => {
        log.error({ err: error }, 'a card could not be read');
        opened.close(1011, 'the card could not be read');
      });
    });
  });

  async function close(): Promise<void> {
    for (const socket of sockets.clients) socket.terminate();
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    await closed;
  }
  return { close };
}

async function cardAsked(ctx: Context, cards: Cards, origin: string): Promise<BoxedCard> {
  demandOwnOrigin(ctx, origin);
  const card = await cards.get((await readForm(ctx, 4096)).get('card') ?? '');
  if (!card) throw new PartyError('PAGE_MISSING', 'the box has no such card');
  return card;
}

interface BoxParts {
  readonly language: Language;
  readonly cards: readonly BoxedCard[];
  readonly onDesk: string | undefined;
}

function Box({ language, cards, onDesk }: BoxParts) {
  const lying = cards.find(({ number }) => number === onDesk);
  return (
    <>
      <h1>{copy.name[language]}</h1>
      <p>{copy.what[language]}</p>
      <h2>{copy.reader[language]}</h2>
      <div class="reader" data-card={lying ? 'present' : 'absent'}>
        {lying ? (
          <form method="post" action="/reader/lift">
            <p class="status">
              {copy.lying[language]}: {lying.face[language]} <code>{lying.number}</code>
            </p>
            <p>{copy.goOn[language]}</p>
            <button type="submit" class="button-plain">
              {copy.lift[language]}
            </button>
          </form>
        ) : (
          <p class="status">{copy.empty[language]}</p>
        )}
      </div>
      <h2>{copy.cards[language]}</h2>
      {cards.length === 0 ? <Notice kind="info" title={copy.none[language]} /> : null}
      <CardList {...{ language, cards, onDesk }} />
      <form method="post" action="/cards/blank">
        <p>{copy.blankText[language]}</p>
        <button type="submit" class="button-plain">
          {copy.blank[language]}
        </button>
      </form>
    </>
  );
}

function CardList({ language, cards, onDesk }: BoxParts) {
  return (
    <ul class="cards">
      {cards.map((card) => (
        <li key={card.number}>
          <p>
            <strong>{card.face[language]}</strong>
            <br />
            <code>{card.number}</code>
            {card.pin ? `　${copy.pin[language]} ${card.pin}` : null}
          </p>
          {card.pin && card.pinChanged() ? <p class="hint">⚠ {copy.pinChanged[language]}</p> : null}
          <form method="post" action="/reader/put">
            <input type="hidden" name="card" value={card.number} />
            <button
              type="submit"
              disabled={card.number === onDesk}
              aria-label={`${copy.put[language]}: ${card.face[language]}`}
            >
              {copy.put[language]}
            </button>
          </form>
        </li>
      ))}
    </ul>
  );
}
