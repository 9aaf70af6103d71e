import type { Text } from '../../web/index.ts';

/** Words of the page with the services that know a resident, and of leaving one. */
export const servicesCopy = {
  title: { ja: 'つながっているサービス', en: 'Services linked to you' },
  lead: {
    ja: 'あなたが一度でもログインしたサービスです。サービスごとに別の番号（仮名）であなたを見分けていて、ほかのサービスと照らし合わせることはできません。',
    en: 'The services that you signed in to at least once. Each knows you by a number of its own, which means nothing to any other.',
  },
  none: { ja: 'つながっているサービスはありません。', en: 'No service is linked to you.' },
  first: { ja: 'つながった日時', en: 'Linked on' },
  last: { ja: '最後にログインした日時', en: 'Last sign-in' },
  unknown: { ja: '記録がありません', en: 'Not recorded' },
  given: { ja: 'ログインのときに渡せる情報', en: 'What it may be given' },
  onlyNumber: { ja: '番号（仮名）だけ', en: 'The number only' },
  consents: { ja: '今の同意', en: 'Consents in force' },
  noConsents: { ja: 'ありません', en: 'None' },
  consentsAt: { ja: '{n}件（内容を見る）', en: '{n}, see what they say' },
  unlink: { ja: 'つながりを解く', en: 'Undo the link' },
  unlinkOf: { ja: 'つながりを解く：{service}', en: 'Undo the link: {service}' },
  ask: { ja: '「{service}」とのつながりを解きますか', en: 'Undo the link to “{service}”?' },
  askLead: { ja: 'つながりを解くと、次のようになります。', en: 'This is what will happen:' },
  askConsents: {
    ja: 'このサービスへの同意は、すべて撤回されます。次の要求から、あなたの情報は提供されません。',
    en: 'All consents for this service are withdrawn: from the next request on nothing is passed on.',
  },
  askSessions: {
    ja: 'このサービスを使った端末では、ログインがすべて終わります。そのとき一緒に使っていた、ほかのサービスのログインも終わります。',
    en: 'On every device on which you used it your sign-in ends, and with it that of the other services used there.',
  },
  askKept: {
    ja: 'サービスがすでに持っている情報は消えません。消してほしいときは、そのサービスに頼んでください。',
    en: 'What the service has already is not erased. Ask the service for that.',
  },
  askBack: {
    ja: 'あとでまたログインすると、同じ方として、もう一度つながります。そのために、あなたの番号（仮名）は取っておき、ほかの方には使いません。',
    en: 'If you sign in again later, you are linked again as the same person. For that your number is kept, and given to nobody else.',
  },
  keep: { ja: '解かずに戻る', en: 'Go back without undoing it' },
  done: { ja: '「{service}」とのつながりを解きました', en: 'The link to “{service}” is undone' },
  doneText: {
    ja: '同意を撤回し、このサービスを使ったログインを終わらせました。',
    en: 'Its consents are withdrawn, and the sign-ins that had led there have ended.',
  },
  past: { ja: '解いたつながり', en: 'Links that were undone' },
  undone: { ja: '解いた日時', en: 'Undone on' },
  bodies: { ja: 'あなたの情報を持っている機関', en: 'Bodies that keep information about you' },
  bodiesLead: {
    ja: 'ここの機関には、ログインはしません。サービスがあなたの情報を求めたときに、同意を確かめてから、この機関に尋ねます。',
    en: 'You do not sign in there. When a service asks for your information, your consent is checked and the body is asked.',
  },
} as const satisfies Record<string, Text>;
