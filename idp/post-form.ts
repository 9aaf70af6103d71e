import type { Context } from 'koa';
import { contentSecurityPolicy, newNonce } from '../web/index.ts';

/** A form that the browser posts to a party by itself: the answer of SAML's POST binding. */
export interface PostForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Text of a page made safe for HTML. */
const safe = (text: string) =>
  /[&<>"']/.test(text) ? text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`) : text;

/** Written by hand instead of by the page kit: it is on the way of every sign-on and nobody is meant to read it. */
function postFormPage({ action, fields }: PostForm, nonce: string, stylesheet: string): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${safe(name)}" value="${safe(value)}">`,
  );
  return `<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>サービスに戻ります / Returning to the service</title><link rel="stylesheet" href="${stylesheet}"><link rel="icon" href="data:,"></head><body><main><h1>サービスに戻ります</h1><form method="post" action="${safe(action)}" id="answer">${inputs.join('')}<p>自動で進まないときは、ボタンを押してください。<br><span lang="en">Returning to the service. If nothing happens, press the button.</span></p><button type="submit">続ける / Continue</button></form></main><script nonce="${nonce}">document.getElementById('answer').submit()</script></body></html>`;
}

/** Sends a form to a party; only this page's policy lets it post there. */
export function sendPostForm(ctx: Context, form: PostForm, stylesheet: string): void {
  const nonce = newNonce();
  ctx.set('content-security-policy', contentSecurityPolicy({ nonce, formAction: [new URL(form.action).origin] }));
  ctx.set('cache-control', 'no-store');
  ctx.type = 'html';
  ctx.body = Buffer.from(postFormPage(form, nonce, stylesheet));
}
