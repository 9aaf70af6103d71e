import { expect } from 'chai';
import { createPdfWriter, firstUnprintable, type PdfFrame, widthOf } from '../../lib/pdf.ts';
import { withPoppler } from './poppler.ts';

const page = (text: string) => ({ lines: [{ x: 5, y: 10, size: 4, text }] });
const size = { width: 85.6, height: 53.98, at: 1_700_000_000_000 };

describe('what a PDF can show', () => {
  it('is every character of the font; of the first other one it tells the place', () => {
    for (const text of ['髙橋 健一', '山﨑', '𠮷田', '濵邉邊', 'ヷヴー', 'NGUYỄN ANH', 'Ōta', '神神', ''])
      expect(firstUnprintable(text), text).to.equal(undefined);
    for (const [text, at] of [
      ['ŁUKASZ', 1],
      ['山田\u{2a6d6}子', 3],
      ['A\nB', 2],
      ['カ\u200bナ', 2],
      ['山\u202e田', 2],
      ['👩‍👩‍👧', 1],
    ] as const)
      expect(firstUnprintable(text), text).to.equal(at);
  });

  it('is no form that a variation selector asks for, and no loose mark: both would be drawn otherwise without a word', () => {
    expect(firstUnprintable('葛\u{e0101}城')).to.equal(1);
    expect(firstUnprintable('大辻\u{e0100}')).to.equal(2);
    expect(firstUnprintable('か\u309a')).to.equal(1);
    expect(firstUnprintable('カ\u3099ス'), 'the font has this one as one character').to.equal(undefined);
  });
});

describe('a PDF file', () => {
  const { read } = withPoppler();
  const writer = createPdfWriter();

  it('has the exact size, the texts and nothing else, its font embedded in part, and says nothing about itself', async () => {
    const { pages, width, height, info, fonts } = await read(
      await writer.write({ ...size, pages: [page('髙橋 葵'), page('カ\u3099ス 神')] }),
    );
    expect([width, height].map((mm) => mm.toFixed(2))).to.deep.equal(['85.60', '53.98']);
    expect(pages.map((text) => text.trim())).to.deep.equal(['髙橋 葵', 'ガス 神']);
    expect(fonts).to.have.length(1);
    expect(fonts[0]).to.match(/NotoSansJP-Regular +CID TrueType +Identity-H +yes yes yes/);
    expect(info)
      .to.include('Producer:        Sanuki ID')
      .and.not.match(/Title|Author|Subject|Keywords/);
    expect(info).to.match(/Custom Metadata: no\nMetadata Stream: no/);
  });

  it('is the same to the octet each time', async () => {
    const document = { ...size, pages: [page('髙橋')] };
    const [one, other] = [await writer.write(document), await writer.write(document)];
    expect(Buffer.compare(one, other)).to.equal(0);
  });

  it('breaks a text in its frame, sets one smaller that is too long, and refuses one that fits in no size', async () => {
    const frame = (text: string): PdfFrame => ({
      x: 5,
      y: 5,
      width: 40,
      height: 20,
      blocks: [{ text, size: 4, gap: 0 }],
    });
    const write = (text: string) => writer.write({ ...size, pages: [{ frames: [frame(text)] }] });
    const long = '高松市太田上町四番地'.repeat(8);
    const { pages } = await read(await write(long));
    expect(pages).to.have.length(1);
    expect((pages[0] ?? '').replaceAll(/\s/g, '')).to.equal(long);
    const refused = await write(long.repeat(20)).catch((error: Error) => error.message);
    expect(refused).to.equal('a text does not fit into its frame');
  });

  it('is never written with a character that would be blank, whoever forgot to ask; the next file is', async () => {
    const [refused, written] = await Promise.all([
      writer.write({ ...size, pages: [page('ŁUKASZ')] }).catch((error: Error) => error.message),
      writer.write({ ...size, pages: [page('LUKASZ')] }),
    ]);
    expect(refused).to.equal('a text has a character that the font does not have');
    expect((await read(written)).pages).to.have.length(1);
  });

  it('measures as it is drawn', () => {
    expect(widthOf('髙橋')).to.equal(2);
    expect(widthOf('WWW')).to.be.greaterThan(widthOf('iii'));
  });
});
