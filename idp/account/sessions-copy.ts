import type { Text } from '../../web/index.ts';

/** Words of the page with the devices that a resident is signed in on. */
export const sessionsCopy = {
  title: { ja: 'ログイン中の端末', en: 'Devices you are signed in on' },
  lead: {
    ja: 'あなたがログインしているパソコンやスマートフォンの一覧です。心当たりのないものは、ログアウトしてください。',
    en: 'The computers and telephones on which you are signed in. Sign out of any that you do not know.',
  },
  notYours: {
    ja: '心当たりのないものがあったときは、ログアウトしたうえで、すぐにサポートセンターへお電話ください。',
    en: 'If there was one that you do not know, sign out of it and call the support centre at once.',
  },
  here: { ja: '今お使いの端末', en: 'The device you are using now' },
  since: { ja: 'ログインした日時', en: 'Signed in at' },
  used: { ja: '最後に使った日時', en: 'Last used' },
  level: { ja: 'ログインの方法', en: 'Signed in with' },
  services: { ja: '使ったサービス', en: 'Services used' },
  noServices: { ja: 'ありません', en: 'None' },
  state: { ja: '状態', en: 'State' },
  idle: {
    ja: '長く使われていないため、ここではもう使えません。サービスには、まだログインしたままかもしれません。',
    en: 'Not used for long, so it no longer works here. At the services it may still be signed in.',
  },
  end: { ja: 'この端末からログアウトする', en: 'Sign out of this device' },
  endOf: { ja: 'この端末からログアウトする：{name}、{since}', en: 'Sign out of this device: {name}, {since}' },
  endAll: { ja: 'すべてからログアウト', en: 'Sign out everywhere' },
  endAllText: {
    ja: '今お使いの端末も含めて、すべての端末とサービスからログアウトします。',
    en: 'Signs you out of every device and every service, this one too.',
  },
  endedOne: { ja: '選んだ端末からログアウトしました', en: 'You are signed out of that device' },
  confirmed: {
    ja: 'その端末で使ったサービスも、ログアウトを確認しました。',
    en: 'The services used on it confirmed it.',
  },
  none: { ja: 'その端末で使ったサービスはありませんでした。', en: 'No service had been used on it.' },
  partly: { ja: 'ログアウトを確認できないサービスがあります', en: 'Some services have not confirmed the sign-out' },
  partlyText: {
    ja: 'ここからのログアウトは済みました。下のサービスには、その端末でまだログインしたままかもしれません。端末が手元にあるときは、ブラウザーの画面をすべて閉じてください。',
    en: 'Here that device is signed out. At the services below it may still be signed in. If you have it at hand, close every window of its browser.',
  },
  results: { ja: 'サービスごとの結果', en: 'Result for each service' },
} as const satisfies Record<string, Text>;
