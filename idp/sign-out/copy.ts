import type { Text } from '../../web/index.ts';
import type { Outcome } from './record.ts';

export const signOutCopy = {
  ask: { ja: 'すべてのサービスからログアウトしますか', en: 'Sign out of all services?' },
  askText: {
    ja: 'このブラウザーでログインしている、次のサービスのすべてからログアウトします。',
    en: 'You will be signed out of all the services that you signed in to with this browser:',
  },
  askFor: {
    ja: '「{service}」から、ログアウトの依頼が来ました。',
    en: '“{service}” asks you to sign out.',
  },
  askHub: { ja: 'ログインの入口', en: 'the sign-in service' },
  signOut: { ja: 'ログアウトする', en: 'Sign out' },
  stay: { ja: 'ログアウトしない', en: 'Stay signed in' },
  notSignedIn: { ja: 'ログインしていません', en: 'You are not signed in' },
  notSignedInText: {
    ja: 'このブラウザーでは、すでにログアウトしています。',
    en: 'In this browser you are already signed out.',
  },
  done: { ja: 'ログアウトしました', en: 'You are signed out' },
  doneAll: {
    ja: 'すべてのサービスが、ログアウトを確認しました。',
    en: 'Every service has confirmed the sign-out.',
  },
  doneNone: { ja: 'ログイン中のサービスはありませんでした。', en: 'You were signed in to no service.' },
  partly: {
    ja: 'ログアウトを確認できないサービスがあります',
    en: 'Some services have not confirmed the sign-out',
  },
  partlyText: {
    ja: 'ログインの入口からはログアウトしました。確認できないサービスには、まだログインしたままかもしれません。',
    en: 'You are signed out here. At the services that did not confirm you may still be signed in.',
  },
  remedy: {
    ja: 'ブラウザーの画面をすべて閉じてください。ほかの人も使う端末では、必ず閉じてください。',
    en: 'Close every window of this browser, above all on a device that others use.',
  },
  services: { ja: 'サービスごとの結果', en: 'Result for each service' },
  again: { ja: 'もう一度確かめる', en: 'Check again' },
  backTo: { ja: '「{service}」に戻る', en: 'Back to “{service}”' },
  gone: { ja: '登録が終わったサービス', en: 'A service that is no longer registered' },
  strange: {
    ja: 'ログアウトの依頼を受け付けました。',
    en: 'The request to sign out was accepted.',
  },
} as const satisfies Record<string, Text>;

export const outcomeCopy: Readonly<Record<Outcome, Text>> = {
  confirmed: { ja: '✔ ログアウトを確認しました', en: '✔ signed out, confirmed' },
  failed: { ja: '✖ ログアウトできないと答えました', en: '✖ answered that it could not sign you out' },
  'not-reached': { ja: '✖ 返事がありませんでした', en: '✖ did not answer' },
  'no-endpoint': {
    ja: '✖ ログアウトの知らせを受け取らないサービスです',
    en: '✖ takes no word of sign-outs',
  },
  pending: {
    ja: '… まだ返事がありません。あとで何度か、もう一度伝えます',
    en: '… has not answered yet; it will be told again',
  },
};
