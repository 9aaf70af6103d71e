import type { Context } from 'koa';
import type { FrontMessage } from '../../federation/index.ts';
import { contentSecurityPolicy, newNonce, type Text } from '../../web/index.ts';

/** Longer than a browser needs, shorter than somebody's patience. */
const patienceMs = 6_000;

const safe = (text: string) => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

export interface HopPage {
  readonly message: FrontMessage;
  /** The party's name. */
  readonly name: Text;
  /** This page's own path: who comes back to it goes on behind the party. */
  readonly back: string;
  readonly stylesheet: string;
}

/**
 * On the way of a sign-out through the browser, in the manner of the page that answers a sign-on. While the party's
 * server is silent this page is still there, and its timer goes on without it. Without script a refresh goes to the
 * party, and the browser's back button, or the link, comes back here.
 */
export function sendHop(ctx: Context, { message, name, back, stylesheet }: HopPage): void {
  const nonce = newNonce();
  const formAction = 'action' in message ? [new URL(message.action).origin] : [];
  ctx.set('content-security-policy', contentSecurityPolicy({ nonce, formAction }));
  ctx.set('cache-control', 'no-store');
  ctx.type = 'html';
  const [head, way, go] = 'url' in message ? byAddress(message.url) : byForm(message);
  const words = `<h1>ログアウトしています</h1><p>「${safe(name.ja)}」に伝えています。</p><p lang="en">Signing out of ${safe(name.en)}.</p>`;
  const skip = `<p><a href="${back}">進まないときは、ここを押してください<br><span lang="en">If nothing happens, go on here</span></a></p>`;
  const script = `addEventListener('pageshow',(e)=>{if(e.persisted)location.replace('${back}')});setTimeout(()=>location.replace('${back}'),${patienceMs});${go}`;
  ctx.body = `<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>ログアウトしています / Signing out</title><link rel="stylesheet" href="${stylesheet}"><link rel="icon" href="data:,">${head}</head><body><main>${words}${way}${skip}</main><script nonce="${nonce}">${script}</script></body></html>`;
}

function byAddress(url: string): readonly [string, string, string] {
  const address = safe(url);
  return [
    `<noscript><meta http-equiv="refresh" content="0; url=${address}"></noscript>`,
    `<a id="hop" hidden href="${address}"></a>`,
    `document.getElementById('hop').click()`,
  ];
}

function byForm({ action, fields }: Extract<FrontMessage, { action: string }>): readonly [string, string, string] {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${safe(name)}" value="${safe(value)}">`,
  );
  const button = '<noscript><button type="submit">続ける / Continue</button></noscript>';
  return [
    '',
    `<form method="post" id="hop" action="${safe(action)}">${inputs.join('')}${button}</form>`,
    `document.getElementById('hop').submit()`,
  ];
}
