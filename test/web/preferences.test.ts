import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { changePreferences, formatPreferences, loadStylesheet, localPath, parsePreferences } from '../../web/index.ts';

describe('display preferences', () => {
  it('come from the cookie, else from the browser, else Japanese and standard', () => {
    expect(parsePreferences(undefined)).to.deep.equal({ language: 'ja', size: 'small', background: 'standard' });
    expect(parsePreferences(undefined, 'fr, en-GB;q=0.8, ja;q=0.5').language).to.equal('en');
    expect(parsePreferences(undefined, 'en;q=0, fr').language).to.equal('ja');
    const chosen = { language: 'en', size: 'large', background: 'cream' } as const;
    expect(parsePreferences(formatPreferences(chosen), 'ja')).to.deep.equal(chosen);
    expect(parsePreferences('<script>.huge.red').size).to.equal('small');
  });

  it('change by one choice and ignore others', () => {
    const start = parsePreferences(undefined);
    expect(changePreferences(start, new URLSearchParams('size=medium&background=neon'))).to.deep.equal({
      ...start,
      size: 'medium',
    });
  });

  it('lead back only to a path of this origin', () => {
    expect(localPath('/sign-in/abc?x=1')).to.equal('/sign-in/abc?x=1');
    for (const evil of ['https://evil.test/', '//evil.test/', '/\\evil.test', 'javascript:alert(1)', '', null]) {
      expect(localPath(evil), String(evil)).to.equal('/');
    }
  });
});

/** WCAG 2.2 relative luminance and contrast. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [r = 0, g = 0, b2 = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b2;
  };
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

describe('the stylesheet', () => {
  const { css, path } = loadStylesheet();
  const valuesIn = (block: string) =>
    Object.fromEntries(
      [...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
    );
  const own = readFileSync(fileURLToPath(new URL('../../web/styles.css', import.meta.url)), 'utf8');
  const blockOf = (selector: string) =>
    valuesIn(own.slice(own.indexOf(selector), own.indexOf('}', own.indexOf(selector))));
  const tokens = valuesIn(css.slice(0, css.indexOf(own)));
  const resolve = (value = ''): string => {
    const [, name] = /^var\(--([\w-]+)\)$/.exec(value.trim()) ?? [];
    return name ? resolve(tokens[name]) : value.trim();
  };

  it('has a path that changes with its content', () => {
    expect(path).to.match(/^\/assets\/styles-[\w-]{12}\.css$/);
  });

  for (const background of ['standard', 'black', 'cream']) {
    it(`keeps text at 7:1 and signs at 4.5:1 on the ${background} background (WCAG 1.4.3, 1.4.6)`, () => {
      const rules = {
        ...blockOf(':root {'),
        ...(background === 'standard' ? {} : blockOf(`[data-background="${background}"] {`)),
      };
      const of = (name: string) => {
        const colour = resolve(rules[name]);
        expect(colour, name).to.match(/^#[0-9a-f]{6}$/);
        return colour;
      };
      expect(contrast(of('ink'), of('paper'))).to.be.at.least(7);
      expect(contrast(of('ink-soft'), of('paper-soft'))).to.be.at.least(7);
      expect(contrast(of('on-action'), of('action'))).to.be.at.least(7);
      for (const sign of ['error', 'success', 'warning', 'action']) {
        expect(contrast(of(sign), of('paper')), sign).to.be.at.least(4.5);
      }
      expect(contrast(of('line'), of('paper'))).to.be.at.least(3);
    });
  }
});
