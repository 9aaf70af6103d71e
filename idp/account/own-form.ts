import type { Context } from 'koa';
import { HubPageError } from '../errors.ts';
import { readForm, readMultipart } from '../guards.ts';
import { type BrowserSecretOptions, browserSecretOf } from '../sign-in/browser-secret.ts';
import type { Interactions } from '../sign-in/interaction.ts';

export interface OwnFormsOptions extends BrowserSecretOptions {
  readonly interactions: Pick<Interactions, 'csrfToken' | 'checkCsrf'>;
  readonly origin: string;
}

const formMaxBytes = 4096;

/** Forms that only our own page can have sent: token bound to this browser and to what the form is about, and Origin. */
export function createOwnForms(options: OwnFormsOptions) {
  const { interactions, origin } = options;

  /** Under no-referrer a browser sends "Origin: null" with our own forms; with same-origin it names us, and nobody else hears of it. */
  const prepare = (ctx: Context, about: string): string => {
    ctx.set('referrer-policy', 'same-origin');
    return interactions.csrfToken(about, browserSecretOf(ctx, options));
  };

  /** Fetch 3.1: every POST of a browser carries its Origin. Asked before anything is looked up. */
  function demandOrigin(ctx: Context): void {
    if (ctx.get('origin') !== origin) throw new HubPageError('FORGED_REQUEST', 'the form was sent from another site');
  }

  async function read(ctx: Context, about: string, maxBytes = formMaxBytes): Promise<URLSearchParams> {
    const form = await readForm(ctx, maxBytes);
    interactions.checkCsrf(about, browserSecretOf(ctx, options), form.get('csrf') ?? undefined);
    return form;
  }

  /** With files among its fields; texts and files alike are read as text, `binary` ones come as base64. */
  async function readUpload(
    ctx: Context,
    about: string,
    maxBytes: number,
    binary: readonly string[] = [],
  ): Promise<URLSearchParams> {
    const form = await readMultipart(ctx, maxBytes, binary);
    interactions.checkCsrf(about, browserSecretOf(ctx, options), form.get('csrf') ?? undefined);
    return form;
  }

  /** For a program on our page, which sends the token beside its message. */
  function demandToken(ctx: Context, about: string): void {
    interactions.checkCsrf(about, browserSecretOf(ctx, options), ctx.get('x-csrf-token'));
  }

  return { prepare, demandOrigin, demandToken, read, readUpload };
}

export type OwnForms = ReturnType<typeof createOwnForms>;
