import type { Language, Text } from '../web/index.ts';
import type { BrowserFamily } from './browser-family.ts';

const systemCopy: Readonly<Record<NonNullable<BrowserFamily['system']>, Text>> = {
  windows: { ja: 'Windows のパソコン', en: 'Windows computer' },
  mac: { ja: 'Mac のパソコン', en: 'Mac' },
  chromebook: { ja: 'Chromebook のパソコン', en: 'Chromebook' },
  linux: { ja: 'Linux のパソコン', en: 'Linux computer' },
  iphone: { ja: 'iPhone', en: 'iPhone' },
  ipad: { ja: 'iPad', en: 'iPad' },
  android: { ja: 'Android のスマートフォンかタブレット', en: 'Android telephone or tablet' },
};

/** Names that are on the screen where the resident presses. */
const programNames: Readonly<Record<NonNullable<BrowserFamily['program']>, string>> = {
  edge: 'Edge',
  samsung: 'Samsung Internet',
  firefox: 'Firefox',
  chrome: 'Chrome',
  safari: 'Safari',
};

const unknown: Text = { ja: '種類の分からない端末', en: 'A device of an unknown kind' };

/** Windows のパソコン（Edge）: the device first, because that is what one knows the place of. */
export function browserWords({ system, program }: BrowserFamily = {}, language: Language): string {
  const device = system && systemCopy[system][language];
  if (device === undefined) return program ? programNames[program] : unknown[language];
  if (program === undefined) return device;
  return language === 'ja' ? `${device}（${programNames[program]}）` : `${device} (${programNames[program]})`;
}
