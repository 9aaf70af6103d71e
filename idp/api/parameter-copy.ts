import type { Text } from '../../web/index.ts';

/** What each parameter of the API means; a name means the same in every operation. */
export const parameterWords: Readonly<Record<string, Text>> = {
  id: { ja: 'サービスの識別子。パーセント符号化します。', en: 'Id of the service, percent-encoded.' },
  cursor: { ja: '前の応答の next。', en: 'next of the page before.' },
  limit: { ja: '一度に返す件数の上限。', en: 'At most so many at once.' },
  status: { ja: 'この状態のものだけ。', en: 'Only those in this state.' },
  protocol: { ja: 'この方式のものだけ。', en: 'Only those of this protocol.' },
  q: { ja: '名前、entityID、client_id の一部。', en: 'Part of a name, entityID or client_id.' },
  provider: { ja: 'サービスの識別子。一部でも探せます。', en: 'Id of the service; a part of it is enough.' },
  pseudonym: { ja: '利用者の仮名。一部でも探せます。', en: 'Pseudonym of a resident; a part of it is enough.' },
  type: {
    ja: '操作の種類（例：provider.approve）。一部でも探せます。',
    en: 'Kind of act, as provider.approve; a part of it is enough.',
  },
  actor: {
    ja: '管理者番号か client:…。一部でも探せます。',
    en: 'Administrator number or client:…; a part of it is enough.',
  },
  from: { ja: '最初の日。', en: 'First day.' },
  to: { ja: '最後の日（含む）。', en: 'Last day, included.' },
  'If-Match': { ja: '読んだときの ETag。', en: 'ETag of what was read.' },
  'Idempotency-Key': {
    ja: '操作ごとに新しいもの。同じキーで送り直しても、操作は一度だけです（24時間）。',
    en: 'New for every act; repeated with it, the act is not done again (24 hours).',
  },
};
