import { Facts, Notice, type Text } from '../web/index.ts';
import { officeRemedies, officeTitles } from './office/refusal-copy.ts';

/** What a refusal means and what helps, by code; the rest gets the general words. */
const remedies: Readonly<Record<string, Text>> = {
  PROVIDER_UNKNOWN: {
    ja: '連携先が登録されていません（F-301）。サービスの案内をご確認ください。',
    en: 'The service is not registered here (F-301). Please check the address the service gave you.',
  },
  PROVIDER_NOT_APPROVED: {
    ja: '連携先は現在利用できません（F-301）。しばらくしてからお試しください。',
    en: 'The service is not available at the moment (F-301). Please try again later.',
  },
  ACS_NOT_REGISTERED: {
    ja: '連携先の戻り先が登録と異なります。サービスの管理者にお知らせください。',
    en: 'The return address of the service is not the registered one. Please tell the service.',
  },
  SIGN_IN_EXPIRED: {
    ja: '時間切れです（K-106）。サービスの画面からもう一度お試しください。',
    en: 'The sign-in has expired (K-106). Please start again at the service.',
  },
  OTHER_BROWSER: {
    ja: '別のブラウザーで始めたログインです。このブラウザーで初めからやり直してください。',
    en: 'This sign-in was started in another browser. Please start again in this one.',
  },
  MESSAGE_REPLAYED: {
    ja: 'このログイン要求は使用済みです。サービスの画面からもう一度お試しください。',
    en: 'This sign-in request was already used. Please start again at the service.',
  },
  MESSAGE_NOT_CURRENT: {
    ja: 'ログイン要求の時刻が現在と離れています。サービスの画面からもう一度お試しください。',
    en: 'The time of the sign-in request is too far from now. Please start again at the service.',
  },
  TOO_MANY_REQUESTS: {
    ja: '混み合っています。少し待ってからもう一度お試しください。',
    en: 'Too many requests. Please wait a moment and try again.',
  },
  PLAIN_HTTP: {
    ja: '暗号化されていない接続です。アドレスを https:// から始めてください。',
    en: 'The connection is not encrypted. Please start the address with https://.',
  },
  PAGE_MISSING: {
    ja: 'アドレスをご確認ください。',
    en: 'Please check the address.',
  },
  CONSENT_REQUEST_UNKNOWN: {
    ja: 'すでに答えたか、時間切れです。サービスの画面からもう一度お試しください。',
    en: 'It was already answered or has expired. Please start again at the service.',
  },
  RETURN_NOT_REGISTERED: {
    ja: 'サービスの戻り先が登録と異なるため、何も提供していません。サービスの管理者にお知らせください。',
    en: 'The return address of the service is not a registered one, so nothing was passed on. Please tell the service.',
  },
  OTHER_RESIDENT: {
    ja: 'この画面は別の方のものです。サービスにログインした方のカードでお試しください。',
    en: 'This page is for someone else. Please use the card of the person who signed in at the service.',
  },
  SIGN_OUT_REFUSED: {
    ja: 'ログアウトの依頼を確かめられませんでした。ログアウトするには、ブラウザーの画面をすべて閉じてください。',
    en: 'The request to sign out could not be verified. To sign out, close every window of this browser.',
  },
  FORGED_REQUEST: {
    ja: '画面を開き直して、もう一度お試しください。',
    en: 'Please open the page again and retry.',
  },
  INVITATION_SPENT: {
    ja: '招待は使用済みか、期限切れです。招待した人に、新しい招待を出してもらってください。',
    en: 'The invitation was used or has expired. Ask for a new one.',
  },
  ROLES_EXCLUSIVE: {
    ja: '一人では同時に持てない権限の組み合わせです。別の方が受けてください。',
    en: 'These roles cannot be held by one person together. Somebody else has to accept.',
  },
  ACT_NOT_ALLOWED: {
    ja: 'あなたの権限ではできない操作です。',
    en: 'Your roles do not allow this.',
  },
  OWN_WORK: {
    ja: '自分で登録または変更したものは、承認できません。別の承認者に頼んでください。',
    en: 'You cannot approve what you registered or changed. Ask another approver.',
  },
  REGISTRATION_CHANGED: {
    ja: 'ほかの人が先に変更しました。画面を開き直して、今の内容を確かめてください。',
    en: 'Somebody else changed it first. Open the page again and look at what is there now.',
  },
  NOTHING_TO_DECIDE: {
    ja: 'すでに決まっています。画面を開き直してください。',
    en: 'It is decided already. Please open the page again.',
  },
  COMMENT_MISSING: {
    ja: '理由や確かめたことを、1,000文字までで書いてください。',
    en: 'Write your reason, or what you checked, in up to 1,000 characters.',
  },
  SETUP_LINK_DEAD: {
    ja: 'リンクは期限切れか、取り消されています。リンクを送った人に、新しいリンクを出してもらってください。',
    en: 'The link has expired or was withdrawn. Ask whoever sent it for a new one.',
  },
  CHANGE_TOLD: {
    ja: '変更はすでに窓口に知らせてあります。お知らせは一日に一度です。お急ぎのときはサポートセンターへお電話ください。',
    en: 'The office was told of a change already; that is possible once a day. If it is urgent, please call the support centre.',
  },
  ...officeRemedies,
  UNEXPECTED: {
    ja: '内部で問題が起きました。しばらくしてからもう一度お試しください。',
    en: 'Something went wrong on our side. Please try again in a moment.',
  },
};

