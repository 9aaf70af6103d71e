import type { Text } from '../../web/index.ts';
import type { CalendarEntry, Term, Use } from './key-calendar.ts';

/** Words about keys: the calendar, and the change of a key at a service. */
export const keyCopy = {
  title: { ja: '鍵の期限', en: 'Ends of keys' },
  lead: {
    ja: 'サービスの鍵とメタデータ、このハブの鍵を、期限の早い順に並べています。',
    en: 'Keys and metadata of the services and the hub’s own keys, soonest end first.',
  },
  toDo: { ja: '対応が必要な鍵があります', en: 'Keys need attention' },
  toDoExpired: { ja: '期限切れ {count}件', en: '{count} expired' },
  toDoMonth: { ja: '30日以内に期限 {count}件', en: '{count} end within 30 days' },
  soon: { ja: '鍵の期限 30日以内', en: 'key ends within 30 days' },
  end: { ja: '期限', en: 'End' },
  service: { ja: 'サービス', en: 'Service' },
  kind: { ja: '種類', en: 'Kind' },
  fingerprint: { ja: '鍵の指紋', en: 'Fingerprint' },
  fingerprintHint: {
    ja: '公開鍵（SubjectPublicKeyInfo）のSHA-256を16進で書いたものです。',
    en: 'SHA-256 of the public key (SubjectPublicKeyInfo) in hexadecimal.',
  },
  left: { ja: '残り', en: 'Left' },
  days: { ja: '{count}日', en: '{count} days' },
  over: { ja: '{count}日前に切れました', en: '{count} days over' },
  none: { ja: '該当する鍵はありません', en: 'There are no such keys.' },
  more: { ja: '続きを見る', en: 'More' },
  first: { ja: '最初に戻る', en: 'Back to the first' },
  all: { ja: 'すべて', en: 'All' },
  search: { ja: 'サービス名か識別子の一部', en: 'Part of a service’s name or identifier' },
  find: { ja: '絞り込む', en: 'Filter' },
  hub: { ja: 'このハブ', en: 'This hub' },
  keys: { ja: '鍵', en: 'Keys' },
  noKeys: { ja: '登録された鍵はありません', en: 'No key is registered.' },
  type: { ja: '鍵の方式', en: 'Key' },
  from: { ja: '有効期間', en: 'Valid' },
  noDates: { ja: '期限の記載なし', en: 'no dates' },
  lastUse: { ja: '最後に使われた日時', en: 'Last used' },
  notSeen: { ja: '記録なし', en: 'not seen' },
  notTold: { ja: '（暗号用は分かりません）', en: '(cannot be told of encryption)' },
  rollover: { ja: '鍵の交換', en: 'Changing a key' },
  rolloverHint: {
    ja: '古い鍵と新しい鍵を一緒に登録しておけば、止めずに交換できます。',
    en: 'With the old and the new key registered together, nothing has to stop.',
  },
  step1: { ja: '相手が、古い鍵と新しい鍵の両方を入れた登録内容を送る', en: 'The service sends both keys, old and new' },
  step2: { ja: '別の人が承認する', en: 'Another person approves it' },
  step3: { ja: '相手が、新しい鍵に切り替える', en: 'The service switches to the new key' },
  step4: { ja: '使われなくなった古い鍵を外す', en: 'The old key is taken out' },
  now1: {
    ja: '登録を変更するか、変更用の設定リンクを相手に渡してください。',
    en: 'Change the registration, or hand over a set-up link for a change.',
  },
  now2: { ja: '承認を待っています。', en: 'It waits for approval.' },
  now3: {
    ja: 'どちらの鍵の署名も通ります。相手に切り替えを頼み、「最後に使われた日時」が新しい鍵に移るのを待ってください。',
    en: 'Signatures of either key are accepted. Ask the service to switch, and wait until “last used” moves to the new key.',
  },
  now4: {
    ja: '古い鍵は7日より長く使われていません（{keys}）。これを外した登録内容に変更してください。',
    en: 'The old key was not used for more than 7 days ({keys}). Change the registration to one without it.',
  },
  data: {
    ja: 'データを照会するサービスへの許可は、そのサービスが最後に署名に使った鍵に結び付きます。切り替えたあとの最初のログインで、新しい鍵に移ります。',
    en: 'A service that asks for data does so with the key that it signed with last. With the first sign-in after the switch that is the new one.',
  },
} as const satisfies Record<string, Text>;

export const termNames: Readonly<Record<Term, Text>> = {
  expired: { ja: '期限切れ', en: 'expired' },
  month: { ja: '30日以内', en: 'within 30 days' },
  quarter: { ja: '90日以内', en: 'within 90 days' },
  later: { ja: 'それより後', en: 'later' },
};

export const useNames: Readonly<Record<Use, Text>> = {
  signing: { ja: '署名の鍵', en: 'signing key' },
  encryption: { ja: '暗号の鍵', en: 'encryption key' },
  metadata: { ja: 'メタデータ', en: 'metadata' },
  hub: { ja: 'このハブの署名の鍵', en: 'signing key of this hub' },
};

export const kindNames: Readonly<Record<CalendarEntry['what'], Text>> = {
  ...useNames,
  both: { ja: '署名と暗号の鍵', en: 'signing and encryption key' },
};

/** As it is compared on the telephone: groups of two bytes. */
export const fingerprintWords = (base64url: string): string =>
  Buffer.from(base64url, 'base64url').toString('hex').toUpperCase().match(/.{4}/g)?.join(' ') ?? '';
