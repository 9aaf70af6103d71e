/**
 * Old and variant forms of a kanji that name the same family (R117, domain 2.2). Equal when it is compared who a record
 * is about; different when a person is proofed, and never changed in what is stored or shown.
 */
const variants: Readonly<Record<string, string>> = {
  髙: '高',
  﨑: '崎',
  邉: '辺',
  邊: '辺',
  巢: '巣',
  濵: '浜',
  濱: '浜',
  德: '徳',
  槗: '橋',
  '\u{20bb7}': '吉',
};

const smallKana = 'ァィゥェォッャュョヮヵヶ';
const largeKana = 'アイウエオツヤユヨワカケ';
const hiragana = /[\u3041-\u3096]/gu;
const hiraganaToKatakana = 0x60;

/** A name's form for comparing only: widths, kana, small kana, spaces, hyphens, selectors and variants are folded. */
export function foldName(name: string): string {
  const katakana = name
    .normalize('NFKC')
    .toUpperCase()
    // Capitals of some letters come apart.
    .normalize('NFKC')
    .replaceAll(hiragana, (kana) => String.fromCodePoint((kana.codePointAt(0) ?? 0) + hiraganaToKatakana));
  let folded = '';
  for (const character of katakana.replaceAll(ignored, '')) {
    const small = smallKana.indexOf(character);
    folded += variants[character] ?? (small === -1 ? character : largeKana.charAt(small));
  }
  return folded;
}

/** Spaces, the long vowel mark, hyphens, dots between names, and variation selectors. */
const ignored = /[\s\p{Pd}\u2212ー・.,'’]|\p{Variation_Selector}/gu;
