import type Router from '@koa/router';
import type { Settings } from '../config/index.ts';
import { Facts, type Text } from '../web/index.ts';
import type { PageFrame } from './page-frame.ts';

const copy = {
  what: {
    ja: 'ここは、カードと暗証番号で一度だけログインし、いろいろなサービスを使うための入口です。サービスの画面からログインを始めてください。',
    en: 'This is where you sign in once, with card and PIN, for many services. Start at the service you want to use.',
  },
  account: { ja: '同意とアクセス履歴を見る', en: 'See your consents and access history' },
  lost: { ja: 'カードをなくした方：停止番号でカードを止める', en: 'Lost your card? Stop it with its stop code' },
  operator: { ja: '運営', en: 'Operated by' },
  support: { ja: 'サポートセンター', en: 'Support centre' },
} as const satisfies Record<string, Text>;

/** The hub's own first page: says what this place is, for whoever lands here without a service. */
export function homeRoutes({ settings, frame }: { settings: Settings; frame: PageFrame }): (router: Router) => void {
  const { name, operator, slogan, support } = settings.service;
  return (router) => {
    router.get('/', (ctx) => {
      const { language } = frame.preferencesOf(ctx);
      frame.send(ctx, {
        title: name[language],
        body: () => (
          <>
            <h1>{name[language]}</h1>
            {slogan ? <p>{slogan[language]}</p> : null}
            <p>{copy.what[language]}</p>
            <p>
              <a class="button" href="/account">
                {copy.account[language]}
              </a>
            </p>
            <p>
              <a href="/card/stop">{copy.lost[language]}</a>
            </p>
            <Facts
              facts={[
                [copy.operator[language], operator[language]],
                [copy.support[language], `${support.phone} (${support.hours[language]})`],
              ]}
            />
          </>
        ),
      });
    });
  };
}
