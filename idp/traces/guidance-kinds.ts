import type { Text } from '../../web/index.ts';
import { remedyFor } from '../refusal-page.tsx';
import { liveCopy } from '../sign-in/copy.ts';

/** Who can do something about it. */
export type Concerned = 'resident' | 'service' | 'hub' | 'nobody';

export interface Guidance {
  readonly whom: Concerned;
  /** What happened, for somebody at a telephone who knows no protocol. */
  readonly what: Text;
  /** What to tell the caller. */
  readonly caller: Text;
  /** What staff does, or who is asked to. */
  readonly staff: Text;
}

export const text = (ja: string, en: string): Text => ({ ja, en });

const askService = text(
  'サービスの側の直しが必要です。サービスの管理者に連絡すると、お伝えください。',
  'The service has to mend this. Tell the caller that the service will be informed.',
);
export const again = text(
  'サービスの画面から、もう一度ログインしていただいてください。',
  'Please ask the caller to start again at the service.',
);
export const nothingToDo = text('センターですることはありません。', 'There is nothing for staff to do.');
export const nothingUnlessMany = text(
  '何度も続くときは、システム運用者に番号を伝えてください。',
  'If it keeps happening, give the reference to the operator.',
);
export const atCounter = text(
  '窓口で、本人確認のうえ手続きができます。',
  'The counter can help after the caller has proved who they are.',
);
export const passOn = (ja: string, en: string): Text =>
  text(`サービスの管理者に番号と次のことを伝えてください：${ja}`, `Give the service the reference, and say: ${en}`);

export const service = (what: Text, staff: Text, caller = askService): Guidance => ({
  whom: 'service',
  what,
  caller,
  staff,
});
export const card = (code: keyof typeof liveCopy, what: Text, staff = nothingToDo): Guidance => ({
  whom: 'resident',
  what,
  caller: liveCopy[code],
  staff,
});
export const page = (code: string, what: Text, staff = nothingToDo): Guidance => ({
  whom: 'resident',
  what,
  caller: remedyFor(code),
  staff,
});

export const signature = service(
  text(
    'サービスからの要求の署名を確かめられませんでした。',
    'The signature of the service’s request could not be verified.',
  ),
  passOn(
    '署名の鍵が、ここに登録されたメタデータの鍵と同じか確かめる。鍵を替えたときは、新しいメタデータの登録が必要です。',
    'compare the signing key with the one in the registered metadata; after a change of keys the new metadata has to be registered.',
  ),
);
export const unreadable = service(
  text('サービスからの要求を読み取れませんでした。', 'The request of the service could not be read.'),
  passOn(
    '要求の形式を確かめる。下の「経過」の1行目に、届いたものの形があります。',
    'check the form of the request; the first step below says what arrived.',
  ),
);
export const demand = service(
  text('サービスが、ここでは応じられないことを求めました。', 'The service asked for something that is not given here.'),
  passOn(
    '要求の設定を確かめる。下の「経過」の1行目に、何を求めたかがあります。',
    'check the settings of the request; the first step below says what it asked for.',
  ),
);
export const oidcRequest = service(
  text('サービスからの要求に誤りがあります。', 'The request of the service has a fault.'),
  passOn('下の「経過」の最後の行にある理由を確かめる。', 'see the reason in the last step below.'),
);
export const staffPage: Guidance = {
  whom: 'hub',
  what: text('管理画面の操作が断られました。', 'An act in the administration was refused.'),
  caller: text('画面に出た案内のとおりにお願いします。', 'Please follow what the page says.'),
  staff: nothingToDo,
};
export const broken: Guidance = {
  whom: 'hub',
  what: text('センターのシステムで問題が起きました。', 'Something went wrong in the hub itself.'),
  caller: text(
    'こちらの問題です。しばらくしてから、もう一度お試しいただいてください。',
    'The fault is ours. Please ask the caller to try again in a moment.',
  ),
  staff: text(
    'システム運用者に番号を伝えてください。ログに詳しい記録があります。',
    'Give the reference to the operator: the log has more.',
  ),
};
