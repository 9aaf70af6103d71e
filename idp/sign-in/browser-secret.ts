import type { Context } from 'koa';
import { newBrowserSecret } from './interaction.ts';

export interface BrowserSecretOptions {
  readonly browserCookie: string;
  readonly secure: boolean;
}

/** The browser's own secret; made at its first visit. Interactions and anti-forgery tokens are bound to it. */
export function browserSecretOf(ctx: Context, { browserCookie, secure }: BrowserSecretOptions): string {
  const known = ctx.cookies.get(browserCookie);
  if (known && known.length >= 43) return known;
  if (typeof ctx.state.browserSecret === 'string') return ctx.state.browserSecret;
  const made = newBrowserSecret();
  ctx.state.browserSecret = made;
  ctx.cookies.set(browserCookie, made, { httpOnly: true, sameSite: 'lax', secure, path: '/' });
  return made;
}
