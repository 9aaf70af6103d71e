import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface Stylesheet {
  /** Path with the content's hash, so that it may be kept for ever. */
  readonly path: string;
  readonly css: string;
}

/** The one stylesheet: the Digital Agency's tokens, then our rules on them. Read once, at start. */
export function loadStylesheet(): Stylesheet {
  const tokens = createRequire(import.meta.url).resolve('@digital-go-jp/design-tokens/dist/tokens.css');
  const css = [tokens, fileURLToPath(new URL('styles.css', import.meta.url))]
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const hash = createHash('sha256').update(css).digest('base64url').slice(0, 12);
  return { path: `/assets/styles-${hash}.css`, css };
}
