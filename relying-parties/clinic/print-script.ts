import { createHash } from 'node:crypto';

const text = `for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}
`;

/** The one thing on these pages that needs a script: without it the browser's own menu prints. */
export const printScript = {
  text,
  src: `/assets/print-${createHash('sha256').update(text).digest('base64url').slice(0, 12)}.js`,
  integrity: `sha256-${createHash('sha256').update(text).digest('base64')}`,
};
