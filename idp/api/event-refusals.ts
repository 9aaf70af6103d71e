import type { Text } from '../../web/index.ts';

/** Why one event of several was not taken. */
export const eventRefusals = [
  'EVENT_INVALID',
  'EVENT_DIFFERS',
  'EVENT_OUTDATED',
  'EVENT_IN_FUTURE',
  'KIND_NOT_YOURS',
] as const;
export type EventRefusal = (typeof eventRefusals)[number];

export const isRefusal = (outcome: string): outcome is EventRefusal => eventRefusals.some((code) => code === outcome);

/** What helps. */
export const eventRemedies: Readonly<Record<EventRefusal, Text>> = {
  EVENT_INVALID: {
    ja: '形が違います。where の項目を直して、同じ id で送り直してください。',
    en: 'It has another shape than documented. Put right what where names, and send it again with the same id.',
  },
  EVENT_DIFFERS: {
    ja: 'この id は、別の内容で届いています。新しい id を付けてください。',
    en: 'This id was told with other content. Take a new id.',
  },
  EVENT_OUTDATED: {
    ja: '365日より前の異動は受け付けません。窓口で届けてください。',
    en: 'It happened more than 365 days ago. Tell the card office by other means.',
  },
  EVENT_IN_FUTURE: {
    ja: 'まだ起きていない異動です。起きてから送ってください。',
    en: 'It has not happened yet. Tell it when it has.',
  },
  KIND_NOT_YOURS: {
    ja: 'この種類の異動は、このクライアントからは受け付けません。',
    en: 'This client may not tell of this kind of change.',
  },
};
