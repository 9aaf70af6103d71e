import type { Level } from './authn-context.ts';
import type { Words } from './registration-finding.ts';

/** Levels of sign-in as people in the offices call them. */
export const levelWords: Readonly<Record<Level, Words>> = {
  'urn:x-sanuki:ac:card': { ja: 'カード', en: 'card' },
  'urn:x-sanuki:ac:card-pin': { ja: 'カードと暗証番号', en: 'card and PIN' },
  'urn:x-sanuki:ac:card-pin-bound': { ja: 'カード、暗証番号、端末の鍵', en: 'card, PIN and a key of the device' },
  'urn:x-sanuki:ac:passkey': { ja: 'パスキー', en: 'passkey' },
};