const general: Text = {
  ja: '要求を受け付けられませんでした。サービスの画面からもう一度お試しください。',
  en: 'The request could not be accepted. Please start again at the service.',
};

/** A wrong address is no failed sign-in. */
const titles: Readonly<Record<string, Text>> = {
  PAGE_MISSING: { ja: 'ページが見つかりません', en: 'Page not found' },
  CONSENT_REQUEST_UNKNOWN: { ja: '同意の確認は終わっています', en: 'This question is closed' },
  RETURN_NOT_REGISTERED: { ja: '同意を確認できませんでした', en: 'Your consent could not be asked' },
  OTHER_RESIDENT: { ja: '別の方のカードです', en: 'This is another person’s card' },
  INVITATION_SPENT: { ja: 'この招待は使えません', en: 'This invitation cannot be used' },
  ROLES_EXCLUSIVE: { ja: 'この招待は受けられません', en: 'You cannot accept this invitation' },
  ACT_NOT_ALLOWED: { ja: 'この操作はできません', en: 'You cannot do this' },
  REGISTRATION_CHANGED: { ja: '内容が変わっています', en: 'It has changed' },
  NOTHING_TO_DECIDE: { ja: 'すでに決まっています', en: 'Already decided' },
  COMMENT_MISSING: { ja: '理由が必要です', en: 'A reason is needed' },
  OWN_WORK: { ja: 'この操作はできません', en: 'You cannot do this' },
  SETUP_LINK_DEAD: { ja: 'この設定リンクは使えません', en: 'This set-up link cannot be used' },
  CHANGE_TOLD: { ja: 'すでに知らせてあります', en: 'The office was told already' },
  SIGN_OUT_REFUSED: { ja: 'ログアウトできませんでした', en: 'Sign-out did not succeed' },
  FORGED_REQUEST: { ja: '手続きを続けられませんでした', en: 'That could not be completed' },
  ...officeTitles,
  UNEXPECTED: { ja: '問題が起きました', en: 'Something went wrong' },
};
const generalTitle: Text = { ja: 'ログインできませんでした', en: 'Sign-in did not succeed' };

export const refusalTitle = (code: string): Text => titles[code] ?? generalTitle;

/** What residents call a trace code. */
export const referenceCopy: Text = { ja: 'お問い合わせ番号', en: 'Reference' };

/** What a person can do about a refusal, as its page says it. */
export const remedyFor = (code: string): Text => remedies[code] ?? general;

/** Words for a person, a code for the call centre, a trace code for the administrator; nothing of the request. */
export function refusalPage(code: string, trace: string, language: keyof Text) {
  const words = { trace: referenceCopy, kind: { ja: '種類', en: 'Kind' } };
  return (
    <>
      <h1>{refusalTitle(code)[language]}</h1>
      <Notice kind="error" title={remedyFor(code)[language]}>
        <Facts
          facts={[
            [words.trace[language], <code key="trace">{trace}</code>],
            [words.kind[language], <code key="code">{code}</code>],
          ]}
        />
      </Notice>
    </>
  );
}
