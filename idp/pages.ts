/** Text of a page made safe for HTML. */
const escapeHtml = (text: string) => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function page({
  title,
  body,
  script,
}: {
  title: string;
  body: string;
  script?: { readonly nonce: string; readonly text: string };
}): string {
  const tail = script ? `<script nonce="${escapeHtml(script.nonce)}">${script.text}</script>` : '';
  return `<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title></head><body><main><h1>${escapeHtml(title)}</h1>${body}</main>${tail}</body></html>`;
}

/** Posts the answer to the party by itself; without script by its button. */
export function postFormPage({
  action,
  fields,
  nonce,
}: {
  action: string;
  fields: Readonly<Record<string, string>>;
  nonce: string;
}): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const body = `<form method="post" action="${escapeHtml(action)}">${inputs.join('')}<p>サービスに戻ります。自動で進まないときは、ボタンを押してください。 / Returning to the service. If nothing happens, press the button.</p><button type="submit">続ける / Continue</button></form>`;
  return page({ title: 'サービスに戻ります', body, script: { nonce, text: 'document.forms[0].submit()' } });
}

export interface RefusalWords {
  readonly code: string;
  readonly trace: string;
  readonly support: string;
}

/** What a refusal means and what helps, by code; the rest gets the general words. */
const remedies: Readonly<Record<string, string>> = {
  PROVIDER_UNKNOWN: '連携先が登録されていません。サービスの案内をご確認ください。 (F-301)',
  PROVIDER_NOT_APPROVED: '連携先は現在利用できません。しばらくしてからお試しください。 (F-301)',
  ACS_NOT_REGISTERED: '連携先の戻り先が登録と異なります。サービスの管理者にお知らせください。',
  SIGN_IN_EXPIRED: '時間切れです。サービスの画面からもう一度お試しください。 (K-106)',
  OTHER_BROWSER: '別のブラウザーで始めたログインです。このブラウザーで初めからやり直してください。',
  MESSAGE_REPLAYED: 'このログイン要求は使用済みです。サービスの画面からもう一度お試しください。',
  MESSAGE_NOT_CURRENT: 'ログイン要求の時刻が現在と離れています。サービスの画面からもう一度お試しください。',
  TOO_MANY_REQUESTS: '混み合っています。少し待ってからもう一度お試しください。',
  PAGE_MISSING: 'ページが見つかりません。アドレスをご確認ください。',
};

/** Words for a person, a code for the call centre, a trace code for the administrator; nothing of the request. */
export function refusalPage({ code, trace, support }: RefusalWords): string {
  const remedy = remedies[code] ?? '要求を受け付けられませんでした。サービスの画面からもう一度お試しください。';
  const body = `<p>${escapeHtml(remedy)}</p><p>お困りのときは ${escapeHtml(support)} へ、次の番号をお知らせください: <code>${escapeHtml(trace)}</code> (${escapeHtml(code)})</p>`;
  return page({ title: 'ログインできませんでした', body });
}
